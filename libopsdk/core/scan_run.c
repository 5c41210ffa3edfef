#include "core/scan_run.h"

#include "core/pack.h"
#include "core/scan_plain.h"
#include "core/text.h"

#include <string.h>

/* So many bytes can be read behind each place where it is asked whether there are, and written behind what is written there: enough for a key,
 * a value and what closes it.  Of what is written neither takes more than 40 without asking; strings end at most PLAIN_WINDOW behind the last place
 * where it was asked, and other values are shorter than what is left then. */
enum { AHEAD = 128, DIGITS_MAX = 20 };

typedef struct run {
    scan *s;
    const char *p, *last;        /* where to read; up to there AHEAD bytes can be */
    char *out, *full;            /* where to write; likewise */
    bool *map;                   /* of the scan's levels the innermost */
    const bool *muted, *deepest; /* of them that whose member is muted, and the last one */
    struct pack_level *level;    /* of the pack's */
    struct pack_level *outer;    /* of them the second: not deeper there may be keys that are dropped */
    char end;                    /* what closes the innermost container */
    plain_search plain;
} run;

enum took { STOPPED, WHOLE, OPENED }; /* a value; OPENED: of a map or array only its beginning */

#define inlined static inline __attribute__((always_inline))

inlined bool stop(run *r, enum scan_state state)
{
    r->s->state = (uint8_t)state;
    return false;
}

/* --- strings --- */

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

/* What is not plain in a string: an escape or a UTF-8 sequence.  Writes it and goes behind it; bytes written, up to 4, or 0 for what is
 * left to scan.c.  12 bytes can be read, 4 written. */
static size_t take_special(const char **p, char *to)
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

typedef struct place {
    const char *p; /* NULL: nothing was taken */
    char *out;
} place;

/* Any string, written behind a head of two bytes, which most of them take; p is at its text. */
static __attribute__((noinline)) place take_long_text(const char *p, const char *last, char *out, const char *full)
{
    char *at = out + 2, *to = at, head[PACK_TEXT_HEAD];
    size_t len, n;

    for (;;) {
        if (p > last || to > full)
            return (place){0};
        memcpy(to, p, PLAIN_BLOCK); /* of constant length: no call */
        n = plain_block(p);
        p += n;
        to += n;
        if (n == PLAIN_BLOCK)
            continue;
        if (*p == '"')
            break;
        n = take_special(&p, to);
        if (n == 0)
            return (place){0};
        to += n;
    }
    len = (size_t)(to - at);
    n = pack_text_head(PACK_NODE_STRING, len, head);
    if (n != 2)
        memmove(out + n, at, len);
    memcpy(out, head, n);
    out[n + len] = '\0';
    return (place){p + 1, out + n + len + 1};
}

inlined bool take_long(run *r)
{
    place to = take_long_text(r->p + 1, r->last, r->out, r->full);

    if (!to.p)
        return false;
    r->p = to.p;
    r->out = to.out;
    return true;
}

/* p is at the quote that begins it. */
inlined bool take_text(run *r)
{
    const char *text = r->p + 1, *end = plain_end(&r->plain, text);
    char *out = r->out;
    size_t n;

    memcpy(out + 1, text, PACK_SHORT);
    if (!end || *end != '"' || end - text > PACK_SHORT)
        return take_long(r);
    n = (size_t)(end - text);
    out[0] = (char)(PACK_NODE_STRING | n << 3);
    out[1 + n] = '\0';
    r->out = out + n + 2;
    r->p = text + n + 1;
    return true;
}

/* Out of the way, and with no address of what should stay in registers. */
static __attribute__((noinline, cold)) const char *skip_special(const char *p)
{
    char unused[4];

    return take_special(&p, unused) > 0 ? p : NULL;
}

inlined bool skip_text(run *r)
{
    const char *p = plain_end(&r->plain, r->p + 1);

    while (p && *p != '"') {
        p = *p == '\\' && p[1] == '"' ? p + 2 : skip_special(p); /* managedFields are full of \" */
        p = p ? plain_end(&r->plain, p) : p;
    }
    if (p)
        r->p = p + 1;
    return p != NULL;
}

