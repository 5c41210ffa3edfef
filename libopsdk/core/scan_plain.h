/* How far the text of a string stands for itself: ASCII but control characters, quotes and backslashes.
 *
 * SCAN_PORTABLE leaves out what is for some processors only. */
#ifndef CORE_SCAN_PLAIN_H
#define CORE_SCAN_PLAIN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__) && !defined(SCAN_PORTABLE)
#include <emmintrin.h>
#endif

#define plain_inline static inline __attribute__((always_inline)) /* a search stays in registers */

enum { PLAIN_BLOCK = 16, PLAIN_WINDOW = 64 };

plain_inline size_t plain_bytes(const char *p, size_t n)
{
    size_t i = 0;

    while (i < n && (signed char)p[i] >= 0x20 && p[i] != '"' && p[i] != '\\')
        i++;
    return i;
}

/* A search in one piece of text, for one string after the other.
 *
 * Where the next token begins is known only when this one has ended: what is asked about each string is therefore a chain that the processor
 * cannot shorten.  So the bytes are compared in windows, which do not wait for it, and a string asks for bits of one. */
typedef struct plain_search {
    const char *last; /* no window begins later, so that no string is found to end later than PLAIN_WINDOW behind it */
#if defined(__SSE2__) && !defined(SCAN_PORTABLE)
    __m128i quote, slash, low;
    const char *window;
    uint64_t bits; /* those of the window that are not plain */
} plain_search;

/* A bit for each of the PLAIN_BLOCK bytes at p that is not plain. */
plain_inline unsigned plain_odd(const plain_search *s, const char *p)
{
    __m128i v = _mm_loadu_si128((const void *)p);
    __m128i odd = _mm_or_si128(_mm_cmpeq_epi8(v, s->quote), _mm_cmpeq_epi8(v, s->slash));

    odd = _mm_or_si128(odd, _mm_cmpgt_epi8(s->low, v)); /* signed: below and above ASCII's characters */
    return (unsigned)_mm_movemask_epi8(odd);
}

plain_inline void plain_look(plain_search *s, const char *window)
{
    uint64_t high = plain_odd(s, window + 48) << 16 | plain_odd(s, window + 32);

    s->window = window;
    s->bits = high << 32 | plain_odd(s, window + 16) << 16 | plain_odd(s, window);
}

plain_inline plain_search plain_search_make(const char *from, const char *last)
{
    plain_search s = {last, _mm_set1_epi8('"'), _mm_set1_epi8('\\'), _mm_set1_epi8(0x20), NULL, 0};

    __asm__("" : "+x"(s.quote), "+x"(s.slash), "+x"(s.low)); /* else compilers make them again for each string */
    plain_look(&s, from);
    return s;
}

/* The first byte from p on that is not plain; NULL when it is not near.  p does not go back. */
plain_inline const char *plain_end(plain_search *s, const char *p)
{
    uint64_t left;

    while (p - s->window >= PLAIN_WINDOW && s->last - s->window >= PLAIN_WINDOW)
        plain_look(s, s->window + PLAIN_WINDOW);
    if (p - s->window >= PLAIN_WINDOW)
        return NULL;
    left = s->bits >> (p - s->window);
    if (left)
        return p + __builtin_ctzll(left);
    do {
        if (s->last - s->window < PLAIN_WINDOW)
            return NULL;
        plain_look(s, s->window + PLAIN_WINDOW);
    } while (!s->bits);
    return s->window + __builtin_ctzll(s->bits);
}

/* How many of the PLAIN_BLOCK bytes at p, from the first on, are plain. */
plain_inline size_t plain_block(const char *p)
{
    plain_search s = {NULL, _mm_set1_epi8('"'), _mm_set1_epi8('\\'), _mm_set1_epi8(0x20), NULL, 0};

    return (size_t)__builtin_ctz(plain_odd(&s, p) | 1u << PLAIN_BLOCK);
}
#else
} plain_search;

plain_inline plain_search plain_search_make(const char *from, const char *last)
{
    (void)from;
    return (plain_search){last};
}

/* Of the eight bytes at p. */
plain_inline size_t plain_word(const char *p)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t w, odd;

    memcpy(&w, p, sizeof(w));
    odd = (w | (w - ones * 0x20) | ((w ^ ones * '"') - ones) | ((w ^ ones * '\\') - ones)) & tops;
    return odd ? (size_t)__builtin_ctzll(odd) / 8 : 8; /* borrows go to later bytes only: the first one is true */
#else
    return plain_bytes(p, 8);
#endif
}

plain_inline const char *plain_end(const plain_search *s, const char *p)
{
    size_t n = 8;

    for (; n == 8 && p <= s->last + PLAIN_WINDOW - 8; p += n)
        n = plain_word(p);
    return n < 8 ? p : NULL;
}

plain_inline size_t plain_block(const char *p)
{
    size_t n = plain_word(p);

    return n < 8 ? n : 8 + plain_word(p + 8);
}
#endif

#endif
