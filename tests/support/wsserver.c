#include "tests/support/wsserver.h"

#include "tests/support/wsexec.h"
#include "tests/support/wswire.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEAD (128 << 10)
#define CONNECTIONS 1024

struct wsserver {
    wsserver_opts opts;
    int fd, port;
    pki authority, other, own;
    SSL_CTX *tls;
    pthread_t acceptor, workers[CONNECTIONS];
    int sockets[CONNECTIONS];
    int started;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping;
    int upgrades;
    char head[HEAD], sni[256];
    char kubeconfig[64];
};

/* ---- TLS ---- */

static char *base64(const char *text)
{
    size_t len = strlen(text);
    char *out = malloc(len / 3 * 4 + 8);

    EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)text, (int)len);
    return out;
}

static void tls_start(wsserver *s)
{
    BIO *cert, *key;
    X509 *x;
    EVP_PKEY *k;

    s->authority = pki_authority("wsserver");
    s->other = pki_authority("other");
    s->own = pki_issue(&s->authority, "server", s->opts.names ? s->opts.names : "IP:127.0.0.1", false);
    cert = BIO_new_mem_buf(s->own.cert, -1);
    key = BIO_new_mem_buf(s->own.key, -1);
    x = PEM_read_bio_X509(cert, NULL, NULL, NULL);
    k = PEM_read_bio_PrivateKey(key, NULL, NULL, NULL);
    s->tls = SSL_CTX_new(TLS_server_method());
    ck_assert(SSL_CTX_use_certificate(s->tls, x) == 1 && SSL_CTX_use_PrivateKey(s->tls, k) == 1);
    X509_free(x);
    EVP_PKEY_free(k);
    BIO_free(cert);
    BIO_free(key);
}

static bool tls_accept(wsserver *s, wswire *w)
{
    const char *sni;

    w->ssl = SSL_new(s->tls);
    SSL_set_fd(w->ssl, w->fd);
    if (SSL_accept(w->ssl) != 1)
        return false;
    sni = SSL_get_servername(w->ssl, TLSEXT_NAMETYPE_host_name);
    pthread_mutex_lock(&s->lock);
    snprintf(s->sni, sizeof(s->sni), "%s", sni ? sni : "");
    pthread_mutex_unlock(&s->lock);
    return true;
}

/* ---- HTTP ---- */

static bool read_head(wsserver *s, wswire *w, char *head)
{
    size_t n = 0;

    for (char *end = NULL; !end && n < HEAD - 1;) {
        long more = wswire_peek(w, head + n, HEAD - 1 - n);
        if (more <= 0)
            return false;
        head[n + (size_t)more] = '\0';
        end = strstr(head + (n > 3 ? n - 3 : 0), "\r\n\r\n");
        more = end ? end + 4 - head - (long)n : more; /* what follows the head is not its business */
        if (!wswire_read(w, head + n, (size_t)more))
            return false;
        n += (size_t)more;
    }
    head[n] = '\0';
    pthread_mutex_lock(&s->lock);
    memcpy(s->head, head, n + 1);
    pthread_mutex_unlock(&s->lock);
    return true;
}

static bool header_of(const char *head, const char *name, char *ret, size_t size)
{
    size_t len = strlen(name);

    for (const char *p = strstr(head, "\r\n"); p; p = strstr(p + 2, "\r\n")) {
        if (strncasecmp(p + 2, name, len) == 0 && p[2 + len] == ':') {
            p += 3 + len;
            p += strspn(p, " ");
            snprintf(ret, size, "%.*s", (int)strcspn(p, "\r"), p);
            return true;
        }
    }
    return false;
}

static void refuse(wswire *w, int status, const char *body)
{
    char head[256];

    snprintf(head, sizeof(head),
             "HTTP/1.1 %d No\r\nContent-Type: application/json\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
             status, strlen(body));
    wswire_write(w, head, strlen(head));
    wswire_write(w, body, strlen(body));
}

