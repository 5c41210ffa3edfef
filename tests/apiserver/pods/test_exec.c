/* exec and cp of the library against real processes, and the protocol where the library would not send it. */
#include "tests/support/api.h"
#include "tests/support/suite.h"

#include <arpa/inet.h>
#include <opsdk.h>
#include <opsdk/apiserver.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define POD "/api/v1/namespaces/default/pods/a"

static opsdk_client *client;
static const opsdk_key pod = {&OPSDK_POD, "default", "a"};

static void start_with(const opsdk_apiserver_opts *opts)
{
    opsdk_error err = {0};
    const char *const argv[] = {"sleep", "1000", NULL};

    api_start(opts);
    ck_assert_int_eq(opsdk_apiserver_run(api_server, pod, NULL, argv, NULL, &err), 0);
    ck_assert_int_eq(opsdk_apiserver_wait(api_server, pod, "/status/phase", "Running", 60000, &err), 0);
    ck_assert_int_eq(
        opsdk_client_new(&(opsdk_client_opts){.kubeconfig = opsdk_apiserver_kubeconfig(api_server)}, &client, &err), 0);
}

static void start(void)
{
    start_with(NULL);
}

static void stop(void)
{
    client = opsdk_client_free(client);
    api_stop();
}

static opsdk_output run(const char *script, const char *in)
{
    opsdk_output out = {0};
    opsdk_error err = {0};
    int r = opsdk_exec(client, pod, OPSDK_ARGV("sh", "-c", script),
                       &(opsdk_exec_opts){.in = in, .in_len = in ? strlen(in) : 0, .any_exit = true}, &out, &err);

    ck_assert_msg(r == 0, "%s", err.message);
    return out;
}

START_TEST(output_and_exit_code)
{
    opsdk_auto_output out = {0};

    start();
    out = run("echo out; echo err >&2; exit 3", NULL);
    ck_assert_str_eq(out.out, "out\n");
    ck_assert_str_eq(out.err, "err\n");
    ck_assert_int_eq(out.exit_code, 3);
    stop();
}
END_TEST

START_TEST(arguments_are_as_they_are)
{
    opsdk_auto_output out = {0};
    opsdk_error err = {0};

    start();
    ck_assert_int_eq(opsdk_exec(client, pod,
                                OPSDK_ARGV("sh", "-c", "printf '[%s]\n' \"$@\"", "sh", "a b", "d;e&f=g+h%i%0a",
                                           "x\ny\r\n", "//a/../b", "", "\xc3\xa4", "%"),
                                NULL, &out, &err),
                     0);
    ck_assert_str_eq(out.out, "[a b]\n[d;e&f=g+h%i%0a]\n[x\ny\r\n]\n[//a/../b]\n[]\n[\xc3\xa4]\n[%]\n");
    stop();
}
END_TEST

/* What libwebsockets would misread over TLS is refused, never cut off; copies do not need it. */
START_TEST(over_tls)
{
    opsdk_auto_output out = {0};
    opsdk_error err = {0};

    start_with(&(opsdk_apiserver_opts){.tls = true});
    out = run("echo hi; exit 3", NULL);
    ck_assert_str_eq(out.out, "hi\n");
    ck_assert_int_eq(out.exit_code, 3);
    ck_assert_int_lt(opsdk_exec(client, pod, OPSDK_ARGV("sh", "-c", "true\nfalse"), NULL, NULL, &err), 0);
    ck_assert_int_eq(err.http_status, 400);
    ck_assert_msg(strstr(err.message, "line feeds") != NULL, "%s", err.message);
    ck_assert_int_eq(opsdk_cp_mem(client, pod, NULL, "/tmp/x/file", "text", 4, 0644, &err), 0);
    opsdk_output_clear(&out);
    out = run("cat /tmp/x/file", NULL);
    ck_assert_str_eq(out.out, "text");
    stop();
}
END_TEST

