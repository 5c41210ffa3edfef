/* From a change of some object to the primaries that it concerns. */
#ifndef RUNTIME_SOURCE_H
#define RUNTIME_SOURCE_H

#include "runtime/interest.h"
#include "runtime/watch.h"

#include <opsdk/handler.h>

/* Whose primaries, and where their keys go. */
typedef struct source_target {
    const opsdk_handler *handler;
    opsdk_cache *cache;
    opsdk_queue *queue;
    const interest *interest; /* of a source with selected_by or referred_by */
} source_target;

/* OPSDK_EINVAL unless exactly one rule is set. */
int source_check(const opsdk_source *s, const char *handler, opsdk_error *err);
/* What it looks at in primaries, which are to be known by interest_note then; NULL: nothing. */
static inline const char *source_pointer(const opsdk_source *s)
{
    return s->selected_by ? s->selected_by : s->referred_by;
}
/* Does it look at the state before a change?  A name is the same before and after. */
static inline bool source_wants_old(const opsdk_source *s)
{
    return !s->now_only && !s->referred_by;
}
/* Looks at the state before the change and at that after it: a label that was taken away concerns who selected it.  Loop thread. */
void source_map(const opsdk_source *s, const source_target *to, const watch_change *change);

#endif
