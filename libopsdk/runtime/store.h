/* The objects of one kind and selection, as last seen, packed small.  Written by the loop thread, read by any. */
#ifndef RUNTIME_STORE_H
#define RUNTIME_STORE_H

#include "core/compact.h"

typedef struct store store;

store *store_new(void); /* NULL when out of memory */
store *store_free(store *s);

/* Is there nothing new in obj: the same version, or, unless listed, an older one of the same object?  Then what is there is marked with the
 * generation of the list that is, or was last, read. */
bool store_mark(store *s, const opsdk_object *obj, uint32_t generation, bool listed);
/* Takes in an obj in which store_mark finds something new, and marks it; *ret_old is what it takes the place of (NULL: nothing; the
 * caller's).  OPSDK_ENOMEM: nothing changed. */
int store_put(store *s, const opsdk_object *obj, uint32_t generation, compact **ret_old);
/* Takes out what has the key of last, unless it is newer than last; the caller's, NULL when there was none. */
compact *store_remove(store *s, const opsdk_object *last);
/* Takes out one object of a namespace (NULL: all) that another generation marked.  1: *ret is the caller's; 0: there is none any more;
 * OPSDK_ENOMEM: it could not be opened and stays, the next call looks behind it.  Zero *at to start, put nothing in between. */
int store_sweep(store *s, const char *ns, uint32_t generation, size_t *at, opsdk_object **ret);

/* The caller's; NULL when it is not there. */
compact *store_find(store *s, opsdk_key key);

/* All objects of a namespace (NULL: all), in no order; each holds a reference.  Opened one by one they need no more memory than one. */
typedef struct compacts {
    size_t len;
    compact **items;
} compacts;
/* Adds them to *ret.  OPSDK_ENOMEM: *ret has none of them. */
int store_collect(store *s, const char *ns, compacts *ret);
void compacts_clear(compacts *list);
#define auto_compacts __attribute__((cleanup(compacts_clear))) compacts

size_t store_count(store *s, const char *ns); /* NULL: all, at no cost */

#endif
