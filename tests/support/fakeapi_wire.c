#include "tests/support/fakeapi_wire.h"
#include "core/buf.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define LARGEST (64u << 20) /* request */

struct wire_server {
    SSL_CTX *ctx;
};

struct wire {
    int fd;
    SSL *ssl; /* NULL: plain */
    buf in;   /* received, not yet taken */
};

static void require(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "fakeapi: %s\n", what);
    abort();
}

static X509 *cert_of(const char *text)
{
    BIO *bio = BIO_new_mem_buf(text, -1);
    X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);

    BIO_free(bio);
    require(cert != NULL, "bad certificate");
    return cert;
}

static void use_own(SSL_CTX *ctx, const pki *own)
{
    BIO *bio = BIO_new_mem_buf(own->key, -1);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    X509 *cert = cert_of(own->cert);

    require(SSL_CTX_use_certificate(ctx, cert) == 1 && SSL_CTX_use_PrivateKey(ctx, key) == 1, "bad key");
    X509_free(cert);
    EVP_PKEY_free(key);
    BIO_free(bio);
}

wire_server *wire_server_new(const pki *authority, const pki *own, bool want_cert)
{
    wire_server *s = calloc(1, sizeof(*s));
    X509 *ca = cert_of(authority->cert);

    require(s != NULL, "out of memory");
    s->ctx = SSL_CTX_new(TLS_server_method());
    require(s->ctx != NULL, "no TLS");
    use_own(s->ctx, own);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(s->ctx), ca);
    X509_free(ca);
    SSL_CTX_set_session_id_context(s->ctx, (const unsigned char *)"fakeapi", 7);
    if (want_cert)
        SSL_CTX_set_verify(s->ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return s;
}

void wire_server_free(wire_server *s)
{
    if (!s)
        return;
    SSL_CTX_free(s->ctx);
    free(s);
}

wire *wire_open(const wire_server *s, int fd)
{
    wire *w = calloc(1, sizeof(*w));

    require(w != NULL, "out of memory");
    *w = (wire){.fd = fd, .in = BUF_INIT(LARGEST)};
    if (!s)
        return w;
    w->ssl = SSL_new(s->ctx);
    require(w->ssl && SSL_set_fd(w->ssl, fd) == 1, "no TLS");
    if (SSL_accept(w->ssl) == 1)
        return w;
    wire_close(w);
    return NULL;
}

void wire_close(wire *w)
{
    if (!w)
        return;
    SSL_free(w->ssl);
    buf_clear(&w->in);
    free(w);
}

bool wire_is_open(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLRDHUP};

    return poll(&p, 1, 0) >= 0 && !(p.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

static bool receive(wire *w)
{
    char piece[16384];
    int n = w->ssl ? SSL_read(w->ssl, piece, sizeof(piece)) : (int)recv(w->fd, piece, sizeof(piece), 0);

    if (n <= 0)
        return false;
    buf_add(&w->in, piece, (size_t)n);
    return !w->in.failed;
}

static bool transmit(wire *w, const char *data, size_t len)
{
    while (len > 0) {
        int n = w->ssl ? SSL_write(w->ssl, data, (int)len) : (int)send(w->fd, data, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

void wire_header(const char *headers, const char *name, char *ret, size_t room)
{
    size_t n = strlen(name);

    *ret = '\0';
    for (const char *line = headers; line && *line; line = strstr(line, "\r\n") ? strstr(line, "\r\n") + 2 : NULL) {
        if (strncasecmp(line, name, n) != 0 || line[n] != ':')
            continue;
        line += n + 1;
        line += strspn(line, " ");
        snprintf(ret, room, "%.*s", (int)strcspn(line, "\r"), line);
        return;
    }
}

static const char *put(char **at, const char *data, size_t len)
{
    char *start = *at;

    memcpy(start, data, len);
    start[len] = '\0';
    *at += len + 1;
    return start;
}

/* The name of the client's certificate. */
static void peer_name(const wire *w, char ret[128])
{
    X509 *cert = w->ssl ? SSL_get_peer_certificate(w->ssl) : NULL;

    *ret = '\0';
    if (cert)
        X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName, ret, 128);
    X509_free(cert);
}

static void take(wire *w, size_t head, size_t body, wire_request *ret)
{
    const char *line = w->in.data, *space = memchr(line, ' ', head), *end = strstr(line, "\r\n");
    const char *second = space ? memchr(space + 1, ' ', (size_t)(end - space - 1)) : NULL;
    char user[128], *at;

    require(second != NULL, "bad request line");
    peer_name(w, user);
    ret->bytes = at = malloc(head + body + sizeof(user) + 8);
    require(at != NULL, "out of memory");
    ret->method = put(&at, line, (size_t)(space - line));
    ret->target = put(&at, space + 1, (size_t)(second - space - 1));
    ret->headers = put(&at, end + 2, head - (size_t)(end + 2 - line));
    ret->body = put(&at, line + head, body);
    ret->user = put(&at, user, strlen(user));
    w->in.len -= head + body;
    memmove(w->in.data, w->in.data + head + body, w->in.len + 1);
}

bool wire_read(wire *w, wire_request *ret)
{
    char text[32];
    size_t head, body;

    while (!w->in.data || !strstr(w->in.data, "\r\n\r\n")) {
        if (!receive(w))
            return false;
    }
    head = (size_t)(strstr(w->in.data, "\r\n\r\n") - w->in.data) + 4;
    wire_header(w->in.data, "Content-Length", text, sizeof(text));
    body = strtoul(text, NULL, 10);
    while (w->in.len < head + body) {
        if (!receive(w))
            return false;
    }
    take(w, head, body, ret);
    return true;
}

bool wire_head(wire *w, int status, const char *type, const char *headers, bool chunked, size_t len, bool close)
{
    auto_buf head = BUF_INIT(1u << 20);

    buf_printf(&head, "HTTP/1.1 %d Scripted\r\n%s", status, headers);
    if (*type)
        buf_printf(&head, "Content-Type: %s\r\n", type);
    if (chunked)
        buf_puts(&head, "Transfer-Encoding: chunked\r\n");
    else
        buf_printf(&head, "Content-Length: %zu\r\n", len);
    buf_puts(&head, close ? "Connection: close\r\n\r\n" : "\r\n");
    return !head.failed && transmit(w, head.data, head.len);
}

bool wire_chunk(wire *w, const char *data, size_t len)
{
    auto_buf chunk = BUF_INIT(LARGEST + 64);

    buf_printf(&chunk, "%zx\r\n", len);
    buf_add(&chunk, data, len);
    buf_puts(&chunk, "\r\n");
    return !chunk.failed && transmit(w, chunk.data, chunk.len);
}

bool wire_body(wire *w, const char *data, size_t len, bool chunked, size_t piece)
{
    bool good = true;

    if (!chunked)
        return transmit(w, data, len);
    for (size_t at = 0; at < len && good; at += piece)
        good = wire_chunk(w, data + at, len - at < piece ? len - at : piece);
    return good;
}
