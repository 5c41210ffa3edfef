/* The work queue of one handler.  A key is in it at most once, and no two workers hold the same key: a key added while a worker holds
 * it comes back when that worker is done.
 *
 * Order: first in, first out, in two lines.  Normal keys go before low ones (what lists and resyncs bring), but a low one that has waited
 * LIMIT_QUEUE_LOW_MS gets every other turn.  Failed keys wait by a back-off of their own, and all of a queue's retries share a token bucket.
 * Memory is per key, not per change, and a key that is neither waiting, running nor failing takes none; what it took serves the next
 * one, so that a queue in steady state allocates nothing.  Any thread. */
#ifndef RUNTIME_QUEUE_H
#define RUNTIME_QUEUE_H

#include <opsdk/handler.h>

/* kind: of all keys, borrowed.  Failed keys wait min_ms * 2^n, at most max_ms.  NULL when out of memory. */
opsdk_queue *queue_new(const opsdk_kind *kind, int64_t min_ms, int64_t max_ms);
opsdk_queue *queue_free(opsdk_queue *q); /* when nobody waits in it or holds a key */

/* What this thread adds from now on comes from one change; workers are not woken before queue_flush.
 * low: it is from a list.  stamp: what tells the change from all others, see queue_own; 0: nothing does. */
void queue_because(opsdk_queue *q, bool low, uint64_t stamp);
/* Wakes as many workers as there are keys for; adds are no longer of a change. */
void queue_flush(opsdk_queue *q);

/* Adds the key of an object, or of a name in a namespace (NULL: none); at once, even when it waits for something later. */
void queue_add(opsdk_queue *q, const char *ns, const char *name);
/* The same after a time, with low priority, unless it is due before that already. */
void queue_add_after(opsdk_queue *q, const char *ns, const char *name, int64_t delay_ms);

/* Notes that a change could not be added: see lost below. */
void queue_lose(opsdk_queue *q);

/* A key in the hands of a worker; its strings live until queue_done. */
typedef struct queue_item {
    opsdk_key key;
    unsigned attempt; /* failures in a row */
    bool overdue;     /* the cache does not show yet what the last run wrote: it was waited for long enough */
    struct queue_entry *entry;
} queue_item;

/* Waits for a key; false once the queue is stopped: what still waits is left, since whoever starts next lists everything anew. */
bool queue_take(opsdk_queue *q, queue_item *ret);
/* Gives it back: done with it, again after a time (0: when something changes). */
void queue_done(opsdk_queue *q, const queue_item *item, int64_t after_ms);
/* Gives it back: failed, again after a back-off, which is returned. */
int64_t queue_retry(opsdk_queue *q, const queue_item *item);

/* What a run wrote.  Changes with these stamps do not make the key run again, and it is held back until each of pending waits has ended
 * by queue_seen, at most LIMIT_OWN_WAIT_MS. */
typedef struct queue_own {
    struct queue_entry *entry; /* NULL: no longer waited for */
    unsigned refs, pending;    /* refs: one for each that is pending and one for the entry */
    int64_t due_ms;            /* to be run then anyway; 0: not */
    size_t n;
    uint64_t stamps[];
} queue_own;
/* Before the item is given back, at most once.  own: from malloc, with refs and pending set; the queue's and that of those who call queue_seen. */
void queue_hold(opsdk_queue *q, const queue_item *item, queue_own *own);
/* One that was pending is seen, or will not be. */
void queue_seen(opsdk_queue *q, queue_own *own);

void queue_stop(opsdk_queue *q); /* wakes all takers */
/* Gives back memory that was not needed for a while; to be called now and then. */
void queue_trim(opsdk_queue *q);

typedef struct queue_stats {
    size_t depth;   /* ready now */
    size_t low;     /* of these, with low priority */
    size_t delayed; /* for later */
    size_t running;
    uint64_t adds, retries;
    uint64_t echoes;  /* adds that were left out: the key's own writes */
    uint64_t overdue; /* the cache did not show a key's own writes in time */
    bool lost;        /* memory ran out and a key was lost: only a fresh start makes that good */
} queue_stats;
void queue_read(opsdk_queue *q, queue_stats *ret);

#endif
