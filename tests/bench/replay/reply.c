#include "tests/bench/replay/reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

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

void reply_head(reply *r, int status, long long length)
{
    const char *reason = status == 200 ? "OK" : status == 410 ? "Gone" : "Not Found";

    r->len = 0;
    r->chunked = false;
    reply_text(r, "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\n", status, reason);
    if (length >= 0)
        reply_text(r, "Content-Length: %lld\r\n\r\n", length);
    else
        reply_text(r, "Transfer-Encoding: chunked\r\n\r\n");
    reply_flush(r);
    r->chunked = length < 0;
}

char *reply_room(reply *r, size_t len)
{
    char *at;

    if (r->len + len > REPLY_ROOM)
        reply_flush(r);
    at = r->room + r->len;
    r->len += len;
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
    struct iovec v[3] = {{head, 0}, {r->room, r->len}, {(void *)"\r\n", 2}};

    if (r->len == 0)
        return;
    v[0].iov_len = (size_t)snprintf(head, sizeof(head), "%zx\r\n", r->len);
    if (r->chunked)
        send_all(r, v, 3);
    else
        send_all(r, v + 1, 1);
    r->len = 0;
}

void reply_end(reply *r)
{
    reply_flush(r);
    if (r->chunked)
        send_all(r, &(struct iovec){(void *)"0\r\n\r\n", 5}, 1);
    r->chunked = false;
}
