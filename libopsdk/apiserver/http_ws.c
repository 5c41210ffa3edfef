#include "apiserver/http_ws.h"

#include <libwebsockets.h>
#include <string.h>

void websocket_ready(websocket *ws)
{
    if (!ws->conn || ws->ready)
        return;
    ws->ready = true;
    http_wake(ws->conn);
}

void websocket_full(websocket *ws, bool full)
{
    if (ws->full == full)
        return;
    ws->full = full;
    websocket_ready(ws);
}

/* Asks the request's handler: a WebSocket that is refused gets the answer of any request, and the connection ends. */
int ws_upgrade(apiserver *s, struct lws *wsi, const char *kind)
{
    connection *conn = lws_get_opaque_user_data(wsi);
    char path[4096];
    int r;

    if (strcasecmp(kind, "websocket") != 0 || lws_hdr_copy(wsi, path, sizeof(path), WSI_TOKEN_GET_URI) <= 0)
        return -1;
    if (!conn)
        conn = http_enter(s, wsi);
    if (!conn)
        return -1;
    pthread_mutex_lock(&s->lock);
    r = connection_begin(conn, path);
    conn->upgrades = true;
    pthread_mutex_unlock(&s->lock);
    if (r != 0 || http_handle(conn) < 0)
        return -1;
    return conn->call.ws ? 0 : -1;
}

int ws_open(connection *conn)
{
    websocket *ws = conn->call.ws;

    pthread_mutex_lock(&conn->server->lock);
    ws->conn = conn;
    ws->ready = true;
    ws->open(ws, lws_get_protocol(conn->wsi)->name);
    pthread_mutex_unlock(&conn->server->lock);
    lws_callback_on_writable(conn->wsi);
    return 0;
}

/* libwebsockets takes this from its own thread alone. */
static void hold(connection *conn)
{
    websocket *ws = conn->call.ws;

    if (ws->full == ws->paused)
        return;
    ws->paused = ws->full;
    lws_rx_flow_control(conn->wsi, !ws->paused);
}

int ws_receive(connection *conn, const char *data, size_t len)
{
    websocket *ws = conn->call.ws;
    bool last = lws_is_final_fragment(conn->wsi), ok;

    pthread_mutex_lock(&conn->server->lock);
    ok = ws->receive(ws, data, len, !ws->inside, last);
    ws->inside = !last;
    hold(conn);
    pthread_mutex_unlock(&conn->server->lock);
    return ok ? 0 : -1;
}

static int send_message(connection *conn)
{
    static const char room[LWS_PRE];
    websocket *ws = conn->call.ws;
    buf *out = &conn->out;
    int r;

    buf_reset(out);
    buf_add(out, room, LWS_PRE);
    r = ws->fill(ws, out);
    if (r == WEBSOCKET_NOTHING)
        return 0;
    if (r == WEBSOCKET_END) {
        lws_close_reason(conn->wsi, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
        return -1;
    }
    if (out->failed || (conn->call.mangle.cut && out->len > LWS_PRE + 1))
        return -1;
    if (lws_write(conn->wsi, (unsigned char *)out->data + LWS_PRE, out->len - LWS_PRE, LWS_WRITE_BINARY) < 0)
        return -1;
    ws->ready = true; /* perhaps there is another */
    lws_callback_on_writable(conn->wsi);
    return 0;
}

int ws_writable(connection *conn)
{
    int r = 0;

    pthread_mutex_lock(&conn->server->lock);
    if (conn->kill) {
        r = -1;
    } else if (!conn->call.mangle.silent) {
        hold(conn);
        conn->call.ws->ready = false;
        r = send_message(conn);
    }
    pthread_mutex_unlock(&conn->server->lock);
    return r;
}

void ws_closed(connection *conn)
{
    websocket *ws = conn->call.ws;

    if (!ws)
        return;
    conn->call.ws = NULL;
    ws->conn = NULL;
    ws->close(ws);
}
