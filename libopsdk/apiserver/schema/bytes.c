#include "apiserver/schema/bytes.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int value_of(char c)
{
    const char *at = c ? strchr(alphabet, c) : NULL;

    return at ? (int)(at - alphabet) : -1;
}

typedef struct reader {
    const char *text;
    size_t len, at;
} reader;

static void skip_breaks(reader *r)
{
    while (r->at < r->len && (r->text[r->at] == '\n' || r->text[r->at] == '\r'))
        r->at++;
}

static bool fail(size_t at, size_t *ret_wrong)
{
    *ret_wrong = at;
    return false;
}

/* At the first '=' after n characters of a group of four. */
static bool read_padding(reader *r, int n, size_t *ret_wrong)
{
    if (n < 2)
        return fail(r->at, ret_wrong);
    r->at++;
    skip_breaks(r);
    if (n == 2) {
        if (r->at == r->len)
            return fail(r->len, ret_wrong);
        if (r->text[r->at] != '=')
            return fail(r->at - 1, ret_wrong);
        r->at++;
        skip_breaks(r);
    }
    return r->at == r->len || fail(r->at, ret_wrong);
}

/* Up to four characters; *ret_n is their number, 0 at the end. */
static bool read_group(reader *r, unsigned *ret, int *ret_n, size_t *ret_wrong)
{
    int n = 0;

    *ret = 0;
    for (skip_breaks(r); n < 4 && r->at < r->len; skip_breaks(r)) {
        int value = value_of(r->text[r->at]);
        if (value < 0 && r->text[r->at] != '=')
            return fail(r->at, ret_wrong);
        if (value < 0) {
            *ret_n = n;
            return read_padding(r, n, ret_wrong);
        }
        *ret = *ret << 6 | (unsigned)value;
        r->at++;
        n++;
    }
    *ret_n = n;
    return n == 0 || n == 4 || fail(r->at - (size_t)n, ret_wrong);
}

bool bytes_decode(const char *text, size_t len, buf *out, size_t *ret_wrong)
{
    reader r = {text, len, 0};
    unsigned group;
    int n;

    do {
        if (!read_group(&r, &group, &n, ret_wrong))
            return false;
        group <<= 6 * (4 - n);
        for (int i = 0; i < n - 1; i++)
            buf_addc(out, (char)(group >> (16 - 8 * i) & 0xff));
    } while (n == 4);
    return true;
}
