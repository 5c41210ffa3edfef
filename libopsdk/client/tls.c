#include "client/tls.h"
#include "client/file.h"
#include "client/server.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

/* The bytes of a blob as they are now: its file may have changed since the start.  The last good ones when it cannot be read. */
static BIO *blob_open(const config_blob *b, buf *fresh)
{
    if (b->file && file_load(b->file, fresh, NULL) == 0 && fresh->len > 0)
        return BIO_new_mem_buf(fresh->data, (int)fresh->len);
    return BIO_new_mem_buf(b->data, (int)b->len);
}

static const char *blob_name(const config_blob *b, const char *what)
{
    return b->file ? b->file : what;
}

static void bio_freep(BIO **bio)
{
    BIO_free(*bio);
}
#define auto_bio __attribute__((cleanup(bio_freep))) BIO

/* Fails, with OpenSSL's reason, and leaves its queue empty for whoever uses it next. */
static int fail(opsdk_error *err, int code, const config *cfg, const char *what, const char *problem)
{
    unsigned long why = ERR_peek_last_error();
    const char *text = why ? ERR_reason_error_string(why) : NULL;

    ERR_clear_error();
    return opsdk_error_set(err, code, "%s: %s %s%s%s%s", cfg->source, what, problem, text ? " (" : "", text ? text : "",
                           text ? ")" : "");
}

/* True when bio ended after the last PEM block, false when a block is broken. */
static bool at_pem_end(void)
{
    unsigned long why = ERR_peek_last_error();
    bool end = ERR_GET_LIB(why) == ERR_LIB_PEM && ERR_GET_REASON(why) == PEM_R_NO_START_LINE;

    if (end)
        ERR_clear_error();
    return end;
}

static int add_authorities(const config *cfg, X509_STORE *store, opsdk_error *err)
{
    auto_secret fresh = {0};
    auto_bio *bio = blob_open(&cfg->ca, &fresh);
    const char *name = blob_name(&cfg->ca, "certificate-authority-data");
    int count = 0;

    while (bio) {
        X509 *cert = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL);
        if (!cert)
            break;
        count += X509_STORE_add_cert(store, cert);
        X509_free(cert);
    }
    if (!at_pem_end())
        return fail(err, OPSDK_EINVAL, cfg, name, "has a broken certificate");
    return count > 0 ? 0 : fail(err, OPSDK_EINVAL, cfg, name, "holds no certificate in PEM form");
}

/* A store of our own in place of the one that ctx has, which its maker may share or have filled. */
static int apply_authorities(const config *cfg, SSL_CTX *ctx, opsdk_error *err)
{
    X509_STORE *store = X509_STORE_new();
    int r = 0;

    if (!store)
        return fail(err, OPSDK_ENOMEM, cfg, "TLS", "has no memory");
    if (cfg->ca.data)
        r = add_authorities(cfg, store, err);
    else if (X509_STORE_set_default_paths(store) != 1)
        r = fail(err, OPSDK_EIO, cfg, "certificate-authority", "is not given, and the system's cannot be read");
    if (r < 0) {
        X509_STORE_free(store);
        return r;
    }
    SSL_CTX_set_cert_store(ctx, store); /* takes it over */
    return 0;
}

static int apply_name(const config *cfg, SSL_CTX *ctx, opsdk_error *err)
{
    X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);
    auto_server s = {0};
    const char *name = cfg->tls_server_name;
    int r = server_parse(cfg->server, &s, err);

    if (r < 0)
        return r;
    name = name ? name : s.host;
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    r = server_is_ip(name) ? X509_VERIFY_PARAM_set1_ip_asc(param, name) : X509_VERIFY_PARAM_set1_host(param, name, 0);
    return r == 1 ? 0 : fail(err, OPSDK_EINVAL, cfg, name, "is not a name to verify");
}

/* The certificate and the chain behind it. */
static int apply_certificate(const config *cfg, const config_blob *blob, SSL_CTX *ctx, opsdk_error *err)
{
    auto_secret fresh = {0};
    auto_bio *bio = blob_open(blob, &fresh);
    const char *name = blob_name(blob, "client-certificate-data");
    X509 *cert = bio ? PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL) : NULL;
    int good = cert ? SSL_CTX_use_certificate(ctx, cert) : 0;

    X509_free(cert);
    if (!good)
        return fail(err, OPSDK_EINVAL, cfg, name, "holds no certificate in PEM form");
    SSL_CTX_clear_chain_certs(ctx);
    for (;;) {
        cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
        if (!cert)
            break;
        if (SSL_CTX_add0_chain_cert(ctx, cert) != 1) {
            X509_free(cert);
            return fail(err, OPSDK_EINVAL, cfg, name, "has a chain that cannot be used");
        }
    }
    return at_pem_end() ? 0 : fail(err, OPSDK_EINVAL, cfg, name, "has a broken certificate");
}

/* Nobody is there to type a password; asked is set when one is needed. */
static int refuse_password(char *text, int size, int writing, void *asked)
{
    (void)text;
    (void)size;
    (void)writing;
    *(bool *)asked = true;
    return -1;
}

static int apply_key(const config *cfg, const config_blob *blob, SSL_CTX *ctx, opsdk_error *err)
{
    auto_secret fresh = {0};
    auto_bio *bio = blob_open(blob, &fresh);
    const char *name = blob_name(blob, "client-key-data");
    bool asked = false;
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, refuse_password, &asked) : NULL;
    int good;

    if (asked) {
        EVP_PKEY_free(key);
        return fail(err, OPSDK_EINVAL, cfg, name, "is encrypted; give a key without a password");
    }
    if (!key)
        return fail(err, OPSDK_EINVAL, cfg, name, "holds no private key in PEM form");
    good = SSL_CTX_use_PrivateKey(ctx, key) == 1 && SSL_CTX_check_private_key(ctx) == 1;
    EVP_PKEY_free(key);
    return good ? 0 : fail(err, OPSDK_EINVAL, cfg, name, "does not belong to the client certificate");
}

int tls_apply(const config *cfg, const config_blob *cert, const config_blob *key, SSL_CTX *ctx, opsdk_error *err)
{
    int r;

    ERR_clear_error();
    if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1)
        return fail(err, OPSDK_EIO, cfg, "TLS 1.2", "is not available");
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    r = apply_authorities(cfg, ctx, err);
    if (r == 0)
        r = apply_name(cfg, ctx, err);
    if (r < 0)
        return r;

    cert = cert && cert->data ? cert : &cfg->cert;
    key = key && key->data ? key : &cfg->key;
    if (!cert->data)
        return 0;
    r = apply_certificate(cfg, cert, ctx, err);
    return r < 0 ? r : apply_key(cfg, key, ctx, err);
}
