/* While an answer is on its way libwebsockets 4.1 reads nothing: it neither notices that the client hung up nor sleeps from then on, nor when
 * the client sends more (and with its flow control on it would not write either).  So the loop looks by itself. */
#include "apiserver/http_call.h"
#include "apiserver/limits.h"

#include <libwebsockets.h>
#include <poll.h>
#include <sys/socket.h>

/* What a client sends behind a watch is not answered: the connection ends with the watch.  Read, so that poll no longer tells of it. */
static void drop(connection *conn, int fd)
{
    char room[4096];

    while (recv(fd, room, sizeof(room), MSG_DONTWAIT) > 0)
        conn->last = true;
}

bool http_hung_up(connection *conn, int64_t now)
{
    struct pollfd p = {.fd = lws_get_socket_fd(conn->wsi), .events = POLLRDHUP | POLLIN};

    if (!conn->busy || now - conn->asked_ms < LIMIT_HANGUP_MS)
        return false;
    conn->asked_ms = now;
    if (poll(&p, 1, 0) <= 0)
        return false;
    if (p.revents & ~POLLIN)
        return true;
    if (conn->call.stream && !conn->call.tls)
        drop(conn, p.fd);
    return false;
}
