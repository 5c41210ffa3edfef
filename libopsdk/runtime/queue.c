#include "runtime/queue.h"

#include "client/clock.h"
#include "core/backoff.h"
#include "core/map.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define NOT_DELAYED SIZE_MAX

typedef struct queue_entry {
    struct queue_entry *next; /* in the line of those that are ready */
    bool ready, running;
    bool again; /* added while running */
    size_t at;  /* index in the heap, or NOT_DELAYED */
    int64_t due_ms;
    backoff wait;
    opsdk_key key; /* strings behind the struct */
} queue_entry;

struct opsdk_queue {
    pthread_mutex_t lock; /* of everything below; a leaf */
    pthread_cond_t changed;
    const opsdk_kind *kind;
    int64_t min_ms, max_ms;
    map entries;
    queue_entry *first, **last; /* ready */
    queue_entry **heap;         /* delayed, soonest first; room for every entry */
    size_t heap_len, heap_cap;
    bool stopped;
    queue_stats stats;
};

static opsdk_key key_of(const void *item)
{
    return ((const queue_entry *)item)->key;
}

opsdk_queue *queue_new(const opsdk_kind *kind, int64_t min_ms, int64_t max_ms)
{
    opsdk_queue *q = calloc(1, sizeof(*q));
    pthread_condattr_t attr;

    if (!q)
        return NULL;
    pthread_mutex_init(&q->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&q->changed, &attr);
    pthread_condattr_destroy(&attr);
    map_init(&q->entries, key_of, (uint64_t)clock_random() << 32 | clock_random());
    q->kind = kind;
    q->min_ms = min_ms;
    q->max_ms = max_ms;
    q->last = &q->first;
    return q;
}

opsdk_queue *queue_free(opsdk_queue *q)
{
    map_slot *slot;
    size_t at = 0;

    if (!q)
        return NULL;
    for (slot = map_next(&q->entries, &at); slot; slot = map_next(&q->entries, &at))
        free(slot->item);
    map_clear(&q->entries);
    free(q->heap);
    pthread_cond_destroy(&q->changed);
    pthread_mutex_destroy(&q->lock);
    free(q);
    return NULL;
}

/* --- the heap of delayed entries --- */

static void heap_set(opsdk_queue *q, size_t i, queue_entry *e)
{
    q->heap[i] = e;
    e->at = i;
}

static void heap_up(opsdk_queue *q, size_t i, queue_entry *e)
{
    for (; i > 0 && q->heap[(i - 1) / 2]->due_ms > e->due_ms; i = (i - 1) / 2)
        heap_set(q, i, q->heap[(i - 1) / 2]);
    heap_set(q, i, e);
}

static void heap_down(opsdk_queue *q, size_t i, queue_entry *e)
{
    for (;;) {
        size_t child = i * 2 + 1;
        if (child + 1 < q->heap_len && q->heap[child + 1]->due_ms < q->heap[child]->due_ms)
            child++;
        if (child >= q->heap_len || q->heap[child]->due_ms >= e->due_ms)
            break;
        heap_set(q, i, q->heap[child]);
        i = child;
    }
    heap_set(q, i, e);
}

/* There is room: heap_room made it when the entry was. */
static void heap_add(opsdk_queue *q, queue_entry *e, int64_t due_ms)
{
    e->due_ms = due_ms;
    heap_up(q, q->heap_len++, e);
}

static void heap_remove(opsdk_queue *q, queue_entry *e)
{
    queue_entry *moved = q->heap[--q->heap_len];
    size_t hole = e->at;

    e->at = NOT_DELAYED;
    if (moved == e)
        return;
    heap_up(q, hole, moved);
    heap_down(q, moved->at, moved);
}

static bool heap_room(opsdk_queue *q)
{
    size_t cap = q->heap_cap ? q->heap_cap * 2 : 16;
    queue_entry **heap;

    if (q->entries.len < q->heap_cap)
        return true;
    heap = realloc(q->heap, cap * sizeof(queue_entry *));
    if (!heap)
        return false;
    q->heap = heap;
    q->heap_cap = cap;
    return true;
}

/* --- entries --- */

static queue_entry *entry_new(opsdk_queue *q, const char *ns, const char *name)
{
    size_t ns_len = ns ? strlen(ns) + 1 : 0, name_len = strlen(name) + 1;
    queue_entry *e = heap_room(q) ? calloc(1, sizeof(*e) + ns_len + name_len) : NULL;
    char *text = (char *)(e + 1);
    void *old;

    if (!e)
        return NULL;
    memcpy(text, name, name_len);
    e->key = OPSDK_KEY(q->kind, NULL, text);
    if (ns) {
        memcpy(text + name_len, ns, ns_len);
        e->key.ns = text + name_len;
    }
    e->at = NOT_DELAYED;
    e->wait = (backoff){q->min_ms, q->max_ms, 0};
    if (map_put(&q->entries, e, 0, &old) < 0) {
        free(e);
        return NULL;
    }
    return e;
}

/* The entry of a key, made when there is none; NULL when memory ran out, which is remembered. */
static queue_entry *entry_of(opsdk_queue *q, const char *ns, const char *name)
{
    map_slot *slot = map_find(&q->entries, OPSDK_KEY(q->kind, ns, name));
    queue_entry *e = slot ? slot->item : entry_new(q, ns, name);

    if (!e)
        q->stats.lost = true;
    return e;
}

