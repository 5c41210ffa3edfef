#include "digest.h"

#include <openssl/evp.h>
#include <stdio.h>

digest_state *digest_start(void)
{
    EVP_MD_CTX *s = EVP_MD_CTX_new();

    if (s && EVP_DigestInit_ex(s, EVP_sha256(), NULL) == 1)
        return s;
    EVP_MD_CTX_free(s);
    return NULL;
}

void digest_add(digest_state *s, const void *data, size_t len)
{
    EVP_DigestUpdate(s, data, len);
}

void digest_end(digest_state *s, digest *ret)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (s && ret) {
        EVP_DigestFinal_ex(s, sum, &len);
        int at = snprintf(ret->text, sizeof(ret->text), DIGEST_PREFIX);
        for (unsigned i = 0; i < len; i++)
            at += snprintf(ret->text + at, sizeof(ret->text) - (size_t)at, "%02x", sum[i]);
    }
    EVP_MD_CTX_free(s);
}

digest digest_of(const void *data, size_t len)
{
    digest d = {{0}};
    digest_state *s = digest_start();

    if (s)
        digest_add(s, data, len);
    digest_end(s, &d);
    return d;
}

const char *digest_hex(const digest *d)
{
    return d->text + sizeof(DIGEST_PREFIX) - 1;
}
