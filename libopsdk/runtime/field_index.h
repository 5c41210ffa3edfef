/* Which objects have a value at a pointer: found by the value.
 *
 * Kept up to date by who puts objects into a store.  It never fails: without memory it is lost, which means empty, until field_index_begin;
 * who looks for something then looks at each object.  Not thread-safe: a store's lock is for both. */
#ifndef RUNTIME_FIELD_INDEX_H
#define RUNTIME_FIELD_INDEX_H

#include <opsdk/object.h>

/* What opsdk_cache_owned asks for: of a map in an array its "uid" counts. */
#define FIELD_INDEX_OWNERS "/metadata/ownerReferences"

typedef struct field_index field_index;

/* pointer is borrowed.  NULL when out of memory. */
field_index *field_index_new(const char *pointer);
field_index *field_index_free(field_index *x);

const char *field_index_pointer(const field_index *x);
bool field_index_lost(const field_index *x);
void field_index_begin(field_index *x);         /* empty, and not lost */
size_t field_index_bytes(const field_index *x); /* of memory that it occupies */

/* Does it say of obj what obj says, so that there is nothing to put? */
bool field_index_knows(const field_index *x, const opsdk_object *obj);
/* In the place of what it said of the same key. */
void field_index_put(field_index *x, const opsdk_object *obj);
void field_index_remove(field_index *x, opsdk_key key);

typedef void field_index_fn(opsdk_key key, void *user);
/* Calls each with the keys of the objects, in no order; with one twice if it has the value twice. */
void field_index_find(const field_index *x, const char *value, field_index_fn *each, void *user);

/* Without an index: does obj have the value at the pointer? */
bool field_index_match(const opsdk_object *obj, const char *pointer, const char *value);

#endif
