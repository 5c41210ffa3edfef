#include "apiserver/schema/rune.h"

/* Bytes that a sequence with this first byte has; 0 when none begins with it. */
static size_t expected(unsigned char c, int32_t *ret_bits)
{
    if (c >= 0xC2 && c <= 0xDF) {
        *ret_bits = c & 0x1F;
        return 2;
    }
    if (c >= 0xE0 && c <= 0xEF) {
        *ret_bits = c & 0x0F;
        return 3;
    }
    if (c >= 0xF0 && c <= 0xF4) {
        *ret_bits = c & 0x07;
        return 4;
    }
    return 0;
}

static size_t bad(int32_t *ret)
{
    *ret = 0xFFFD;
    return 1;
}

size_t rune_next(const char *s, size_t left, int32_t *ret)
{
    const unsigned char *u = (const unsigned char *)s;
    int32_t rune = 0;
    size_t n, i;

    if (u[0] < 0x80) {
        *ret = u[0];
        return 1;
    }
    n = expected(u[0], &rune);
    if (n == 0 || n > left)
        return bad(ret);
    for (i = 1; i < n; i++) {
        if ((u[i] & 0xC0) != 0x80)
            return bad(ret);
        rune = rune << 6 | (u[i] & 0x3F);
    }
    if ((n == 3 && rune < 0x800) || (n == 4 && rune < 0x10000) || rune > RUNE_MAX || (rune >= 0xD800 && rune <= 0xDFFF))
        return bad(ret);
    *ret = rune;
    return n;
}

size_t rune_count(const char *s, size_t len)
{
    size_t n = 0, at = 0;
    int32_t rune;

    for (; at < len; n++)
        at += rune_next(s + at, len - at, &rune);
    return n;
}
