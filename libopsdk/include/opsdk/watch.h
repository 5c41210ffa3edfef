/* The bare primitive: list, then follow, for ever; reconnects and relists by itself.  No manager, no queue. */
#ifndef OPSDK_WATCH_H
#define OPSDK_WATCH_H

#include <opsdk/client.h>
#include <opsdk/object.h>

OPSDK_BEGIN

typedef enum opsdk_event_type {
    OPSDK_ADDED,
    OPSDK_MODIFIED,
    OPSDK_DELETED, /* with the last known state; also for what vanished while the connection was away */
    OPSDK_SYNCED   /* the list is complete; obj is NULL; once per list */
} opsdk_event_type;

/* Runs in the watch's own thread; obj is borrowed for the call. */
typedef void opsdk_watch_fn(opsdk_event_type type, const opsdk_object *obj, void *user);
/* Trouble that the watch deals with by itself (lost connection, 410, refused): for a log. */
typedef void opsdk_trouble_fn(const opsdk_error *why, int64_t retry_in_ms, void *user);

typedef struct opsdk_watch_opts {
    const char *ns;     /* NULL: all */
    const char *labels; /* as in opsdk_list_opts */
    const char *fields;
    opsdk_watch_fn *on_event;
    opsdk_trouble_fn *on_trouble; /* may be NULL */
    void *user;
    int silence_ms; /* nothing heard for so long: the connection is taken for dead; default 40 s */
    bool
        watch_list; /* lists as the beginning of a watch (sendInitialEvents); where a server refuses that, lists in pages */
} opsdk_watch_opts;

typedef struct opsdk_watch opsdk_watch;

/* Starts a thread.  kind and client are borrowed until opsdk_watch_stop; *ret is the caller's to stop. */
OPSDK_API int opsdk_watch_start(opsdk_client *c, const opsdk_kind *kind, const opsdk_watch_opts *opts,
                                opsdk_watch **ret, opsdk_error *err) OPSDK_MUST_CHECK;
/* No callback runs after it returns.  Not from within one.  NULL is fine; returns NULL. */
OPSDK_API opsdk_watch *opsdk_watch_stop(opsdk_watch *w);

OPSDK_END
#endif
