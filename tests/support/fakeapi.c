#include "tests/support/fakeapi.h"
#include "core/buf.h"
#include "tests/support/fakeapi_wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MOST 512      /* connections, rules, requests, files of one test */
#define PATIENCE_S 60 /* against hanging, not a measurement */

typedef struct rule {
    char *what;
    fakeapi_reply reply; /* strings are owned */
} rule;

typedef struct held {
    buf out; /* to be sent */
    bool end, broken, gone;
} held;

typedef struct connection {
    fakeapi *f;
    pthread_t thread;
    int fd, index;
} connection;

typedef struct record {
    fakeapi_request request;
    char *bytes; /* what its strings are in */
} record;

struct fakeapi {
    wire_server *wire;
    pki authority;
    int listener, port;
    char *url, *folder, *kubeconfig;
    char *files[MOST];
    pthread_t acceptor;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    bool stopping;
    int rule_count, request_count, connection_count, held_count, file_count;
    rule rules[MOST];
    record requests[MOST];
    connection connections[MOST];
    held holds[MOST];
};

static void require(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "fakeapi: %s\n", what);
    abort();
}

static void *copy(const void *data, size_t len)
{
    char *p = malloc(len + 1);

    require(p, "out of memory");
    memcpy(p, data, len);
    p[len] = '\0';
    return p;
}

static char *copy_text(const char *text)
{
    return copy(text ? text : "", strlen(text ? text : ""));
}

/* ---- the script ---- */

void fakeapi_on(fakeapi *f, const char *what, fakeapi_reply r)
{
    r.status = r.status ? r.status : 200;
    r.times = r.times ? r.times : 1;
    r.len = r.len || !r.body ? r.len : strlen(r.body);
    r.headers = copy_text(r.headers);
    r.type = copy_text(r.type ? r.type : "application/json");
    r.body = copy(r.body ? r.body : "", r.len);
    pthread_mutex_lock(&f->lock);
    require(f->rule_count < MOST, "too many replies");
    f->rules[f->rule_count++] = (rule){.what = copy_text(what), .reply = r};
    pthread_mutex_unlock(&f->lock);
}

static bool matches(const rule *r, const wire_request *rq)
{
    size_t n = strlen(rq->method);

    if (r->reply.times == 0)
        return false;
    if (!*r->what || strcmp(r->what, rq->method) == 0)
        return true;
    return strncmp(r->what, rq->method, n) == 0 && r->what[n] == ' ' &&
           strncmp(r->what + n + 1, rq->target, strlen(r->what) - n - 1) == 0;
}

static fakeapi_reply choose(fakeapi *f, const wire_request *rq)
{
    static const char nothing[] = "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\","
                                  "\"reason\":\"NotFound\",\"message\":\"fakeapi has no reply for this\",\"code\":404}";
    fakeapi_reply reply = {
        .status = 404, .type = "application/json", .headers = "", .body = nothing, .len = sizeof(nothing) - 1};

    pthread_mutex_lock(&f->lock);
    for (int i = 0; i < f->rule_count; i++) {
        rule *r = &f->rules[i];
        if (!matches(r, rq))
            continue;
        reply = r->reply;
        r->reply.times -= r->reply.times > 0;
        break;
    }
    pthread_mutex_unlock(&f->lock);
    return reply;
}

/* ---- connections ---- */

static void remember(connection *k, wire_request *rq)
{
    fakeapi *f = k->f;

    pthread_mutex_lock(&f->lock);
    require(f->request_count < MOST, "too many requests");
    f->requests[f->request_count++] =
        (record){.request = {rq->method, rq->target, rq->headers, rq->body, rq->user, k->index}, .bytes = rq->bytes};
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
}

/* Waits with the lock held; false after a while. */
static bool await(fakeapi *f, long ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return pthread_cond_timedwait(&f->changed, &f->lock, &until) != ETIMEDOUT;
}

