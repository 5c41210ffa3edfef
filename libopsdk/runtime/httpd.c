#include "runtime/httpd.h"

#include "runtime/thread.h"

#include <libwebsockets.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define BODY_MAX (1u << 20)
#define IDLE_S 30      /* of a connection */
#define CONNECTIONS 64 /* at once */

struct httpd {
    struct lws_context *context;
    struct lws_vhost *vhost;
    pthread_t thread;
    bool started;
    atomic_bool stopped;
    httpd_answer_fn *answer;
    void *user;
    char address[64];
    int port;
};

/* One connection; its memory is libwebsockets'. */
typedef struct session {
    buf body;
} session;

/* Writes the headers; the body follows when the socket takes it. */
static int put_headers(struct lws *wsi, int status, const char *type, size_t len)
{
    unsigned char room[LWS_PRE + 1024], *start = room + LWS_PRE, *p = start, *end = room + sizeof(room) - 1;

    if (lws_add_http_common_headers(wsi, (unsigned)status, type, len, &p, end) ||
        lws_finalize_write_http_header(wsi, start, &p, end))
        return -1;
    return 0;
}

static int on_request(httpd *h, struct lws *wsi, session *s, const char *path)
{
    bool get = lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) > 0,
         head = lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI) > 0;
    const char *type = "text/plain; charset=utf-8";
    int status = 405;

    buf_clear(&s->body);
    s->body = BUF_INIT(BODY_MAX);
    if (get || head)
        status = h->answer(path, &s->body, &type, h->user);
    if (s->body.failed) {
        status = 500;
        buf_reset(&s->body);
    }
    if (put_headers(wsi, status, type, s->body.len) < 0)
        return -1;
    if (head || s->body.len == 0)
        return status == 405 || lws_http_transaction_completed(wsi) ? -1 : 0;
    lws_callback_on_writable(wsi);
    return 0;
}

static int on_writable(struct lws *wsi, session *s)
{
    auto_buf out = BUF_INIT(BODY_MAX + LWS_PRE);
    static const char room[LWS_PRE];

    if (s->body.len == 0)
        return 0;
    buf_add(&out, room, LWS_PRE);
    buf_add(&out, s->body.data, s->body.len);
    if (out.failed)
        return -1;
    if (lws_write(wsi, (unsigned char *)out.data + LWS_PRE, s->body.len, LWS_WRITE_HTTP_FINAL) < 0)
        return -1; /* what the socket does not take at once, libwebsockets keeps and sends later */
    buf_clear(&s->body);
    return lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    httpd *h = lws_context_user(lws_get_context(wsi));

    switch (reason) {
    case LWS_CALLBACK_HTTP:
        return on_request(h, wsi, user, in);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return on_writable(wsi, user);
    case LWS_CALLBACK_CLOSED_HTTP:
        if (user)
            buf_clear(&((session *)user)->body);
        return 0;
    default:
        return lws_callback_http_dummy(wsi, reason, user, in, len);
    }
}

static const struct lws_protocols protocols[] = {
    {.name = "http", .callback = on_event, .per_session_data_size = sizeof(session)},
    {0},
};

static void *serve(void *arg)
{
    httpd *h = arg;

    while (!atomic_load(&h->stopped) && lws_service(h->context, 0) >= 0)
        continue;
    return NULL;
}

static int parse_listen(httpd *h, const char *listen, opsdk_error *err)
{
    const char *colon = strrchr(listen, ':');
    size_t len = colon ? (size_t)(colon - listen) : 0;
    char *end = NULL;
    long port = colon ? strtol(colon + 1, &end, 10) : -1;

    if (!colon || end == colon + 1 || *end || port < 0 || port > 65535 || len >= sizeof(h->address))
        return opsdk_error_set(err, OPSDK_EINVAL, "listen address '%s': write it as [address]:port, such as :8080",
                               listen);
    memcpy(h->address, listen, len);
    h->port = (int)port;
    return 0;
}

static int open_server(httpd *h, const char *listen, opsdk_error *err)
{
    struct lws_context_creation_info info = {
        .port = h->port,
        .iface = *h->address ? h->address : NULL,
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND,
        .gid = -1,
        .uid = -1,
        .user = h,
        .keepalive_timeout = IDLE_S,
        .timeout_secs = IDLE_S,
        .fd_limit_per_thread = CONNECTIONS,
        .pt_serv_buf_size = 4096,
        .vhost_name = "probes",
    };

    lws_set_log_level(0, NULL);
    h->context = lws_create_context(&info);
    if (!h->context)
        return opsdk_error_set(err, OPSDK_EIO, "server for probes: libwebsockets cannot start");
    h->vhost = lws_create_vhost(h->context, &info);
    if (!h->vhost)
        return opsdk_error_set(err, OPSDK_EIO,
                               "cannot listen on %s: is the port taken, or the address not of this machine?", listen);
    h->port = lws_get_vhost_listen_port(h->vhost);
    return 0;
}

int httpd_new(const char *listen, httpd_answer_fn *answer, void *user, httpd **ret, opsdk_error *err)
{
    httpd *h = calloc(1, sizeof(*h));
    int r;

    if (!h)
        return opsdk_error_set(err, OPSDK_ENOMEM, "server for probes: out of memory");
    h->answer = answer;
    h->user = user;
    r = parse_listen(h, listen, err);
    if (r >= 0)
        r = open_server(h, listen, err);
    if (r >= 0)
        r = thread_start(&h->thread, serve, h, err);
    if (r < 0) {
        httpd_free(h);
        return r;
    }
    h->started = true;
    *ret = h;
    return 0;
}

int httpd_port(const httpd *h)
{
    return h->port;
}

httpd *httpd_free(httpd *h)
{
    if (!h)
        return NULL;
    atomic_store(&h->stopped, true);
    if (h->started) {
        lws_cancel_service(h->context);
        pthread_join(h->thread, NULL);
    }
    if (h->context)
        lws_context_destroy(h->context);
    free(h);
    return NULL;
}
