#include "core/scan_plain.h"
#include "core/text.h"

#define SCAN_RUN scan_run_plain
#define SCAN_TARGET
#define SCAN_BLOCK SCAN_PLAIN_BLOCK
#define scan_odd plain_odd
#define scan_odd_make plain_odd_make
#define scan_block scan_plain
#include "core/scan_run_body.h"

/* The value of four hexadecimal digits, 0 when they are none. */
static uint32_t hex4(const char *p)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++) {
        int c = p[i], low = c | 0x20;
        if (!(c >= '0' && c <= '9') && !(low >= 'a' && low <= 'f'))
            return 0;
        value = value << 4 | (uint32_t)(c <= '9' ? c - '0' : low - 'a' + 10);
    }
    return value;
}

/* The character that an escape stands for, 0 if it is none of one letter. */
static char escaped(char c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/':
        return c;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return 0;
    }
}

/* \uXXXX, but for NUL and halves of pairs. */
static size_t take_unicode(const char **p, char *to)
{
    uint32_t code = hex4(*p + 2);

    *p += 6;
    return code == 0 || (code >= 0xd800 && code < 0xe000) ? 0 : text_encode(code, to);
}

size_t scan_special(const char **p, char *to)
{
    const char *at = *p;
    size_t n;

    if (*at == '\\' && at[1] == 'u')
        return take_unicode(p, to);
    if (*at == '\\') {
        *to = escaped(at[1]);
        *p += 2;
        return *to != 0;
    }
    n = (signed char)*at < 0 ? text_sequence(at, 4) : 0;
    memcpy(to, at, 4);
    *p += n;
    return n;
}

size_t scan_run(scan *s, const char *data, size_t len)
{
#ifdef SCAN_AVX2
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"))
        return scan_run_avx2(s, data, len);
#endif
    return scan_run_plain(s, data, len);
}
