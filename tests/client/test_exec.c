#include "tests/support/suite.h"
#include "tests/support/wsserver.h"

#include <opsdk.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define POD OPSDK_KEY(&OPSDK_POD, NULL, "p")

static wsserver *server;
static opsdk_client *client;
static opsdk_error err;
static opsdk_output out;

static void start(const wsserver_opts *opts)
{
    server = wsserver_start(opts);
    client = wsserver_client(server, NULL, NULL);
    err = (opsdk_error){0};
}

static void stop(void)
{
    opsdk_output_clear(&out);
    client = opsdk_client_free(client);
    server = wsserver_stop(server);
}

static int run(const char *const argv[], const opsdk_exec_opts *opts)
{
    opsdk_output_clear(&out);
    err = (opsdk_error){0};
    return opsdk_exec(client, POD, argv, opts, &out, &err);
}

static int sh(const char *script)
{
    return run(OPSDK_ARGV("sh", "-c", script), NULL);
}

START_TEST(tells_stdout_from_stderr)
{
    start(NULL);
    ck_assert_int_eq(sh("echo one; echo two >&2"), 0);
    ck_assert_int_eq(out.exit_code, 0);
    ck_assert_str_eq(out.out, "one\n");
    ck_assert_str_eq(out.err, "two\n");
    ck_assert_int_eq(out.out_len, 4);
    ck_assert_int_eq(out.err_len, 4);
    stop();
}
END_TEST

START_TEST(asks_for_what_is_needed)
{
    start(NULL);
    ck_assert_int_eq(run(OPSDK_ARGV("echo", "a b"), &(opsdk_exec_opts){.container = "c/1"}), 0);
    ck_assert_str_eq(wsserver_target(server),
                     "/api/v1/namespaces/ns/pods/p/exec?container=c%2F1&stdout=true&stderr=true&"
                     "command=echo&command=a%20b");
    ck_assert_str_eq(wsserver_header(server, "Sec-WebSocket-Protocol"), "v5.channel.k8s.io, v4.channel.k8s.io");
    ck_assert_str_eq(wsserver_header(server, "Sec-WebSocket-Extensions"), "");
    ck_assert_ptr_nonnull(strstr(wsserver_header(server, "User-Agent"), "opsdk"));
    ck_assert_int_eq(run(OPSDK_ARGV("cat"), &(opsdk_exec_opts){.in = "", .in_len = 0}), 0);
    ck_assert_ptr_nonnull(strstr(wsserver_target(server), "stdin=true"));
    ck_assert_int_eq(opsdk_exec(client, OPSDK_KEY(&OPSDK_POD, "other", "q"), OPSDK_ARGV("true"), NULL, NULL, &err), 0);
    ck_assert_ptr_nonnull(strstr(wsserver_target(server), "/namespaces/other/pods/q/"));
    stop();
}
END_TEST

/* What a shell would see as its own goes through untouched; ';' would be cut off by the server if it were not escaped. */
START_TEST(passes_arguments_as_they_are)
{
    const char *text = "a;b&c=d $HOME `id` $(id) 'x' \"y\" %41 + \\ \n \t # \xc3\xa4 *?";

    start(NULL);
    ck_assert_int_eq(run(OPSDK_ARGV("printf", "%s|", text, "", "-n"), NULL), 0);
    ck_assert_int_eq(strncmp(out.out, text, strlen(text)), 0);
    ck_assert_str_eq(out.out + strlen(text), "||-n|");
    stop();
}
END_TEST

/* libwebsockets would cut the request line at 2,048 bytes. */
START_TEST(passes_long_arguments)
{
    static const size_t sizes[] = {1700, 1800, 1900, 1950, 2000, 2048, 2100, 10000, 60000};
    char *text = malloc(60001);

    start(NULL);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        memset(text, 'x', sizes[i]);
        text[sizes[i]] = '\0';
        ck_assert_msg(run(OPSDK_ARGV("printf", "%s", text), NULL) == 0, "%zu: %s", sizes[i], err.message);
        ck_assert_str_eq(out.out, text);
        ck_assert_ptr_nonnull(strstr(wsserver_header(server, "User-Agent"), "opsdk"));
    }
    free(text);
    text = calloc(1, 70001);
    memset(text, 'x', 70000);
    ck_assert_int_eq(run(OPSDK_ARGV("printf", "%s", text), NULL), OPSDK_EINVAL);
    free(text);
    stop();
}
END_TEST

