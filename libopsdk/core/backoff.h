/* Exponential back-off with jitter.  Clock and randomness are the caller's, so a test says exactly what comes out. */
#ifndef CORE_BACKOFF_H
#define CORE_BACKOFF_H

#include <stdint.h>

typedef struct backoff {
    int64_t min_ms, max_ms;
    unsigned failures; /* in a row */
} backoff;

/* Counts a failure and returns how long to wait: min * 2^failures, at most max, of which the upper half is scaled by random
 * (any 32 random bits), so that clients that failed together do not come back together. */
int64_t backoff_next(backoff *b, uint32_t random);
void backoff_reset(backoff *b);

#endif
