#include "client/http_transfer.h"
#include "client/client.h"
#include "client/file.h"
#include "client/server.h"
#include "client/status.h"
#include "client/tls.h"
#include "core/limits.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct http_transfer {
    opsdk_client *client;
    CURL *easy;
    bool lent; /* easy belongs to somebody else */
    struct curl_slist *headers, *connect_to;
    char *label;  /* "GET /path" for messages */
    char *accept; /* media type of the reply */
    http_sink_fn *sink;
    void *user;
    const char *body;
    char *own_body;
    char *authorization; /* of the loop's: told to the credential when it is refused */
    size_t body_len, body_sent, header_bytes;
    buf kept, failure;
    int failed; /* code of what a callback refused; its words are in err */
    opsdk_error err;
    char curl_text[CURL_ERROR_SIZE];
};

static long http_status(const http_transfer *t)
{
    long status = 0;

    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static bool is_success(long status)
{
    return status >= 200 && status < 300;
}

/* A reply of another type comes from something that is no API server, such as a proxy's log-in page. */
static bool is_expected_type(const http_transfer *t)
{
    const char *type = NULL;

    if (strcmp(t->accept, "*/*") == 0)
        return true;
    curl_easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &type);
    return type && strncasecmp(type, t->accept, strcspn(t->accept, ";,")) == 0;
}

static int refuse_type(http_transfer *t)
{
    const char *type = NULL;

    curl_easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &type);
    t->failed = opsdk_error_set(&t->err, OPSDK_EPROTO,
                                "%.120s: the reply is %.60s instead of %.60s; does %.60s belong to an API server?",
                                t->label, type ? type : "of no type", t->accept, t->client->cfg.server);
    t->err.http_status = (int)http_status(t);
    return t->failed;
}

static int take_success(http_transfer *t, const char *data, size_t len)
{
    if (!is_expected_type(t))
        return refuse_type(t);
    if (t->sink) {
        t->failed = t->sink(data, len, t->user, &t->err);
        return t->failed < 0 ? t->failed : (t->failed = 0);
    }
    buf_add(&t->kept, data, len);
    if (t->kept.failed)
        t->failed = opsdk_error_set(&t->err, OPSDK_EPROTO, "%.160s: the reply is larger than %zu bytes; see max_body",
                                    t->label, t->kept.max);
    return t->failed;
}

static size_t on_body(char *data, size_t size, size_t n, void *user)
{
    http_transfer *t = user;
    size_t len = size * n, room;

    if (is_success(http_status(t)))
        return take_success(t, data, len) < 0 ? CURL_WRITEFUNC_ERROR : len;
    room = t->failure.max - t->failure.len;
    buf_add(&t->failure, data, len < room ? len : room);
    return room == 0 ? CURL_WRITEFUNC_ERROR : len; /* an endless error page */
}

static size_t on_header(char *data, size_t size, size_t n, void *user)
{
    http_transfer *t = user;

    (void)data;
    t->header_bytes += size * n;
    if (t->header_bytes <= LIMIT_HEADER)
        return size * n;
    t->failed = opsdk_error_set(&t->err, OPSDK_EPROTO, "%.160s: the reply's headers are larger than %u bytes", t->label,
                                LIMIT_HEADER);
    return 0;
}

static size_t on_read(char *data, size_t size, size_t n, void *user)
{
    http_transfer *t = user;
    size_t len = t->body_len - t->body_sent, room = size * n;

    len = len < room ? len : room;
    memcpy(data, t->body + t->body_sent, len);
    t->body_sent += len;
    return len;
}

static int on_progress(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const http_transfer *t = user;

    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(&t->client->cancelled);
}

