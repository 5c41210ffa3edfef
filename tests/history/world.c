#include "tests/history/world.h"

#include "tests/bench/spread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOT 16 /* keys that take half of all events */

bool world_init(world *w, uint32_t keys, uint64_t seed)
{
    memset(w, 0, sizeof(*w));
    w->chance = seed;
    w->n = keys;
    w->keys = calloc(keys, sizeof(*w->keys));
    w->listed = calloc(keys, sizeof(*w->listed));
    w->ring = calloc(WORLD_RING, sizeof(*w->ring));
    return w->keys && w->listed && w->ring;
}

void world_clear(world *w)
{
    free(w->keys);
    free(w->listed);
    free(w->ring);
}

uint64_t world_chance(world *w, uint64_t bound)
{
    w->chance += 0x9e3779b97f4a7c15u;
    return (spread(w->chance, 1) >> 16) % bound;
}

uint64_t world_mix(uint32_t key, uint64_t version)
{
    return spread(spread(version, key), 7);
}

const world_event *world_go_on(world *w)
{
    uint64_t version = w->version + 1;
    uint32_t key = (uint32_t)world_chance(w, world_chance(w, 2) && w->n > HOT ? HOT : w->n);
    world_event *e = w->ring + version % WORLD_RING;
    world_key *k = w->keys + key;

    e->key = key;
    e->type = !k->there ? WORLD_ADDED : world_chance(w, 6) == 0 ? WORLD_DELETED : WORLD_MODIFIED;
    if (k->there)
        w->hash ^= world_mix(key, k->version);
    k->life += e->type == WORLD_ADDED;
    k->there = e->type != WORLD_DELETED;
    k->before = k->version;
    k->version = version;
    if (k->there)
        w->hash ^= world_mix(key, version);
    e->is = *k;
    e->hash = w->hash;
    atomic_store(&w->version, version);
    return e;
}

const world_event *world_event_at(const world *w, uint64_t version)
{
    return w->ring + version % WORLD_RING;
}

bool world_knows(const world *w, uint64_t version)
{
    return version >= w->floor && version + WORLD_RING > w->version;
}

void world_forget(world *w)
{
    w->floor = w->version;
}

void world_tamper(world *w)
{
    uint32_t key = 0;

    while (!w->keys[key].there)
        key++;
    w->hash ^= world_mix(key, w->keys[key].version) ^ world_mix(key, w->keys[key].version - 1);
    w->keys[key].version--;
}

void world_list(world *w)
{
    memcpy(w->listed, w->keys, w->n * sizeof(*w->keys));
    atomic_store(&w->list_version, w->version);
    atomic_store(&w->list_hash, w->hash);
    atomic_fetch_add(&w->lists, 1);
}

void world_pad(uint32_t key, uint64_t version, char *at)
{
    uint64_t x = spread(version, key);
    size_t len = (size_t)(x % 120);

    for (size_t i = 0; i < len; i++)
        at[i] = (char)('a' + (x >> (i % 40)) % 26);
    at[len] = '\0';
}

void world_name(uint32_t key, char ret[16])
{
    snprintf(ret, 16, "k%u", key);
}

const char *world_ns(uint32_t key)
{
    static const char *const names[] = {"red", "green", "blue"};

    return names[key % 3];
}

uint32_t world_key_of(const world *w, const char *name)
{
    unsigned long key = *name == 'k' ? strtoul(name + 1, NULL, 10) : w->n;

    return key < w->n ? (uint32_t)key : w->n;
}

/* The text has an escape and more than ASCII, so that reading it is work. */
size_t world_object(uint32_t key, uint32_t life, uint64_t version, uint64_t content, char *at)
{
    char pad[WORLD_TEXT];

    world_pad(key, content, pad);
    return (size_t)snprintf(
        at, WORLD_TEXT,
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"k%u\",\"namespace\":"
        "\"%s\",\"uid\":\"u%u-%u\",\"resourceVersion\":\"%llu\",\"labels\":{\"third\":\"%u\"}},"
        "\"data\":{\"of\":\"%llu\",\"index\":\"%u\",\"text\":\"\\u00fcber\\n\xe2\x82\xac\",\"pad\":\"%s\"}}",
        key, world_ns(key), key, life, (unsigned long long)world_revision(version), key % 3,
        (unsigned long long)content, (unsigned)(content % WORLD_PARTS), pad);
}
