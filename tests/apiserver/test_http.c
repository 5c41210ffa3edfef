/* The door: requests in pieces, and clients that hang up. */
#include "tests/support/suite.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <opsdk/apiserver.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static opsdk_apiserver *server;
static char answer[65536];

static void start(void)
{
    opsdk_error err = {0};

    ck_assert_int_eq(opsdk_apiserver_start(NULL, &server, &err), 0);
}

static int dial(void)
{
    const char *port = strrchr(opsdk_apiserver_url(server), ':') + 1;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)strtol(port, NULL, 10))};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

static void say_all(int fd, const char *data, size_t len)
{
    for (ssize_t n; len > 0; len -= (size_t)n, data += n) {
        n = send(fd, data, len, MSG_NOSIGNAL);
        ck_assert_int_gt(n, 0);
    }
}

static void say(int fd, const char *text, size_t piece)
{
    for (size_t len = strlen(text), n; len > 0; len -= n, text += n) {
        n = len < piece ? len : piece;
        say_all(fd, text, n);
    }
}

/* Until that text is there, or the end. */
static bool hear(int fd, const char *text)
{
    size_t len = 0;
    ssize_t n = 1;

    answer[0] = '\0';
    while (n > 0 && !strstr(answer, text)) {
        n = read(fd, answer + len, sizeof(answer) - 1 - len);
        len += n > 0 ? (size_t)n : 0;
        answer[len] = '\0';
    }
    return strstr(answer, text) != NULL;
}

#define POST(name)                                                                                                 \
    "POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-" \
    "Length: 30\r\n\r\n{\"metadata\":{\"name\":\"" name "\"}}   "

START_TEST(one_byte_at_a_time)
{
    int fd;

    start();
    fd = dial();
    say(fd, POST("one"), 1);
    ck_assert_msg(hear(fd, "\"resourceVersion\""), "%s", answer);
    ck_assert_int_eq(strncmp(answer, "HTTP/1.1 201", 12), 0);
    say(fd, "GET /api/v1/namespaces/default/configmaps/one HTTP/1.1\r\nHost: x\r\n\r\n", 1);
    ck_assert(hear(fd, "\"resourceVersion\""));
    ck_assert_int_eq(strncmp(answer, "HTTP/1.1 200", 12), 0);
    close(fd);
    opsdk_apiserver_stop(server);
}
END_TEST

/* In every encoding: what goes over the limit is not kept, and must not be read. */
START_TEST(bodies_are_capped)
{
    static const char *const types[] = {"application/json", "application/yaml", "application/vnd.kubernetes.protobuf"};
    size_t len = 4u << 20;
    char head[256], *body = malloc(len + 1);

    memset(body, ' ', len);
    memcpy(body, "k8s", 4); /* with its NUL, as protobuf begins */
    start();
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        int fd = dial();
        snprintf(
            head, sizeof(head),
            "POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: "
            "%zu\r\n\r\n",
            types[i], len);
        say(fd, head, 65536);
        say_all(fd, body, len);
        ck_assert_msg(hear(fd, "limit is 3145728"), "%s: %s", types[i], answer);
        ck_assert_int_eq(strncmp(answer, "HTTP/1.1 413", 12), 0);
        close(fd);
    }
    opsdk_apiserver_stop(server);
    free(body);
}
END_TEST

static int descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    int n = 0;

    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

/* A watch whose client went away is not kept: its connection is closed. */
START_TEST(hang_ups_are_noticed)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    int before, fds[8];

    start();
    before = descriptors();
    for (int i = 0; i < 8; i++) {
        fds[i] = dial();
        say(fds[i], "GET /api/v1/configmaps?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n", 65536);
        ck_assert(hear(fds[i], "\r\n\r\n"));
    }
    for (int i = 0; i < 8; i++)
        close(fds[i]);
    for (int i = 0; descriptors() > before; i++) {
        ck_assert_int_lt(i, 3000);
        nanosleep(&pause, NULL);
    }
    opsdk_apiserver_stop(server);
}
END_TEST

START_TEST(a_unix_socket)
{
    char path[64];
    opsdk_error err = {0};

    snprintf(path, sizeof(path), "unix:/tmp/opsdk-test-%d.sock", getpid());
    ck_assert_int_eq(opsdk_apiserver_start(&(opsdk_apiserver_opts){.listen = path}, &server, &err), 0);
    ck_assert_str_eq(opsdk_apiserver_url(server), path);
    ck_assert_int_eq(access(path + 5, F_OK), 0);
    opsdk_apiserver_stop(server);
    unlink(path + 5);
}
END_TEST

#define HEAD_OF_POST \
    "POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"