/* True when the connection is one for exec now. */
static bool upgrade(wsserver *s, wswire *w, const char *head, bool *ret_v4)
{
    char key[256] = "", accept[64], digest[SHA_DIGEST_LENGTH], protocols[256] = "", reply[512];
    const char *chosen;

    if (!header_of(head, "Sec-WebSocket-Key", key, 64)) {
        refuse(w, s->opts.status ? s->opts.status : 400, s->opts.body ? s->opts.body : "{}");
        return false;
    }
    strncat(key, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", sizeof(key) - strlen(key) - 1);
    SHA1((const unsigned char *)key, strlen(key), (unsigned char *)digest);
    EVP_EncodeBlock((unsigned char *)accept, (const unsigned char *)digest, sizeof(digest));
    header_of(head, "Sec-WebSocket-Protocol", protocols, sizeof(protocols));
    *ret_v4 = s->opts.v4 || !strstr(protocols, "v5.channel.k8s.io");
    chosen = *ret_v4 ? "v4.channel.k8s.io" : "v5.channel.k8s.io";
    snprintf(reply, sizeof(reply),
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
             "%s%s\r\n"
             "%s%s%s\r\n",
             s->opts.bad_accept ? "x" : "", accept,
             s->opts.no_protocol ? "" : "Sec-WebSocket-Protocol: ", s->opts.no_protocol ? "" : chosen,
             s->opts.no_protocol ? "" : "\r\n");
    return wswire_write(w, reply, strlen(reply));
}

static bool admits(wsserver *s, wswire *w, const char *head)
{
    char given[256] = "", wanted[256];
    bool plain = !strstr(head, "Sec-WebSocket-Key") && !strstr(head, "sec-websocket-key");

    if (s->opts.token) {
        snprintf(wanted, sizeof(wanted), "Bearer %s", s->opts.token);
        header_of(head, "Authorization", given, sizeof(given));
        if (strcmp(given, wanted) != 0) {
            refuse(w, 401, "{}");
            return false;
        }
    }
    if (s->opts.ask_container && plain && !strstr(head, "/exec")) {
        refuse(w, 200, s->opts.body);
        return false;
    }
    if (s->opts.status || (s->opts.ask_container && !strstr(head, "container="))) {
        refuse(w, s->opts.status ? s->opts.status : 400, s->opts.body ? s->opts.body : "{}");
        return false;
    }
    return true;
}

/* ---- connections ---- */

static void serve(wsserver *s, wswire *w, char *head)
{
    bool v4 = false;

    if (s->tls && !tls_accept(s, w))
        return;
    if (!read_head(s, w, head))
        return;
    if (s->opts.no_answer) {
        wswire_read(w, head, 1);
        return;
    }
    if (!admits(s, w, head) || !upgrade(s, w, head, &v4))
        return;
    pthread_mutex_lock(&s->lock);
    s->upgrades++;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    wsexec(w, head, &s->opts, v4);
}

struct job {
    wsserver *s;
    int fd;
};

static void *work(void *arg)
{
    struct job job = *(struct job *)arg;
    wswire w = {.fd = job.fd, .piece = job.s->opts.piece};
    char *head = malloc(HEAD);

    free(arg);
    serve(job.s, &w, head);
    if (w.ssl) {
        SSL_shutdown(w.ssl);
        SSL_free(w.ssl);
    }
    shutdown(job.fd, SHUT_RDWR); /* closed by stop, so that the number is not reused */
    free(head);
    return NULL;
}

static void *accept_all(void *arg)
{
    wsserver *s = arg;

    for (;;) {
        int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC), on = 1;
        struct job *job;

        if (fd < 0)
            return NULL;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        pthread_mutex_lock(&s->lock);
        if (s->stopping || s->started == CONNECTIONS) {
            pthread_mutex_unlock(&s->lock);
            close(fd);
            return NULL;
        }
        job = malloc(sizeof(*job));
        *job = (struct job){s, fd};
        s->sockets[s->started] = fd;
        pthread_create(&s->workers[s->started++], NULL, work, job);
        pthread_mutex_unlock(&s->lock);
    }
}

wsserver *wsserver_start(const wsserver_opts *opts)
{
    wsserver *s = calloc(1, sizeof(*s));
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);

    if (opts)
        s->opts = *opts;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    if (s->opts.tls)
        tls_start(s);
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(s->fd, (struct sockaddr *)&at, sizeof(at)), 0);
    ck_assert(s->opts.nobody || listen(s->fd, 64) == 0);
    getsockname(s->fd, (struct sockaddr *)&at, &len);
    s->port = ntohs(at.sin_port);
    pthread_create(&s->acceptor, NULL, accept_all, s);
    return s;
}

