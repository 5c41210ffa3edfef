#include "client/ws.h"
#include "client/clock.h"

#include "client/client.h"
#include "client/file.h"
#include "client/server.h"
#include "client/tls.h"
#include "core/limits.h"
#include "core/status_code.h"

#include <libwebsockets.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WS_BUFFER (64u << 10) /* a read from the socket, and the longest request head */
#define WS_DEFER 16           /* writes in a row that reads may hold up */
#define WS_TARGET_PLAIN 1900  /* longest target that libwebsockets writes by itself: it cuts a request line at 2,048 */
#define WS_TARGET_MARK "/opsdk" /* what it writes instead of a longer one, see put_target */

/* A libwebsockets context and what belongs to it.  Used by one call at a time. */
typedef struct ws_context {
    struct lws_context *lws;
    struct lws_vhost *vhost;
    SSL_CTX *tls;
    char sni[256]; /* "" when the server is addressed by number */
    int64_t born;
    unsigned char frame[LWS_PRE + WS_FRAME];
} ws_context;

struct ws_pool {
    pthread_mutex_t lock;
    ws_context *idle[LIMIT_WS_IDLE];
    size_t n;
};

/* One call, on the stack of its caller. */
typedef struct ws_call {
    opsdk_client *client;
    const ws_io *io;
    ws_context *context;
    const server *where;
    const char *path; /* prefix and target */
    const char *authorization;
    struct lws *wsi;
    lws_sorted_usec_list_t tick;
    int64_t deadline, connect_by, heard, next_ping;
    bool open, idle, done;
    int deferred; /* writes in a row that waited for reads */
    int status;   /* of the reply that was no upgrade */
    int code;
    opsdk_error err;
} ws_call;

/* Ends the call; the first outcome stands. */
static void finish(ws_call *w, int code)
{
    if (w->done)
        return;
    w->done = true;
    w->code = code;
    lws_cancel_service(w->context->lws);
}

/* ---- events of a connection ---- */

/* libwebsockets cuts request lines at 2,048 bytes.  A longer target goes in here: the head is in [start, *p), and begins with the
 * mark that stood in for the path. */
static int put_target(ws_call *w, char **p, size_t room)
{
    static const char mark[] = "GET " WS_TARGET_MARK " ";
    size_t len = strlen(w->path), more = len - strlen(WS_TARGET_MARK);
    char *start = *p + room + 12 - WS_BUFFER, *tail;

    if (memcmp(start, mark, sizeof(mark) - 1) != 0)
        return opsdk_error_set(&w->err, OPSDK_EIO, "exec: this libwebsockets cannot send a command of %zu bytes", len);
    if (more > room)
        return opsdk_error_set(&w->err, OPSDK_EINVAL, "exec: command line of %zu bytes is too long", len);
    tail = start + sizeof(mark) - 2;
    memmove(tail + more, tail, (size_t)(*p - tail));
    memcpy(start + 4, w->path, len);
    *p += more;
    return 0;
}

static int add_header(ws_call *w, const char *name, const char *value, char **p, size_t *room)
{
    int n;

    if (!value || !*value)
        return 0;
    n = snprintf(*p, *room, "%s: %s\r\n", name, value);
    if (n < 0 || (size_t)n >= *room)
        return opsdk_error_set(&w->err, OPSDK_EINVAL, "exec: header %s of %d bytes is too long", name, n);
    *p += n;
    *room -= (size_t)n;
    return 0;
}

static int on_handshake(ws_call *w, char **p, size_t room)
{
    char *before;
    int r = 0;

    if (strlen(w->path) > WS_TARGET_PLAIN) {
        before = *p;
        r = put_target(w, p, room);
        room -= r < 0 ? 0 : (size_t)(*p - before);
    }
    if (r == 0)
        r = add_header(w, "Authorization", w->authorization, p, &room);
    if (r == 0)
        r = add_header(w, "User-Agent", w->client->user_agent, p, &room);
    return r;
}

