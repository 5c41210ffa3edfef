/* Follows one kind: says what to request next and turns each reply into changes.
 *
 * It does no I/O and reads no clock, so that a test can play a recorded session to it.  The owner goes round:
 *     watcher_begin -> send the target -> watcher_feed each piece of a 2xx body -> watcher_end -> wait -> watcher_begin ...
 * A list (in pages) comes first, then watch requests that resume where the last one stopped.  With watch_list the list is the beginning of a
 * watch (KEP-3157: sendInitialEvents, up to a bookmark with k8s.io/initial-events-end), which costs a server less memory and one request
 * less; a server that refuses that, or does not come to the bookmark, is asked for lists from then on.  What makes the version unusable (410, by
 * status or as ERROR event) leads to a new list; everything else is waited for and resumed,
 * longer each time until a watch has been fine for LIMIT_WATCH_HEALTHY_MS; so is a version that the server has not reached yet ("too large
 * resource version", 504), and only after LIMIT_WATCH_REFUSED of these in a row comes a list.
 *
 * How a dead connection is told from an idle one: an API server sends bookmarks about once a minute only, so a healthy idle watch may
 * be silent for longer than we want to wait for a dead one.  Hence each watch request asks for an end (timeoutSeconds) within three
 * quarters of the silence that the owner bears: a live server ends it by then, which costs one request on the kept connection, and
 * silence beyond that is death, whatever a proxy in between does. */
#ifndef CORE_WATCHER_H
#define CORE_WATCHER_H

#include "core/buf.h"

#include <opsdk/error.h>
#include <opsdk/object.h>

/* All borrowed; must outlive the watcher. */
typedef struct watcher_what {
    const opsdk_kind *kind;
    const char *ns, *labels, *fields;
    int silence_ms; /* how long the owner bears silence */
    bool watch_list;
} watcher_what;

typedef struct watcher_sink {
    /* A fresh list begins: what it does not name until synced is gone. */
    void (*begin)(void *user);
    /* Takes the reference.  listed: it comes from a list, and is what the server holds even when it seems old.  A negative code ends
     * the request, which is then repeated. */
    int (*upsert)(opsdk_object *obj, bool listed, void *user, opsdk_error *err);
    void (*remove)(opsdk_object *obj, void *user); /* takes the reference; obj is the last state */
    /* whole: each object of the list could be read.  If not, what it does not name may be there all the same. */
    void (*synced)(bool whole, void *user);
    void (*notice)(const opsdk_error *what, void *user); /* something odd that was dealt with; for a log */
} watcher_sink;

/* Counted since the watcher was made; read by any thread. */
typedef struct watcher_stats {
    _Atomic uint64_t lists;      /* that were read to their end */
    _Atomic uint64_t unreadable; /* objects that were skipped */
    _Atomic uint64_t rewinds;    /* the server's version went back: in a list, or within a watch */
} watcher_stats;

typedef struct watcher watcher;

/* NULL when out of memory.  sink is borrowed. */
watcher *watcher_new(const watcher_what *what, const watcher_sink *sink, void *user);
watcher *watcher_free(watcher *w);

/* As stream_keep: the sink's objects may come without what project_object would not keep.  Before watcher_begin; fields is borrowed. */
void watcher_keep(watcher *w, const char *const *fields);

const watcher_stats *watcher_counts(const watcher *w); /* lives as long as w */

/* Once the running watch request ends, a list follows. */
void watcher_list_again(watcher *w);

/* Is the list not complete yet? */
bool watcher_listing(const watcher *w);
/* Is the next, or the running, request a watch, be it one that begins with a list? */
bool watcher_watching(const watcher *w);

/* All that happened up to this version has been told; "" before the first list is complete. */
const char *watcher_version(const watcher *w);

/* Starts the next request: path and query are added to *ret.  random: any 32 bits.  OPSDK_ENOMEM, OPSDK_EINVAL (namespace). */
int watcher_begin(watcher *w, uint32_t random, buf *ret, opsdk_error *err);
/* Takes a piece of the body.  A negative code means: end the request with it. */
int watcher_feed(watcher *w, const char *data, size_t len, opsdk_error *err);
/* The request is over.  why: what went wrong, NULL for a complete 2xx reply.  lived_ms: how long it was open.  Returns 0, or the code and
 * *err of what went wrong, if anything; *ret_wait_ms, how long to wait before the next request, is written in every case. */
int watcher_end(watcher *w, const opsdk_error *why, int64_t lived_ms, uint32_t random, int64_t *ret_wait_ms,
                opsdk_error *err);

#endif
