#include "apiserver/auth/tls.h"
#include "apiserver/auth/user.h"
#include "apiserver/limits.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define BEFORE_S (-3600) /* clocks differ */
#define AFTER_S (365 * 86400)

struct tls {
    EVP_PKEY *authority_key;
    X509 *authority;
    SSL_CTX *client;
    buf authority_pem, pem, key_pem;
};

#define auto_key __attribute__((cleanup(key_clear))) EVP_PKEY
#define auto_x509 __attribute__((cleanup(x509_clear))) X509

static void key_clear(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void x509_clear(X509 **x)
{
    X509_free(*x);
}

/* ---- making certificates ---- */

typedef struct extension {
    int id; /* NID_... */
    const char *value;
} extension;

static bool add_extensions(X509 *x, X509 *issuer, const extension *all)
{
    X509V3_CTX context;
    bool fine = true;

    X509V3_set_ctx(&context, issuer, x, NULL, NULL, 0);
    for (; fine && all->id; all++) {
        X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &context, all->id, all->value);
        fine = e && X509_add_ext(x, e, -1);
        X509_EXTENSION_free(e);
    }
    return fine;
}

static bool name_it(X509 *x, int id, const char *text)
{
    return X509_NAME_add_entry_by_NID(X509_get_subject_name(x), id, MBSTRING_UTF8, (const unsigned char *)text, -1, -1,
                                      0);
}

static bool set_serial(X509 *x)
{
    uint64_t serial;

    return RAND_bytes((unsigned char *)&serial, sizeof(serial)) == 1 &&
           ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial >> 1);
}

/* With its times, serial number and key, without a name. */
static X509 *begin(EVP_PKEY *key)
{
    X509 *x = X509_new();

    if (x && X509_set_version(x, 2) && set_serial(x) && X509_gmtime_adj(X509_getm_notBefore(x), BEFORE_S) &&
        X509_gmtime_adj(X509_getm_notAfter(x), AFTER_S) && X509_set_pubkey(x, key))
        return x;
    X509_free(x);
    return NULL;
}

static bool finish(X509 *x, X509 *issuer, EVP_PKEY *key, const extension *extensions)
{
    return X509_set_issuer_name(x, X509_get_subject_name(issuer)) && add_extensions(x, issuer, extensions) &&
           X509_sign(x, key, EVP_sha256()) > 0;
}

static int take(BIO *bio, bool fine, buf *out)
{
    char *data = NULL;
    long len = bio ? BIO_get_mem_data(bio, &data) : 0;

    if (fine && len > 0)
        buf_add(out, data, (size_t)len);
    BIO_free(bio);
    return fine && len > 0 && !out->failed ? 0 : -1;
}

static int put_certificate(X509 *x, buf *out)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return take(bio, bio && PEM_write_bio_X509(bio, x), out);
}

static int put_key(EVP_PKEY *key, buf *out)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return take(bio, bio && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), out);
}

static int make_authority(tls *t)
{
    static const extension extensions[] = {{NID_basic_constraints, "critical,CA:TRUE"},
                                           {NID_key_usage, "critical,keyCertSign,digitalSignature"},
                                           {NID_subject_key_identifier, "hash"},
                                           {0, NULL}};

    t->authority_key = EVP_EC_gen("P-256");
    t->authority = t->authority_key ? begin(t->authority_key) : NULL;
    if (!t->authority || !name_it(t->authority, NID_commonName, "opsdk-dev") ||
        !finish(t->authority, t->authority, t->authority_key, extensions))
        return -1;
    return put_certificate(t->authority, &t->authority_pem);
}

static bool is_address(const char *host)
{
    ASN1_OCTET_STRING *address = a2i_IPADDRESS(host);

    ASN1_OCTET_STRING_free(address);
    return address != NULL;
}

/* A name that would not stand in the list by itself is left out. */
static int make_own(tls *t, const char *host)
{
    char names[512];
    const extension extensions[] = {{NID_key_usage, "critical,digitalSignature"},
                                    {NID_ext_key_usage, "serverAuth"},
                                    {NID_subject_alt_name, names},
                                    {0, NULL}};
    auto_key *key = EVP_EC_gen("P-256");
    auto_x509 *x = key ? begin(key) : NULL;
    bool fits = *host && strlen(host) < 256 && !strpbrk(host, ",: \t");

    snprintf(names, sizeof(names), "IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc%s%s",
             !fits              ? ""
             : is_address(host) ? ",IP:"
                                : ",DNS:",
             fits ? host : "");
    if (!x || !name_it(x, NID_commonName, "kube-apiserver") || !finish(x, t->authority, t->authority_key, extensions))
        return -1;
    return put_certificate(x, &t->pem) < 0 ? -1 : put_key(key, &t->key_pem);
}

