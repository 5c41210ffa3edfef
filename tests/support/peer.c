#include "tests/support/peer.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNS 16
#define GUARD_MS 20000 /* against hanging, not a measurement */

typedef struct line {
    int fd; /* -1: none */
    size_t len;
    char head[8192];
} line;

struct peer {
    int listener;
    char path[32];
    line lines[CONNS];
};

peer *peer_new(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(addr);
    peer *p = calloc(1, sizeof(*p));
    int fd;

    for (size_t i = 0; i < CONNS; i++)
        p->lines[i].fd = -1;
    p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(p->listener, (struct sockaddr *)&addr, sizeof(addr)), 0);
    ck_assert_int_eq(listen(p->listener, CONNS), 0);
    ck_assert_int_eq(getsockname(p->listener, (struct sockaddr *)&addr, &len), 0);

    strcpy(p->path, "/tmp/opsdk-peer-XXXXXX");
    fd = mkstemp(p->path);
    ck_assert_int_ge(fd, 0);
    dprintf(fd,
            "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
            "clusters: [{name: c, cluster: {server: 'http://127.0.0.1:%d'}}]\n"
            "users: [{name: u, user: {}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\n",
            ntohs(addr.sin_port));
    close(fd);
    return p;
}

peer *peer_free(peer *p)
{
    for (size_t i = 0; i < CONNS; i++) {
        if (p->lines[i].fd >= 0)
            close(p->lines[i].fd);
    }
    close(p->listener);
    unlink(p->path);
    free(p);
    return NULL;
}

const char *peer_kubeconfig(const peer *p)
{
    return p->path;
}

opsdk_client *peer_client(const peer *p)
{
    opsdk_client_opts opts = {.kubeconfig = p->path};
    opsdk_client *c = NULL;
    opsdk_error err = {0};

    ck_assert_msg(opsdk_client_new(&opts, &c, &err) == 0, "%s", err.message);
    return c;
}

static void take_connection(peer *p)
{
    int fd = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    for (size_t i = 0; i < CONNS; i++) {
        if (p->lines[i].fd >= 0)
            continue;
        p->lines[i].fd = fd;
        p->lines[i].len = 0;
        return;
    }
    ck_abort_msg("more than %d connections", CONNS);
}

/* Reads what is there; true when a request is complete. */
static bool take_bytes(line *l)
{
    ssize_t n = read(l->fd, l->head + l->len, sizeof(l->head) - 1 - l->len);

    if (n <= 0) {
        close(l->fd);
        l->fd = -1;
        return false;
    }
    l->len += (size_t)n;
    l->head[l->len] = '\0';
    return strstr(l->head, "\r\n\r\n");
}

static void wait_any(peer *p, struct pollfd fds[CONNS + 1])
{
    for (size_t i = 0; i < CONNS; i++)
        fds[i] = (struct pollfd){.fd = p->lines[i].fd, .events = POLLIN};
    fds[CONNS] = (struct pollfd){.fd = p->listener, .events = POLLIN};
    ck_assert_msg(poll(fds, CONNS + 1, GUARD_MS) > 0, "nothing came from the client");
    if (fds[CONNS].revents)
        take_connection(p);
}

int peer_wait(peer *p, char target[PEER_TARGET])
{
    struct pollfd fds[CONNS + 1];

    for (;;) {
        wait_any(p, fds);
        for (size_t i = 0; i < CONNS; i++) {
            line *l = p->lines + i;
            if (!fds[i].revents || fds[i].fd != l->fd || !take_bytes(l))
                continue;
            ck_assert_int_eq(sscanf(l->head, "%*s %1023s", target), 1);
            l->len = 0;
            return l->fd;
        }
    }
}

int peer_expect(peer *p, const char *target)
{
    char got[PEER_TARGET];
    int conn = peer_wait(p, got);

    ck_assert_msg(strncmp(got, target, strlen(target)) == 0, "the client asks for %s, not for %s", got, target);
    return conn;
}

static void put(int conn, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = send(conn, data, len, MSG_NOSIGNAL);
        if (n <= 0)
            return; /* the client is gone; the test sees it elsewhere */
        data += n;
        len -= (size_t)n;
    }
}

void peer_reply(int conn, int status, const char *body)
{
    char head[256];
    int n =
        snprintf(head, sizeof(head), "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                 status, strlen(body));

    put(conn, head, (size_t)n);
    put(conn, body, strlen(body));
}

void peer_head(int conn, int status)
{
    char head[256];
    int n = snprintf(head, sizeof(head),
                     "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", status);

    put(conn, head, (size_t)n);
}

void peer_part(int conn, const char *text, size_t piece)
{
    size_t len = strlen(text), step = piece ? piece : len;
    char size[16];

    for (size_t i = 0; i < len; i += step) {
        size_t n = len - i < step ? len - i : step;
        put(conn, size, (size_t)snprintf(size, sizeof(size), "%zx\r\n", n));
        put(conn, text + i, n);
        put(conn, "\r\n", 2);
    }
}

void peer_end(int conn)
{
    put(conn, "0\r\n\r\n", 5);
}

void peer_cut(peer *p, int conn)
{
    for (size_t i = 0; i < CONNS; i++) {
        if (p->lines[i].fd == conn)
            p->lines[i].fd = -1;
    }
    setsockopt(conn, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
    close(conn);
}

void peer_wait_closed(peer *p, int conn)
{
    struct pollfd fd = {.fd = conn, .events = POLLIN};
    char byte;

    ck_assert_msg(poll(&fd, 1, GUARD_MS) > 0, "the client keeps the connection");
    ck_assert_int_le(read(conn, &byte, 1), 0);
    peer_cut(p, conn);
}