START_TEST(a_body_in_chunks)
{
    static const char request[] =
        HEAD_OF_POST "Transfer-Encoding: chunked\r\n\r\n10\r\n{\"metadata\":{\"na\r\n10\r\nme\":"
                     "\"chunked\"}}\r\n0\r\n\r\n";
    int fd;

    start();
    for (size_t piece = 1; piece <= sizeof(request); piece += sizeof(request) - 1) {
        fd = dial();
        say(fd, request, piece);
        ck_assert_msg(hear(fd, "\"chunked\""), "%s", answer);
        ck_assert_int_eq(strncmp(answer, piece == 1 ? "HTTP/1.1 201" : "HTTP/1.1 409", 12), 0);
        ck_assert_ptr_nonnull(strstr(answer, "connection: close"));
        ck_assert_int_eq(read(fd, answer, 1), 0);
        close(fd);
    }
    server = opsdk_apiserver_stop(server);
}
END_TEST

START_TEST(a_body_that_is_announced)
{
    int fd;

    start();
    fd = dial();
    say(fd, HEAD_OF_POST "Content-Length: 33\r\nExpect: 100-continue\r\n\r\n", 4096);
    ck_assert_msg(hear(fd, "100 Continue\r\n\r\n"), "%s", answer);
    say(fd, "{\"metadata\":{\"name\":\"announced\"}}", 4096);
    ck_assert_msg(hear(fd, "\"announced\""), "%s", answer);
    close(fd);
    server = opsdk_apiserver_stop(server);
}
END_TEST

/* libwebsockets would never come back from the second. */
START_TEST(several_bodies_at_once)
{
    int fd, other;

    start();
    fd = dial();
    say(fd, POST("one") POST("two") POST("six"), 4096);
    ck_assert_msg(hear(fd, "\"one\""), "%s", answer);
    ck_assert(!hear(fd, "\"six\"")); /* the connection ends */
    other = dial();
    say(other, "GET /version HTTP/1.1\r\nHost: x\r\n\r\n", 4096);
    ck_assert(hear(other, "gitVersion"));
    close(fd);
    close(other);
    server = opsdk_apiserver_stop(server);
}
END_TEST

/* Nobody can tell where such a request ends. */
START_TEST(a_body_without_a_length)
{
    int fd;

    start();
    fd = dial();
    say(fd, HEAD_OF_POST "\r\n", 4096);
    ck_assert(hear(fd, "\"code\":400"));
    ck_assert_int_eq(read(fd, answer, 1), 0);
    close(fd);
    server = opsdk_apiserver_stop(server);
}
END_TEST

static long ticks(void)
{
    return (long)clock() * 1000 / CLOCKS_PER_SEC;
}

/* The loop sleeps while a client has sent more behind a watch, and the connection ends with the watch. */
START_TEST(more_behind_a_watch)
{
    long before;
    int fd;

    start();
    fd = dial();
    say(fd, "GET /api/v1/configmaps?watch=1&timeoutSeconds=2 HTTP/1.1\r\nHost: x\r\n\r\n", 4096);
    ck_assert(hear(fd, "chunked"));
    say(fd, "GET /version HTTP/1.1\r\nHost: x\r\n\r\n", 4096);
    before = ticks();
    ck_assert(!hear(fd, "gitVersion"));
    ck_assert_int_lt(ticks() - before, 1500); /* of the 2000 that it would spin */
    close(fd);
    server = opsdk_apiserver_stop(server);
}
END_TEST

/* ---- watches while there is no end of requests ---- */

#define WRITERS 4
#define WRITES 50

typedef struct writer {
    pthread_t thread;
    char name;
} writer;

