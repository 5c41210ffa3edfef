#include "core/region.h"

#include <stdatomic.h>
#include <stdlib.h>

#define OWNED ((size_t)1 << 40) /* in the live bytes of a chunk that its region still has */

typedef struct chunk {
    atomic_size_t live; /* bytes in use */
    size_t used;        /* from its start, itself included */
} chunk;

struct region {
    chunk **chunks; /* the last one is taken from */
    size_t len, cap;
};

static size_t rounded(size_t n)
{
    return (n + sizeof(void *) - 1) & ~(sizeof(void *) - 1);
}

/* at is the distance, in units of what blocks are rounded to. */
static chunk *chunk_of(const void *block, uint16_t at)
{
    return (chunk *)((char *)block - (size_t)at * sizeof(void *));
}

static size_t live(const chunk *c)
{
    return atomic_load_explicit(&c->live, memory_order_acquire) - OWNED;
}

/* Takes n off what is in use; the chunk goes when that was all. */
static void release(chunk *c, size_t n)
{
    if (atomic_fetch_sub_explicit(&c->live, n, memory_order_acq_rel) == n)
        free(c);
}

region *region_new(void)
{
    return calloc(1, sizeof(region));
}

region *region_free(region *r)
{
    if (!r)
        return NULL;
    for (size_t i = 0; i < r->len; i++)
        release(r->chunks[i], OWNED);
    free(r->chunks);
    free(r);
    return NULL;
}

static bool add_chunk(region *r)
{
    size_t cap = r->cap ? r->cap * 2 : 4;
    chunk **grown, *c;

    if (r->len == r->cap) {
        grown = realloc(r->chunks, cap * sizeof(chunk *));
        if (!grown)
            return false;
        r->chunks = grown;
        r->cap = cap;
    }
    c = malloc(REGION_CHUNK);
    if (!c)
        return false;
    atomic_init(&c->live, OWNED);
    c->used = rounded(sizeof(*c));
    r->chunks[r->len++] = c;
    return true;
}

void *region_take(region *r, size_t n, uint16_t *ret_at)
{
    size_t size = rounded(n);
    char *block;
    chunk *c;

    if (r->len == 0 || REGION_CHUNK - r->chunks[r->len - 1]->used < size) {
        if (!add_chunk(r))
            return NULL;
    }
    c = r->chunks[r->len - 1];
    block = (char *)c + c->used;
    *ret_at = (uint16_t)(c->used / sizeof(void *));
    c->used += size;
    atomic_fetch_add_explicit(&c->live, size, memory_order_relaxed);
    return block;
}

void region_give(void *block, size_t n, uint16_t at)
{
    release(chunk_of(block, at), rounded(n));
}

size_t region_size(const region *r)
{
    return r->len ? (r->len - 1) * REGION_CHUNK + r->chunks[r->len - 1]->used : 0;
}

/* Frees what is empty, but for the last; the rest keeps its order.  Returns what is in use of it. */
static size_t drop_empty(region *r)
{
    size_t kept = 0, all = 0;

    for (size_t i = 0; i < r->len; i++) {
        size_t n = live(r->chunks[i]);
        if (n == 0 && i + 1 < r->len) {
            release(r->chunks[i], OWNED);
            continue;
        }
        all += n;
        r->chunks[kept++] = r->chunks[i];
    }
    r->len = kept;
    return all;
}

enum { STEPS = 16 };

/* The most that may be in use of a chunk so that all of those have no more than most bytes to move. */
static size_t bound(const region *r, size_t most)
{
    size_t of[STEPS] = {0}, sum = 0, i;

    for (i = 0; i + 1 < r->len; i++)
        of[live(r->chunks[i]) * STEPS / REGION_CHUNK] += live(r->chunks[i]);
    for (i = 0; i < STEPS - 1 && (sum == 0 || sum + of[i] <= most); i++)
        sum += of[i];
    return i * REGION_CHUNK / STEPS;
}

static void empty(chunk *c, const region_mover *mover)
{
    size_t at = rounded(sizeof(*c)), n;

    for (; at < c->used; at += n) {
        void *block = (char *)c + at;
        n = rounded(mover->size(block));
        mover->move(block, mover->user);
    }
}

void region_tidy(region *r, size_t part, size_t most, const region_mover *mover)
{
    size_t in_use = drop_empty(r), below, moved = 0, n = r->len;

    if (region_size(r) <= in_use + in_use / part + 2 * (size_t)REGION_CHUNK)
        return;
    below = bound(r, most);
    for (size_t i = 0; i + 1 < n && moved < most; i++) {
        chunk *c = r->chunks[i];
        size_t old = live(c);
        if (old >= below)
            continue;
        empty(c, mover);
        moved += old;
        if (live(c) > 0) /* somebody still reads there */
            continue;
        release(c, OWNED);
        r->chunks[i] = NULL;
    }
    for (size_t i = n = 0; i < r->len; i++) {
        if (r->chunks[i])
            r->chunks[n++] = r->chunks[i];
    }
    r->len = n;
}
