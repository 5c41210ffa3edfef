/* A handler is one constant table: a kind, the other kinds that concern it, and a function that reconciles. */
#ifndef OPSDK_HANDLER_H
#define OPSDK_HANDLER_H

#include <opsdk/cache.h>
#include <opsdk/client.h>
#include <opsdk/object.h>

OPSDK_BEGIN

/* Valid during the call; may grow at the end. */
typedef struct opsdk_request {
    opsdk_client *client;
    opsdk_cache *cache;
    const opsdk_object *object; /* snapshot of the primary */
    opsdk_key key;
    unsigned attempt; /* 0, then the number of failures in a row */
    void *user;
} opsdk_request;

typedef struct opsdk_result {
    int64_t requeue_after_ms; /* 0: when something changes */
} opsdk_result;

/* Brings the world to what the object asks for.  Runs in a worker thread, may block, must be idempotent; never runs twice
 * at once for one key; is not called for an object that is gone.  A negative return is logged, counted and retried with
 * back-off, except OPSDK_ETERMINAL, which waits for the next change. */
typedef int opsdk_reconcile_fn(const opsdk_request *rq, opsdk_result *ret, opsdk_error *err);

typedef struct opsdk_queue opsdk_queue;
/* Adds the primaries that a change of another object concerns.  Runs on the loop thread: it must not block.  When an
 * object changes it is called twice, for the state before and for that after: what was referred to before may be
 * concerned too.  deleted: changed is the last known state. */
typedef void opsdk_map_fn(const opsdk_object *changed, bool deleted, opsdk_cache *cache, opsdk_queue *queue,
                          void *user);
OPSDK_API void opsdk_queue_add(opsdk_queue *queue, opsdk_key primary);

/* Keys of low priority let the others pass, for 60 s at most: then they get every other turn.  A key that is asked for with both is normal. */
enum opsdk_priority {
    OPSDK_AS_CHANGE, /* low when the change was found by a list (the first one, or one after a gap), else normal */
    OPSDK_NORMAL,
    OPSDK_LOW
};
/* The same with a priority; opsdk_queue_add is OPSDK_AS_CHANGE. */
OPSDK_API void opsdk_queue_add_at(opsdk_queue *queue, opsdk_key primary, enum opsdk_priority priority);

/* How much of each object the cache holds, and handlers and map functions see.  Several sources of one kind and selection share a cache: it
 * holds what any of them asks for. */
enum opsdk_keep {
    OPSDK_KEEP_ALL,    /* everything but managedFields */
    OPSDK_KEEP_FIELDS, /* what keep_fields names, and what OPSDK_KEEP_KEYS keeps */
    OPSDK_KEEP_KEYS /* name, namespace, uid, resourceVersion, generation, deletionTimestamp, labels, ownerReferences */
};

/* Another kind whose changes concern the primary.  Set one of owned, selected_by, referred_by and map. */
typedef struct opsdk_source {
    const opsdk_kind *kind;
    const char *labels, *fields; /* narrow the watch on the server */
    bool owned;                  /* the primary is its controller owner */
    const char *selected_by;     /* pointer to a label selector in the primary; same namespace */
    const char *referred_by;     /* pointer to the object's name in the primary; same namespace */
    opsdk_map_fn *map;
    enum opsdk_keep keep;
    const char *const *
        keep_fields; /* of OPSDK_KEEP_FIELDS: pointers up to NULL, such as "/spec/nodeName"; not into arrays; of OPSDK_KEEP_ALL: what
                         suffices when memory does not, see OPSDK_FULL_FIELDS */
    bool now_only; /* look only at the state after a change: saves opening the one before */
    const char *const *
        indexes; /* pointers up to NULL, such as "/spec/nodeName", by which opsdk_cache_by_index finds objects; kept, whatever keep
                                   says; about 100 bytes for each value; not into arrays */
} opsdk_source;

typedef struct opsdk_handler {
    const char *name;            /* in logs and metrics */
    const opsdk_kind *kind;      /* the primary */
    const char *labels, *fields; /* narrow the primary's watch on the server */
    enum opsdk_keep keep;        /* of the primary, as in opsdk_source */
    const char *const *keep_fields;
    const opsdk_source *sources; /* up to the first without kind; may be NULL */
    opsdk_reconcile_fn *reconcile;
    int workers;       /* default 4 */
    int64_t resync_ms; /* every primary again after so long; 0: never */
    /* What the handler writes through rq->client is waited for: the key is not run again before the cache shows it (5 s
     * at most), and is not run because of it, unless this is set.  Whatever others write makes it run. */
    bool run_after_own_writes;
    void *user;
    const char *const *indexes; /* of the primary, as in opsdk_source */
} opsdk_handler;

OPSDK_END
#endif