wsserver *wsserver_stop(wsserver *s)
{
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    for (int i = 0; i < s->started; i++)
        shutdown(s->sockets[i], SHUT_RDWR);
    pthread_mutex_unlock(&s->lock);
    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->acceptor, NULL);
    for (int i = 0; i < s->started; i++) {
        pthread_join(s->workers[i], NULL);
        close(s->sockets[i]);
    }
    close(s->fd);
    SSL_CTX_free(s->tls);
    pki_clear(&s->authority);
    pki_clear(&s->other);
    pki_clear(&s->own);
    if (s->kubeconfig[0])
        unlink(s->kubeconfig);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
    return NULL;
}

/* ---- for tests ---- */

opsdk_client *wsserver_client(wsserver *s, const char *user, const char *cluster)
{
    char *ca = s->tls ? base64(s->opts.wrong_authority ? s->other.cert : s->authority.cert) : NULL;
    opsdk_client *c = NULL;
    opsdk_error err = {0};
    char address[64] = "\"insecure-skip-tls-verify\":false";
    FILE *f;
    int fd;

    if (!cluster || !strstr(cluster, "\"server\""))
        snprintf(address, sizeof(address), "\"server\":\"%s://127.0.0.1:%d\"", s->tls ? "https" : "http", s->port);

    if (!s->kubeconfig[0]) {
        snprintf(s->kubeconfig, sizeof(s->kubeconfig), "/tmp/opsdk-wsserver-XXXXXX");
        fd = mkostemp(s->kubeconfig, O_CLOEXEC);
        ck_assert_int_ge(fd, 0);
        close(fd);
    }
    f = fopen(s->kubeconfig, "we");
    fprintf(f,
            "{\"apiVersion\":\"v1\",\"kind\":\"Config\",\"current-context\":\"c\","
            "\"contexts\":[{\"name\":\"c\",\"context\":{\"cluster\":\"k\",\"user\":\"u\",\"namespace\":\"ns\"}}],"
            "\"users\":[{\"name\":\"u\",\"user\":{%s}}],"
            "\"clusters\":[{\"name\":\"k\",\"cluster\":{%s%s%s%s%s%s}}]}",
            user ? user : "", address, ca ? ",\"certificate-authority-data\":\"" : "", ca ? ca : "", ca ? "\"" : "",
            cluster ? "," : "", cluster ? cluster : "");
    fclose(f);
    free(ca);
    ck_assert_msg(opsdk_client_new(&(opsdk_client_opts){.kubeconfig = s->kubeconfig}, &c, &err) == 0, "%s",
                  err.message);
    return c;
}

int wsserver_port(const wsserver *s)
{
    return s->port;
}

int wsserver_count(wsserver *s)
{
    int n;

    pthread_mutex_lock(&s->lock);
    n = s->upgrades;
    pthread_mutex_unlock(&s->lock);
    return n;
}

void wsserver_wait(wsserver *s, int n)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 60; /* against hanging, not a measurement */
    pthread_mutex_lock(&s->lock);
    while (s->upgrades < n)
        ck_assert_int_eq(pthread_cond_timedwait(&s->changed, &s->lock, &until), 0);
    pthread_mutex_unlock(&s->lock);
}

const char *wsserver_target(wsserver *s)
{
    static char target[HEAD];

    pthread_mutex_lock(&s->lock);
    snprintf(target, sizeof(target), "%.*s", (int)strcspn(s->head + 4, " "), s->head + 4);
    pthread_mutex_unlock(&s->lock);
    return target;
}

const char *wsserver_header(wsserver *s, const char *name)
{
    static char value[4096];

    value[0] = '\0';
    pthread_mutex_lock(&s->lock);
    header_of(s->head, name, value, sizeof(value));
    pthread_mutex_unlock(&s->lock);
    return value;
}

const char *wsserver_sni(wsserver *s)
{
    return s->sni;
}