/* Until the server stops, the peer closes, or ms have passed. */
static void rest(connection *k, long ms)
{
    for (long waited = 0; waited < ms && wire_is_open(k->fd); waited += 10) {
        bool stopping;
        pthread_mutex_lock(&k->f->lock);
        if (!k->f->stopping)
            await(k->f, 10);
        stopping = k->f->stopping;
        pthread_mutex_unlock(&k->f->lock);
        if (stopping)
            return;
    }
}

/* What the test wants next of a held reply: bytes in *ret, or false at its end. */
static bool next_piece(connection *k, held *h, buf *ret)
{
    fakeapi *f = k->f;
    bool more;

    pthread_mutex_lock(&f->lock);
    while (h->out.len == 0 && !h->end && !h->broken && !f->stopping && wire_is_open(k->fd))
        await(f, 10);
    buf_reset(ret);
    buf_add(ret, h->out.data ? h->out.data : "", h->out.len);
    buf_reset(&h->out);
    more = ret->len > 0;
    pthread_mutex_unlock(&f->lock);
    return more;
}

static bool serve_held(connection *k, wire *w)
{
    fakeapi *f = k->f;
    auto_buf piece = BUF_INIT(64u << 20);
    bool good = true, proper;
    held *h;

    pthread_mutex_lock(&f->lock);
    require(f->held_count < MOST, "too many held replies");
    h = &f->holds[f->held_count++];
    h->out = BUF_INIT(64u << 20);
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);

    while (good && next_piece(k, h, &piece))
        good = wire_chunk(w, piece.data, piece.len);
    pthread_mutex_lock(&f->lock);
    proper = h->end && !h->broken && !f->stopping;
    h->gone = true;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
    return good && proper && wire_chunk(w, "", 0);
}

/* False: the connection is to be closed. */
static bool serve(connection *k, wire *w, const fakeapi_reply *r)
{
    size_t len = r->cut_at > 0 && r->cut_at < r->len ? r->cut_at : r->len;
    bool good;

    if (r->delay_ms)
        rest(k, r->delay_ms < 2000 ? r->delay_ms : 2000);
    if (r->silent)
        rest(k, 1000L * 3600);
    if (r->silent || r->drop)
        return false;
    good = wire_head(w, r->status, r->type, r->headers, r->piece || r->hold, r->len, r->close);
    good = good && wire_body(w, r->body, len, r->piece || r->hold, r->piece ? r->piece : len);
    if (!good || r->cut_at)
        return false;
    if (r->hold)
        return serve_held(k, w) && !r->close;
    if (r->piece)
        good = wire_chunk(w, "", 0);
    return good && !r->close;
}

static bool serve_made(connection *k, wire *w, const wire_request *rq, fakeapi_reply r)
{
    char *made = r.make ? r.make(rq->body, r.user) : NULL;
    bool more;

    if (made) {
        r.body = made;
        r.len = strlen(made);
    }
    more = serve(k, w, &r);
    free(made);
    return more;
}

static void *serve_connection(void *user)
{
    connection *k = user;
    wire *w = wire_open(k->f->wire, k->fd);
    bool more = w != NULL;

    while (more) {
        wire_request rq;
        fakeapi_reply reply;

        if (!wire_read(w, &rq))
            break;
        reply = choose(k->f, &rq);
        remember(k, &rq);
        more = serve_made(k, w, &rq, reply);
    }
    wire_close(w);
    shutdown(k->fd, SHUT_RDWR);
    return NULL;
}

static void *accept_all(void *user)
{
    fakeapi *f = user;

    for (;;) {
        int fd = accept4(f->listener, NULL, NULL, SOCK_CLOEXEC), on = 1;
        connection *k;

        if (fd < 0)
            return NULL;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        pthread_mutex_lock(&f->lock);
        require(f->connection_count < MOST, "too many connections");
        k = &f->connections[f->connection_count];
        *k = (connection){.f = f, .fd = fd, .index = f->connection_count};
        require(pthread_create(&k->thread, NULL, serve_connection, k) == 0, "no thread");
        f->connection_count++;
        pthread_mutex_unlock(&f->lock);
    }
}