START_TEST(exit_codes)
{
    static const opsdk_exec_opts any = {.any_exit = true};

    start(NULL);
    ck_assert_int_eq(sh("echo first; echo 'no\tluck\033[31m' >&2; exit 3"), OPSDK_EEXEC);
    ck_assert_str_eq(err.message, "sh: exit code 3: no luck?[31m");
    ck_assert_str_eq(err.reason, "NonZeroExitCode");
    ck_assert_int_eq(out.exit_code, 3);
    ck_assert_str_eq(out.out, "first\n");
    ck_assert_int_eq(run(OPSDK_ARGV("sh", "-c", "exit 255"), &any), 0);
    ck_assert_int_eq(out.exit_code, 255);
    ck_assert_int_eq(run(OPSDK_ARGV("sh", "-c", "kill -9 $$"), &any), 0);
    ck_assert_int_eq(out.exit_code, 137);
    ck_assert_int_eq(run(OPSDK_ARGV("sh", "-c", "no-such-program"), &any), 0);
    ck_assert_int_eq(out.exit_code, 127);
    ck_assert_int_eq(opsdk_exec(client, POD, OPSDK_ARGV("false"), NULL, NULL, NULL), OPSDK_EEXEC);
    stop();
}
END_TEST

/* Never a result, not even with any_exit: there was no exit. */
START_TEST(program_that_is_not_there)
{
    start(NULL);
    ck_assert_int_eq(run(OPSDK_ARGV("no-such-program"), &(opsdk_exec_opts){.any_exit = true}), OPSDK_EEXEC);
    ck_assert_int_eq(out.exit_code, -1);
    ck_assert_str_eq(err.reason, "InternalError");
    ck_assert_ptr_nonnull(strstr(err.message, "executable file not found"));
    stop();
}
END_TEST

START_TEST(closes_stdin)
{
    start(NULL);
    ck_assert_int_eq(run(OPSDK_ARGV("cat"), &(opsdk_exec_opts){.in = "text", .in_len = 4}), 0);
    ck_assert_str_eq(out.out, "text");
    ck_assert_int_eq(run(OPSDK_ARGV("wc", "-c"), &(opsdk_exec_opts){.in = "", .in_len = 0}), 0);
    ck_assert_int_eq(atol(out.out), 0);
    stop();
}
END_TEST

static void large_streams(const wsserver_opts *opts, size_t len)
{
    char *text = malloc(len);
    opsdk_exec_opts exec = {.in = text, .in_len = len, .max_output = len, .timeout_ms = 600000}; /* valgrind is slow */

    for (size_t i = 0; i < len; i++)
        text[i] = (char)(i * 2654435761u >> 13);
    start(opts);
    ck_assert_msg(run(OPSDK_ARGV("cat"), &exec) == 0, "%s", err.message);
    ck_assert_uint_eq(out.out_len, len);
    ck_assert_int_eq(memcmp(out.out, text, len), 0);
    free(text);
    stop();
}

START_TEST(large_both_ways)
{
    large_streams(NULL, 24 << 20);
}
END_TEST

START_TEST(large_both_ways_over_tls)
{
    large_streams(&(wsserver_opts){.tls = true}, 24 << 20);
}
END_TEST

START_TEST(byte_by_byte)
{
    large_streams(&(wsserver_opts){.piece = 1}, 20000);
    large_streams(&(wsserver_opts){.fragment = 1, .empty_frames = true}, 20000);
    large_streams(&(wsserver_opts){.fragment = 1, .piece = 1}, 2000);
    large_streams(&(wsserver_opts){.fragment = 7, .piece = 3, .tls = true}, 20000);
}
END_TEST

START_TEST(output_has_a_cap)
{
    start(NULL);
    ck_assert_int_eq(run(OPSDK_ARGV("sh", "-c", "printf 1234"), &(opsdk_exec_opts){.max_output = 4}), 0);
    ck_assert_int_eq(run(OPSDK_ARGV("sh", "-c", "printf 12345"), &(opsdk_exec_opts){.max_output = 4}), OPSDK_EEXEC);
    ck_assert_str_eq(out.out, "1234");
    ck_assert_ptr_nonnull(strstr(err.message, "over 4 bytes"));
    ck_assert_int_eq(run(OPSDK_ARGV("yes"), NULL), OPSDK_EEXEC);
    ck_assert_uint_eq(out.out_len, 1 << 20);
    stop();
}
END_TEST

/* What came before it is kept; how long a shell takes to say something is not known, so the time is doubled until it does. */
START_TEST(has_a_deadline)
{
    opsdk_exec_opts opts = {.timeout_ms = 300};

    start(NULL);
    do {
        ck_assert_int_eq(run(OPSDK_ARGV("sh", "-c", "echo early; exec sleep 1000"), &opts), OPSDK_ETIMEOUT);
        opts.timeout_ms *= 2;
    } while (out.out_len == 0 && opts.timeout_ms < 60000);
    ck_assert_str_eq(out.out, "early\n");
    ck_assert_int_eq(out.exit_code, -1);
    stop();
}
END_TEST

