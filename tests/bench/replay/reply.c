#include "tests/bench/replay/reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static void send_all(reply *r, struct iovec *v, int n)
{
    while (n > 0 && !r->failed) {
        struct msghdr m = {.msg_iov = v, .msg_iovlen = (size_t)n};
        ssize_t sent = sendmsg(r->fd, &m, MSG_NOSIGNAL);
        r->failed = sent < 0;
        for (; n > 0 && !r->failed && (size_t)sent >= v->iov_len; n--)
            sent -= (ssize_t)(v++)->iov_len;
        if (n > 0 && !r->failed) {
            v->iov_base = (char *)v->iov_base + sent;
            v->iov_len -= (size_t)sent;
        }
    }
}

void reply_head(reply *r, int status, const char *type, long long length)
{
    const char *reason = status == 200 ? "OK" : status == 410 ? "Gone" : "Not Found";

    r->chunked = false;
    reply_text(r, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n", status, reason, type);
    if (length >= 0)
        reply_text(r, "Content-Length: %lld\r\n\r\n", length);
    else
        reply_text(r, "Transfer-Encoding: chunked\r\n\r\n");
    reply_flush(r);
    r->chunked = length < 0;
}

void reply_begin(reply *r, int pieces, size_t room)
{
    if (r->n + pieces > REPLY_PIECES || r->used + room > REPLY_ROOM || r->len > REPLY_ENOUGH)
        reply_flush(r);
}

void reply_ref(reply *r, const char *data, size_t len)
{
    struct iovec *last = r->pieces + r->n;

    r->len += len;
    if (r->n > 0 && (char *)last->iov_base + last->iov_len == data)
        last->iov_len += len;
    else
        r->pieces[++r->n] = (struct iovec){(void *)data, len};
}

char *reply_room(reply *r, size_t len)
{
    char *at;

    reply_begin(r, 1, len);
    at = r->room + r->used;
    r->used += len;
    reply_ref(r, at, len);
    return at;
}

void reply_text(reply *r, const char *fmt, ...)
{
    char text[1024];
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    memcpy(reply_room(r, (size_t)n), text, (size_t)n);
}

void reply_flush(reply *r)
{
    char head[24];

    if (r->len == 0)
        return;
    r->pieces[0] = (struct iovec){head, (size_t)snprintf(head, sizeof(head), "%zx\r\n", r->len)};
    r->pieces[r->n + 1] = (struct iovec){(void *)"\r\n", 2};
    if (r->chunked)
        send_all(r, r->pieces, r->n + 2);
    else
        send_all(r, r->pieces + 1, r->n);
    r->len = r->used = 0;
    r->n = 0;
}

void reply_end(reply *r)
{
    reply_flush(r);
    if (r->chunked)
        send_all(r, &(struct iovec){(void *)"0\r\n\r\n", 5}, 1);
    r->chunked = false;
}
