#include "apiserver/http_body.h"
#include "apiserver/http_call.h"
#include "apiserver/limits.h"

#include <libwebsockets.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* ---- chunks ---- */

static int digit_of(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 32;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* The line of a size ends: the last chunk has none. */
static void end_size(chunks *c)
{
    if (c->digits == 0)
        c->state = CHUNKS_WRONG;
    else
        c->state = c->left ? CHUNKS_DATA : CHUNKS_TRAILER;
    c->digits = 0;
    c->line = 0;
}

static void take_size(chunks *c, char byte)
{
    int digit = digit_of(byte);

    if (digit >= 0 && c->digits < 15) {
        c->left = c->left << 4 | (unsigned)digit;
        c->digits++;
    } else if (digit < 0 && byte == '\n') {
        end_size(c);
    } else {
        c->state = digit < 0 && c->digits ? CHUNKS_SKIP : CHUNKS_WRONG;
    }
}

/* A trailer is a line like a header's; an empty one ends the body. */
static void take_trailer(chunks *c, char byte)
{
    if (byte == '\n' && c->line == 0)
        c->state = CHUNKS_DONE;
    else if (byte == '\n')
        c->line = 0;
    else if (byte != '\r' && ++c->line > LIMIT_HEADERS)
        c->state = CHUNKS_WRONG;
}

static void take(chunks *c, char byte)
{
    switch (c->state) {
    case CHUNKS_SIZE:
        take_size(c, byte);
        break;
    case CHUNKS_SKIP:
        if (byte == '\n')
            end_size(c);
        else if (++c->line > LIMIT_HEADERS)
            c->state = CHUNKS_WRONG;
        break;
    case CHUNKS_BEHIND:
        if (byte == '\n')
            c->state = CHUNKS_SIZE;
        else if (byte != '\r')
            c->state = CHUNKS_WRONG;
        break;
    default:
        take_trailer(c, byte);
    }
}

void chunks_feed(chunks *c, const char *data, size_t len, buf *out)
{
    const char *end = data + len;

    while (data < end && c->state != CHUNKS_DONE && c->state != CHUNKS_WRONG) {
        size_t there = (size_t)(end - data), n = c->left < there ? (size_t)c->left : there;
        if (c->state != CHUNKS_DATA) {
            take(c, *data++);
            continue;
        }
        buf_add(out, data, n);
        data += n;
        c->left -= n;
        if (c->left == 0)
            c->state = CHUNKS_BEHIND;
    }
}

/* ---- a request's ---- */

/* Methods with which libwebsockets takes what follows for a body. */
static bool has_body(const request *rq)
{
    return strcmp(rq->method, "POST") == 0 || strcmp(rq->method, "PUT") == 0 || strcmp(rq->method, "PATCH") == 0;
}

/* How much has been read from the socket since it is open; 0: nobody knows (not TCP). */
static uint64_t bytes_read(connection *conn)
{
    int fd = lws_get_socket_fd(conn->wsi), waiting = 0;
    struct tcp_info info = {0};
    socklen_t len = sizeof(info);

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0 || ioctl(fd, FIONREAD, &waiting) < 0)
        return 0;
    if (info.tcpi_bytes_received < (uint64_t)waiting) /* a kernel that does not count */
        return 0;
    return info.tcpi_bytes_received - (uint64_t)waiting;
}

/* In the round in which the head came nothing has been read since, and a body that is there came with it. */
void body_end(connection *conn)
{
    bool same = conn->begun_bytes && conn->begun_round == http_round(conn->server)->number;

    conn->read_bytes = same ? conn->begun_bytes : bytes_read(conn);
    conn->begun_bytes = 0;
}

/* Requests that came together with the one before libwebsockets keeps, and where such a one has a body, takes its head for the start of the
 * body, and then never comes back.  Then the connection must end before that; the client sends it again. */
static bool is_kept(connection *conn)
{
    conn->begun_bytes = bytes_read(conn);
    conn->begun_round = http_round(conn->server)->number;
    return conn->read_bytes && conn->begun_bytes == conn->read_bytes;
}

int body_begin(connection *conn, const char *length, const char *encoding)
{
    const request *rq = &conn->call.rq;
    bool zero = strcmp(length, "0") == 0;

    if (has_body(rq) && is_kept(conn))
        return -1;
    conn->chunked = strcasecmp(encoding, "chunked") == 0;
    if (*encoding && (!conn->chunked || *length || !has_body(rq)))
        return -1;
    conn->expected = conn->chunked || (*length && !zero);
    if (zero)
        conn->expected = strcmp(rq->method, "POST") == 0; /* libwebsockets tells of the end of its empty body too */
    conn->last = has_body(rq) && !*length;
    return 0;
}

int body_continue(connection *conn)
{
    static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    unsigned char room[LWS_PRE + sizeof(text)];
    int len = lws_hdr_total_length(conn->wsi, WSI_TOKEN_HTTP_EXPECT);

    if (len <= 0)
        return 0;
    memcpy(room + LWS_PRE, text, sizeof(text));
    return lws_write(conn->wsi, room + LWS_PRE, sizeof(text) - 1, LWS_WRITE_HTTP_HEADERS) < 0 ? -1 : 0;
}

int body_piece(connection *conn, const void *data, size_t len)
{
    if (!conn->expected)
        return 0;
    /* What goes beyond the limit is dropped, and then refused. */
    if (conn->chunked)
        chunks_feed(&conn->chunks, data, len, &conn->in);
    else
        buf_add(&conn->in, data, len);
    conn->call.rq.body = conn->in.data ? conn->in.data : "";
    conn->call.rq.body_len = conn->in.failed ? LIMIT_REQUEST_BODY + 1 : conn->in.len;
    if (!conn->chunked)
        return 0;
    if (conn->chunks.state == CHUNKS_WRONG)
        return -1;
    conn->expected = conn->chunks.state != CHUNKS_DONE;
    return !conn->expected;
}
