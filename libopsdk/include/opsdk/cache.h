/* What the manager's watches have seen; may lag behind the server.  Any thread may read.  What a cache with a limit does when it is full says enum
 * opsdk_full in manager.h. */
#ifndef OPSDK_CACHE_H
#define OPSDK_CACHE_H

#include <opsdk/object.h>

OPSDK_BEGIN

typedef struct opsdk_cache opsdk_cache;

/* The caller's to unref; NULL when it is not there or its kind is not watched. */
OPSDK_API opsdk_object *opsdk_cache_get(opsdk_cache *cache, opsdk_key key);

/* All objects of a kind, in one namespace or, with NULL, in all, in the order of their keys.  With a selector (see
 * selector.h) only those that match; with an absent value ((opsdk_value){0}) all.  *ret is the caller's to clear.
 * OPSDK_EINVAL: the kind is not watched, or the selector is malformed. */
OPSDK_API int opsdk_cache_select(opsdk_cache *cache, const opsdk_kind *kind, const char *ns,
                                 const opsdk_value *selector, opsdk_objects *ret, opsdk_error *err) OPSDK_MUST_CHECK;

/* All objects of a kind, in one namespace or, with NULL, in all, that have value at pointer, in the order of their keys: found without looking at
 * the others.  pointer is one of indexes of the handler's table.  A number counts as it is written, a boolean as "true" or "false", an array by each of
 * its first 256 values.  *ret is the caller's to clear.  OPSDK_EINVAL: the kind is not watched, or not indexed by it. */
OPSDK_API int opsdk_cache_by_index(opsdk_cache *cache, const opsdk_kind *kind, const char *ns, const char *pointer,
                                   const char *value, opsdk_objects *ret, opsdk_error *err) OPSDK_MUST_CHECK;

/* All objects of a kind that name owner (by its uid) among their ownerReferences, in its namespace (of a cluster-scoped owner: in all), in the order
 * of their keys.  Found by an index where a source of the kind is owned, else by looking at each.  *ret is the caller's to clear. */
OPSDK_API int opsdk_cache_owned(opsdk_cache *cache, const opsdk_kind *kind, const opsdk_object *owner,
                                opsdk_objects *ret, opsdk_error *err) OPSDK_MUST_CHECK;

/* How many objects of a kind it holds, in one namespace or, with NULL, in all; 0 when the kind is not watched.  What two watches with
 * different selectors see counts twice.  With NULL it costs the same for any number of them. */
OPSDK_API size_t opsdk_cache_count(opsdk_cache *cache, const opsdk_kind *kind, const char *ns);

OPSDK_END
#endif