/* ---- start and stop ---- */

static void open_port(fakeapi *f, const fakeapi_opts *opts)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(a);

    f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    require(bind(f->listener, (struct sockaddr *)&a, sizeof(a)) == 0, "no port");
    require(opts->nobody || listen(f->listener, 64) == 0, "no port");
    getsockname(f->listener, (struct sockaddr *)&a, &len);
    f->port = ntohs(a.sin_port);
    require(asprintf(&f->url, "http%s://127.0.0.1:%d", opts->tls ? "s" : "", f->port) > 0, "out of memory");
}

static void make_folder(fakeapi *f)
{
    const char *tmp = getenv("TMPDIR");

    require(asprintf(&f->folder, "%s/fakeapi-XXXXXX", tmp ? tmp : "/tmp") > 0 && mkdtemp(f->folder), "no folder");
}

fakeapi *fakeapi_start(const fakeapi_opts *opts)
{
    const fakeapi_opts none = {0};
    fakeapi *f = calloc(1, sizeof(*f));
    pthread_condattr_t monotonic;

    require(f, "out of memory");
    signal(SIGPIPE, SIG_IGN); /* the server's writes to clients that have gone */
    opts = opts ? opts : &none;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&f->changed, &monotonic);
    pthread_mutex_init(&f->lock, NULL);
    if (opts->tls) {
        pki own;
        f->authority = pki_authority("fakeapi's authority");
        own = pki_issue(&f->authority, "fakeapi", opts->names ? opts->names : "IP:127.0.0.1,DNS:localhost",
                        opts->expired);
        f->wire = wire_server_new(&f->authority, &own, opts->want_cert);
        pki_clear(&own);
    }
    make_folder(f);
    open_port(f, opts);
    require(pthread_create(&f->acceptor, NULL, accept_all, f) == 0, "no thread");
    return f;
}

static void forget_all(fakeapi *f)
{
    for (int i = 0; i < f->rule_count; i++) {
        free(f->rules[i].what);
        free((char *)f->rules[i].reply.headers);
        free((char *)f->rules[i].reply.type);
        free((char *)f->rules[i].reply.body);
    }
    for (int i = 0; i < f->request_count; i++)
        free(f->requests[i].bytes);
    for (int i = 0; i < f->held_count; i++)
        buf_clear(&f->holds[i].out);
    for (int i = 0; i < f->file_count; i++) {
        unlink(f->files[i]);
        free(f->files[i]);
    }
    rmdir(f->folder);
    free(f->folder);
    free(f->url);
}

fakeapi *fakeapi_stop(fakeapi *f)
{
    if (!f)
        return NULL;
    pthread_mutex_lock(&f->lock);
    f->stopping = true;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
    shutdown(f->listener, SHUT_RDWR);
    pthread_join(f->acceptor, NULL);
    close(f->listener);
    for (int i = 0; i < f->connection_count; i++) {
        shutdown(f->connections[i].fd, SHUT_RDWR);
        pthread_join(f->connections[i].thread, NULL);
        close(f->connections[i].fd);
    }
    forget_all(f);
    wire_server_free(f->wire);
    pki_clear(&f->authority);
    pthread_mutex_destroy(&f->lock);
    pthread_cond_destroy(&f->changed);
    free(f);
    return NULL;
}

/* ---- what the test asks ---- */

int fakeapi_port(const fakeapi *f)
{
    return f->port;
}

const char *fakeapi_url(const fakeapi *f)
{
    return f->url;
}

const pki *fakeapi_authority(const fakeapi *f)
{
    return &f->authority;
}

const char *fakeapi_folder(const fakeapi *f)
{
    return f->folder;
}

const char *fakeapi_file(fakeapi *f, const char *name, const char *text, int mode)
{
    char *path = NULL;
    FILE *out;

    require(f->file_count < MOST && asprintf(&path, "%s/%s", f->folder, name) > 0, "too many files");
    out = fopen(path, "we");
    require(out && fputs(text, out) >= 0 && fclose(out) == 0 && chmod(path, (mode_t)mode) == 0,
            "a file cannot be written");
    f->files[f->file_count++] = path;
    return path;
}