/* libwebsockets takes the absence of a choice for agreement; the API server's is a server that speaks something else. */
static int on_reply(ws_call *w, struct lws *wsi)
{
    char chosen[64] = "";

    if (lws_hdr_copy(wsi, chosen, sizeof(chosen), WSI_TOKEN_PROTOCOL) <= 0)
        return opsdk_error_set(&w->err, OPSDK_EPROTO, "exec: server chose none of the protocols %s", w->io->protocols);
    w->open = true;
    w->heard = clock_ms();
    w->next_ping = w->heard + LIMIT_EXEC_PING_MS;
    return w->io->open(chosen, w->io->user, &w->err);
}

static int on_receive(ws_call *w, struct lws *wsi, const char *data, size_t len)
{
    bool first = lws_is_first_fragment(wsi), last = lws_is_final_fragment(wsi);
    int r;

    r = w->io->receive(data, len, first, last, w->io->user, &w->err);
    w->heard = clock_ms();
    lws_callback_on_writable(wsi); /* what came may be what send waits for */
    return r;
}

/* What the server has to say goes first: it may be that the command ended.  A write to a server that hung up after that would lose
 * its last words.  Not for ever, though, lest a server that never stops keeps stdin waiting. */
static bool must_read_first(ws_call *w, struct lws *wsi)
{
    struct pollfd p = {.fd = lws_get_socket_fd(wsi), .events = POLLIN};

    if (poll(&p, 1, 0) <= 0 || !(p.revents & POLLIN) || ++w->deferred > WS_DEFER) {
        w->deferred = 0;
        return false;
    }
    lws_callback_on_writable(wsi);
    return true;
}

static int on_writable(ws_call *w, struct lws *wsi)
{
    unsigned char *frame = w->context->frame + LWS_PRE;
    int64_t now = clock_ms();
    long n;

    w->idle = false;
    if (must_read_first(w, wsi))
        return 0;
    if (now >= w->next_ping) {
        w->next_ping = now + LIMIT_EXEC_PING_MS;
        if (lws_write(wsi, frame, 0, LWS_WRITE_PING) < 0)
            return opsdk_error_set(&w->err, OPSDK_EIO, "exec: connection to %s broke", w->where->authority);
        lws_callback_on_writable(wsi);
        return 0;
    }
    n = w->io->send((char *)frame, w->io->user, &w->err);
    if (n == WS_DONE)
        finish(w, 0);
    if (n < 0 || n == WS_DONE)
        return (int)n;
    w->idle = n == WS_NOTHING;
    if (w->idle)
        return 0;
    if (lws_write(wsi, frame, (size_t)n, LWS_WRITE_BINARY) < (int)n)
        return opsdk_error_set(&w->err, OPSDK_EIO, "exec: connection to %s broke", w->where->authority);
    w->heard = clock_ms();
    lws_callback_on_writable(wsi);
    return 0;
}

/* No connection, or an answer that is no upgrade. */
static void on_refused(ws_call *w, struct lws *wsi, const char *why, size_t len)
{
    if (w->done)
        return;
    if (w->err.code) {
        finish(w, w->err.code);
        return;
    }
    w->status = (int)lws_http_client_http_response(wsi);
    if (w->status >= 200 && w->status != 101)
        opsdk_error_set(&w->err, status_code(w->status, ""), "exec: %s answered %d instead of opening a stream",
                        w->where->authority, w->status);
    else
        opsdk_error_set(&w->err, OPSDK_EIO, "exec: no connection to %s: %.*s", w->where->authority, (int)len,
                        why ? why : "");
    finish(w, w->err.code);
}

/* user is a ws_call in the events of a connection; the verification passes something else. */
static int on_verify(struct lws *wsi, X509_STORE_CTX *chain, bool good)
{
    ws_call *w = lws_wsi_user(wsi);

    if (!good && w)
        opsdk_error_set(&w->err, OPSDK_EIO, "exec: certificate of %s is not accepted: %s", w->where->authority,
                        X509_verify_cert_error_string(X509_STORE_CTX_get_error(chain)));
    return 0;
}