static CURLcode on_tls(CURL *easy, void *ctx, void *user)
{
    http_transfer *t = user;
    config_blob cert = {0}, key = {0};
    int r = credential_certificate(t->client->cred, &cert, &key, &t->err);

    (void)easy;
    if (r == 0)
        r = tls_apply(&t->client->cfg, &cert, &key, ctx, &t->err);
    config_blob_clear(&cert);
    config_blob_clear(&key);
    t->failed = r < 0 ? r : t->failed;
    return r < 0 ? CURLE_SSL_CERTPROBLEM : CURLE_OK;
}

static curl_socket_t on_socket(void *user, curlsocktype purpose, struct curl_sockaddr *a)
{
    unsigned silence = LIMIT_TCP_SILENCE_MS;
    int fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);

    (void)user, (void)purpose;
    if (fd >= 0)
        setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence, sizeof(silence));
    return fd >= 0 ? fd : CURL_SOCKET_BAD;
}

/* curl's options return a code that is either CURLE_OK or out of memory. */
#define SET(option, value) good = good && curl_easy_setopt(t->easy, option, value) == CURLE_OK

static bool set_transport(http_transfer *t)
{
    bool good = true;

    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_PROXY, ""); /* also none from the environment */
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_PATH_AS_IS, 1L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)LIMIT_CONNECT_MS);
    SET(CURLOPT_MAXCONNECTS, 1L);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_TCP_KEEPIDLE, 15L);
    SET(CURLOPT_TCP_KEEPINTVL, 5L);
    SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_SSL_SESSIONID_CACHE, 0L); /* a resumed session would skip the verification */
    SET(CURLOPT_CA_CACHE_TIMEOUT, 0L);
    SET(CURLOPT_CAINFO, NULL); /* tls_apply says whom to trust */
    SET(CURLOPT_CAPATH, NULL);
    SET(CURLOPT_SSL_CTX_FUNCTION, on_tls);
    SET(CURLOPT_SSL_CTX_DATA, t);
    return good;
}

static bool set_callbacks(http_transfer *t)
{
    bool good = true;

    SET(CURLOPT_ERRORBUFFER, t->curl_text);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, t);
    if (t->sink) /* lists and watches: several objects at a time */
        SET(CURLOPT_BUFFERSIZE, (long)LIMIT_READ);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, t);
    SET(CURLOPT_NOPROGRESS, 0L);
    SET(CURLOPT_XFERINFOFUNCTION, on_progress);
    SET(CURLOPT_XFERINFODATA, t);
    return good;
}

/* The body comes from a callback that cannot rewind: curl must not send a POST twice when a kept connection breaks. */
static bool set_body(http_transfer *t, const char *method)
{
    bool good = true;

    if (t->body) {
        SET(CURLOPT_UPLOAD, 1L);
        SET(CURLOPT_READFUNCTION, on_read);
        SET(CURLOPT_READDATA, t);
        SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)t->body_len);
    }
    SET(CURLOPT_CUSTOMREQUEST, method);
    return good;
}

static bool add_header(http_transfer *t, const char *name, const char *value)
{
    auto_secret line = BUF_INIT(LIMIT_HEADER + 64);
    struct curl_slist *longer;

    buf_puts(&line, name);
    buf_puts(&line, value);
    longer = line.failed ? NULL : curl_slist_append(t->headers, line.data);
    if (longer)
        t->headers = longer;
    return longer;
}

static bool set_headers(http_transfer *t, const http_request *rq, const char *authorization, const char *authority)
{
    bool good = add_header(t, "Accept: ", t->accept) && add_header(t, "User-Agent: ", t->client->user_agent) &&
                add_header(t, "Accept-Encoding: ", "identity") && add_header(t, "Expect:", "");

    if (rq->body)
        good = good && add_header(t, "Content-Type: ", rq->content_type ? rq->content_type : "application/json");
    if (*authorization)
        good = good && add_header(t, "Authorization: ", authorization);
    if (t->client->cfg.tls_server_name)
        good = good && add_header(t, "Host: ", authority);
    SET(CURLOPT_HTTPHEADER, t->headers);
    return good;
}

