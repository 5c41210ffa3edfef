/* Reads JSON (RFC 8259, UTF-8) in pieces of any size and calls back for each token.
 *
 * Strict: nothing that the RFC forbids passes, nor text that is no valid UTF-8, nor a lone surrogate.  State is kept across
 * pieces, no byte is looked at twice, nothing is allocated.  One document, or one per line; not thread-safe. */
#ifndef CORE_SCAN_H
#define CORE_SCAN_H

#include "core/limits.h"

#include <opsdk/common.h>

/* Text of keys, strings (decoded, NUL is possible) and numbers (as written) comes in any number of TOKEN_PARTs, which the token
 * itself closes with the rest, often empty when there were parts.  It is valid for the call only. */
enum token {
    TOKEN_PART,
    TOKEN_KEY,
    TOKEN_STRING,
    TOKEN_NUMBER,
    TOKEN_TRUE,
    TOKEN_FALSE,
    TOKEN_NULL,
    TOKEN_MAP,
    TOKEN_ARRAY,
    TOKEN_END /* of the innermost map or array */
};

/* A negative result stops the scan and is what scan_feed returns.  SCAN_MUTE for a TOKEN_KEY: the value of it is read, but not
 * told of. */
#define SCAN_MUTE 1
typedef int scan_fn(enum token t, const char *text, size_t len, void *user);

struct pack;
/* A value that went straight to a pack is complete (PACK_COMPLETE), or pack_add failed; the result is as of scan_fn. */
typedef int scan_packed_fn(int result, void *user);

typedef struct scan {
    scan_fn *on_token;
    void *user;
    struct pack *pack; /* while set, tokens go there and not to on_token: two calls less for each */
    scan_packed_fn *on_packed;
    const char *why;     /* what is malformed, after OPSDK_EPROTO */
    uint64_t at;         /* bytes taken so far; the place of the error */
    const char *literal; /* what is left of "true" */
    int code;
    bool lines, key;
    uint8_t state, number;
    uint8_t need, low, high;     /* UTF-8: bytes to come and the range of the next */
    uint8_t digits;              /* of \uXXXX that were read */
    uint16_t unit, surrogate;    /* value of them; first half of a pair, or 0 */
    uint32_t depth, mute;        /* mute: level of the map whose member is not told of, or 0 */
    uint32_t lost;               /* level of the container whose value is passed over */
    bool maps[LIMIT_SCAN_DEPTH]; /* per level: a map, else an array */
} scan;

/* lines: a document ends with its line; a line feed inside of it is an error. */
void scan_init(scan *s, bool lines, scan_fn *on_token, void *user);

/* Returns 0 when all was taken, 1 when lines is set and *ret_used ends a document's line, OPSDK_EPROTO with s->why, or what
 * on_token returned.  The scan is dead after a failure; *ret_used is then where it is. */
int scan_feed(scan *s, const char *data, size_t len, size_t *ret_used);

/* After OPSDK_EPROTO: passes over the value that is malformed and stands in the innermost of depth containers, going by quotes and brackets
 * alone, and goes on behind it.  False when it is not inside of such a value that the failure was; then the scan stays dead. */
bool scan_pass(scan *s, uint32_t depth);

/* 0 when a whole document was read, else OPSDK_EPROTO with s->why, or what on_token returned. */
int scan_end(scan *s);

#endif
