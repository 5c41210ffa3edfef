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
void field_index_lose(field_index *x);          /* empty, since it would be wrong */
size_t field_index_bytes(const field_index *x); /* of memory that it occupies */

/* Does it say of obj what obj says, so that there is nothing to put? */
bool field_index_knows(const field_index *x, const opsdk_object *obj);
/* In the place of what it said of the same key. */
void field_index_put(field_index *x, const opsdk_object *obj);
void field_index_remove(field_index *x, opsdk_key key);

typedef void field_index_fn(opsdk_key key, void *user);
/* Calls each with the keys of the objects, in no order; with one twice if it has the value twice. */
void field_index_find(const field_index *x, const char *value, field_index_fn *each, void *user);

/* All indexes of one store; zero it. */
typedef struct field_indexes {
    field_index **items;
    size_t len;
} field_indexes;

/* Again for the same pointer: does nothing.  OPSDK_ENOMEM. */
int field_indexes_add(field_indexes *all, const char *pointer);
void field_indexes_clear(field_indexes *all);
const field_index *field_indexes_find(const field_indexes *all, const char *pointer); /* NULL: there is none */
bool field_indexes_know(const field_indexes *all, const opsdk_object *obj);
void field_indexes_put(field_indexes *all, const opsdk_object *obj);
void field_indexes_remove(field_indexes *all, opsdk_key key);
size_t field_indexes_bytes(const field_indexes *all);

/* Without an index: does obj have the value at the pointer? */
bool field_index_match(const opsdk_object *obj, const char *pointer, const char *value);

#endif
