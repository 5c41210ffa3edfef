#include "core/map.h"

#include "core/hash.h"

#include <opsdk/error.h>
#include <stdlib.h>
#include <string.h>

#define MAP_LEAST 16

static uint32_t hash_key(const map *m, opsdk_key key)
{
    uint64_t h = hash_text(hash_text(m->seed ^ HASH_B, key.ns ? key.ns : ""), key.name);

    return (uint32_t)(h ^ h >> 32);
}

static bool same(opsdk_key a, opsdk_key b)
{
    return strcmp(a.name, b.name) == 0 && strcmp(a.ns ? a.ns : "", b.ns ? b.ns : "") == 0;
}

void map_init(map *m, map_key_fn *key_of, uint64_t seed)
{
    *m = (map){.key_of = key_of, .seed = seed};
}

void map_clear(map *m)
{
    free(m->slots);
    map_init(m, m->key_of, m->seed);
}

/* The slot of the key, or the free one where it would go.  There is always a free one. */
static map_slot *probe(const map *m, opsdk_key key, uint32_t hash)
{
    for (size_t i = hash & (m->cap - 1);; i = (i + 1) & (m->cap - 1)) {
        map_slot *slot = m->slots + i;
        if (!slot->item || (slot->hash == hash && same(m->key_of(slot->item), key)))
            return slot;
    }
}

map_slot *map_find(const map *m, opsdk_key key)
{
    map_slot *slot;

    if (m->len == 0)
        return NULL;
    slot = probe(m, key, hash_key(m, key));
    return slot->item ? slot : NULL;
}

static int resize(map *m, size_t cap)
{
    map_slot *slots = calloc(cap, sizeof(*slots));

    if (!slots)
        return OPSDK_ENOMEM;
    for (size_t i = 0; i < m->cap; i++) {
        size_t to = m->slots[i].hash & (cap - 1);
        if (!m->slots[i].item)
            continue;
        while (slots[to].item)
            to = (to + 1) & (cap - 1);
        slots[to] = m->slots[i];
    }
    free(m->slots);
    m->slots = slots;
    m->cap = cap;
    return 0;
}

static int grow(map *m)
{
    return resize(m, m->cap ? m->cap * 2 : MAP_LEAST);
}

void map_shrink(map *m)
{
    size_t cap = m->cap;

    while (cap > MAP_LEAST && m->len < cap / 8)
        cap /= 2;
    if (cap < m->cap)
        (void)resize(m, cap); /* without memory it stays as large as it is */
}

map_slot *map_claim(map *m, opsdk_key key)
{
    uint32_t hash = hash_key(m, key);
    map_slot *slot = m->cap > 0 ? probe(m, key, hash) : NULL;

    if ((!slot || !slot->item) && m->len + 1 > m->cap / 4 * 3) {
        if (grow(m) < 0)
            return NULL;
        slot = probe(m, key, hash);
    }
    slot->hash = hash;
    return slot;
}

void map_fill(map *m, map_slot *slot, void *item)
{
    m->len++;
    slot->item = item;
}

int map_put(map *m, void *item, uint32_t mark, void **ret_old)
{
    map_slot *slot = map_claim(m, m->key_of(item));

    if (!slot)
        return OPSDK_ENOMEM;
    *ret_old = slot->item;
    m->len += !slot->item;
    slot->item = item;
    slot->mark = mark;
    return 0;
}

/* Closes the gap at hole: moves back what stands behind it and may stand there, so that no tombstones are needed. */
static void close_gap(map *m, size_t hole)
{
    size_t mask = m->cap - 1;

    for (size_t i = (hole + 1) & mask; m->slots[i].item; i = (i + 1) & mask) {
        size_t home = m->slots[i].hash & mask;
        if (((i - home) & mask) < ((i - hole) & mask))
            continue;
        m->slots[hole] = m->slots[i];
        hole = i;
    }
    m->slots[hole] = (map_slot){0};
}

void *map_remove(map *m, opsdk_key key)
{
    map_slot *slot = map_find(m, key);
    void *item;

    if (!slot)
        return NULL;
    item = slot->item;
    close_gap(m, (size_t)(slot - m->slots));
    m->len--;
    return item;
}

void map_drop(map *m, const void *item, uint32_t hash)
{
    size_t i = hash & (m->cap - 1);

    while (m->slots[i].item != item)
        i = (i + 1) & (m->cap - 1);
    close_gap(m, i);
    m->len--;
}

map_slot *map_next(const map *m, size_t *at)
{
    while (*at < m->cap) {
        map_slot *slot = m->slots + (*at)++;
        if (slot->item)
            return slot;
    }
    return NULL;
}