static void line_up(opsdk_queue *q, queue_entry *e)
{
    if (e->ready)
        return;
    if (e->at != NOT_DELAYED)
        heap_remove(q, e);
    e->ready = true;
    e->next = NULL;
    *q->last = e;
    q->last = &e->next;
    q->stats.depth++;
    pthread_cond_signal(&q->changed);
}

static queue_entry *take_first(opsdk_queue *q)
{
    queue_entry *e = q->first;

    q->first = e->next;
    if (!q->first)
        q->last = &q->first;
    e->ready = false;
    q->stats.depth--;
    return e;
}

static void delay(opsdk_queue *q, queue_entry *e, int64_t delay_ms)
{
    int64_t due = clock_ms() + delay_ms;

    if (e->ready || (e->at != NOT_DELAYED && e->due_ms <= due))
        return;
    if (e->at != NOT_DELAYED)
        heap_remove(q, e);
    heap_add(q, e, due);
    if (e->at == 0)
        pthread_cond_broadcast(&q->changed); /* all sleep until the soonest is due */
}

/* --- for everybody --- */

void queue_add(opsdk_queue *q, const char *ns, const char *name)
{
    queue_entry *e;

    pthread_mutex_lock(&q->lock);
    e = q->stopped ? NULL : entry_of(q, ns, name);
    if (e) {
        q->stats.adds++;
        if (e->running)
            e->again = true;
        else
            line_up(q, e);
    }
    pthread_mutex_unlock(&q->lock);
}

void opsdk_queue_add(opsdk_queue *queue, opsdk_key primary)
{
    if (primary.name)
        queue_add(queue, queue->kind->cluster_scoped ? NULL : primary.ns, primary.name);
}

void queue_add_after(opsdk_queue *q, const char *ns, const char *name, int64_t delay_ms)
{
    queue_entry *e;

    pthread_mutex_lock(&q->lock);
    e = q->stopped ? NULL : entry_of(q, ns, name);
    if (e) {
        q->stats.adds++;
        delay(q, e, delay_ms);
    }
    pthread_mutex_unlock(&q->lock);
}

void queue_lose(opsdk_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->stats.lost = true;
    pthread_mutex_unlock(&q->lock);
}

/* Puts what has come due in line.  A running one waits in the heap until its worker is done with it. */
static void ripen(opsdk_queue *q)
{
    int64_t now = q->heap_len > 0 ? clock_ms() : 0;

    while (q->heap_len > 0 && q->heap[0]->due_ms <= now) {
        queue_entry *e = q->heap[0];
        heap_remove(q, e);
        if (e->running)
            e->again = true;
        else
            line_up(q, e);
    }
}

static void wait_for_change(opsdk_queue *q)
{
    struct timespec until;

    if (q->heap_len == 0) {
        pthread_cond_wait(&q->changed, &q->lock);
        return;
    }
    until.tv_sec = (time_t)(q->heap[0]->due_ms / 1000);
    until.tv_nsec = (long)(q->heap[0]->due_ms % 1000) * 1000000;
    pthread_cond_timedwait(&q->changed, &q->lock, &until);
}

bool queue_take(opsdk_queue *q, queue_item *ret)
{
    queue_entry *e = NULL;

    pthread_mutex_lock(&q->lock);
    for (ripen(q); !q->stopped && !q->first; ripen(q))
        wait_for_change(q);
    if (!q->stopped) {
        e = take_first(q);
        e->running = true;
        e->again = false;
        q->stats.running++;
        *ret = (queue_item){e->key, e->wait.failures, e};
    }
    pthread_mutex_unlock(&q->lock);
    return e;
}

/* Lets go of a key that nothing is known of any more. */
static void forget(opsdk_queue *q, queue_entry *e)
{
    if (e->ready || e->running || e->at != NOT_DELAYED || e->wait.failures > 0)
        return;
    map_remove(&q->entries, e->key);
    free(e);
}

void queue_done(opsdk_queue *q, const queue_item *item, int64_t after_ms)
{
    queue_entry *e = item->entry;

    pthread_mutex_lock(&q->lock);
    e->running = false;
    q->stats.running--;
    backoff_reset(&e->wait);
    if (e->again)
        line_up(q, e);
    else if (after_ms > 0)
        delay(q, e, after_ms);
    forget(q, e);
    pthread_mutex_unlock(&q->lock);
}

int64_t queue_retry(opsdk_queue *q, const queue_item *item)
{
    queue_entry *e = item->entry;
    int64_t wait;

    pthread_mutex_lock(&q->lock);
    e->running = false;
    q->stats.running--;
    q->stats.retries++;
    wait = backoff_next(&e->wait, clock_random());
    if (e->again)
        line_up(q, e);
    else
        delay(q, e, wait);
    pthread_mutex_unlock(&q->lock);
    return wait;
}

void queue_stop(opsdk_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->stopped = true;
    pthread_cond_broadcast(&q->changed);
    pthread_mutex_unlock(&q->lock);
}

void queue_read(opsdk_queue *q, queue_stats *ret)
{
    pthread_mutex_lock(&q->lock);
    *ret = q->stats;
    ret->delayed = q->heap_len;
    pthread_mutex_unlock(&q->lock);
}
