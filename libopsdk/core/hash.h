/* A hash of texts, seeded: who does not know the seed cannot choose texts that collide.  For tables in memory, no checksum. */
#ifndef CORE_HASH_H
#define CORE_HASH_H

#include <stdint.h>
#include <string.h>

#define HASH_A 0x9e3779b97f4a7c15u
#define HASH_B 0xd6e8feb86659fd93u

__extension__ typedef unsigned __int128 hash_wide;

static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
    hash_wide product = (hash_wide)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* h: the seed, or the hash of what stands before.  Eight bytes at a step; the length goes in too, which keeps "a","b" apart from "ab","". */
static inline uint64_t hash_text(uint64_t h, const char *s)
{
    size_t len = strlen(s), left = len;
    uint64_t word;

    for (; left >= sizeof(word); left -= sizeof(word), s += sizeof(word)) {
        memcpy(&word, s, sizeof(word));
        h = hash_mix(h ^ word, HASH_A);
    }
    word = 0;
    memcpy(&word, s, left);
    return hash_mix(h ^ word, HASH_B ^ len);
}

#endif
