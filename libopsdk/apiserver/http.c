#include "apiserver/http.h"
#include "apiserver/fault.h"
#include "apiserver/http_door.h"
#include "apiserver/http_listen.h"
#include "apiserver/http_round.h"
#include "apiserver/http_tls.h"
#include "apiserver/http_ws.h"
#include "apiserver/limits.h"
#include "client/clock.h"

#include <libwebsockets.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE (64u << 10) /* bytes handed to libwebsockets at once: what the socket does not take it copies */
#define WORKS 8

struct work {
    http_work_fn *run;
    int64_t at_ms; /* 0: not asked for */
};

struct http {
    struct lws_context *context;
    struct lws_vhost *vhost;
    pthread_t thread;
    bool started;
    atomic_bool stopped;
    connection *connections;
    loop_round round;
    struct work works[WORKS];
    lws_sorted_usec_list_t tick;
    char url[160];
};

const char *http_url(const apiserver *s)
{
    return s->http->url;
}

loop_round *http_round(const apiserver *s)
{
    return &s->http->round;
}

/* ---- sending ---- */

/* Sends nothing for that time; the loop plans anew when to look. */
static void hold(connection *conn, int64_t ms)
{
    conn->hold_ms = clock_ms() + ms;
    lws_cancel_service(conn->server->http->context);
}

