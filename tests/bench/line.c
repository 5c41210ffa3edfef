#include "tests/bench/line.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_MAX (256u << 20)
#define PIECE 65536

static struct sockaddr_in address;
static SSL_CTX *tls;

void die(const char *fmt, ...)
{
    va_list args;

    fputs("bench: ", stderr);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

double now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

void target_set(const char *url, const char *cert, const char *key)
{
    char scheme[8], host[64];
    unsigned port;

    if (sscanf(url, "%7[a-z]://%63[^:]:%u", scheme, host, &port) != 3)
        die("%s: want http://IP:PORT or https://IP:PORT", url);
    address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, host, &address.sin_addr);
    if (strcmp(scheme, "https") != 0)
        return;
    tls = SSL_CTX_new(TLS_client_method());
    if (!tls || !cert || !key || SSL_CTX_use_certificate_file(tls, cert, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1)
        die("%s: needs --cert and --key", url);
}

static bool shake_hands(line *l)
{
    l->ssl = SSL_new(tls);
    return l->ssl && SSL_set_fd(l->ssl, l->fd) == 1 && SSL_connect(l->ssl) == 1;
}

bool line_try(line *l)
{
    int on = 1;

    *l = (line){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .in = BUF_INIT(ANSWER_MAX)};
    if (connect(l->fd, (struct sockaddr *)&address, sizeof(address)) < 0 || (tls && !shake_hands(l))) {
        line_close(l);
        return false;
    }
    setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return true;
}

void line_dial(line *l)
{
    if (!line_try(l))
        die("cannot connect");
}

void line_close(line *l)
{
    SSL_free(l->ssl);
    close(l->fd);
    buf_clear(&l->in);
}

static void send_all(line *l, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = l->ssl ? SSL_write(l->ssl, data, (int)len) : write(l->fd, data, len);
        if (n <= 0)
            die("the connection was lost");
        data += n;
        len -= (size_t)n;
    }
}

void line_ask(line *l, const char *method, const char *path, const char *type, const char *body)
{
    static buf out = {.max = ANSWER_MAX};

    buf_reset(&out);
    buf_reset(&l->in);
    buf_printf(&out, "%s %s HTTP/1.1\r\nHost: bench\r\nUser-Agent: bench/1\r\nAccept: application/json\r\n", method,
               path);
    if (body)
        buf_printf(&out, "Content-Type: %s\r\nContent-Length: %zu\r\n", type, strlen(body));
    buf_printf(&out, "\r\n%s", body ? body : "");
    send_all(l, out.data, out.len);
}

size_t line_take(line *l, char *data, size_t room)
{
    ssize_t n = l->ssl ? SSL_read(l->ssl, data, (int)room) : read(l->fd, data, room);

    return n > 0 ? (size_t)n : 0;
}

/* The head is whole, and so many bytes follow, or chunks up to the empty one. */
static bool is_whole(const buf *in)
{
    const char *end = in->data ? strstr(in->data, "\r\n\r\n") : NULL, *length;
    size_t head;

    if (!end)
        return false;
    head = (size_t)(end + 4 - in->data);
    length = strcasestr(in->data, "\r\ncontent-length:");
    if (length && length < end)
        return in->len >= head + strtoul(length + 17, NULL, 10);
    return in->len >= head + 5 && memcmp(in->data + in->len - 5, "0\r\n\r\n", 5) == 0;
}

bool line_answered(line *l)
{
    do {
        size_t n;
        if (!buf_reserve(&l->in, PIECE))
            die("no memory");
        n = line_take(l, l->in.data + l->in.len, PIECE);
        if (n == 0)
            die("the server hung up");
        l->in.len += n;
        l->in.data[l->in.len] = '\0';
    } while (l->ssl && SSL_pending(l->ssl));
    return is_whole(&l->in);
}

int line_status(const line *l)
{
    return l->in.len > 12 ? (int)strtol(l->in.data + 9, NULL, 10) : 0;
}

int line_do(line *l, const char *method, const char *path, const char *type, const char *body)
{
    line_ask(l, method, path, type, body);
    while (!line_answered(l))
        continue;
    return line_status(l);
}
