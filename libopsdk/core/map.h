/* A hash map of items that carry their own key: namespace and name (the kind of a key is not looked at).
 *
 * Open addressing, one 16-byte slot per item; the map owns the table, not the items.  A slot has a mark for its user, such as the
 * generation of the list that last named the item.  Not thread-safe. */
#ifndef CORE_MAP_H
#define CORE_MAP_H

#include <opsdk/kind.h>

typedef opsdk_key map_key_fn(const void *item);

typedef struct map_slot {
    void *item; /* NULL: free */
    uint32_t hash, mark;
} map_slot;

typedef struct map {
    map_slot *slots;
    size_t cap, len; /* cap is 0 or a power of two */
    uint64_t seed;   /* random, so that nobody can choose names that collide */
    map_key_fn *key_of;
} map;

void map_init(map *m, map_key_fn *key_of, uint64_t seed);
void map_clear(map *m); /* frees the table and leaves an empty map */

/* NULL when it is not there.  Valid until the next put or remove. */
map_slot *map_find(const map *m, opsdk_key key);
/* Puts item in, in place of an item of the same key, which *ret_old becomes (NULL: there was none).  OPSDK_ENOMEM: nothing changed. */
int map_put(map *m, void *item, uint32_t mark, void **ret_old);
void *map_remove(map *m, opsdk_key key); /* the item; NULL when it was not there */

/* The slot of a key, and one without an item when it has none: map_fill then puts one of that key in, before anything else is done with
 * the map, or nothing is changed.  NULL: out of memory. */
map_slot *map_claim(map *m, opsdk_key key);
void map_fill(map *m, map_slot *slot, void *item);
/* Takes out an item that is in the map and whose slot had this hash: no key is looked at. */
void map_drop(map *m, const void *item, uint32_t hash);
void map_shrink(map *m); /* gives back room that a former crowd took */

/* Walks the items in no order: zero *at to start; NULL at the end.  Removing the item just returned is fine when *at is then
 * decreased by one: what moved into its slot is seen next. */
map_slot *map_next(const map *m, size_t *at);

#endif
