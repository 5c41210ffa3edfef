/* Time and chance for this layer and the run time.  Monotonic: setting the wall clock moves no deadline. */
#ifndef CLIENT_CLOCK_H
#define CLIENT_CLOCK_H

#include <stdint.h>
#include <sys/random.h>
#include <time.h>

static inline int64_t clock_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static inline int64_t clock_ms(void)
{
    return clock_us() / 1000;
}

/* The time of day, for what is compared with times from outside. */
static inline int64_t clock_wall_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* For jitter and hash seeds, no secrets. */
static inline uint32_t clock_random(void)
{
    uint32_t r = (uint32_t)clock_us();

    (void)!getrandom(&r, sizeof(r), GRND_NONBLOCK);
    return r;
}

#endif