static void on_closed(ws_call *w)
{
    if (!w->err.code)
        opsdk_error_set(&w->err, OPSDK_EIO, "exec: connection to %s broke", w->where->authority);
    finish(w, w->err.code);
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    ws_call *w = user;
    int r = 0;

    if (reason == LWS_CALLBACK_OPENSSL_PERFORM_SERVER_CERT_VERIFICATION)
        return on_verify(wsi, user, len);
    if (!w)
        return 0;

    switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        r = on_handshake(w, in, len);
        break;
    case LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH:
        r = on_reply(w, wsi);
        break;
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        lws_callback_on_writable(wsi);
        break;
    case LWS_CALLBACK_CLIENT_RECEIVE:
        r = on_receive(w, wsi, in, len);
        break;
    case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
        w->heard = clock_ms();
        break;
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        r = w->done ? -1 : on_writable(w, wsi);
        break;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        finish(w, 0);
        break;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        on_refused(w, wsi, in, in ? len : 0);
        break;
    case LWS_CALLBACK_CLIENT_CLOSED:
        on_closed(w);
        break;
    case LWS_CALLBACK_WSI_DESTROY:
        w->wsi = NULL;
        break;
    default:
        break;
    }
    if (r < 0)
        finish(w, r);
    return r == 0 ? 0 : -1;
}

static void on_tick(lws_sorted_usec_list_t *sul)
{
    ws_call *w = lws_container_of(sul, ws_call, tick);
    int64_t now = clock_ms();
    const char *to = w->where->authority;

    if (atomic_load(&w->client->cancelled))
        finish(w, opsdk_error_set(&w->err, OPSDK_ECANCELED, "exec: cancelled"));
    else if (w->deadline && now >= w->deadline)
        finish(w, opsdk_error_set(&w->err, OPSDK_ETIMEOUT, "exec: not done after %d ms", w->io->timeout_ms));
    else if (!w->open && now >= w->connect_by)
        finish(w, opsdk_error_set(&w->err, OPSDK_ETIMEOUT, "exec: no connection to %s in %d ms", to, LIMIT_CONNECT_MS));
    else if (w->open && now - w->heard >= w->io->silence_ms)
        finish(w, opsdk_error_set(&w->err, OPSDK_ETIMEOUT, "exec: %s was silent for %d ms", to, w->io->silence_ms));
    else if (w->open && w->wsi && (w->idle || now >= w->next_ping))
        lws_callback_on_writable(w->wsi);
    lws_sul_schedule(w->context->lws, 0, sul, on_tick, WS_TICK_MS * LWS_US_PER_MS);
}

/* ---- contexts ---- */

/* libwebsockets takes the SNI from the Host header; the configuration may want another, and an address is none. */
static void on_tls_state(const SSL *ssl, int where, int value)
{
    char *sni = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    char *name = *sni ? sni : NULL;

    (void)value;
    if (where & SSL_CB_HANDSHAKE_START)
        SSL_set_tlsext_host_name((SSL *)(uintptr_t)ssl, name);
}

static int make_tls(opsdk_client *c, const server *where, ws_context *x, opsdk_error *err)
{
    config_blob cert = {0}, key = {0};
    const char *name = c->cfg.tls_server_name ? c->cfg.tls_server_name : where->host;
    int r;

    x->tls = SSL_CTX_new(TLS_client_method());
    if (!x->tls)
        return opsdk_error_set(err, OPSDK_ENOMEM, "exec: out of memory for TLS");

    r = credential_certificate(c->cred, &cert, &key, err);
    if (r == 0)
        r = tls_apply(&c->cfg, cert.data ? &cert : NULL, key.data ? &key : NULL, x->tls, err);
    config_blob_clear(&cert);
    config_blob_clear(&key);
    snprintf(x->sni, sizeof(x->sni), "%s", server_is_ip(name) ? "" : name);
    SSL_CTX_set_app_data(x->tls, x->sni);
    SSL_CTX_set_info_callback(x->tls, on_tls_state);
    return r;
}

