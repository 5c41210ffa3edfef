/* The last objects that came, as they came: who handles a change need not open what has just been packed.
 *
 * A small table, found by the address of the compact; what falls into the place of another takes it.  Not thread-safe: a store's lock is for it. */
#ifndef RUNTIME_FRESH_H
#define RUNTIME_FRESH_H

#include "core/compact.h"

enum {
    FRESH_PLACES = 64,     /* a power of two */
    FRESH_MOST = 32 << 10, /* bytes of an object that is remembered */
};

typedef struct fresh {
    struct fresh_place {
        const compact *of;
        opsdk_object *obj;
    } places[FRESH_PLACES];
    size_t bytes; /* of all objects */
} fresh;

/* obj (NULL: none) is what c is of: to be called for each compact that comes, since it may be where another one was. */
void fresh_note(fresh *f, const compact *c, const opsdk_object *obj);
opsdk_object *fresh_find(const fresh *f, const compact *c); /* the caller's; NULL when it is not known any more */
void fresh_clear(fresh *f);

#endif
