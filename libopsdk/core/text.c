#include "core/text.h"

#include <string.h>

bool text_same(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

size_t text_sequence(const char *text, size_t len)
{
    const unsigned char *s = (const unsigned char *)text;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t code;
    size_t n;

    if (s[0] < 0x80)
        return 1;
    n = s[0] >= 0xf0 && s[0] < 0xf8 ? 4 : s[0] >= 0xe0 ? 3 : s[0] >= 0xc0 ? 2 : 0;
    if (n == 0 || s[0] >= 0xf8 || n > len)
        return 0;
    code = s[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3f);
    }
    if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return 0;
    return n;
}

size_t text_encode(uint32_t code, char to[4])
{
    size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

    for (size_t i = n - 1; i > 0; i--, code >>= 6)
        to[i] = (char)(0x80 | (code & 0x3f));
    to[0] = (char)(n == 1 ? code : (0xf00u >> n & 0xff) | code);
    return n;
}

/* C0, DEL and C1: what a terminal might obey. */
static bool is_control(const unsigned char *s, size_t n)
{
    return (n == 1 && (s[0] < 0x20 || s[0] == 0x7f)) || (n == 2 && s[0] == 0xc2 && s[1] < 0xa0);
}

bool text_is_utf8(const char *s, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t n = text_sequence(s + i, len - i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

void text_neutralise(char *s, size_t len)
{
    unsigned char *p = (unsigned char *)s;

    for (size_t i = 0; i < len;) {
        size_t n = text_sequence(s + i, len - i);
        bool space = n == 1 && (p[i] == '\n' || p[i] == '\t');

        if (n > 0 && !is_control(p + i, n)) {
            i += n;
            continue;
        }
        for (size_t end = i + (n ? n : 1); i < end; i++)
            p[i] = space ? ' ' : '?';
    }
}
