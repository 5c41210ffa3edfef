/* Messages of a session: from the client to the command's input, and from its output to the client. */
#include "apiserver/json_put.h"
#include "apiserver/limits.h"
#include "apiserver/pods/pods.h"
#include "apiserver/pods/session.h"
#include "core/channel.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CHANNEL_RESIZE 4
#define PIECE 16384

/* Gives back the memory of what is done, now and then. */
static void drop_done(buf *b, size_t *done)
{
    if (*done < b->len && *done < b->len / 2)
        return;
    b->len -= *done;
    memmove(b->data, b->data + *done, b->len);
    *done = 0;
}

/* ---- to the client ---- */

void session_say(session *se, int number, const char *data, size_t len)
{
    uint32_t size = (uint32_t)len + 1;

    if (se->gone)
        return;
    buf_add(&se->messages, &size, sizeof(size));
    buf_addc(&se->messages, (char)number);
    buf_add(&se->messages, data, len);
    websocket_ready(&se->ws);
}

bool session_has_room(const session *se)
{
    return se->messages.len - se->told < LIMIT_SESSION_OUT;
}

/* Output is read while there is room for it. */
static void watch_output(session *se)
{
    short events = session_has_room(se) ? POLLIN : 0;

    poller_want(&se->on_out, events);
    poller_want(&se->on_err, events);
}

int session_fill(websocket *ws, buf *out)
{
    session *se = (session *)((char *)ws - offsetof(session, ws));
    uint32_t size;

    if (se->messages.failed)
        return WEBSOCKET_END;
    if (se->told == se->messages.len)
        return se->ended ? WEBSOCKET_END : WEBSOCKET_NOTHING;
    memcpy(&size, se->messages.data + se->told, sizeof(size));
    buf_add(out, se->messages.data + se->told + sizeof(size), size);
    se->told += sizeof(size) + size;
    drop_done(&se->messages, &se->told);
    watch_output(se);
    return WEBSOCKET_MESSAGE;
}

void session_read_output(session *se, poller *p, int *fd, int number)
{
    char data[PIECE];
    ssize_t n = read(*fd, data, sizeof(data));

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0) {
        if (number == CHANNEL_STDOUT ? se->out : se->err)
            session_say(se, number, data, (size_t)n);
        watch_output(se);
        return;
    }
    poller_stop(p); /* EOF; of a terminal: EIO */
    close(*fd);
    *fd = -1;
}

void session_end(session *se, json_t *status)
{
    auto_buf text = BUF_INIT(LIMIT_OBJECT);

    if (!se->ended && json_put(status, &text) == 0 && !text.failed)
        session_say(se, CHANNEL_ERROR, text.data, text.len);
    json_decref(status);
    se->ended = true;
    websocket_ready(&se->ws);
}

/* ---- from the client ---- */

static void close_input(session *se)
{
    poller_stop(&se->on_in);
    if (se->argv && se->tty)
        return; /* it is the output, too */
    if (se->argv)
        process_close_in(&se->process);
}

/* Writes what there is; the end of input closes the pipe. */
static void on_in(poller *p, short revents)
{
    session *se = (session *)((char *)p - offsetof(session, on_in));
    size_t left = se->input.len - se->taken;
    ssize_t n = left ? write(p->fd, se->input.data + se->taken, left) : 0;

    (void)revents;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    se->taken = n < 0 ? se->input.len : se->taken + (size_t)n; /* nobody reads it any more */
    if (se->input.data)
        drop_done(&se->input, &se->taken);
    if (se->input.len == 0)
        poller_want(p, 0);
    websocket_full(&se->ws, se->input.len - se->taken > LIMIT_SESSION_IN);
    if (n < 0 || (se->in_ended && se->input.len == 0))
        close_input(se);
}

void session_watch_input(session *se, int fd)
{
    poller_start(&se->on_in, pods_loop_of(se->server), fd, POLLOUT, on_in);
}

static void take_input(session *se, const char *data, size_t len)
{
    if (!se->in || se->in_ended)
        return;
    buf_add(&se->input, data, len);
    websocket_full(&se->ws, se->input.len - se->taken > LIMIT_SESSION_IN);
    poller_want(&se->on_in, POLLOUT);
}

void session_resize(const session *se)
{
    const struct winsize size = {.ws_row = se->rows, .ws_col = se->columns};
    int fd = se->argv ? se->process.in : se->of ? se->of->process.in : -1;

    if (se->tty && fd >= 0 && se->rows && se->columns)
        ioctl(fd, TIOCSWINSZ, &size);
}

/* {"Width":80,"Height":24} */
static void take_size(session *se, const char *data, size_t len, bool last)
{
    json_t *size;

    buf_add(&se->size, data, len);
    if (!last)
        return;
    size = se->size.failed ? NULL : json_loadb(se->size.data, se->size.len, 0, NULL);
    se->columns = (unsigned short)json_integer_value(json_object_get(size, "Width"));
    se->rows = (unsigned short)json_integer_value(json_object_get(size, "Height"));
    json_decref(size);
    buf_reset(&se->size);
    session_resize(se);
}

bool session_receive(websocket *ws, const char *data, size_t len, bool first, bool last)
{
    session *se = (session *)((char *)ws - offsetof(session, ws));

    if (first)
        se->channel = -1;
    if (se->channel < 0 && len > 0) {
        se->channel = (unsigned char)*data++;
        len--;
    }
    if (se->channel == CHANNEL_STDIN) {
        take_input(se, data, len);
    } else if (se->channel == CHANNEL_RESIZE) {
        take_size(se, data, len, last);
    } else if (se->channel == CHANNEL_CLOSE && se->v5 && len == 1 && *data == CHANNEL_STDIN) {
        se->in_ended = true;
        poller_want(&se->on_in, POLLOUT);
    }
    return !se->input.failed;
}