static ws_context *context_free(ws_context *x)
{
    if (!x)
        return NULL;
    if (x->lws)
        lws_context_destroy(x->lws);
    SSL_CTX_free(x->tls);
    free(x);
    return NULL;
}

/* Every context that is made with LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT gives libwebsockets a new index for its data in an SSL, kept
 * in a global: the handshakes of other contexts that are under way no longer find theirs, and fail.  So it is made once, here,
 * and only vhosts have the option after that. */
static void init_library(void)
{
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .uid = (uid_t)-1,
        .gid = (gid_t)-1,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
        .fd_limit_per_thread = 8,
    };
    struct lws_context *once;

    lws_set_log_level(0, NULL);
    once = lws_create_context(&info);
    if (once)
        lws_context_destroy(once);
}

static int make_lws(ws_context *x, opsdk_error *err)
{
    static const struct lws_protocols protocols[] = {
        {.name = "exec", .callback = on_event, .rx_buffer_size = WS_BUFFER}, {.name = NULL}};
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .uid = (uid_t)-1,
        .gid = (gid_t)-1,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
        .provided_client_ssl_ctx = x->tls,
        .http_proxy_address = "", /* else it asks the environment */
        .fd_limit_per_thread = 8, /* else it makes tables for every descriptor that the process may have */
        .pt_serv_buf_size = WS_BUFFER,
        .timeout_secs = LIMIT_CONNECT_MS / 1000,
        .connect_timeout_secs = LIMIT_CONNECT_MS / 1000,
    };

    pthread_once(&once, init_library);
    x->lws = lws_create_context(&info);
    info.options = x->tls ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT : 0;
    x->vhost = x->lws ? lws_create_vhost(x->lws, &info) : NULL;
    return x->vhost ? 0 : opsdk_error_set(err, OPSDK_EIO, "exec: libwebsockets could not start");
}

static int context_new(opsdk_client *c, const server *where, ws_context **ret, opsdk_error *err)
{
    ws_context *x = calloc(1, sizeof(*x));
    int r = 0;

    if (!x)
        return opsdk_error_set(err, OPSDK_ENOMEM, "exec: out of memory");
    x->born = clock_ms();
    if (where->tls)
        r = make_tls(c, where, x, err);
    if (r == 0)
        r = make_lws(x, err);
    if (r < 0)
        context_free(x);
    else
        *ret = x;
    return r;
}

static struct ws_pool *pool(opsdk_client *c)
{
    struct ws_pool *p;

    pthread_mutex_lock(&c->lock);
    if (!c->ws) {
        c->ws = calloc(1, sizeof(*c->ws));
        if (c->ws)
            pthread_mutex_init(&c->ws->lock, NULL);
    }
    p = c->ws;
    pthread_mutex_unlock(&c->lock);
    return p;
}

/* The youngest idle context, or NULL. */
static ws_context *pool_take(struct ws_pool *p)
{
    ws_context *x = NULL;

    pthread_mutex_lock(&p->lock);
    if (p->n > 0)
        x = p->idle[--p->n];
    pthread_mutex_unlock(&p->lock);
    return x;
}

/* Takes it back, or frees it when there are enough. */
static void pool_put(struct ws_pool *p, ws_context *x)
{
    pthread_mutex_lock(&p->lock);
    if (p->n < LIMIT_WS_IDLE) {
        p->idle[p->n++] = x;
        x = NULL;
    }
    pthread_mutex_unlock(&p->lock);
    context_free(x);
}

static int context_take(opsdk_client *c, const server *where, bool fresh, ws_context **ret, opsdk_error *err)
{
    struct ws_pool *p = pool(c);
    ws_context *x;

    if (!p)
        return opsdk_error_set(err, OPSDK_ENOMEM, "exec: out of memory");
    for (x = pool_take(p); x; x = pool_take(p)) {
        if (!fresh && clock_ms() - x->born < LIMIT_WS_AGE_MS)
            break;
        context_free(x);
    }
    *ret = x;
    return x ? 0 : context_new(c, where, ret, err);
}

