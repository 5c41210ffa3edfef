#include "core/map.h"

#include <opsdk/error.h>
#include <stdlib.h>
#include <string.h>

#define MAP_LEAST 16

/* FNV-1a, seeded; a final mix since only the low bits choose the slot. */
static uint64_t hash_text(uint64_t h, const char *s)
{
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 0x100000001b3u;
    return (h ^ 0xff) * 0x100000001b3u; /* no byte of UTF-8: keeps "a","b" apart from "ab","" */
}

static uint32_t hash_key(const map *m, opsdk_key key)
{
    uint64_t h = hash_text(hash_text(m->seed ^ 0xcbf29ce484222325u, key.ns ? key.ns : ""), key.name);

    h = (h ^ h >> 32) * 0xd6e8feb86659fd93u;
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

static int grow(map *m)
{
    size_t cap = m->cap ? m->cap * 2 : MAP_LEAST;
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

int map_put(map *m, void *item, uint32_t mark, void **ret_old)
{
    opsdk_key key = m->key_of(item);
    uint32_t hash = hash_key(m, key);
    map_slot *slot;

    if (m->len + 1 > m->cap / 4 * 3 && grow(m) < 0)
        return OPSDK_ENOMEM;
    slot = probe(m, key, hash);
    *ret_old = slot->item;
    if (!slot->item)
        m->len++;
    *slot = (map_slot){item, hash, mark};
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

map_slot *map_next(const map *m, size_t *at)
{
    while (*at < m->cap) {
        map_slot *slot = m->slots + (*at)++;
        if (slot->item)
            return slot;
    }
    return NULL;
}