/* With tls-server-name curl asks for, and verifies, that name, but connects to the server's host. */
static bool set_url(http_transfer *t, const char *target, const server *s)
{
    const char *name = t->client->cfg.tls_server_name;
    bool bracket = name && strchr(name, ':');
    auto_buf url = BUF_INIT(2 * LIMIT_URL), real = BUF_INIT(LIMIT_URL);
    bool good = true;

    if (name && s->tls) {
        buf_printf(&url, "https://%s%s%s:%d%s%s", bracket ? "[" : "", name, bracket ? "]" : "", s->port, s->prefix,
                   target);
        buf_printf(&real, "::%s", s->authority);
        t->connect_to = real.failed ? NULL : curl_slist_append(NULL, real.data);
        good = t->connect_to;
        SET(CURLOPT_CONNECT_TO, t->connect_to);
    } else
        buf_printf(&url, "%s://%s%s%s", s->tls ? "https" : "http", s->authority, s->prefix, target);
    good = good && !url.failed;
    SET(CURLOPT_URL, url.data);
    return good;
}

static bool set_all(http_transfer *t, const http_request *rq, const char *authorization, const server *s)
{
    return set_url(t, rq->target, s) && set_transport(t) && set_callbacks(t) && set_body(t, rq->method) &&
           set_headers(t, rq, authorization, s->authority);
}

int http_transfer_on(opsdk_client *c, const http_request *rq, CURL *easy, const char *authorization,
                     http_transfer **ret, opsdk_error *err)
{
    auto_server s = {0};
    http_transfer *t;
    int r = server_parse(c->cfg.server, &s, err);

    if (r < 0)
        return r;
    t = calloc(1, sizeof(*t));
    if (!t)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    *t = (http_transfer){.client = c,
                         .easy = easy,
                         .lent = true,
                         .sink = rq->sink,
                         .user = rq->user,
                         .body = rq->body,
                         .body_len = rq->body_len,
                         .kept = BUF_INIT(c->max_body),
                         .failure = BUF_INIT(LIMIT_FAILURE)};
    t->accept = strdup(rq->accept ? rq->accept : "application/json");
    if (asprintf(&t->label, "%s %.*s", rq->method, (int)strcspn(rq->target, "?"), rq->target) < 0)
        t->label = NULL;
    if (!t->label || !t->accept || !set_all(t, rq, authorization, &s)) {
        http_transfer_free(t);
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    }
    *ret = t;
    return 0;
}

/* The loop's own handle, with everything copied that the request lends. */
static int start_owned(opsdk_client *c, const http_request *rq, const char *authorization, http_transfer **ret,
                       opsdk_error *err)
{
    char *body = rq->body ? malloc(rq->body_len + 1) : NULL;
    CURL *easy = curl_easy_init();
    http_request copy = *rq;
    int r = OPSDK_ENOMEM;

    if (body)
        copy.body = memcpy(body, rq->body, rq->body_len);
    if (easy && (body || !rq->body))
        r = http_transfer_on(c, &copy, easy, authorization, ret, err);
    else
        opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    if (r < 0) {
        free(body);
        curl_easy_cleanup(easy);
        return r;
    }
    (*ret)->lent = false;
    (*ret)->own_body = body;
    (*ret)->authorization = strdup(authorization); /* without it a renewal waits for its time */
    return 0;
}

int http_transfer_new(opsdk_client *c, const http_request *rq, http_transfer **ret, opsdk_error *err)
{
    auto_secret authorization = BUF_INIT(LIMIT_HEADER);
    int r;

    if (atomic_load(&c->cancelled))
        return opsdk_error_set(err, OPSDK_ECANCELED, "the client is cancelled");
    r = credential_authorization(c->cred, false, &authorization, err);
    return r < 0 ? r : start_owned(c, rq, authorization.len ? authorization.data : "", ret, err);
}

CURL *http_transfer_handle(http_transfer *t)
{
    return t->easy;
}