/* Hands the next piece to libwebsockets.  -1: close the connection. */
static int send_piece(connection *conn)
{
    const mangle *m = &conn->call.mangle;
    size_t left = conn->out.len - conn->sent, most = m->slow_bytes ? m->slow_bytes : PIECE,
           len = left < most ? left : most;
    unsigned char *at = (unsigned char *)conn->out.data + conn->sent;
    bool last = len == left && !conn->call.stream;

    if (len && lws_write(conn->wsi, at, len, last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < 0)
        return -1;
    conn->sent += len;
    if (conn->sent < conn->out.len) {
        if (m->slow_ms)
            hold(conn, m->slow_ms);
        else
            lws_callback_on_writable(conn->wsi);
        return 0;
    }
    buf_reset(&conn->out);
    conn->sent = 0;
    if (conn->call.stream)
        return 0;
    if (conn->cut || conn->last)
        return -1;
    connection_reset(conn);
    conn->busy = false;
    return lws_http_transaction_completed(conn->wsi) ? -1 : 0;
}

/* Room that lws_write wants before what it is given. */
static void lead_in(connection *conn)
{
    static const char room[LWS_PRE];

    if (conn->out.len == 0) {
        buf_add(&conn->out, room, LWS_PRE);
        conn->sent = LWS_PRE;
    }
}

static int begin_stream(connection *conn)
{
    conn->call.stream->conn = conn;
    lws_set_timeout(conn->wsi, NO_PENDING_TIMEOUT, 0);
    lws_cancel_service(conn->server->http->context); /* it has a time to wake at */
    conn->ready = true;
    lws_callback_on_writable(conn->wsi);
    return 0;
}

/* The head and, where it is known, the body. */
int http_send_answer(connection *conn)
{
    lead_in(conn);
    if (connection_head(conn) < 0)
        return -1;
    if (conn->call.mangle.cut && !conn->call.stream) {
        conn->call.body.len = conn->call.mangle.keep;
        conn->cut = true;
    }
    conn->cut |= conn->upgrades;
    if (!conn->call.stream && strcmp(conn->call.rq.method, "HEAD") != 0)
        buf_add(&conn->out, conn->call.body.data, conn->call.body.len);
    buf_clear(&conn->call.body);
    if (conn->out.failed || (conn->call.stream && begin_stream(conn) < 0))
        return -1;
    if (send_piece(conn) < 0)
        return -1;
    conn->busy = conn->call.stream || conn->out.len > conn->sent;
    return 0;
}

int http_handle(connection *conn)
{
    apiserver *s = conn->server;
    int r = 0;

    body_end(conn);
    conn->handled = true;
    pthread_mutex_lock(&s->lock);
    round_serve(&s->http->round, conn);
    conn->call.server = s;
    conn->call.conn = conn;
    api_handle(&conn->call);
    conn->waiting = conn->call.taken;
    if (!conn->waiting && !conn->call.ws && (!conn->call.mangle.silent || conn->call.stream))
        r = round_answer(&s->http->round, conn);
    if (conn->waiting)
        lws_set_timeout(conn->wsi, NO_PENDING_TIMEOUT, 0); /* whoever has it knows how long it takes */
    conn->busy = conn->waiting || conn->call.stream || conn->call.mangle.silent || conn->out.len > conn->sent;
    pthread_mutex_unlock(&s->lock);
    return r;
}

/* Chunks as RFC 9112 has them, around what the stream fills in. */
static int fill_stream(connection *conn)
{
    stream *st = conn->call.stream;
    size_t start;
    char head[24];
    bool more;

    lead_in(conn);
    buf_puts(&conn->out, "00000000\r\n");
    start = conn->out.len;
    more = st->fill(st, &conn->out);
    fault_stream(&conn->call, &conn->out, start);
    st->cut |= conn->call.mangle.cut;
    if (conn->out.failed)
        return -1;
    if (conn->out.len > start) {
        snprintf(head, sizeof(head), "%08x", (unsigned)(conn->out.len - start));
        memcpy(conn->out.data + start - 10, head, 8);
        buf_puts(&conn->out, "\r\n");
    } else {
        conn->out.len = start - 10;
    }
    conn->cut = st->cut;
    if (more && !st->cut)
        return 0;
    connection_end_stream(conn);
    if (!conn->cut)
        buf_puts(&conn->out, "0\r\n\r\n");
    return 0;
}

/* Is it too early to send?  Then look_around comes back to it. */
static bool is_early(connection *conn)
{
    int64_t delay;

    if (conn->hold_ms > clock_ms())
        return true;
    delay = conn->hold_ms == 0 && conn->call.stream && conn->ready ? fault_delay(&conn->call) : 0;
    conn->hold_ms = 0;
    if (delay)
        hold(conn, delay);
    return delay != 0;
}

static int on_writable(connection *conn)
{
    int r = 0;

    pthread_mutex_lock(&conn->server->lock);
    if (conn->kill) {
        r = -1;
    } else if (conn->held || conn->call.mangle.silent || is_early(conn)) {
        r = 0;
    } else if (conn->answered) { /* by another thread */
        conn->answered = conn->waiting = false;
        r = http_send_answer(conn);
    } else if (conn->out.len > conn->sent) {
        r = send_piece(conn);
    } else if (conn->call.stream && conn->ready) {
        conn->ready = false;
        r = fill_stream(conn);
        if (r == 0 && conn->out.len > conn->sent)
            r = send_piece(conn);
        else if (r == 0 && conn->cut)
            r = -1;
    }
    if (r == 0 && conn->call.stream && conn->ready && !conn->hold_ms && !conn->call.mangle.silent)
        lws_callback_on_writable(conn->wsi);
    pthread_mutex_unlock(&conn->server->lock);
    return r;
}

/* ---- from other threads ---- */

static bool on_loop(const apiserver *s)
{
    return s->http->started && pthread_equal(pthread_self(), s->http->thread);
}

void http_wake(connection *conn)
{
    if (on_loop(conn->server))
        lws_callback_on_writable(conn->wsi);
    else
        lws_cancel_service(conn->server->http->context);
}

void http_stream_ready(stream *st)
{
    if (!st->conn || st->conn->ready)
        return;
    st->conn->ready = true;
    if (!on_loop(st->conn->server))
        http_wake(st->conn);
    else
        round_ready(&st->conn->server->http->round);
}

void http_answer(call *c)
{
    connection *conn = c->conn;

    conn->answered = true;
    if (conn->wsi)
        http_wake(conn);
    else
        connection_free(conn);
}

void http_soon(apiserver *s, http_work_fn *work, int64_t after_ms)
{
    struct http *h = s->http;
    int64_t at = clock_ms() + after_ms;
    size_t i = 0;

    if (!h)
        return;
    while (i < WORKS - 1 && h->works[i].run && h->works[i].run != work)
        i++;
    h->works[i].run = work;
    if (!h->works[i].at_ms || h->works[i].at_ms > at)
        h->works[i].at_ms = at ? at : 1;
    lws_cancel_service(h->context);
}

static void each(apiserver *s, http_pick_fn *which, const void *user, void (*change)(connection *conn))
{
    for (connection *conn = s->http ? s->http->connections : NULL; conn; conn = conn->next)
        if (conn->wsi && which(&conn->call, user)) {
            change(conn);
            http_wake(conn);
        }
}

static void kill_it(connection *conn)
{
    conn->kill = true;
    lws_cancel_service(conn->server->http->context);
}

static void silence_it(connection *conn)
{
    conn->call.mangle.silent = true;
}

static void unmangle_it(connection *conn)
{
    conn->call.mangle = (mangle){0};
    conn->hold_ms = 0;
}

static bool is_mangled(const call *c, const void *unused)
{
    (void)unused;
    return c->mangle.silent || c->mangle.slow_bytes;
}

void http_cut(apiserver *s, http_pick_fn *which, const void *user)
{
    each(s, which, user, kill_it);
}

void http_silence(apiserver *s, http_pick_fn *which, const void *user)
{
    each(s, which, user, silence_it);
}

void http_unmangle(apiserver *s)
{
    each(s, is_mangled, NULL, unmangle_it);
}

static void on_tick(lws_sorted_usec_list_t *sul);

/* When this connection wants to be looked at again; it may become ready now. */
static int64_t look_at(connection *conn, int64_t now)
{
    int64_t at = conn->call.stream ? conn->call.stream->wake_ms : 0;

    if (conn->kill || http_hung_up(conn, now))
        lws_set_timeout(conn->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC); /* an idle one, too */
    if (conn->hold_ms > now)
        return conn->hold_ms;
    if (at && at <= now)
        conn->ready = true;
    if (conn->ready || conn->hold_ms || (conn->call.ws && conn->call.ws->ready))
        lws_callback_on_writable(conn->wsi);
    return at > now ? at : INT64_MAX;
}

/* Once under the lock: work that is due, streams that are ready; then the time of the next look. */
static void look_around(apiserver *s)
{
    struct http *h = s->http;
    int64_t now = clock_ms(), next = now + LIMIT_HANGUP_MS;

    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < WORKS; i++) {
        struct work *w = &h->works[i];
        if (w->at_ms && w->at_ms <= now) {
            w->at_ms = 0;
            w->run(s);
        }
        if (w->at_ms && w->at_ms < next)
            next = w->at_ms;
    }
    for (connection *conn = h->connections; conn; conn = conn->next) {
        int64_t at = conn->wsi ? look_at(conn, now) : INT64_MAX;
        next = at < next ? at : next;
    }
    pthread_mutex_unlock(&s->lock);
    lws_sul_schedule(h->context, 0, &h->tick, on_tick, (next > now ? next - now : 1) * LWS_US_PER_MS);
}