void ws_pool_free(struct ws_pool *p)
{
    if (!p)
        return;
    while (p->n > 0)
        context_free(p->idle[--p->n]);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

/* ---- a call ---- */

static int start(ws_call *w)
{
    struct lws_client_connect_info info = {
        .context = w->context->lws,
        .vhost = w->context->vhost,
        .address = w->where->host,
        .port = w->where->port,
        .path = strlen(w->path) > WS_TARGET_PLAIN ? WS_TARGET_MARK : w->path,
        .host = w->where->authority,
        .protocol = w->io->protocols,
        .local_protocol_name = "exec",
        .ietf_version_or_minus_one = -1,
        .userdata = w,
        .alpn = "http/1.1",
        .pwsi = &w->wsi,
        /* The name is checked by what tls_apply set, which may differ from the host. */
        .ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT |
                          (w->where->tls ? LCCSCF_USE_SSL | LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK : 0),
    };

    if (!lws_client_connect_via_info(&info) && !w->done)
        finish(w, w->err.code ? w->err.code
                              : opsdk_error_set(&w->err, OPSDK_EIO, "exec: no connection to %s", w->where->authority));
    return w->code;
}

/* Lets go of the connection, which may still be saying good-bye, before the call leaves the stack. */
static void detach(ws_call *w)
{
    struct lws *wsi = w->wsi;

    lws_sul_cancel(&w->tick);
    if (!wsi)
        return;
    lws_set_wsi_user(wsi, NULL);
    lws_set_timeout(wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_SYNC);
}

static int serve(ws_call *w)
{
    lws_sul_schedule(w->context->lws, 0, &w->tick, on_tick, 1);
    start(w);
    while (!w->done) {
        if (lws_service(w->context->lws, 0) < 0)
            finish(w, opsdk_error_set(&w->err, OPSDK_EIO, "exec: connection to %s broke", w->where->authority));
    }
    detach(w);
    return w->code;
}

static int run_once(opsdk_client *c, const char *path, const server *where, const ws_io *io, bool refresh,
                    buf *authorization, opsdk_error *err)
{
    int64_t now = clock_ms();
    ws_call w = {.client = c, .io = io, .where = where, .path = path, .connect_by = now + LIMIT_CONNECT_MS};
    int r;

    r = credential_authorization(c->cred, refresh, authorization, err);
    if (r < 0)
        return r;
    r = context_take(c, where, refresh, &w.context, err);
    if (r < 0)
        return r;
    w.authorization = authorization->data;
    w.deadline = io->timeout_ms > 0 ? now + io->timeout_ms : 0;

    r = serve(&w);
    if (r == 0)
        pool_put(pool(c), w.context);
    else
        context_free(w.context);
    if (r == 0 || !err)
        return r;
    *err = w.err;
    err->code = r;
    err->http_status = w.status;
    return r;
}

int ws_run(opsdk_client *c, const char *target, const ws_io *io, opsdk_error *err)
{
    auto_secret authorization = BUF_INIT(LIMIT_HEADER);
    auto_buf path = BUF_INIT(LIMIT_URL);
    auto_server where = {0};
    opsdk_error why = {0};
    int r;

    r = server_parse(c->cfg.server, &where, err);
    if (r < 0)
        return r;
    buf_puts(&path, where.prefix);
    buf_puts(&path, target);
    if (path.failed)
        return opsdk_error_set(err, OPSDK_EINVAL, "exec: command line is over %u bytes", LIMIT_URL);

    r = run_once(c, path.data, &where, io, false, &authorization, &why);
    if (r < 0 && why.http_status == 401)
        r = run_once(c, path.data, &where, io, true, &authorization, &why);
    if (r < 0 && err)
        *err = why;
    return r;
}
