/* Errors: a negative code as the result, and a caller-allocated opsdk_error with the words.
 *
 * Every function that can fail takes an opsdk_error as its last parameter.  NULL is fine there.  It is written only on
 * failure, needs no clean-up, and its message says what was wrong, where, and what to do. */
#ifndef OPSDK_ERROR_H
#define OPSDK_ERROR_H

#include <opsdk/common.h>

OPSDK_BEGIN

/* Name, value and text of every code: one per thing that a caller can react to. */
#define OPSDK_CODES(X)                            \
    X(EINVAL, -1, "invalid argument")             \
    X(ENOMEM, -2, "out of memory")                \
    X(EIO, -3, "network or file error")           \
    X(ETIMEOUT, -4, "timed out")                  \
    X(ECANCELED, -5, "cancelled")                 \
    X(EPROTO, -6, "malformed reply")              \
    X(EAUTH, -7, "not authenticated")             \
    X(EFORBIDDEN, -8, "not allowed")              \
    X(ENOTFOUND, -9, "not found")                 \
    X(EEXISTS, -10, "already exists")             \
    X(ECONFLICT, -11, "conflict")                 \
    X(EGONE, -12, "resource version expired")     \
    X(EREJECTED, -13, "rejected by the server")   \
    X(EBUSY, -14, "server is busy")               \
    X(EEXEC, -15, "remote command failed")        \
    X(EFENCED, -16, "lease lost, write withheld") \
    X(ETERMINAL, -17, "will not be retried")

enum opsdk_code {
    OPSDK_OK = 0,
#define X(name, value, text) OPSDK_##name = value,
    OPSDK_CODES(X)
#undef X
};

/* What went wrong.  Lives on the caller's stack; zero it once. */
typedef struct opsdk_error {
    int code;
    int http_status;    /* 0: no reply arrived */
    int retry_after_ms; /* from Retry-After; 0: not told */
    int spare[3];
    char reason[32];   /* reason of the server's Status, such as "AlreadyExists", else "" */
    char message[256]; /* one line, control characters neutralised, cut with "..." when longer */
} opsdk_error;

/* Fills *err (NULL is fine) and returns code, so that failing is one statement. */
OPSDK_API int opsdk_error_set(opsdk_error *err, int code, const char *fmt, ...) OPSDK_PRINTF(3, 4);

/* Puts "prefix: " before the message that is there; code replaces the old one unless it is 0.  Returns err's code,
 * or code when err is NULL. */
OPSDK_API int opsdk_error_wrap(opsdk_error *err, int code, const char *fmt, ...) OPSDK_PRINTF(3, 4);

/* True when the same call may succeed later without anything being changed: network trouble, time-outs, a busy server. */
OPSDK_API bool opsdk_error_is_transient(const opsdk_error *err);

/* The text of a code, in static storage; never NULL. */
OPSDK_API const char *opsdk_strerror(int code);

OPSDK_END
#endif
