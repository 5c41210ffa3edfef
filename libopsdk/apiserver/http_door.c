#include "apiserver/http_door.h"
#include "apiserver/limits.h"
#include "core/buf.h"

#include <fcntl.h>
#include <libwebsockets.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 2 /* for the rest of a request line: who sends nothing yet is none of these */
#define PATIENCE 5

/* What there is, at least as far as the request line's end; bytes. */
static size_t look(int fd, char *room, size_t size)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    ssize_t n = 0;

    for (int i = 0; i < PATIENCE; i++) {
        if (poll(&p, 1, PATIENCE_MS) <= 0)
            return 0;
        n = recv(fd, room, size, MSG_PEEK | MSG_DONTWAIT);
        if (n <= 5 || (memcmp(room, "GET ", 4) != 0 && memcmp(room, "POST ", 5) != 0))
            return 0; /* TLS, or of no interest */
        if (memchr(room, '\n', (size_t)n))
            break;
        poll(NULL, 0, PATIENCE_MS);
    }
    return n > 0 ? (size_t)n : 0;
}

static bool has_line_feed(const char *line, size_t len)
{
    for (size_t i = 0; i + 2 < len; i++)
        if (line[i] == '%' && line[i + 1] == '0' && strchr("AaDd", line[i + 2]))
            return true;
    return false;
}

/* Everything encoded once more, and a mark in front: GET /path?a=%0A becomes GET /path?MARK&a=%250A. */
static void rewrite(const char *head, size_t line, size_t len, buf *out)
{
    const char *query = memchr(head, '?', line);
    size_t before = query ? (size_t)(query - head) + 1 : line;

    buf_add(out, head, before);
    if (query)
        buf_puts(out, HTTP_ENCODED "&");
    for (size_t i = before; i < line; i++) {
        buf_addc(out, head[i]);
        if (head[i] == '%')
            buf_puts(out, "25");
    }
    buf_add(out, head + line, len - line);
}

/* Where the header's name begins that asks for SPDY; NULL: nowhere. */
static char *find_spdy(char *head, size_t len)
{
    static const char name[] = "\nUpgrade: SPDY/";

    for (char *at = head; (at = memchr(at, '\n', (size_t)(head + len - at))) != NULL; at++)
        if ((size_t)(head + len - at) >= sizeof(name) - 1 && strncasecmp(at, name, sizeof(name) - 1) == 0)
            return at + 1;
    return NULL;
}

static bool take_over(struct lws_vhost *vhost, int fd, char *head, size_t len, const buf *instead)
{
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);

    if (own < 0 || recv(fd, head, len, MSG_DONTWAIT) != (ssize_t)len) {
        if (own >= 0)
            close(own);
        return false;
    }
    lws_adopt_socket_vhost_readbuf(vhost, own, instead->data, instead->len);
    return true;
}

bool http_door(struct lws_vhost *vhost, int fd)
{
    auto_buf instead = BUF_INIT(LIMIT_HEADERS);
    char *head = malloc(LIMIT_HEADERS);
    size_t len = head ? look(fd, head, LIMIT_HEADERS) : 0;
    const char *end = len ? memchr(head, '\n', len) : NULL;
    char *spdy = end ? find_spdy(head, len) : NULL;
    bool taken = false, cut = end && has_line_feed(head, (size_t)(end - head));

    if (spdy)
        memcpy(spdy, "X-Asked", 7); /* a request like any other then: it is refused with a reason */
    if (cut)
        rewrite(head, (size_t)(end - head), len, &instead);
    else if (spdy)
        buf_add(&instead, head, len);
    if (cut || spdy)
        taken = !instead.failed && take_over(vhost, fd, head, len, &instead);
    free(head);
    return taken;
}

void http_decode(char *text)
{
    char *to = text;

    while (*text) {
        char digits[3] = {text[0] == '%' ? text[1] : '\0'}, *end = digits, c = '\0';
        if (digits[0]) {
            digits[1] = text[2];
            c = (char)strtol(digits, &end, 16);
        }
        *to++ = end == digits + 2 && c ? c : *text;
        text += end == digits + 2 && c ? 3 : 1;
    }
    *to = '\0';
}
