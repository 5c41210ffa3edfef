#include "apiserver/http_call.h"
#include "apiserver/http_door.h"
#include "apiserver/http_tls.h"
#include "apiserver/limits.h"
#include "apiserver/request.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD 8192 /* bytes of an answer's head without its warnings */
#define PARAMS 96 /* libwebsockets has no room for more */

/* ---- reading a head ---- */

static const struct {
    enum lws_token_indexes token;
    const char *method;
} methods[] = {
    {WSI_TOKEN_GET_URI, "GET"},         {WSI_TOKEN_POST_URI, "POST"},     {WSI_TOKEN_PUT_URI, "PUT"},
    {WSI_TOKEN_PATCH_URI, "PATCH"},     {WSI_TOKEN_DELETE_URI, "DELETE"}, {WSI_TOKEN_HEAD_URI, "HEAD"},
    {WSI_TOKEN_OPTIONS_URI, "OPTIONS"},
};

static const char *method_of(struct lws *wsi)
{
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (lws_hdr_total_length(wsi, methods[i].token) > 0)
            return methods[i].method;
    return "";
}

/* "" when it is absent. */
static const char *header(connection *conn, enum lws_token_indexes token)
{
    int len = lws_hdr_total_length(conn->wsi, token);
    char *text = len > 0 ? arena_take(&conn->memory, (size_t)len + 1) : NULL;

    return text && lws_hdr_copy(conn->wsi, text, len + 1, token) >= 0 ? text : "";
}

/* The same of one that libwebsockets has no number for; name ends with its colon. */
static const char *other_header(connection *conn, const char *name)
{
    int len = lws_hdr_custom_length(conn->wsi, name, (int)strlen(name));
    char *text = len > 0 ? arena_take(&conn->memory, (size_t)len + 1) : NULL;

    return text && lws_hdr_custom_copy(conn->wsi, text, len + 1, name, (int)strlen(name)) >= 0 ? text : "";
}

/* What the door encoded once more. */
static void decode_again(request *rq, param *params)
{
    if (rq->n_params == 0 || strcmp(params[0].name, HTTP_ENCODED) != 0)
        return;
    rq->params++;
    rq->n_params--;
    for (size_t i = 1; i <= rq->n_params; i++)
        http_decode((char *)params[i].value);
}

static int read_params(connection *conn)
{
    request *rq = &conn->call.rq;
    param *params = arena_take(&conn->memory, PARAMS * sizeof(*params));
    int len;

    if (!params)
        return -1;
    rq->params = params;
    for (int i = 0; rq->n_params < PARAMS; i++) {
        char *text, *equals;
        len = lws_hdr_fragment_length(conn->wsi, WSI_TOKEN_HTTP_URI_ARGS, i);
        if (len <= 0)
            break;
        text = arena_take(&conn->memory, (size_t)len + 1);
        if (!text || lws_hdr_copy_fragment(conn->wsi, text, len + 1, WSI_TOKEN_HTTP_URI_ARGS, i) < 0)
            return -1;
        equals = strchr(text, '=');
        if (equals)
            *equals = '\0';
        params[rq->n_params++] = (param){text, equals ? equals + 1 : ""};
    }
    decode_again(rq, params);
    return 0;
}

int connection_begin(connection *conn, const char *path)
{
    request *rq = &conn->call.rq;

    connection_reset(conn);
    conn->call.tls = http_tls_of(conn->wsi);
    rq->method = method_of(conn->wsi);
    rq->path = arena_strndup(&conn->memory, path, strlen(path));
    rq->accept = header(conn, WSI_TOKEN_HTTP_ACCEPT);
    rq->content_type = header(conn, WSI_TOKEN_HTTP_CONTENT_TYPE);
    rq->user_agent = header(conn, WSI_TOKEN_HTTP_USER_AGENT);
    rq->authorization = header(conn, WSI_TOKEN_HTTP_AUTHORIZATION);
    rq->if_none_match = header(conn, WSI_TOKEN_HTTP_IF_NONE_MATCH);
    rq->cut = lws_hdr_total_length(conn->wsi, WSI_TOKEN_HTTP) == 0; /* the version is missing */
    rq->upgrade = *header(conn, WSI_TOKEN_UPGRADE) ? header(conn, WSI_TOKEN_PROTOCOL) : "";
    rq->impersonation = (impersonation){.user = other_header(conn, "impersonate-user:"),
                                        .uid = other_header(conn, "impersonate-uid:"),
                                        .group = other_header(conn, "impersonate-group:")};
    rq->body = "";
    if (!rq->path || read_params(conn) < 0 || request_resolve(rq, &conn->memory) < 0)
        return -1;
    if (body_begin(conn, header(conn, WSI_TOKEN_HTTP_CONTENT_LENGTH), header(conn, WSI_TOKEN_HTTP_TRANSFER_ENCODING)) <
        0)
        return -1;
    conn->in.max = LIMIT_REQUEST_BODY + 1;
    return conn->expected ? CONNECTION_BODY : 0;
}

