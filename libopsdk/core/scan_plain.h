/* How far the text of a string stands for itself: ASCII but control characters, quotes and backslashes. */
#ifndef CORE_SCAN_PLAIN_H
#define CORE_SCAN_PLAIN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__) && !defined(SCAN_PORTABLE)
#include <emmintrin.h>
#endif

#define SCAN_PLAIN_BLOCK 16

static inline size_t scan_plain_bytes(const char *p, size_t n)
{
    size_t i = 0;

    while (i < n && (signed char)p[i] >= 0x20 && p[i] != '"' && p[i] != '\\')
        i++;
    return i;
}

/* Of the eight bytes at p; 8: all. */
static inline size_t scan_plain_word(const char *p)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t w, stop;

    memcpy(&w, p, sizeof(w));
    stop = (w | (w - ones * 0x20) | ((w ^ ones * '"') - ones) | ((w ^ ones * '\\') - ones)) & tops;
    return stop ? (size_t)__builtin_ctzll(stop) / 8 : 8; /* borrows go to later bytes only: the first one is true */
#else
    return scan_plain_bytes(p, 8);
#endif
}

/* What the bytes are compared with, to be made once for many blocks. */
typedef struct plain_odd {
#if defined(__SSE2__) && !defined(SCAN_PORTABLE)
    __m128i quote, slash, low;
#else
    char none;
#endif
} plain_odd;

static inline plain_odd plain_odd_make(void)
{
#if defined(__SSE2__) && !defined(SCAN_PORTABLE)
    plain_odd odd = {_mm_set1_epi8('"'), _mm_set1_epi8('\\'), _mm_set1_epi8(0x20)};

    __asm__("" : "+x"(odd.quote), "+x"(odd.slash), "+x"(odd.low)); /* else compilers make them again and again */
    return odd;
#else
    return (plain_odd){0};
#endif
}

/* Of the SCAN_PLAIN_BLOCK bytes at p; SCAN_PLAIN_BLOCK: all.  Copies all of them to to, which may be NULL. */
static inline size_t scan_plain(const plain_odd *odd, const char *p, char *to)
{
#if defined(__SSE2__) && !defined(SCAN_PORTABLE)
    __m128i v = _mm_loadu_si128((const void *)p);
    __m128i is_odd = _mm_or_si128(_mm_cmpeq_epi8(v, odd->quote), _mm_cmpeq_epi8(v, odd->slash));

    if (to)
        _mm_storeu_si128((void *)to, v);
    is_odd = _mm_or_si128(is_odd, _mm_cmpgt_epi8(odd->low, v)); /* signed: below and above ASCII's characters */
    return (size_t)__builtin_ctz((unsigned)_mm_movemask_epi8(is_odd) | 1u << SCAN_PLAIN_BLOCK);
#else
    size_t n = scan_plain_word(p);

    (void)odd;
    if (to)
        memcpy(to, p, SCAN_PLAIN_BLOCK);
    return n < 8 ? n : 8 + scan_plain_word(p + 8);
#endif
}

#endif
