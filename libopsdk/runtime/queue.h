/* The work queue of one handler.  A key is in it at most once, and no two workers hold the same key: a key added while a worker holds
 * it comes back when that worker is done.  First in, first out, so that no key starves.  Memory is per key, not per change, and a
 * key that is neither waiting, running nor failing takes none.  Any thread. */
#ifndef RUNTIME_QUEUE_H
#define RUNTIME_QUEUE_H

#include <opsdk/handler.h>

/* kind: of all keys, borrowed.  Failed keys wait min_ms * 2^n, at most max_ms.  NULL when out of memory. */
opsdk_queue *queue_new(const opsdk_kind *kind, int64_t min_ms, int64_t max_ms);
opsdk_queue *queue_free(opsdk_queue *q); /* when nobody waits in it or holds a key */

/* Adds the key of an object, or of a name in a namespace (NULL: none); at once, even when it waits for something later. */
void queue_add(opsdk_queue *q, const char *ns, const char *name);
/* The same after a time, unless it is due before that already. */
void queue_add_after(opsdk_queue *q, const char *ns, const char *name, int64_t delay_ms);

/* Notes that a change could not be added: see lost below. */
void queue_lose(opsdk_queue *q);

/* A key in the hands of a worker; its strings live until queue_done. */
typedef struct queue_item {
    opsdk_key key;
    unsigned attempt; /* failures in a row */
    struct queue_entry *entry;
} queue_item;

/* Waits for a key; false once the queue is stopped: what still waits is left, since whoever starts next lists everything anew. */
bool queue_take(opsdk_queue *q, queue_item *ret);
/* Gives it back: done with it, again after a time (0: when something changes). */
void queue_done(opsdk_queue *q, const queue_item *item, int64_t after_ms);
/* Gives it back: failed, again after a back-off, which is returned. */
int64_t queue_retry(opsdk_queue *q, const queue_item *item);

void queue_stop(opsdk_queue *q); /* wakes all takers */

typedef struct queue_stats {
    size_t depth;   /* ready now */
    size_t delayed; /* for later */
    size_t running;
    uint64_t adds, retries;
    bool lost; /* memory ran out and a key was lost: only a fresh start makes that good */
} queue_stats;
void queue_read(opsdk_queue *q, queue_stats *ret);

#endif