/* ---- writing a head ---- */

static int add(connection *conn, const char *name, const char *value, unsigned char **p, unsigned char *end)
{
    return lws_add_http_header_by_name(conn->wsi, (const unsigned char *)name, (const unsigned char *)value,
                                       (int)strlen(value), p, end);
}

static int add_headers(connection *conn, unsigned char **p, unsigned char *end)
{
    call *c = &conn->call;
    char number[24];
    size_t i;
    json_t *text;
    int r = lws_add_http_header_status(conn->wsi, (unsigned)c->status, p, end);

    if (!c->type || *c->type)
        r |= add(conn, "content-type:", c->type ? c->type : "application/json", p, end);
    r |= add(conn, "cache-control:", c->caching ? c->caching : "no-cache, private", p, end);
    r |= c->etag ? add(conn, "etag:", c->etag, p, end) | add(conn, "vary:", "Accept", p, end) : 0;
    snprintf(number, sizeof(number), "%zu", c->body.len);
    r |= c->stream ? add(conn, "transfer-encoding:", "chunked", p, end) : add(conn, "content-length:", number, p, end);
    if (conn->last)
        r |= add(conn, "connection:", "close", p, end);
    if (c->retry_after_s) {
        snprintf(number, sizeof(number), "%d", c->retry_after_s);
        r |= add(conn, "retry-after:", number, p, end);
    }
    json_array_foreach(c->warnings, i, text) r |= add(conn, "warning:", json_string_value(text), p, end);
    return r | lws_finalize_http_header(conn->wsi, p, end);
}

static size_t warnings_len(const json_t *warnings)
{
    size_t n = 0, i;
    json_t *text;

    json_array_foreach((json_t *)warnings, i, text) n += json_string_length(text) + 16;
    return n;
}

int connection_head(connection *conn)
{
    size_t room = HEAD + warnings_len(conn->call.warnings);
    unsigned char *start, *p;

    if (!buf_reserve(&conn->out, room))
        return -1;
    start = p = (unsigned char *)conn->out.data + conn->out.len;
    if (add_headers(conn, &p, start + room - 1))
        return -1;
    conn->out.len += (size_t)(p - start);
    return 0;
}

/* ---- ends ---- */

void connection_end_stream(connection *conn)
{
    stream *st = conn->call.stream;

    if (!st)
        return;
    conn->call.stream = NULL;
    st->conn = NULL;
    st->close(st);
}

void connection_reset(connection *conn)
{
    call_clear(&conn->call);
    arena_reset(&conn->memory);
    buf_reset(&conn->in);
    conn->hold_ms = 0;
    conn->chunks = (chunks){0};
    conn->handled = conn->expected = conn->chunked = conn->last = conn->ready = conn->waiting = conn->answered =
        conn->cut = conn->upgrades = false;
    if (conn->in.cap > 64u << 10)
        buf_clear(&conn->in);
}

connection *connection_new(apiserver *s, struct lws *wsi)
{
    connection *conn = calloc(1, sizeof(*conn));

    if (!conn)
        return NULL;
    conn->server = s;
    conn->wsi = wsi;
    conn->out.max = 2 * (size_t)LIMIT_REPLY;
    return conn;
}

connection *connection_free(connection *conn)
{
    if (conn->link) {
        *conn->link = conn->next;
        if (conn->next)
            conn->next->link = conn->link;
    }
    connection_reset(conn);
    arena_clear(&conn->memory);
    buf_clear(&conn->in);
    buf_clear(&conn->out);
    free(conn);
    return NULL;
}