/* Are the next two bytes these? */
inlined bool follow(const run *r, const char *two)
{
    uint16_t a, b;

    memcpy(&a, r->p, sizeof(a));
    memcpy(&b, two, sizeof(b));
    return a == b;
}

inlined bool may_start(run *r, bool packing)
{
    return r->p <= r->last && (!packing || r->out <= r->full);
}

/* --- keys and values --- */

inlined uint32_t depth(const run *r)
{
    return (uint32_t)(r->map - r->s->maps) + 1;
}

inlined bool take_string(run *r, bool packing)
{
    return packing ? take_text(r) : skip_text(r);
}

inlined bool take_key(run *r, bool packing)
{
    char *at = r->out;

    if (!may_start(r, packing) || !take_string(r, packing))
        return stop(r, SCAN_KEY);
    if (packing && r->level <= r->outer && pack_drops(r->s->pack, r->level != r->outer, at)) {
        r->out = at;
        r->s->mute = depth(r);
        return stop(r, SCAN_COLON);
    }
    return true;
}

/* A whole number; the others are rare. */
inlined bool take_number(run *r, bool packing)
{
    const char *p = r->p + (*r->p == '-'), *digits = p;
    size_t len;

    while (*p >= '0' && *p <= '9' && p - digits < DIGITS_MAX)
        p++;
    if (p == digits || p - digits == DIGITS_MAX || (*digits == '0' && p - digits > 1) || *p == '.' ||
        (*p | 0x20) == 'e')
        return false;
    len = (size_t)(p - r->p);
    if (packing) {
        memcpy(r->out + 1, r->p, PACK_SHORT);
        r->out[0] = (char)(PACK_NODE_NUMBER | len << 3);
        r->out[1 + len] = '\0';
        r->out += len + 2;
    }
    r->p = p;
    return true;
}

inlined bool take_literal(run *r, bool packing)
{
    unsigned type = *r->p == 't' ? PACK_NODE_TRUE : *r->p == 'f' ? PACK_NODE_FALSE : PACK_NODE_NULL;
    const char *rest = type == PACK_NODE_TRUE ? "true" : type == PACK_NODE_FALSE ? "alse" : "null";
    const char *p = r->p + (type == PACK_NODE_FALSE);

    if (memcmp(p, rest, 4) != 0)
        return false;
    if (packing)
        *r->out++ = (char)type;
    r->p = p + 4;
    return true;
}

/* An empty one counts as a scalar. */
inlined void open_container(run *r, bool packing)
{
    bool map = *r->p++ == '{';

    *++r->map = map;
    r->end = map ? '}' : ']';
    if (!packing)
        return;
    *++r->level = (struct pack_level){(uint32_t)(r->out - r->s->pack->out.data), 0};
    pack_open(r->out, map);
    r->out += PACK_CONTAINER_HEAD;
}

inlined void take_empty(run *r, bool packing)
{
    if (packing) {
        pack_open(r->out, *r->p == '{');
        r->out = pack_close(r->out, r->out + PACK_CONTAINER_HEAD, 0);
    }
    r->p += 2;
}

inlined enum took take_container(run *r, bool packing)
{
    char end = *r->p == '{' ? '}' : ']';

    if (packing ? r->level == r->outer + LIMIT_DEPTH - 2 : r->map == r->deepest) {
        stop(r, SCAN_VALUE);
        return STOPPED;
    }
    if (packing)
        r->level->count++;
    if (r->p[1] == end) {
        take_empty(r, packing);
        return WHOLE;
    }
    open_container(r, packing);
    if (*r->map ? *r->p == '"' : (unsigned char)*r->p > ' ')
        return OPENED;
    stop(r, *r->map ? SCAN_FIRST_KEY : SCAN_FIRST_ITEM);
    return STOPPED;
}

inlined bool take_scalar(run *r, bool packing)
{
    switch (*r->p) {
    case '"':
        return take_string(r, packing);
    case 't':
    case 'f':
    case 'n':
        return take_literal(r, packing);
    default:
        return take_number(r, packing);
    }
}

inlined enum took counted(run *r, bool took, bool packing)
{
    if (!took)
        stop(r, SCAN_VALUE);
    else if (packing)
        r->level->count++;
    return took ? WHOLE : STOPPED;
}

