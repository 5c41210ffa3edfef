#include "operators/jmx-exporter/attach/scrape.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "operators/jmx-exporter/attach/base.h"
#include "tests/support/suite.h"

#define GOOD                                          \
    "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"    \
    "# HELP jmx_config_reload_failure_total Number\n" \
    "jmx_config_reload_failure_total 2.0\n"           \
    "jmx_config_reload_success_total 1.5E1\n"         \
    "jmx_exporter_build_info{name=\"jmx_prometheus_javaagent\",version=\"1.0.1\"} 1\n"

static struct metrics feed(const char *text, size_t len, size_t piece, bool *ret_bad)
{
    struct metrics_reader m = {.body = false};

    for (size_t at = 0; at < len; at += piece)
        metrics_feed(&m, text + at, len - at < piece ? len - at : piece);
    metrics_end(&m);
    *ret_bad = m.bad || !m.body;
    return m.metrics;
}

START_TEST(in_pieces)
{
    bool bad;

    for (size_t piece = 1; piece < sizeof(GOOD); piece += 7) {
        struct metrics m = feed(GOOD, sizeof(GOOD) - 1, piece, &bad);
        ck_assert(!bad && m.exporter && m.has_reloads && m.has_failures);
        ck_assert_int_eq(m.status, 200);
        ck_assert(m.reloads > 14 && m.reloads < 16 && m.failures > 1 && m.failures < 3);
    }
}
END_TEST

START_TEST(cut_anywhere)
{
    bool bad;

    for (size_t len = 0; len < sizeof(GOOD) - 8; len++) {
        struct metrics m = feed(GOOD, len, 1, &bad);
        ck_assert(!(m.exporter && m.has_reloads && m.has_failures) || len > sizeof(GOOD) - 80);
    }
}
END_TEST

START_TEST(other_answers)
{
    static const char delayed[] =
        "HTTP/1.0 500 Internal Server Error\r\n\r\nAn Exception: waiting for startDelaySeconds\n";
    static const char not_http[] = "SSH-2.0-OpenSSH\r\n\r\njmx_config_reload_success_total 1\n";
    static const char odd_values[] =
        "HTTP/1.1 200 OK\n\njmx_config_reload_success_total NaN\njmx_config_reload_failure_total -1\n"
        "jmx_config_reload_success_total_x 1\njmx_config_reload_success_total\n";
    bool bad;

    struct metrics m = feed(delayed, sizeof(delayed) - 1, 3, &bad);
    ck_assert(!bad && m.delayed && m.status == 500);
    m = feed(not_http, sizeof(not_http) - 1, 3, &bad);
    ck_assert(bad && !m.has_reloads);
    m = feed(odd_values, sizeof(odd_values) - 1, 3, &bad);
    ck_assert(!bad && !m.has_reloads && !m.has_failures);
    m = feed("", 0, 1, &bad);
    ck_assert(bad);
}
END_TEST

START_TEST(endless_line)
{
    char text[4096];
    struct metrics_reader m = {.body = false};

    memset(text, 'x', sizeof(text));
    metrics_feed(&m, "HTTP/1.1 200 OK\n\n", 17);
    for (int i = 0; i < 100; i++)
        metrics_feed(&m, text, sizeof(text));
    metrics_feed(&m, "\njmx_config_reload_success_total 3\n", 35);
    ck_assert(m.metrics.has_reloads);
}
END_TEST

static void *serve(void *user)
{
    int listener = *(int *)user;
    int fd = accept(listener, NULL, NULL);
    char request[1024];

    (void)!read(fd, request, sizeof(request));
    (void)!write(fd, GOOD, sizeof(GOOD) - 1);
    close(fd);
    return NULL;
}

START_TEST(over_a_socket)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    struct run r = {.deadline = clock_ms() + 20000};
    socklen_t len = sizeof(at);
    struct metrics m = {.status = 0};
    pthread_t thread;
    auto_fd listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&at, &len), 0);
    ck_assert_int_eq(scrape(&r, ntohs(at.sin_port), &m), -ECONNREFUSED);
    ck_assert_int_eq(listen(listener, 1), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, serve, &listener), 0);
    ck_assert_int_eq(scrape(&r, ntohs(at.sin_port), &m), 0);
    pthread_join(thread, NULL);
    ck_assert(m.exporter && m.status == 200);
    r.deadline = clock_ms() + 50; /* nobody accepts any more */
    ck_assert_int_eq(scrape(&r, ntohs(at.sin_port), &m), -ETIMEDOUT);
}
END_TEST

TESTS("attach scrape", in_pieces, cut_anywhere, other_answers, endless_line, over_a_socket)