START_TEST(input_reaches_its_end)
{
    size_t len = 3u << 20;
    char *text = malloc(len + 1), count[32];
    opsdk_auto_output out = {0}, slow = {0};

    memset(text, 'x', len);
    text[len] = '\0';
    start();
    out = run("wc -c", text);
    snprintf(count, sizeof(count), "%zu\n", len);
    ck_assert_str_eq(out.out, count);
    slow = run("sleep 0.2; head -c 100000 >/dev/null; sleep 0.2; cat | wc -c", text);
    snprintf(count, sizeof(count), "%zu\n", len - 100000);
    ck_assert_str_eq(slow.out, count);
    free(text);
    stop();
}
END_TEST

typedef struct drip {
    const char *text;
    size_t at, got;
    char out[64];
} drip;

static long drip_read(char *to, size_t len, void *user)
{
    drip *d = user;

    (void)len;
    *to = d->text[d->at];
    return d->text[d->at] ? (d->at++, 1) : 0;
}

static int drip_write(int fd, const char *data, size_t len, void *user)
{
    drip *d = user;

    ck_assert_int_eq(fd, 1);
    ck_assert_uint_lt(d->got + len, sizeof(d->out));
    memcpy(d->out + d->got, data, len);
    d->got += len;
    return 0;
}

START_TEST(one_byte_at_a_time)
{
    drip d = {.text = "one byte at a time\n"};
    opsdk_exec_io io = {.read = drip_read, .write = drip_write, .user = &d};
    opsdk_error err = {0};

    start();
    ck_assert_int_eq(opsdk_exec_stream(client, pod, OPSDK_ARGV("cat"), &io, &err), 0);
    ck_assert_str_eq(d.out, d.text);
    stop();
}
END_TEST

START_TEST(much_output)
{
    opsdk_output out = {0};
    opsdk_error err = {0};

    start();
    ck_assert_int_eq(opsdk_exec(client, pod, OPSDK_ARGV("head", "-c", "5000000", "/dev/zero"),
                                &(opsdk_exec_opts){.max_output = 6000000}, &out, &err),
                     0);
    ck_assert_uint_eq(out.out_len, 5000000);
    opsdk_output_clear(&out);
    stop();
}
END_TEST

START_TEST(what_is_not_there)
{
    opsdk_output out = {0};
    opsdk_error err = {0};

    start();
    ck_assert_int_eq(opsdk_exec(client, pod, OPSDK_ARGV("nope"), NULL, &out, &err), OPSDK_EEXEC);
    ck_assert_int_eq(out.exit_code, -1);
    ck_assert_msg(strstr(err.message, "executable file not found in $PATH") != NULL, "%s", err.message);
    opsdk_output_clear(&out);
    ck_assert_int_eq(opsdk_exec(client, pod, OPSDK_ARGV("/etc/passwd"), NULL, NULL, &err), OPSDK_EEXEC);
    ck_assert_msg(strstr(err.message, "permission denied") != NULL, "%s", err.message);
    ck_assert_int_eq(opsdk_exec(client, (opsdk_key){&OPSDK_POD, "default", "b"}, OPSDK_ARGV("true"), NULL, NULL, &err),
                     OPSDK_ENOTFOUND);
    ck_assert_msg(strstr(err.message, "pods \"b\" not found") != NULL, "%s", err.message);
    ck_assert_int_lt(opsdk_exec(client, pod, OPSDK_ARGV("true"), &(opsdk_exec_opts){.container = "other"}, NULL, &err),
                     0);
    ck_assert_msg(strstr(err.message, "container other is not valid for pod a") != NULL, "%s", err.message);
    stop();
}
END_TEST

