/* scan_run for one kind of processor.  Whoever includes it defines SCAN_RUN (its name), SCAN_TARGET (for the compiler), and SCAN_BLOCK (bytes that
 * are looked at in one step, at most 32), scan_odd, scan_odd_make and scan_block as those of scan_plain.h. */
#include "core/pack.h"
#include "core/scan_run.h"

#include <string.h>

/* So many bytes can be read behind each place where it is asked whether there are, and written behind what is written there: enough for a key,
 * a value and what closes it, of which none takes more than 40 without asking. */
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
    scan_odd odd;
} run;

enum took { STOPPED, WHOLE, OPENED }; /* a value; OPENED: of a map or array only its beginning */

#define inlined static inline SCAN_TARGET __attribute__((always_inline))

inlined bool stop(run *r, enum scan_state state)
{
    r->s->state = (uint8_t)state;
    return false;
}

/* --- strings --- */

typedef struct place {
    const char *p; /* NULL: nothing was taken */
    char *out;
} place;

/* Any string, written behind a head of two bytes, which most of them take; p is at its text. */
static SCAN_TARGET __attribute__((noinline)) place take_long_text(const char *p, const char *last, char *out,
                                                                  const char *full)
{
    char *at = out + 2, *to = at, head[PACK_TEXT_HEAD];
    scan_odd odd = scan_odd_make();
    size_t len, n;

    for (;;) {
        if (p > last || to > full)
            return (place){0};
        n = scan_block(&odd, p, to);
        p += n;
        to += n;
        if (n == SCAN_BLOCK)
            continue;
        if (*p == '"')
            break;
        n = scan_special(&p, to);
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
    const char *text = r->p + 1;
    char *out = r->out;
    size_t n = scan_block(&r->odd, text, out + 1);

    if (n == SCAN_BLOCK && SCAN_BLOCK < PACK_SHORT)
        n += scan_block(&r->odd, text + SCAN_BLOCK, out + 1 + SCAN_BLOCK);
    if (text[n] != '"' || n > PACK_SHORT)
        return take_long(r);
    out[0] = (char)(PACK_NODE_STRING | n << 3);
    out[1 + n] = '\0';
    r->out = out + n + 2;
    r->p = text + n + 1;
    return true;
}

/* Out of the way, and with no address of what should stay in registers. */
static SCAN_TARGET __attribute__((noinline, cold)) const char *skip_special(const char *p)
{
    char unused[4];

    return scan_special(&p, unused) > 0 ? p : NULL;
}

/* Behind the string whose text begins at p; NULL as above. */
inlined const char *text_end(const scan_odd *odd, const char *p, const char *last)
{
    while (p && p <= last) {
        size_t n = scan_block(odd, p, NULL);
        p += n;
        if (n == SCAN_BLOCK)
            continue;
        if (*p == '"')
            return p + 1;
        p = *p == '\\' && p[1] == '"' ? p + 2 : skip_special(p); /* managedFields are full of \" */
    }
    return NULL;
}

inlined bool skip_text(run *r)
{
    const char *p = text_end(&r->odd, r->p + 1, r->last);

    if (p)
        r->p = p;
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

static SCAN_TARGET const char *go_packing(scan *s, const char *data, const char *last)
{
    pack *p = s->pack;
    run r = {.s = s, .p = data, .last = last, .odd = scan_odd_make()};

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

static SCAN_TARGET const char *go_muted(scan *s, const char *data, const char *last)
{
    run r = {.s = s, .p = data, .last = last, .odd = scan_odd_make()};

    r.muted = s->maps + s->mute - 1;
    r.deepest = s->maps + LIMIT_SCAN_DEPTH - 1;
    go(&r, false);
    return r.p;
}

size_t SCAN_RUN(scan *s, const char *data, size_t len)
{
    const char *end = data;

    if (len >= AHEAD)
        end = (s->mute ? go_muted : go_packing)(s, data, data + len - AHEAD);
    return (size_t)(end - data);
}
