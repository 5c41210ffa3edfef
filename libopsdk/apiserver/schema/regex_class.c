#include "apiserver/schema/regex_tree.h"

#include <stdlib.h>
#include <string.h>

void regex_ranges_add(regex_ranges *r, int32_t lo, int32_t hi)
{
    size_t cap = r->cap ? 2 * r->cap : 16;
    regex_range *at;

    if (r->n == r->cap) {
        at = reallocarray(r->at, cap, sizeof(*at));
        if (!at) {
            r->failed = true;
            return;
        }
        r->at = at;
        r->cap = cap;
    }
    r->at[r->n++] = (regex_range){lo, hi};
}

static void add_shifted(regex_ranges *r, int32_t lo, int32_t hi, int32_t from, int32_t to, int32_t by)
{
    if (lo < from)
        lo = from;
    if (hi > to)
        hi = to;
    if (lo <= hi)
        regex_ranges_add(r, lo + by, hi + by);
}

/* Unicode folds two letters beyond ASCII into it: the sign for Kelvin and the long s. */
static void add_odd(regex_ranges *r, int32_t lo, int32_t hi, int32_t letter, int32_t odd)
{
    if ((lo <= letter && letter <= hi) || (lo <= letter - 32 && letter - 32 <= hi))
        regex_ranges_add(r, odd, odd);
    if (lo <= odd && odd <= hi) {
        regex_ranges_add(r, letter, letter);
        regex_ranges_add(r, letter - 32, letter - 32);
    }
}

void regex_ranges_fold(regex_ranges *r, int32_t lo, int32_t hi)
{
    regex_ranges_add(r, lo, hi);
    add_shifted(r, lo, hi, 'a', 'z', -32);
    add_shifted(r, lo, hi, 'A', 'Z', 32);
    add_odd(r, lo, hi, 'k', 0x212A);
    add_odd(r, lo, hi, 's', 0x017F);
}

static int by_start(const void *a, const void *b)
{
    const regex_range *x = a, *y = b;

    return x->lo < y->lo ? -1 : x->lo > y->lo;
}

static void negate_ranges(regex_ranges *r, size_t from)
{
    size_t end = r->n, i;
    int32_t next = 0;

    for (i = from; i < end; i++) {
        if (next < r->at[i].lo)
            regex_ranges_add(r, next, r->at[i].lo - 1);
        next = r->at[i].hi + 1;
    }
    if (next <= RUNE_MAX)
        regex_ranges_add(r, next, RUNE_MAX);
    if (r->failed)
        return;
    memmove(r->at + from, r->at + end, (r->n - end) * sizeof(*r->at));
    r->n -= end - from;
}

void regex_ranges_finish(regex_ranges *r, size_t from, bool negate)
{
    size_t to = from, i;

    if (r->failed)
        return;
    if (r->n > from)
        qsort(r->at + from, r->n - from, sizeof(*r->at), by_start);
    for (i = from; i < r->n; i++) {
        if (to > from && r->at[i].lo <= r->at[to - 1].hi + 1) {
            if (r->at[i].hi > r->at[to - 1].hi)
                r->at[to - 1].hi = r->at[i].hi;
        } else {
            r->at[to++] = r->at[i];
        }
    }
    r->n = to;
    if (negate)
        negate_ranges(r, from);
}

/* Classes as pairs of first and last character. */
typedef struct class
{
    const char *name, *pairs;
} class;

static void add_pairs(regex_ranges *r, const char *pairs, bool fold)
{
    for (; *pairs; pairs += 2)
        (fold ? regex_ranges_fold : regex_ranges_add)(r, pairs[0], pairs[1]);
}

bool regex_ranges_perl(regex_ranges *r, char c, bool fold)
{
    static const class classes[] = {{"dD", "09"}, {"sS", "\t\n\f\r  "}, {"wW", "09AZ__az"}};
    size_t from = r->n, i;

    for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (c != classes[i].name[0] && c != classes[i].name[1])
            continue;
        add_pairs(r, classes[i].pairs, fold);
        regex_ranges_finish(r, from, c == classes[i].name[1]);
        return true;
    }
    return false;
}

bool regex_ranges_posix(regex_ranges *r, const char *name, size_t len, bool fold)
{
    static const class classes[] = {{"alnum", "09AZaz"},
                                    {"alpha", "AZaz"},
                                    {"ascii", "\001\177"},
                                    {"blank", "\t\t  "},
                                    {"cntrl", "\001\037\177\177"},
                                    {"digit", "09"},
                                    {"graph", "!~"},
                                    {"lower", "az"},
                                    {"print", " ~"},
                                    {"punct", "!/:@[`{~"},
                                    {"space", "\t\r  "},
                                    {"upper", "AZ"},
                                    {"word", "09AZ__az"},
                                    {"xdigit", "09AFaf"}};
    bool negate = len > 0 && name[0] == '^';
    size_t from = r->n, i;

    name += negate;
    len -= negate;
    for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (strlen(classes[i].name) != len || memcmp(classes[i].name, name, len) != 0)
            continue;
        add_pairs(r, classes[i].pairs, fold);
        if (classes[i].pairs[0] == '\001')
            regex_ranges_add(r, 0, 0); /* which a list that ends with it cannot hold */
        regex_ranges_finish(r, from, negate);
        return true;
    }
    return false;
}