/* Ten requests at a time on their way, so that the server always has one to serve. */
static void *write_much(void *arg)
{
    const writer *w = arg;
    int lines[10];
    char text[400], got[4096];

    for (int i = 0; i < 10; i++)
        lines[i] = dial();
    for (int k = 0; k < WRITES; k += 10) {
        for (int i = 0; i < 10; i++) {
            snprintf(
                text, sizeof(text),
                "POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                "Content-Length: 30\r\n\r\n{\"metadata\":{\"name\":\"%c%03d\"}}  ",
                w->name, k + i);
            say_all(lines[i], text, strlen(text));
        }
        for (int i = 0; i < 10; i++)
            ck_assert_int_gt(read(lines[i], got, sizeof(got)), 0);
    }
    for (int i = 0; i < 10; i++)
        close(lines[i]);
    return NULL;
}

/* All events up to the one that has that text, without what chunks have around them; the caller's. */
static char *follow(int fd, const char *last)
{
    size_t room = 4u << 20, len = 0, out = 0;
    char *text = calloc(1, room), *at, *end;
    ssize_t n = 1;

    while (n > 0 && !strstr(text, last)) {
        n = read(fd, text + len, room - 1 - len);
        len += n > 0 ? (size_t)n : 0;
        text[len] = '\0';
    }
    ck_assert_int_gt(n, 0);
    at = strstr(text, "\r\n\r\n");
    ck_assert_ptr_nonnull(at);
    for (at += 4; *at; at += 2) {
        size_t size = strtoul(at, &end, 16);
        at = end + 2;
        memmove(text + out, at, size);
        out += size;
        at += size;
    }
    text[out] = '\0';
    return text;
}

/* Each event once, in order of versions. */
static void check_events(const char *text, int want)
{
    static const char member[] = "\"resourceVersion\":\"";
    long before = 0;
    int n = 0;

    for (const char *at = strstr(text, member); at; at = strstr(at, member), n++) {
        long version = strtol(at += strlen(member), NULL, 10);
        ck_assert_int_gt(version, before);
        before = version;
    }
    ck_assert_int_eq(n, want);
}

/* From now on, without those that are there. */
static int dial_watch(void)
{
    static const char member[] = "\"resourceVersion\":\"";
    char text[200];
    const char *at;
    int fd = dial();

    say(fd, "GET /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\n\r\n", 4096);
    ck_assert(hear(fd, "\"items\""));
    at = strstr(answer, member);
    ck_assert_ptr_nonnull(at);
    close(fd);
    fd = dial();
    snprintf(text, sizeof(text),
             "GET /api/v1/namespaces/default/configmaps?watch=1&resourceVersion=%ld HTTP/1.1\r\nHost: x\r\n\r\n",
             strtol(at + strlen(member), NULL, 10));
    say(fd, text, sizeof(text));
    return fd;
}

/* They are told of each write once, and all of the same. */
START_TEST(watches_beside_many_requests)
{
    writer writers[WRITERS];
    int watches[3], fd;
    char *texts[3];

    start();
    for (int i = 0; i < 3; i++)
        watches[i] = dial_watch();
    for (int i = 0; i < WRITERS; i++) {
        writers[i].name = (char)('a' + i);
        pthread_create(&writers[i].thread, NULL, write_much, &writers[i]);
    }
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i].thread, NULL);
    fd = dial();
    say(fd, POST("end"), 4096);
    for (int i = 0; i < 3; i++) {
        texts[i] = follow(watches[i], "\"end\"");
        check_events(texts[i], WRITERS * WRITES + 1);
        ck_assert_str_eq(texts[i], texts[0]);
        close(watches[i]);
    }
    for (int i = 0; i < 3; i++)
        free(texts[i]);
    close(fd);
    server = opsdk_apiserver_stop(server);
}
END_TEST

/* Who is gone before the answer is sent harms nobody, and what was written is. */
START_TEST(hang_ups_before_the_answer)
{
    int fds[20], other;
    char text[400];

    start();
    other = dial();
    for (int k = 0; k < 10; k++) {
        for (int i = 0; i < 20; i++)
            fds[i] = dial();
        for (int i = 0; i < 20; i++) {
            snprintf(text, sizeof(text),
                     "POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nContent-Type: "
                     "application/json\r\nContent-Length: 30\r\n\r\n{\"metadata\":{\"name\":\"h%03d\"}}  ",
                     20 * k + i);
            say_all(fds[i], text, strlen(text));
            if (i % 2)
                close(fds[i]);
            if (i % 5 == 0)
                say(other, "GET /version HTTP/1.1\r\nHost: x\r\n\r\n", 4096);
            if (i % 5 == 0)
                ck_assert(hear(other, "gitVersion"));
        }
        for (int i = 0; i < 20; i += 2) {
            ck_assert(hear(fds[i], "\"uid\""));
            close(fds[i]);
        }
    }
    close(other);
    server = opsdk_apiserver_stop(server);
}
END_TEST

/* A HEAD, a list and something unknown among writes: each gets its own answer. */
START_TEST(answers_find_their_way)
{
    static const char *const asked[][2] = {
        {"HEAD /api/v1/namespaces/default HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 405"},
        {"GET /api/v1/namespaces HTTP/1.1\r\nHost: x\r\n\r\n", "NamespaceList"},
        {"GET /api/v1/namespaces/default HTTP/1.1\r\nHost: x\r\n\r\n", "\"kind\":\"Namespace\""},
        {"GET /none HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404"},
        {"DELETE /api/v1/namespaces/default/configmaps/none HTTP/1.1\r\nHost: x\r\n\r\n", "\"code\":404"},
        {"GET /api/v1/namespaces/default HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "\"kind\":\"Namespace\""},
    };
    enum { N = sizeof(asked) / sizeof(asked[0]) };
    int fds[N];

    start();
    for (int i = 0; i < N; i++)
        fds[i] = dial();
    for (int k = 0; k < 20; k++) {
        for (int i = 0; i < N - (k < 19); i++)
            say(fds[i], asked[i][0], 4096);
        for (int i = 0; i < N - (k < 19); i++)
            ck_assert_msg(hear(fds[i], asked[i][1]), "%s: %s", asked[i][0], answer);
    }
    for (int i = 0; i < N; i++)
        close(fds[i]);
    server = opsdk_apiserver_stop(server);
}
END_TEST

TESTS("http", one_byte_at_a_time, bodies_are_capped, hang_ups_are_noticed, a_unix_socket, a_body_in_chunks,
      a_body_that_is_announced, several_bodies_at_once, a_body_without_a_length, more_behind_a_watch,
      hang_ups_before_the_answer, answers_find_their_way, watches_beside_many_requests)
