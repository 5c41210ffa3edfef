/* One watch on a loop: sends what core/watcher asks for, keeps a store, and tells of changes. */
#ifndef RUNTIME_WATCH_H
#define RUNTIME_WATCH_H

#include "core/watcher.h"
#include "runtime/loop.h"
#include "runtime/store.h"

#include <opsdk/watch.h>

/* now: the new state, or the last one of a deleted object; old: what the store held before, for those who want it; both borrowed, either
 * may be NULL. */
typedef struct watch_change {
    opsdk_event_type type;
    const opsdk_object *old, *now;
    bool listed; /* found by a list: it may have happened at any time before */
} watch_change;

/* All borrowed; must outlive the watch. */
typedef struct watch_what {
    opsdk_client *client;
    const opsdk_kind *kind;
    const char *ns, *labels, *fields;
    int silence_ms; /* 0: LIMIT_SILENCE_MS */
    bool watch_list;
    bool wants_old; /* of each change */
    bool cut;       /* objects are cut down to their keys and to these */
    const char *const *fields_kept;
    store *store; /* several watches of different namespaces may share one */
    void (*on_change)(const watch_change *change, void *user);
    void (*on_pause)(void *user); /* after changes: no more are at hand now; may be NULL */
    /* All changes up to this version have been told; may come again, may go back; may be NULL. */
    void (*on_version)(const char *version, void *user);
    void (*on_open)(void *user);  /* the server has accepted a watch request; may be NULL */
    opsdk_trouble_fn *on_trouble; /* retry_in_ms -1: nothing was lost, only noticed; may be NULL */
    void *user;
} watch_what;

typedef struct watch watch;

/* Begins when the loop runs.  *ret is the caller's. */
int watch_new(loop *l, const watch_what *what, watch **ret, opsdk_error *err);
void watch_list_again(watch *w);                   /* within the time that a watch request lasts */
const watcher_stats *watch_counts(const watch *w); /* any thread; lives as long as w */
watch *watch_free(watch *w);                       /* on the loop's thread, or when it no longer runs */

#endif
