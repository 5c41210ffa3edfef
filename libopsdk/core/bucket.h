/* A token bucket: so many at once, then so many a second.  The clock is the caller's.
 *
 * Kept as the one moment at which the bucket would be full again, so that there is nothing to fill. */
#ifndef CORE_BUCKET_H
#define CORE_BUCKET_H

#include <stdint.h>

typedef struct bucket {
    int64_t every_us; /* a token comes so often; 0: there are always some */
    int64_t burst;    /* tokens of a full bucket */
    int64_t full_us;  /* when it is full; the past: it is */
} bucket;

/* Takes a token, one that is yet to come when there is none; returns how many microseconds until it is there. */
static inline int64_t bucket_take(bucket *b, int64_t now_us)
{
    int64_t wait;

    if (b->full_us < now_us)
        b->full_us = now_us;
    b->full_us += b->every_us;
    wait = b->full_us - now_us - b->burst * b->every_us;
    return wait > 0 ? wait : 0;
}

#endif
