/* The objects of one kind and selection, as last seen.  Written by the loop thread, read by any. */
#ifndef RUNTIME_STORE_H
#define RUNTIME_STORE_H

#include <opsdk/object.h>

typedef struct store store;

store *store_new(void); /* NULL when out of memory */
store *store_free(store *s);

/* Takes obj in and marks it with the generation of the list that is, or was last, read.  Takes the reference, also on failure.
 * 1: something changed, and *ret_old is what obj takes the place of (NULL: new; the caller's).  0: nothing changed: the same version, or,
 * unless listed, an older one of the same object.  OPSDK_ENOMEM. */
int store_put(store *s, opsdk_object *obj, uint32_t generation, bool listed, opsdk_object **ret_old);
/* Takes out what has the key of last, unless it is newer than last; the caller's, NULL when there was none. */
opsdk_object *store_remove(store *s, const opsdk_object *last);
/* Takes out one object of a namespace (NULL: all) that another generation marked; the caller's; NULL at the end.  Zero *at to start, put
 * nothing in between. */
opsdk_object *store_sweep(store *s, const char *ns, uint32_t generation, size_t *at);

opsdk_object *store_get(store *s, opsdk_key key); /* the caller's; NULL when it is not there */
/* Adds all objects of a namespace (NULL: all), in no order, to *ret.  OPSDK_ENOMEM: *ret has none of them. */
int store_collect(store *s, const char *ns, opsdk_objects *ret);
size_t store_count(store *s, const char *ns); /* NULL: all, at no cost */

#endif