START_TEST(refusals_in_the_servers_words)
{
    json_t *doc;

    start();
    api_do(201, "POST", "/api/v1/namespaces/default/pods",
           "{metadata: {name: two}, spec: {containers: [{name: x, image: i}, {name: y, image: i}]}}");
    doc = api_ask(400, "GET", "/api/v1/namespaces/default/pods/two/exec?command=true&stdout=1", NULL);
    ck_assert_str_eq(api_text(doc, "/message"), "a container name must be specified for pod two, choose one of: [x y]");
    json_decref(doc);
    doc = api_ask(400, "GET", "/api/v1/namespaces/default/pods/two/exec?command=true&stdout=1&container=x", NULL);
    ck_assert_str_eq(api_text(doc, "/message"), "pod two does not have a host assigned");
    json_decref(doc);
    doc = api_ask(400, "GET", "/api/v1/namespaces/default/pods/two/portforward", NULL);
    ck_assert_str_eq(api_text(doc, "/message"), "pod two does not have a host assigned");
    json_decref(doc);
    doc = api_ask(400, "POST", POD "/portforward", "{}");
    ck_assert_ptr_nonnull(strstr(api_text(doc, "/message"), "reachable at its address, 127."));
    json_decref(doc);
    doc = api_ask(400, "GET", POD "/exec?command=true&stdout=1", NULL);
    ck_assert_str_eq(api_text(doc, "/message"), "Upgrade request required");
    json_decref(doc);
    stop();
}
END_TEST

/* A folder of this machine, with what a copy brings into the pod and out of it again. */
START_TEST(copies)
{
    char dir[] = "/tmp/opsdk-test.XXXXXX", path[128], back[128], text[8] = "";
    opsdk_error err = {0};
    FILE *f;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/file", dir);
    snprintf(back, sizeof(back), "%s/back", dir);
    f = fopen(path, "w");
    fputs("hello", f);
    fclose(f);
    start();
    ck_assert_msg(opsdk_cp_to(client, pod, NULL, path, "/tmp/x/file", &err) == 0, "%s", err.message);
    ck_assert_msg(opsdk_cp_to(client, pod, NULL, dir, "/tmp/folder", &err) == 0, "%s", err.message);
    ck_assert_msg(opsdk_cp_from(client, pod, NULL, "/tmp/folder/file", back, &err) == 0, "%s", err.message);
    f = fopen(back, "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_ptr_nonnull(fgets(text, sizeof(text), f));
    ck_assert_str_eq(text, "hello");
    fclose(f);
    unlink(path);
    unlink(back);
    rmdir(dir);
    stop();
}
END_TEST

/* ---- by hand ---- */

static int connect_to_server(void)
{
    const char *port = strrchr(opsdk_apiserver_url(api_server), ':') + 1;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)strtol(port, NULL, 10))};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

static int dial(const char *target, const char *protocol)
{
    int fd = connect_to_server(), len;
    char head[1024];

    len = snprintf(head, sizeof(head),
                   "GET " POD "/%s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                   "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                   "Sec-WebSocket-Protocol: %s\r\n\r\n",
                   target, protocol);
    for (int i = 0; i < len; i++) /* one byte at a time */
        ck_assert_int_eq(send(fd, head + i, 1, 0), 1);
    return fd;
}

/* All that comes, NULs as dots. */
static const char *hear(int fd)
{
    static char text[65536];
    size_t len = 0;
    ssize_t n;

    while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
        len += (size_t)n;
    text[len] = '\0';
    for (size_t i = 0; i < len; i++)
        if (!text[i])
            text[i] = '.';
    return text;
}

START_TEST(the_older_protocol)
{
    int fd;
    const char *text;

    start();
    fd = dial("exec?command=sh&command=-c&command=echo%20hi%3B%20exit%205&stdout=1&stderr=1", "v4.channel.k8s.io");
    text = hear(fd);
    ck_assert_msg(strncmp(text, "HTTP/1.1 101", 12) == 0, "%s", text);
    ck_assert_msg(strstr(text, "Sec-WebSocket-Protocol: v4.channel.k8s.io\r\n") != NULL, "%s", text);
    ck_assert_msg(strstr(text, "\001hi\n") != NULL, "%s", text);
    ck_assert_msg(strstr(text,
                         "\003{\"metadata\":{},\"status\":\"Failure\",\"message\":\"command terminated with "
                         "non-zero exit code: error executing command [sh -c echo hi; exit 5], exit code 5\"") != NULL,
                  "%s", text);
    close(fd);
    stop();
}
END_TEST