const char *fakeapi_kubeconfig(fakeapi *f, const char *user, const char *cluster)
{
    auto_buf text = BUF_INIT(1u << 20);

    if (f->authority.cert)
        fakeapi_file(f, "ca.crt", f->authority.cert, 0600);
    buf_printf(&text,
               "{\"apiVersion\":\"v1\",\"kind\":\"Config\",\"current-context\":\"test\","
               "\"contexts\":[{\"name\":\"test\",\"context\":{\"cluster\":\"fake\",\"user\":\"me\"}}],"
               "\"users\":[{\"name\":\"me\",\"user\":{%s}}],\"clusters\":[{\"name\":\"fake\",\"cluster\":{",
               user ? user : "");
    buf_printf(&text, "\"server\":\"%s\"%s%s%s}}]}\n", f->url,
               f->authority.cert ? ",\"certificate-authority\":\"ca.crt\"" : "", cluster ? "," : "",
               cluster ? cluster : "");
    require(!text.failed, "kubeconfig too large");
    return fakeapi_file(f, "config", text.data, 0600);
}

opsdk_client *fakeapi_client(fakeapi *f, const char *user)
{
    opsdk_client *c = NULL;
    opsdk_error err = {0};
    int r = opsdk_client_new(&(opsdk_client_opts){.kubeconfig = fakeapi_kubeconfig(f, user, NULL)}, &c, &err);

    require(r == 0, err.message);
    return c;
}

int fakeapi_count(fakeapi *f)
{
    int n;

    pthread_mutex_lock(&f->lock);
    n = f->request_count;
    pthread_mutex_unlock(&f->lock);
    return n;
}

int fakeapi_connections(fakeapi *f)
{
    int n;

    pthread_mutex_lock(&f->lock);
    n = f->connection_count;
    pthread_mutex_unlock(&f->lock);
    return n;
}

/* Waits until *value is more than n; the lock is held. */
static void wait_for(fakeapi *f, const int *value, int n, const char *what)
{
    bool calm = true;

    while (*value <= n && calm)
        calm = await(f, PATIENCE_S * 1000L);
    require(*value > n, what);
}

fakeapi_request fakeapi_wait(fakeapi *f, int n)
{
    fakeapi_request r;

    pthread_mutex_lock(&f->lock);
    wait_for(f, &f->request_count, n, "the awaited request did not come");
    r = f->requests[n].request;
    pthread_mutex_unlock(&f->lock);
    return r;
}

const char *fakeapi_header(fakeapi_request r, const char *name)
{
    static _Thread_local char value[4096];

    wire_header(r.headers, name, value, sizeof(value));
    return value;
}

void fakeapi_wait_held(fakeapi *f, int n)
{
    pthread_mutex_lock(&f->lock);
    wait_for(f, &f->held_count, n, "the awaited watch did not come");
    pthread_mutex_unlock(&f->lock);
}

/* The n-th held reply, with the lock held. */
static held *take_held(fakeapi *f, int n)
{
    pthread_mutex_lock(&f->lock);
    wait_for(f, &f->held_count, n, "the awaited watch did not come");
    return &f->holds[n];
}

static void give_held(fakeapi *f)
{
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
}

void fakeapi_send(fakeapi *f, int n, const char *text)
{
    buf_puts(&take_held(f, n)->out, text);
    give_held(f);
}

void fakeapi_end(fakeapi *f, int n)
{
    take_held(f, n)->end = true;
    give_held(f);
}

void fakeapi_break(fakeapi *f, int n)
{
    take_held(f, n)->broken = true;
    give_held(f);
}

void fakeapi_wait_gone(fakeapi *f, int n)
{
    held *h = take_held(f, n);

    for (int i = 0; i < PATIENCE_S * 100 && !h->gone; i++)
        await(f, 10);
    require(h->gone, "the client kept its watch open");
    give_held(f);
}