static void no_status(const wsserver_opts *opts)
{
    start(opts);
    ck_assert_int_eq(sh("echo part"), OPSDK_EIO);
    ck_assert_msg(strstr(err.message, "without exit status"), "%s", err.message);
    ck_assert_int_eq(out.exit_code, -1);
    ck_assert_int_eq(strncmp("part\n", out.out, out.out_len), 0);
    stop();
}

START_TEST(stream_that_breaks_is_no_success)
{
    no_status(&(wsserver_opts){.cut = true});
    no_status(&(wsserver_opts){.cut_after = 1});
    no_status(&(wsserver_opts){.cut_after = 3});
    no_status(&(wsserver_opts){.error = ""});
    no_status(&(wsserver_opts){.error = "{\"status\":\"Succ"});
    no_status(&(wsserver_opts){.error = "{\"status\":\"Failure\",\"reason\":\"NonZeroExitCode\"}"});
}
END_TEST

/* The status came, but who hangs up without a word may have dropped output. */
START_TEST(status_without_close_is_no_success)
{
    start(&(wsserver_opts){.no_close = true});
    ck_assert_int_eq(sh("echo part"), OPSDK_EIO);
    ck_assert_str_eq(out.out, "part\n");
    stop();
}
END_TEST

START_TEST(server_that_lingers)
{
    start(&(wsserver_opts){.linger = true});
    ck_assert_int_eq(sh("echo all"), 0);
    ck_assert_str_eq(out.out, "all\n");
    stop();
}
END_TEST

START_TEST(server_that_breaks_the_protocol)
{
    static const char channels[] = {0, 4, 7, (char)200};

    for (size_t i = 0; i < sizeof(channels); i++) {
        start(&(wsserver_opts){.stray = channels + i, .stray_len = 1});
        ck_assert_int_eq(sh("echo x"), OPSDK_EPROTO);
        stop();
    }
    start(&(wsserver_opts){.stray = "\xff\x01", .stray_len = 2}); /* stdout is closed: allowed */
    ck_assert_int_eq(sh("echo x"), 0);
    stop();
}
END_TEST

/* ---- v4 ---- */

START_TEST(v4_works)
{
    start(&(wsserver_opts){.v4 = true});
    ck_assert_int_eq(sh("echo x; exit 4"), OPSDK_EEXEC);
    ck_assert_int_eq(out.exit_code, 4);
    ck_assert_int_eq(run(OPSDK_ARGV("head", "-c", "4"), &(opsdk_exec_opts){.in = "text", .in_len = 4}), 0);
    ck_assert_str_eq(out.out, "text");
    stop();
}
END_TEST

START_TEST(v4_cannot_close_stdin)
{
    start(&(wsserver_opts){.v4 = true});
    ck_assert_int_eq(run(OPSDK_ARGV("cat"), &(opsdk_exec_opts){.in = "text", .in_len = 4}), OPSDK_EPROTO);
    ck_assert_str_eq(out.out, "text");
    ck_assert_ptr_nonnull(strstr(err.message, "v4.channel.k8s.io"));
    stop();
}
END_TEST

/* ---- refusals ---- */

#define STATUS(code, reason, words) \
    "{\"kind\":\"Status\",\"status\":\"Failure\",\"code\":" code ",\"reason\":\"" reason "\",\"message\":\"" words "\"}"

