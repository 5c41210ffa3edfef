/* The stores of all watched kinds.  Stores are added before the first reader and then never again, so finding one needs no lock. */
#ifndef RUNTIME_CACHE_H
#define RUNTIME_CACHE_H

#include "runtime/store.h"

#include <opsdk/cache.h>
#include <opsdk/manager.h>

/* default_ns is borrowed: for keys without a namespace.  NULL when out of memory. */
opsdk_cache *cache_new(const char *default_ns);
opsdk_cache *cache_free(opsdk_cache *c);

/* What opsdk_cache_get opens; the caller's, NULL when it is not there. */
compact *cache_find(const opsdk_cache *c, opsdk_key key);

/* Do both name one kind? */
bool cache_kind_same(const opsdk_kind *a, const opsdk_kind *b);

/* The store for a kind, narrowed by selectors (NULL: not); the same one for the same again.  All borrowed.  NULL when out of memory. */
store *cache_store(opsdk_cache *c, const opsdk_kind *kind, const char *labels, const char *fields);

/* Whom to ask for what is not kept, borrowed. */
void cache_client(opsdk_cache *c, opsdk_client *client);

/* A kind has been cut down to less, for want of memory. */
typedef void cache_cut_fn(const opsdk_kind *kind, store_mode mode, void *user);
/* What all stores may take (bytes, 0: no limit), and what becomes of them then.  Before they hold anything. */
void cache_limit(opsdk_cache *c, size_t bytes, enum opsdk_full full, cache_cut_fn *on_cut, void *user);
/* What a store may be cut down to: fields (NULL: none were named; borrowed), else keys, unless it is_keys already. */
void cache_declare(opsdk_cache *c, const store *s, const char *const *fields, bool is_keys);

size_t cache_used(const opsdk_cache *c);   /* bytes; any thread */
bool cache_has_room(const opsdk_cache *c); /* a quarter of the limit, at least */

/* Lets go of memory that is no longer needed; now and then, on the thread that writes. */
void cache_tidy(opsdk_cache *c);

/* The calling thread must not block from now on: what it asks for is not read from the server. */
void cache_looping(opsdk_cache *c);

/* What a handler is to see of what s has: it opened or, of a store that was cut down to keys, what the server has now; the caller's.
 * OPSDK_ENOTFOUND: the server has none any more. */
int cache_view(const opsdk_cache *c, const store *s, const compact *packed, opsdk_object **ret, opsdk_error *err);

#endif
