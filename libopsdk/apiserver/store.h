/* Everything that is stored, in memory: objects as text, one revision for all, and the events of the recent past.
 *
 * The model is etcd with a watch cache in front: each write has the next revision, lists come in order of "namespace/name", a watch
 * resumes at any revision that is not compacted.  Objects are immutable once stored and counted, so that a slow reader holds no
 * lock.  Functions run under the server's lock, except where they say otherwise. */
#ifndef APISERVER_STORE_H
#define APISERVER_STORE_H

#include "apiserver/resource.h"
#include "core/buf.h"

/* One version of an object. */
typedef struct item {
    unsigned refs; /* atomic */
    int64_t revision;
    int64_t stored_ms; /* when; clock_ms */
    const char *key;   /* "namespace/name", or "name" */
    const char *ns;    /* "" when cluster-scoped */
    const char *name, *uid;
    size_t n_labels, n_fields;
    const char *const *labels; /* key, value, key, value, ... */
    const char *const *fields; /* values of the resource's selectables, in their order */
    size_t len, packed;        /* of the text; packed: bytes it takes, or 0 when it is stored as it is */
    const char *text;          /* JSON, or packed */
} item;

item *item_ref(const item *it);                          /* any thread */
item *item_unref(item *it);                              /* any thread; NULL is fine; returns NULL */
void item_text(const item *it, buf *out);                /* appends the JSON; any thread */
json_t *item_json(const item *it);                       /* a tree, the caller's; NULL: no memory; any thread */
const char *item_label(const item *it, const char *key); /* NULL: none */

enum event_type { EVENT_ADDED, EVENT_MODIFIED, EVENT_DELETED };
typedef struct event {
    enum event_type type;
    int64_t revision;
    item *now;  /* of a removal: the last state, with the revision of the removal */
    item *prev; /* NULL for ADDED */
} event;

typedef struct store store;
store *store_new(void);
store *store_free(store *s);
int64_t store_revision(const store *s);              /* of the newest write */
void store_set_revision(store *s, int64_t revision); /* for faults: the next write has one more */

/* The collection of a group and plural; made when it is not there; lives as long as the store.  res tells selectables. */
collection *store_collection(store *s, resource *res);

item *collection_get(const collection *c, const char *ns, const char *name); /* borrowed; NULL: not there */
/* As it was; as it is when that is forgotten.  Borrowed until the next read of the past. */
item *collection_get_at(collection *c, int64_t revision, const char *ns, const char *name);
size_t collection_len(const collection *c);
/* What it says as a tree, which must not be changed; the caller's reference; NULL: no memory. */
json_t *collection_tree(const collection *c, const item *it);
/* Takes the tree that it was made of, which nobody changes from now on: it may be asked for again. */
void collection_keep_tree(collection *c, const item *it, json_t *tree);

resource *collection_resource(const collection *c); /* what it was made with; NULL: that is gone */

/* Is told of each write behind it, under the lock: obj and it are what is stored, or NULL and what was removed. */
typedef void store_fn(void *user, collection *c, const json_t *obj, item *it);
void store_observe(store *s, store_fn *fn, void *user);

/* Stores obj, whose metadata.resourceVersion becomes the new revision; *ret is borrowed (NULL is fine).  -1: no memory or full. */
int collection_put(collection *c, json_t *obj, item **ret, failure *why);
int collection_remove(collection *c, const char *ns, const char *name, item **ret_last, failure *why);

/* Items in order: those of ns ("" for all), after the key after (NULL: from the start), as they were at revision (0: now).
 * Calls each until it is not 0 and returns that; -1 with 410 Expired when revision is compacted. */
typedef int each_item_fn(item *it, void *user);
int collection_each(collection *c, int64_t revision, const char *ns, const char *after, each_item_fn *each, void *user,
                    failure *why);
/* A watch: is told of each event at once, under the lock.  Must not write to the store. */
typedef struct watcher watcher;
typedef void watcher_fn(watcher *w, const event *e);
struct watcher { /* embedded in its owner's struct */
    watcher_fn *on_event;
    void (*on_end)(watcher *w); /* what is watched is no longer served; NULL is fine */
    collection *objects;
    watcher *next, **link;
};
/* Replays what came after revision (which must not be 0) and then follows.  410 Expired when that is compacted. */
int watcher_start(watcher *w, collection *c, int64_t revision, failure *why);
void watcher_stop(watcher *w);
void collection_end_watches(collection *c); /* tells each that it is over */

/* Forgets events up to revision in all collections, as etcd's compaction does. */
void store_compact(store *s, int64_t revision);
int64_t store_compacted(const store *s);

void collection_set_resource(collection *c, resource *res); /* when the resource it was made with goes */

#endif