inlined enum took take_value(run *r, bool packing)
{
    if (*r->p == '{' || *r->p == '[')
        return take_container(r, packing);
    return counted(r, take_scalar(r, packing), packing);
}

/* Strings first: they are most. */
inlined enum took take_member(run *r, bool packing)
{
    if (!take_key(r, packing))
        return STOPPED;
    if (follow(r, ":\"")) {
        r->p++;
        return counted(r, take_string(r, packing), packing);
    }
    if (*r->p != ':') {
        stop(r, SCAN_COLON);
        return STOPPED;
    }
    r->p++;
    return take_value(r, packing);
}

inlined enum took take_item(run *r, bool packing)
{
    if (may_start(r, packing))
        return take_value(r, packing);
    stop(r, SCAN_VALUE);
    return STOPPED;
}

/* Not of the outermost value: scan.c tells of its end. */
inlined bool close_container(run *r, bool packing)
{
    if (packing && (r->level < r->outer || r->out > r->full))
        return false;
    r->p++;
    r->end = *--r->map ? '}' : ']';
    if (packing) {
        r->out = pack_close(r->s->pack->out.data + r->level->at, r->out, r->level->count);
        r->level--;
    }
    return true;
}

/* Behind a value: closes what ends here and goes to the next key or value. */
inlined bool take_after(run *r, bool packing)
{
    while (packing || r->map != r->muted) {
        if (follow(r, ",\"")) {
            r->p++;
            return true;
        }
        if (*r->p == ',') {
            r->p++;
            return r->end != '}' || stop(r, SCAN_KEY);
        }
        if (*r->p != r->end || r->p > r->last || !close_container(r, packing))
            return stop(r, SCAN_AFTER);
    }
    r->s->mute = 0; /* what was muted is over */
    return stop(r, SCAN_AFTER);
}

/* To where the loop below begins. */
inlined bool enter(run *r, bool packing)
{
    enum scan_state state = r->s->state;

    if (state == SCAN_COLON && *r->p == ':') {
        r->p++;
        r->s->state = state = SCAN_VALUE;
    }
    if (state == SCAN_AFTER)
        return take_after(r, packing);
    if (state == SCAN_KEY || state == SCAN_FIRST_KEY)
        return *r->p == '"';
    if (state == SCAN_VALUE && *r->map) {
        enum took took = take_item(r, packing);
        return took == OPENED || (took == WHOLE && take_after(r, packing));
    }
    return state == SCAN_VALUE || (state == SCAN_FIRST_ITEM && (unsigned char)*r->p > ' ' && *r->p != ']');
}

inlined void go(run *r, bool packing)
{
    enum took took;

    r->map = r->s->maps + r->s->depth - 1;
    r->end = *r->map ? '}' : ']';
    took = enter(r, packing) ? OPENED : STOPPED;
    while (took == OPENED || (took == WHOLE && take_after(r, packing)))
        took = r->end == '}' ? take_member(r, packing) : take_item(r, packing);
    r->s->depth = depth(r);
}

static const char *go_packing(scan *s, const char *data, const char *last)
{
    pack *p = s->pack;
    run r = {.s = s, .p = data, .last = last, .plain = plain_search_make(data, last)};

    if (p->why || p->depth == 0 || s->depth > LIMIT_SCAN_DEPTH - LIMIT_DEPTH || p->out.cap < 2 * AHEAD)
        return data;
    r.out = p->out.data + p->out.len;
    r.full = p->out.data + p->out.cap - AHEAD;
    r.level = p->open + p->depth - 1;
    r.outer = p->open + 1;
    go(&r, true);
    p->out.len = (size_t)(r.out - p->out.data);
    p->depth = (uint32_t)(r.level - p->open) + 1;
    return r.p;
}

static const char *go_muted(scan *s, const char *data, const char *last)
{
    run r = {.s = s, .p = data, .last = last, .plain = plain_search_make(data, last)};

    r.muted = s->maps + s->mute - 1;
    r.deepest = s->maps + LIMIT_SCAN_DEPTH - 1;
    go(&r, false);
    return r.p;
}

size_t scan_run(scan *s, const char *data, size_t len)
{
    const char *end = data;

    if (len >= AHEAD)
        end = (s->mute ? go_muted : go_packing)(s, data, data + len - AHEAD);
    return (size_t)(end - data);
}