static void on_tick(lws_sorted_usec_list_t *sul)
{
    struct http *h = lws_container_of(sul, struct http, tick);

    look_around(lws_context_user(h->context));
}

/* Answers that came from other threads are found by walking the connections that wait: libwebsockets has the list. */
static void on_woken(apiserver *s)
{
    lws_callback_on_writable_all_protocol_vhost(s->http->vhost, lws_vhost_name_to_protocol(s->http->vhost, "http"));
    look_around(s);
}

/* ---- events of a connection ---- */

connection *http_enter(apiserver *s, struct lws *wsi)
{
    connection *conn = connection_new(s, wsi);

    if (!conn)
        return NULL;
    lws_set_opaque_user_data(wsi, conn); /* what it keeps by itself goes after each request */
    pthread_mutex_lock(&s->lock);
    conn->next = s->http->connections;
    conn->link = &s->http->connections;
    if (conn->next)
        conn->next->link = &conn->next;
    s->http->connections = conn;
    pthread_mutex_unlock(&s->lock);
    return conn;
}

static int on_request(apiserver *s, struct lws *wsi, const char *path)
{
    connection *conn = lws_get_opaque_user_data(wsi);
    int r;

    if (!conn)
        conn = http_enter(s, wsi);
    if (!conn)
        return -1;
    pthread_mutex_lock(&s->lock); /* faults look at the requests of all connections */
    r = connection_begin(conn, path);
    pthread_mutex_unlock(&s->lock);
    if (r < 0)
        return -1;
    return r == CONNECTION_BODY ? body_continue(conn) : http_handle(conn);
}

static int on_body(connection *conn, const void *data, size_t len)
{
    int r;

    pthread_mutex_lock(&conn->server->lock);
    r = body_piece(conn, data, len);
    pthread_mutex_unlock(&conn->server->lock);
    return r > 0 ? http_handle(conn) : r;
}

/* A thread that still works at an answer keeps the connection until it has it. */
static void on_closed(connection *conn)
{
    apiserver *s = conn->server;

    pthread_mutex_lock(&s->lock);
    round_forget(&s->http->round, conn);
    connection_end_stream(conn);
    ws_closed(conn);
    lws_set_opaque_user_data(conn->wsi, NULL);
    conn->wsi = NULL;
    if (!conn->waiting || conn->answered)
        connection_free(conn);
    pthread_mutex_unlock(&s->lock);
}