START_TEST(refusals_have_the_servers_words)
{
    static const struct {
        int status;
        const char *body;
        int code;
        const char *words;
    } cases[] = {
        {403, STATUS("403", "Forbidden", "user may not exec"), OPSDK_EFORBIDDEN, "user may not exec"},
        {404, STATUS("404", "NotFound", "pod p not found"), OPSDK_ENOTFOUND, "pod p not found"},
        {400, STATUS("400", "BadRequest", "Upgrade request required"), OPSDK_EREJECTED, "400"},
        {500, "{}", OPSDK_EIO, "500"},
        {503, "{}", OPSDK_EBUSY, "503"},
        {302, "{}", OPSDK_EIO, "302"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        start(&(wsserver_opts){.status = cases[i].status, .body = cases[i].body});
        ck_assert_int_eq(run(OPSDK_ARGV("true"), &(opsdk_exec_opts){.container = "c"}), cases[i].code);
        ck_assert_msg(strstr(err.message, cases[i].words) != NULL, "%s", err.message);
        ck_assert_int_eq(err.http_status, cases[i].status);
        stop();
    }
}
END_TEST

/* Only when the server asks which of several containers is meant. */
START_TEST(finds_the_default_container)
{
    start(&(wsserver_opts){
        .ask_container = true,
        .body = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\",\"annotations\":{"
                "\"kubectl.kubernetes.io/default-container\":\"main\"}},\"spec\":{\"containers\":[{\"name\":"
                "\"side\"},{\"name\":\"main\"}]}}"});
    ck_assert_msg(sh("true") == 0, "%s", err.message);
    ck_assert_ptr_nonnull(strstr(wsserver_target(server), "container=main"));
    stop();
    start(&(wsserver_opts){
        .ask_container = true,
        .body = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":"
                "[{\"name\":\"side\"},{\"name\":\"main\"}]}}"});
    ck_assert_int_eq(sh("true"), 0);
    ck_assert_ptr_nonnull(strstr(wsserver_target(server), "container=side"));
    stop();
}
END_TEST

START_TEST(bad_requests)
{
    start(NULL);
    ck_assert_int_eq(run((const char *const[]){NULL}, NULL), OPSDK_EINVAL);
    ck_assert_int_eq(opsdk_exec(client, OPSDK_KEY(&OPSDK_POD, NULL, ".."), OPSDK_ARGV("x"), NULL, NULL, &err),
                     OPSDK_EINVAL);
    ck_assert_int_eq(opsdk_exec(client, OPSDK_KEY(&OPSDK_POD, NULL, NULL), OPSDK_ARGV("x"), NULL, NULL, &err),
                     OPSDK_EINVAL);
    ck_assert_int_eq(wsserver_count(server), 0);
    stop();
}
END_TEST

/* ---- streams ---- */

typedef struct talk {
    int asked;
    char got[64];
} talk;

/* "nothing yet" twice, a line, and what comes back before the next. */
static long talk_read(char *to, size_t len, void *user)
{
    talk *t = user;

    (void)len;
    t->asked++;
    if (t->asked < 3 || (t->asked > 3 && !t->got[0]))
        return OPSDK_EBUSY;
    if (t->asked > 3)
        return 0;
    memcpy(to, "line\n", 5);
    return 5;
}

static int talk_write(int fd, const char *data, size_t len, void *user)
{
    talk *t = user;

    ck_assert_int_eq(fd, 1);
    strncat(t->got, data, len);
    return 0;
}

START_TEST(talks_with_a_command)
{
    talk t = {0};

    start(NULL);
    ck_assert_int_eq(opsdk_exec_stream(client, POD, OPSDK_ARGV("sh", "-c", "read x; echo got $x; cat; exit 9"),
                                       &(opsdk_exec_io){.read = talk_read, .write = talk_write, .user = &t}, &err),
                     9);
    ck_assert_str_eq(t.got, "got line\n");
    stop();
}
END_TEST

static long broken_read(char *to, size_t len, void *user)
{
    (void)to, (void)len, (void)user;
    return OPSDK_EIO;
}

static int full_write(int fd, const char *data, size_t len, void *user)
{
    (void)fd, (void)data, (void)len, (void)user;
    return OPSDK_ENOMEM;
}

START_TEST(callbacks_may_fail)
{
    start(NULL);
    ck_assert_int_eq(opsdk_exec_stream(client, POD, OPSDK_ARGV("cat"), &(opsdk_exec_io){.read = broken_read}, &err),
                     OPSDK_EIO);
    ck_assert_int_eq(opsdk_exec_stream(client, POD, OPSDK_ARGV("yes"), &(opsdk_exec_io){.write = full_write}, &err),
                     OPSDK_ENOMEM);
    ck_assert_int_eq(opsdk_exec_stream(client, POD, OPSDK_ARGV("echo", "dropped"), &(opsdk_exec_io){0}, &err), 0);
    stop();
}
END_TEST

static long endless_read(char *to, size_t len, void *user)
{
    (void)user;
    memset(to, 'x', len);
    return (long)len;
}

START_TEST(peers_that_stand_still)
{
    opsdk_exec_io io = {.silence_ms = 300};

    start(&(wsserver_opts){.mute = true});
    ck_assert_int_eq(opsdk_exec_stream(client, POD, OPSDK_ARGV("true"), &io, &err), OPSDK_ETIMEOUT);
    ck_assert_ptr_nonnull(strstr(err.message, "silent"));
    stop();
    start(&(wsserver_opts){.deaf = true});
    io.read = endless_read;
    ck_assert_int_eq(opsdk_exec_stream(client, POD, OPSDK_ARGV("sleep", "100"), &io, &err), OPSDK_ETIMEOUT);
    stop();
}
END_TEST

TESTS("exec", tells_stdout_from_stderr, asks_for_what_is_needed, passes_arguments_as_they_are, passes_long_arguments,
      exit_codes, program_that_is_not_there, closes_stdin, large_both_ways, large_both_ways_over_tls, byte_by_byte,
      output_has_a_cap, has_a_deadline, stream_that_breaks_is_no_success, status_without_close_is_no_success,
      server_that_lingers, server_that_breaks_the_protocol, v4_works, v4_cannot_close_stdin,
      refusals_have_the_servers_words, finds_the_default_container, bad_requests, talks_with_a_command,
      callbacks_may_fail, peers_that_stand_still)
