/* The stores of all watched kinds.  Stores are added before the first reader and then never again, so finding one needs no lock. */
#ifndef RUNTIME_CACHE_H
#define RUNTIME_CACHE_H

#include "runtime/store.h"

#include <opsdk/cache.h>

/* default_ns is borrowed: for keys without a namespace.  NULL when out of memory. */
opsdk_cache *cache_new(const char *default_ns);
opsdk_cache *cache_free(opsdk_cache *c);

/* The store for a kind, narrowed by selectors (NULL: not); the same one for the same again.  All borrowed.  NULL when out of memory. */
store *cache_store(opsdk_cache *c, const opsdk_kind *kind, const char *labels, const char *fields);

#endif