tls *tls_new(const char *host)
{
    tls *t = calloc(1, sizeof(*t));

    if (!t)
        return NULL;
    t->authority_pem = t->pem = t->key_pem = BUF_INIT(LIMIT_TOKEN);
    t->client = SSL_CTX_new(TLS_client_method());
    return !t->client || make_authority(t) < 0 || make_own(t, host) < 0 ? tls_free(t) : t;
}

tls *tls_free(tls *t)
{
    if (!t)
        return NULL;
    EVP_PKEY_free(t->authority_key);
    X509_free(t->authority);
    SSL_CTX_free(t->client);
    buf_clear(&t->authority_pem);
    buf_clear(&t->pem);
    buf_clear(&t->key_pem);
    free(t);
    return NULL;
}

const char *tls_authority(const tls *t)
{
    return t->authority_pem.data;
}

const char *tls_certificate(const tls *t)
{
    return t->pem.data;
}

const char *tls_key(const tls *t)
{
    return t->key_pem.data;
}

void *tls_client(const tls *t)
{
    return t->client;
}

int tls_issue(const tls *t, const user_info *user, buf *certificate, buf *key_pem)
{
    static const extension extensions[] = {
        {NID_key_usage, "critical,digitalSignature"}, {NID_ext_key_usage, "clientAuth"}, {0, NULL}};
    auto_key *key = EVP_EC_gen("P-256");
    auto_x509 *x = key ? begin(key) : NULL;
    bool fine = x && name_it(x, NID_commonName, user->name);

    for (size_t i = 0; fine && user->groups && user->groups[i]; i++)
        fine = name_it(x, NID_organizationName, user->groups[i]);
    if (!fine || !finish(x, t->authority, t->authority_key, extensions))
        return -1;
    return put_certificate(x, certificate) < 0 ? -1 : put_key(key, key_pem);
}

/* ---- reading them ---- */

/* In place of whatever it trusted before. */
int tls_trust(const tls *t, void *context)
{
    X509_STORE *store = X509_STORE_new();

    if (!store || !X509_STORE_add_cert(store, t->authority)) {
        X509_STORE_free(store);
        return -1;
    }
    SSL_CTX_set_cert_store(context, store);
    return 0;
}

/* The i-th entry of the subject's, as UTF-8; the caller's (OPENSSL_free).  NULL: none, or one that is no text. */
static char *entry_text(const X509_NAME *subject, int i)
{
    unsigned char *text = NULL;
    int len = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i)));

    if (len >= 0 && strlen((char *)text) == (size_t)len)
        return (char *)text;
    OPENSSL_free(text);
    return NULL;
}

static int fill_groups(const X509_NAME *subject, user_info *u)
{
    int r = 0;

    for (int i = X509_NAME_get_index_by_NID(subject, NID_organizationName, -1); r == 0 && i >= 0;
         i = X509_NAME_get_index_by_NID(subject, NID_organizationName, i)) {
        char *group = entry_text(subject, i);
        r = group ? user_join(u, group) : -1;
        OPENSSL_free(group);
    }
    return r;
}

static int fill_extra(const X509 *x, user_info *u)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    char text[16 + 2 * EVP_MAX_MD_SIZE] = "X509SHA256=";
    size_t at = strlen(text);

    if (!X509_digest(x, EVP_sha256(), digest, &len))
        return -1;
    for (unsigned i = 0; i < len; i++, at += 2)
        snprintf(text + at, sizeof(text) - at, "%02x", digest[i]);
    return user_extra(u, "authentication.kubernetes.io/credential-id", text);
}

static int fill(const X509 *x, user_info *u)
{
    const X509_NAME *subject = X509_get_subject_name(x);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1), r;
    char *name = at >= 0 ? entry_text(subject, at) : NULL;

    r = name && *name ? user_set(u, name) : -1;
    OPENSSL_free(name);
    if (r == 0)
        r = fill_groups(subject, u);
    return r == 0 ? fill_extra(x, u) : -1;
}

int tls_user(void *connection, user_info *ret)
{
    auto_x509 *x = SSL_get1_peer_certificate(connection);

    if (!x)
        return 0;
    return SSL_get_verify_result(connection) == X509_V_OK && fill(x, ret) == 0 ? 1 : -1;
}
