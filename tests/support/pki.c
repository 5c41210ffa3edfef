#include "tests/support/pki.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(int good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "pki: %s failed\n", what);
    abort();
}

static char *text_of(BIO *bio)
{
    char *data, *text;
    long len = BIO_get_mem_data(bio, &data);

    text = strndup(data, (size_t)len);
    check(text != NULL, "memory");
    BIO_free(bio);
    return text;
}

static char *key_text(EVP_PKEY *key, const char *password)
{
    BIO *bio = BIO_new(BIO_s_mem());

    check(PEM_write_bio_PKCS8PrivateKey(bio, key, password ? EVP_aes_128_cbc() : NULL, password,
                                        password ? (int)strlen(password) : 0, NULL, NULL),
          "writing a key");
    return text_of(bio);
}

static EVP_PKEY *key_of(const char *text)
{
    BIO *bio = BIO_new_mem_buf(text, -1);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

    check(key != NULL, "reading a key");
    BIO_free(bio);
    return key;
}

static X509 *cert_of(const char *text)
{
    BIO *bio = BIO_new_mem_buf(text, -1);
    X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);

    check(cert != NULL, "reading a certificate");
    BIO_free(bio);
    return cert;
}

static void add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *e;

    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    check(e != NULL && X509_add_ext(cert, e, -1), value);
    X509_EXTENSION_free(e);
}

static X509 *new_cert(const char *name, EVP_PKEY *key, X509 *issuer, bool expired)
{
    static long serial = 1;
    X509 *cert = X509_new();
    X509_NAME *subject = X509_get_subject_name(cert);

    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), serial++);
    X509_gmtime_adj(X509_getm_notBefore(cert), -7 * 86400L);
    X509_gmtime_adj(X509_getm_notAfter(cert), expired ? -86400L : 86400L);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(cert, issuer ? X509_get_subject_name(issuer) : subject);
    X509_set_pubkey(cert, key);
    return cert;
}

static pki finish(X509 *cert, EVP_PKEY *key, EVP_PKEY *signer)
{
    BIO *bio = BIO_new(BIO_s_mem());
    pki p;

    check(X509_sign(cert, signer, EVP_sha256()) > 0, "signing");
    check(PEM_write_bio_X509(bio, cert), "writing a certificate");
    p.cert = text_of(bio);
    p.key = key_text(key, NULL);
    X509_free(cert);
    EVP_PKEY_free(key);
    return p;
}

pki pki_authority(const char *name)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = new_cert(name, key, NULL, false);

    add_extension(cert, cert, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(cert, cert, NID_key_usage, "critical,keyCertSign,cRLSign");
    return finish(cert, key, key);
}

pki pki_issue(const pki *ca, const char *name, const char *names, bool expired)
{
    EVP_PKEY *key = EVP_EC_gen("P-256"), *signer = key_of(ca->key);
    X509 *issuer = cert_of(ca->cert), *cert = new_cert(name, key, issuer, expired);
    pki p;

    add_extension(cert, issuer, NID_ext_key_usage, names ? "serverAuth" : "clientAuth");
    if (names)
        add_extension(cert, issuer, NID_subject_alt_name, names);
    p = finish(cert, key, signer);
    X509_free(issuer);
    EVP_PKEY_free(signer);
    return p;
}

char *pki_encrypt(const char *key, const char *password)
{
    EVP_PKEY *k = key_of(key);
    char *text = key_text(k, password);

    EVP_PKEY_free(k);
    return text;
}

void pki_clear(pki *p)
{
    free(p->cert);
    free(p->key);
    *p = (pki){0};
}