void http_transfer_take(http_transfer *t, http_reply *ret)
{
    ret->status = (int)http_status(t);
    ret->body = t->kept;
    t->kept = (buf){0};
}

bool http_transfer_was_stale(const http_transfer *t, CURLcode result)
{
    long connects = 1;

    if (result == CURLE_SEND_FAIL_REWIND) /* curl itself wanted to repeat, and the body could not go back */
        return t->header_bytes == 0;
    curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &connects);
    return connects == 0 && t->header_bytes == 0 &&
           (result == CURLE_RECV_ERROR || result == CURLE_SEND_ERROR || result == CURLE_GOT_NOTHING);
}

/* Without a reply: what curl says, in our codes. */
static int transport_error(const http_transfer *t, CURLcode result, opsdk_error *err)
{
    const char *text = *t->curl_text ? t->curl_text : curl_easy_strerror(result);
    const char *where = t->client->cfg.server;

    switch (result) {
    case CURLE_OUT_OF_MEMORY:
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    case CURLE_OPERATION_TIMEDOUT:
        return opsdk_error_set(err, OPSDK_ETIMEOUT, "%.120s at %.60s: %s", t->label, where, text);
    case CURLE_PEER_FAILED_VERIFICATION:
        return opsdk_error_set(
            err, OPSDK_EAUTH,
            "%.80s: the server's certificate is refused: %s (see certificate-authority and tls-server-name of %s)",
            where, text, t->client->cfg.source);
    case CURLE_SEND_FAIL_REWIND:
        return opsdk_error_set(err, OPSDK_EIO, "%.120s at %.60s: the connection broke before the reply", t->label,
                               where);
    default:
        return opsdk_error_set(err, OPSDK_EIO, "%.120s at %.60s: %s", t->label, where, text);
    }
}

/* 0 without the header.  A date that is over by now says "at once", not nothing. */
static int64_t retry_after_ms(const http_transfer *t)
{
    curl_off_t seconds = 0;
    struct curl_header *unused;

    if (curl_easy_header(t->easy, "Retry-After", 0, CURLH_HEADER, -1, &unused) != CURLHE_OK)
        return 0;
    curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &seconds); /* of seconds and of a date alike */
    if (seconds <= 0)
        return LIMIT_RETRY_AFTER_MIN_MS;
    return seconds > LIMIT_RETRY_AFTER_MS / 1000 ? LIMIT_RETRY_AFTER_MS : (int64_t)seconds * 1000;
}

int http_transfer_result(http_transfer *t, CURLcode result, opsdk_error *err)
{
    long status = http_status(t);

    if (t->failed < 0) {
        if (err)
            *err = t->err;
        return t->failed;
    }
    if (result == CURLE_ABORTED_BY_CALLBACK || atomic_load(&t->client->cancelled))
        return opsdk_error_set(err, OPSDK_ECANCELED, "%.160s: the client is cancelled", t->label);
    if (status == 401 && t->authorization)
        credential_refused(t->client->cred, t->authorization);
    if (status >= 300)
        return status_error((int)status, t->label, t->failure.data, t->failure.len, retry_after_ms(t), err);
    return result == CURLE_OK ? 0 : transport_error(t, result, err);
}

static void wipe_list(struct curl_slist *list)
{
    for (struct curl_slist *p = list; p; p = p->next)
        explicit_bzero(p->data, strlen(p->data));
    curl_slist_free_all(list);
}

http_transfer *http_transfer_free(http_transfer *t)
{
    if (!t)
        return NULL;
    if (!t->lent)
        curl_easy_cleanup(t->easy);
    wipe_list(t->headers);
    curl_slist_free_all(t->connect_to);
    file_wipe(&t->kept); /* may be a Secret */
    buf_clear(&t->failure);
    free(t->own_body);
    if (t->authorization)
        explicit_bzero(t->authorization, strlen(t->authorization));
    free(t->authorization);
    free(t->label);
    free(t->accept);
    free(t);
    return NULL;
}