static bool is_refusing(apiserver *s)
{
    bool refuses;

    pthread_mutex_lock(&s->lock);
    refuses = fault_refuses(s);
    pthread_mutex_unlock(&s->lock);
    return refuses;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    apiserver *s = lws_context_user(lws_get_context(wsi));
    connection *conn = wsi ? lws_get_opaque_user_data(wsi) : NULL;

    switch (reason) {
    case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
        return is_refusing(s) || http_door(s->http->vhost, (int)(intptr_t)in) ? -1 : 0;
    case LWS_CALLBACK_HTTP:
        return on_request(s, wsi, in);
    case LWS_CALLBACK_HTTP_BODY:
        return conn && !conn->handled ? on_body(conn, in, len) : 0;
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return conn && conn->expected && !conn->handled ? http_handle(conn) : 0;
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return conn ? on_writable(conn) : 0;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return ws_upgrade(s, wsi, in);
    case LWS_CALLBACK_ESTABLISHED:
        return conn && conn->call.ws ? ws_open(conn) : -1;
    case LWS_CALLBACK_RECEIVE:
        return conn && conn->call.ws ? ws_receive(conn, in, len) : -1;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return conn && conn->call.ws ? ws_writable(conn) : -1;
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_WSI_DESTROY:
        if (conn)
            on_closed(conn);
        return 0;
    case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS:
    case LWS_CALLBACK_OPENSSL_PERFORM_CLIENT_CERT_VERIFICATION:
        return http_tls_event(s, reason, user);
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
        if (s && s->http && s->http->vhost)
            on_woken(s);
        return 0;
    default:
        return lws_callback_http_dummy(wsi, reason, user, in, len);
    }
}

static const struct lws_protocols protocols[] = {
    {.name = "http", .callback = on_event},
    {.name = "v5.channel.k8s.io", .callback = on_event},
    {.name = "v4.channel.k8s.io", .callback = on_event},
    {0},
};

/* ---- the loop ---- */

static void *serve(void *arg)
{
    apiserver *s = arg;
    struct http *h = s->http;
    const int sleep = 0, look = -1; /* as lws_service has it */

    while (!atomic_load(&h->stopped) && lws_service(h->context, round_waits(&h->round) ? look : sleep) >= 0) {
        pthread_mutex_lock(&s->lock);
        round_end(&h->round, h->connections);
        pthread_mutex_unlock(&s->lock);
    }
    return NULL;
}

static int create(apiserver *s, const char *listen, opsdk_error *err)
{
    struct http *h = s->http;
    char host[128] = "";
    struct lws_context_creation_info info = {
        .protocols = protocols,
        .uid = (uid_t)-1,
        .gid = (gid_t)-1,
        .user = s,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DISABLE_IPV6,
        .fd_limit_per_thread = LIMIT_CONNECTIONS,
        .max_http_header_data = LIMIT_HEADERS,
        .max_http_header_pool = LIMIT_CONNECTIONS,
        .pt_serv_buf_size = PIECE,
        .keepalive_timeout = LIMIT_KEEPALIVE_S,
        .timeout_secs = LIMIT_KEEPALIVE_S,
    };

    lws_set_log_level(0, NULL);
    http_tls_prepare(s, &info);
    h->context = lws_create_context(&info);
    if (!h->context)
        return opsdk_error_set(err, OPSDK_EIO, "libwebsockets could not start");
    if (http_listen_parse(listen, host, sizeof(host), &info, err) < 0)
        return OPSDK_EINVAL;
    h->vhost = lws_create_vhost(h->context, &info);
    if (!h->vhost)
        return opsdk_error_set(err, OPSDK_EIO, "cannot listen on %s", listen);
    if (info.options & LWS_SERVER_OPTION_UNIX_SOCK)
        snprintf(h->url, sizeof(h->url), "%s", listen);
    else
        snprintf(h->url, sizeof(h->url), "%s://%s:%d", s->tls ? "https" : "http", *host ? host : "127.0.0.1",
                 lws_get_vhost_listen_port(h->vhost));
    return 0;
}

int http_start(apiserver *s, opsdk_error *err)
{
    int r;

    s->http = calloc(1, sizeof(*s->http));
    if (!s->http)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    r = create(s, s->opts.listen ? s->opts.listen : "127.0.0.1:0", err);
    if (r < 0)
        return r;
    lws_sul_schedule(s->http->context, 0, &s->http->tick, on_tick, LWS_US_PER_MS);
    if (pthread_create(&s->http->thread, NULL, serve, s) != 0)
        return opsdk_error_set(err, OPSDK_EIO, "cannot start a thread");
    s->http->started = true;
    return 0;
}

void http_stop(apiserver *s)
{
    struct http *h = s->http;

    if (!h)
        return;
    atomic_store(&h->stopped, true);
    if (h->started) {
        lws_cancel_service(h->context);
        pthread_join(h->thread, NULL);
        h->started = false;
    }
    if (h->context)
        lws_context_destroy(h->context);
    free(h);
    s->http = NULL;
}
