/* From a change of some object to the primaries that it concerns. */
#ifndef RUNTIME_SOURCE_H
#define RUNTIME_SOURCE_H

#include "runtime/store.h"
#include "runtime/watch.h"

#include <opsdk/handler.h>

/* Where the primaries of a handler are and where their keys go. */
typedef struct source_target {
    const opsdk_handler *handler;
    opsdk_cache *cache;
    store *primaries;
    opsdk_queue *queue;
} source_target;

/* OPSDK_EINVAL unless exactly one rule is set. */
int source_check(const opsdk_source *s, const char *handler, opsdk_error *err);
/* Looks at the state before the change and at that after it: a label that was taken away concerns who selected it.  Loop thread. */
void source_map(const opsdk_source *s, const source_target *to, const watch_change *change);

#endif