START_TEST(no_protocol_that_is_known)
{
    int fd;
    const char *text;

    start();
    fd = dial("exec?command=true&stdout=1", "v9.channel.k8s.io");
    text = hear(fd);
    ck_assert_msg(strncmp(text, "HTTP/1.", 7) == 0 && strncmp(text + 8, " 400", 4) == 0, "%s", text);
    close(fd);
    stop();
}
END_TEST

/* kubectl falls back to SPDY when a WebSocket is refused, and shows the words of that answer. */
START_TEST(the_fallback_is_refused_with_words)
{
    static const char head[] =
        "POST " POD "/exec?command=true&stdout=true&container=nope HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
        "Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n";
    char text[4096];
    ssize_t n;
    int fd;

    start();
    fd = connect_to_server();
    ck_assert_int_eq(send(fd, head, sizeof(head) - 1, 0), sizeof(head) - 1);
    n = read(fd, text, sizeof(text) - 1);
    ck_assert_int_gt(n, 0);
    text[n] = '\0';
    ck_assert_msg(strncmp(text, "HTTP/1.1 400", 12) == 0 && strstr(text, "container nope is not valid for pod a"), "%s",
                  text);
    close(fd);
    stop();
}
END_TEST

/* Who leaves in the middle leaves nothing behind; the server goes on. */
START_TEST(clients_that_leave)
{
    opsdk_auto_output out = {0};

    start();
    for (int i = 0; i < 10; i++)
        close(dial(i % 2 ? "exec?command=yes&stdout=1" : "exec?command=cat&stdin=1&stdout=1", "v5.channel.k8s.io"));
    out = run("echo still there", NULL);
    ck_assert_str_eq(out.out, "still there\n");
    stop();
}
END_TEST

START_TEST(the_log_of_requests_has_them)
{
    opsdk_apiserver_filter filter = {.verb = "get", .resource = "pods", .subresource = "exec", .status = 101};
    opsdk_auto_output out = {0};
    opsdk_error err = {0};

    start();
    out = run("true", NULL);
    ck_assert_uint_eq(opsdk_apiserver_requests(api_server, &filter, NULL, NULL), 1);
    ck_assert_int_eq(opsdk_apiserver_fault(api_server, "error n=1 code=503 resource=pods", &err), 0);
    ck_assert_int_lt(opsdk_exec(client, pod, OPSDK_ARGV("true"), NULL, NULL, &err), 0);
    ck_assert_int_eq(err.http_status, 503);
    ck_assert_int_eq(opsdk_apiserver_fault(api_server, "cut n=1 resource=pods", &err), 0);
    ck_assert_int_eq(opsdk_exec(client, pod, OPSDK_ARGV("echo", "lost"), NULL, NULL, &err), OPSDK_EIO);
    stop();
}
END_TEST

/* The command ends with the container beside whose process it runs. */
START_TEST(the_container_ends)
{
    opsdk_output out = {0};
    opsdk_error err = {0};

    start();
    ck_assert_int_eq(
        opsdk_exec(client, pod, OPSDK_ARGV("sleep", "1000"), &(opsdk_exec_opts){.timeout_ms = 200}, &out, &err),
        OPSDK_ETIMEOUT);
    opsdk_output_clear(&out);
    api_do(200, "DELETE", POD "?gracePeriodSeconds=0", NULL);
    ck_assert_int_eq(opsdk_exec(client, pod, OPSDK_ARGV("true"), NULL, NULL, &err), OPSDK_ENOTFOUND);
    stop();
}
END_TEST

TESTS("exec", output_and_exit_code, arguments_are_as_they_are, over_tls, input_reaches_its_end, one_byte_at_a_time,
      much_output, what_is_not_there, refusals_in_the_servers_words, copies, the_older_protocol,
      no_protocol_that_is_known, the_fallback_is_refused_with_words, clients_that_leave, the_log_of_requests_has_them,
      the_container_ends)
