#include "apiserver/auth/jwt.h"
#include "apiserver/limits.h"
#include "core/base64.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

static const char head[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";

static void put_signature(const unsigned char *key, const buf *text, buf *out)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (!HMAC(EVP_sha256(), key, JWT_KEY, (const unsigned char *)text->data, text->len, mac, &len))
        out->failed = true;
    base64url_encode(mac, len, out);
}

char *jwt_sign(const unsigned char key[JWT_KEY], json_t *claims)
{
    auto_buf out = BUF_INIT(LIMIT_TOKEN), signature = BUF_INIT(LIMIT_TOKEN);
    char *text = claims ? json_dumps(claims, JSON_COMPACT) : NULL;

    base64url_encode(head, sizeof(head) - 1, &out);
    buf_addc(&out, '.');
    if (text)
        base64url_encode(text, strlen(text), &out);
    if (text && !out.failed)
        put_signature(key, &out, &signature);
    if (signature.data && !signature.failed)
        buf_printf(&out, ".%s", signature.data);
    json_decref(claims);
    free(text);
    return signature.data && !signature.failed ? buf_take(&out, NULL) : NULL;
}

/* A wrong signature takes as long as a right one. */
static bool is_signed(const unsigned char *key, const char *token, size_t len)
{
    auto_buf text = BUF_INIT(LIMIT_TOKEN), signature = BUF_INIT(LIMIT_TOKEN);

    buf_add(&text, token, len);
    if (text.failed)
        return false;
    put_signature(key, &text, &signature);
    return !signature.failed && strlen(token + len + 1) == signature.len &&
           CRYPTO_memcmp(signature.data, token + len + 1, signature.len) == 0;
}

json_t *jwt_verify(const unsigned char key[JWT_KEY], const char *token)
{
    const char *body = strchr(token, '.'), *end = body ? strchr(body + 1, '.') : NULL;
    auto_buf text = BUF_INIT(LIMIT_TOKEN);

    if (!end || end == body + 1 || strlen(token) > LIMIT_TOKEN || !is_signed(key, token, (size_t)(end - token)))
        return NULL;
    if (!base64url_decode(body + 1, (size_t)(end - body - 1), &text))
        return NULL;
    return json_loadb(text.data, text.len, 0, NULL);
}
