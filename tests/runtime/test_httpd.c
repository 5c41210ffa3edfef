#include "runtime/httpd.h"
#include "tests/support/suite.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int answer(const char *path, buf *ret, const char **ret_type, void *user)
{
    (void)user;
    if (strcmp(path, "/big") == 0) {
        for (int i = 0; i < 100000; i++)
            buf_puts(ret, "0123456789");
        *ret_type = "application/x-big";
        return 200;
    }
    if (strcmp(path, "/too-big") == 0) {
        buf_reserve(ret, ret->max + 1);
        return 200;
    }
    buf_printf(ret, "you asked for %s\n", path);
    return strcmp(path, "/missing") == 0 ? 404 : 200;
}

static int dial(int port)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

/* Sends a request and reads to the end of the connection. */
static void ask(int port, const char *request, buf *ret)
{
    char data[4096];
    ssize_t n;
    int fd = dial(port);

    ck_assert_int_eq(write(fd, request, strlen(request)), (ssize_t)strlen(request));
    for (n = read(fd, data, sizeof(data)); n > 0; n = read(fd, data, sizeof(data)))
        buf_add(ret, data, (size_t)n);
    close(fd);
    ck_assert_msg(ret->len > 0, "no reply to %s", request);
}

static void expect(int port, const char *request, const char *status, const char *part)
{
    auto_buf got = BUF_INIT(4 << 20);

    ask(port, request, &got);
    ck_assert_msg(strncmp(got.data + 9, status, strlen(status)) == 0, "%s: %.300s", request, got.data);
    ck_assert_msg(strstr(got.data, part) != NULL, "%s: %.300s", request, got.data);
}

START_TEST(answers)
{
    httpd *h = NULL;
    int port;

    ck_assert_int_eq(httpd_new("127.0.0.1:0", answer, NULL, &h, NULL), 0);
    port = httpd_port(h);
    ck_assert_int_gt(port, 0);
    expect(port, "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "200", "you asked for /a\n");
    expect(port, "GET /missing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "404", "you asked");
    expect(port, "GET /too-big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "500", "ontent-");
    expect(port, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi", "405", "ontent-");
    httpd_free(h);
}
END_TEST

START_TEST(head_has_no_body)
{
    auto_buf got = BUF_INIT(4096);
    httpd *h = NULL;

    ck_assert_int_eq(httpd_new("127.0.0.1:0", answer, NULL, &h, NULL), 0);
    ask(httpd_port(h), "HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", &got);
    ck_assert_ptr_null(strstr(got.data, "you asked"));
    ck_assert_str_eq(got.data + got.len - 4, "\r\n\r\n");
    httpd_free(h);
}
END_TEST

START_TEST(big_body_arrives_whole)
{
    auto_buf got = BUF_INIT(4 << 20);
    httpd *h = NULL;
    char *body;

    ck_assert_int_eq(httpd_new("127.0.0.1:0", answer, NULL, &h, NULL), 0);
    ask(httpd_port(h), "GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", &got);
    body = strstr(got.data, "\r\n\r\n") + 4;
    ck_assert_ptr_nonnull(strstr(got.data, "application/x-big"));
    ck_assert_uint_eq(strlen(body), 1000000);
    httpd_free(h);
}
END_TEST

/* Stopping does not wait for those who connected and say nothing. */
START_TEST(stops_with_idle_connections)
{
    httpd *h = NULL;
    int fds[8];

    ck_assert_int_eq(httpd_new("127.0.0.1:0", answer, NULL, &h, NULL), 0);
    for (int i = 0; i < 8; i++)
        fds[i] = dial(httpd_port(h));
    expect(httpd_port(h), "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "200", "you asked");
    httpd_free(h);
    for (int i = 0; i < 8; i++)
        close(fds[i]);
}
END_TEST

START_TEST(refuses_bad_addresses)
{
    static const char *const bad[] = {"", "8080", "127.0.0.1", ":", ":x", ":1x", ":70000", ":-1"};
    httpd *h = NULL;
    opsdk_error err = {0};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_int_eq(httpd_new(bad[i], answer, NULL, &h, &err), OPSDK_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.message, "[address]:port"));
}
END_TEST

START_TEST(says_that_the_port_is_taken)
{
    httpd *h = NULL, *second = NULL;
    opsdk_error err = {0};
    char listen[32];

    ck_assert_int_eq(httpd_new("127.0.0.1:0", answer, NULL, &h, NULL), 0);
    snprintf(listen, sizeof(listen), "127.0.0.1:%d", httpd_port(h));
    ck_assert_int_eq(httpd_new(listen, answer, NULL, &second, &err), OPSDK_EIO);
    ck_assert_ptr_nonnull(strstr(err.message, listen));
    httpd_free(h);
}
END_TEST

TESTS("httpd", answers, head_has_no_body, big_body_arrives_whole, stops_with_idle_connections, refuses_bad_addresses,
      says_that_the_port_is_taken)
