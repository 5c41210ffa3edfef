/* What the server of a history holds and how it came to be: keys that are created, changed and deleted by chance, one version for each.
 *
 * All chance comes from the seed.  The server's thread alone changes a world; any thread may read what is atomic, and the rest when the
 * server stands still. */
#ifndef HISTORY_WORLD_H
#define HISTORY_WORLD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORLD_RING 65536u         /* events that a watch can resume from */
#define WORLD_INDEX "/data/index" /* WORLD_PARTS values, of the version */
#define WORLD_PARTS 5u
#define WORLD_TEXT 1024 /* bytes of any object */

enum world_type { WORLD_ADDED, WORLD_MODIFIED, WORLD_DELETED };

typedef struct world_key {
    uint64_t version, before; /* of the last event, and of the one before it */
    uint32_t life;            /* how often it was created */
    bool there;
} world_key;

typedef struct world_event {
    world_key is; /* the key after it */
    uint32_t key;
    enum world_type type;
    uint64_t hash; /* of all keys after it */
} world_event;

typedef struct world {
    uint64_t chance;
    uint32_t n;
    world_key *keys, *listed; /* now; as the list that is being read has them */
    world_event *ring;
    uint64_t floor; /* older versions are forgotten */
    uint64_t hash;
    _Atomic uint64_t version;                 /* of the last event */
    _Atomic uint64_t lists;                   /* that began */
    _Atomic uint64_t list_version, list_hash; /* of the last one */
} world;

bool world_init(world *w, uint32_t keys, uint64_t seed);
void world_clear(world *w);

/* The next number by chance, below bound. */
uint64_t world_chance(world *w, uint64_t bound);
/* One more event; the result is its. */
const world_event *world_go_on(world *w);
/* The event of that version, which is neither forgotten nor to come. */
const world_event *world_event_at(const world *w, uint64_t version);
/* Can a watch resume behind that version? */
bool world_knows(const world *w, uint64_t version);
void world_forget(world *w);
/* Changes an object without an event. */
void world_tamper(world *w);
/* A list begins. */
void world_list(world *w);

/* What a key at a version adds to the hash of all keys. */
uint64_t world_mix(uint32_t key, uint64_t version);

/* Versions as clients see them: with gaps, since other kinds have events too. */
static inline uint64_t world_revision(uint64_t version)
{
    return 1000 + 3 * version;
}
static inline uint64_t world_version(uint64_t revision)
{
    return revision < 1000 ? 0 : (revision - 1000) / 3;
}

/* The object's JSON to at, which has WORLD_TEXT bytes; its length.  content: the version that its data tell of. */
size_t world_object(uint32_t key, uint32_t life, uint64_t version, uint64_t content, char *at);
/* What the data of a key's object have in "pad" at a version; NUL-terminated, at has WORLD_TEXT bytes. */
void world_pad(uint32_t key, uint64_t version, char *at);
void world_name(uint32_t key, char ret[16]);
const char *world_ns(uint32_t key);
/* The key of a name; n of the world when it is none. */
uint32_t world_key_of(const world *w, const char *name);

#endif
