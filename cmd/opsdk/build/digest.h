/* SHA-256 as images name it: "sha256:" and 64 hexadecimal digits. */
#ifndef BUILD_DIGEST_H
#define BUILD_DIGEST_H

#include <opsdk/error.h>
#include <stddef.h>

#define DIGEST_PREFIX "sha256:"
#define DIGEST_LEN (sizeof(DIGEST_PREFIX) - 1 + 64)

typedef struct digest {
    char text[DIGEST_LEN + 1];
} digest;

typedef struct evp_md_ctx_st digest_state; /* OpenSSL's EVP_MD_CTX */

digest_state *digest_start(void); /* NULL: out of memory */
void digest_add(digest_state *s, const void *data, size_t len);
/* Frees the state; NULL is fine, then ret (which may be NULL) is untouched. */
void digest_end(digest_state *s, digest *ret);

digest digest_of(const void *data, size_t len);
/* The hexadecimal digits alone. */
const char *digest_hex(const digest *d);

#endif
