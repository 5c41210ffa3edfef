#include "core/backoff.h"

int64_t backoff_next(backoff *b, uint32_t random)
{
    int64_t wait = b->max_ms;

    if (b->failures < 32 && b->min_ms << b->failures < b->max_ms)
        wait = b->min_ms << b->failures;
    b->failures++;
    return wait / 2 + (int64_t)((uint64_t)(wait - wait / 2) * random >> 32);
}

void backoff_reset(backoff *b)
{
    b->failures = 0;
}
