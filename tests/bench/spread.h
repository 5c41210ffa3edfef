/* Numbers that look like chance and are the same in each run. */
#ifndef BENCH_SPREAD_H
#define BENCH_SPREAD_H

#include <stdint.h>

/* The same for the same i and salt, else evenly spread. */
static inline uint64_t spread(uint64_t i, uint64_t salt)
{
    uint64_t x = i * 0x9e3779b97f4a7c15u + salt * 0xbf58476d1ce4e5b9u;

    x ^= x >> 31;
    x *= 0x94d049bb133111ebu;
    return x ^ x >> 29;
}

#endif
