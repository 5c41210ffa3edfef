#include "runtime/queue.h"

#include "client/clock.h"
#include "core/backoff.h"
#include "core/bucket.h"
#include "core/limits.h"
#include "runtime/queue_entry.h"
#include "runtime/sleepers.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define CAUSES 6

/* Changes that came while a key ran: once it has ended it is known which of them it made itself. */
typedef struct queue_causes {
    struct queue_causes *next; /* spare */
    enum queue_wish wish;
    size_t n;
    uint64_t stamps[CAUSES];
} queue_causes;

typedef struct line {
    wheel_node *first, *last;
    size_t len;
} line;

struct opsdk_queue {
    pthread_mutex_t lock; /* of everything below; a leaf */
    const opsdk_kind *kind;
    int64_t min_ms, max_ms;
    map entries;
    entry_pool pool;
    queue_causes *spare_causes;
    line normal, low;
    bool low_had_turn; /* a low one was taken while normal ones waited */
    wheel later;
    bucket retries;
    bool stopped;

    sleepers sleepers; /* workers; put off while a change is being told */
    bool because_low;
    uint64_t because;
    pthread_t teller; /* the thread that tells it */

    queue_stats stats;
};

static queue_entry *entry_of(wheel_node *n)
{
    return (queue_entry *)n; /* its first member */
}

static opsdk_key key_of(const void *item)
{
    return OPSDK_KEY(NULL, entry_ns(item), entry_name(item));
}

/* It is held for less time than it takes to sleep and wake. */
static void init_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ADAPTIVE_NP);
    pthread_mutex_init(lock, &attr);
    pthread_mutexattr_destroy(&attr);
}

opsdk_queue *queue_new(const opsdk_kind *kind, int64_t min_ms, int64_t max_ms)
{
    opsdk_queue *q = calloc(1, sizeof(*q));

    if (!q)
        return NULL;
    init_lock(&q->lock);
    sleepers_init(&q->sleepers);
    map_init(&q->entries, key_of, (uint64_t)clock_random() << 32 | clock_random());
    q->kind = kind;
    q->min_ms = min_ms;
    q->max_ms = max_ms;
    q->retries = (bucket){1000000 / LIMIT_QUEUE_RETRIES_PER_S, LIMIT_QUEUE_RETRIES_AT_ONCE, 0};
    return q;
}

static void causes_free_all(queue_causes *list)
{
    while (list) {
        queue_causes *next = list->next;
        free(list);
        list = next;
    }
}

static void own_unref(queue_own *own)
{
    if (--own->refs == 0)
        free(own);
}

opsdk_queue *queue_free(opsdk_queue *q)
{
    map_slot *slot;
    size_t at = 0;

    if (!q)
        return NULL;
    for (slot = map_next(&q->entries, &at); slot; slot = map_next(&q->entries, &at)) {
        queue_entry *e = slot->item;
        causes_free_all(e->again_if);
        if (e->own)
            own_unref(e->own);
        free(e);
    }
    map_clear(&q->entries);
    entry_pool_clear(&q->pool);
    causes_free_all(q->spare_causes);
    sleepers_clear(&q->sleepers);
    pthread_mutex_destroy(&q->lock);
    free(q);
    return NULL;
}

static void unlock(opsdk_queue *q)
{
    sleepers_unlock(&q->sleepers, &q->lock);
}

static void call(opsdk_queue *q)
{
    sleepers_call(&q->sleepers, q->normal.len + q->low.len, q->later.len > 0);
}

/* --- lines --- */

static void append(line *l, wheel_node *n)
{
    n->next = NULL;
    n->prev = l->last;
    if (l->last)
        l->last->next = n;
    else
        l->first = n;
    l->last = n;
    l->len++;
}

static void cut(line *l, wheel_node *n)
{
    if (n->prev)
        n->prev->next = n->next;
    else
        l->first = n->next;
    if (n->next)
        n->next->prev = n->prev;
    else
        l->last = n->prev;
    l->len--;
}

static void take_away(opsdk_queue *q, queue_entry *e)
{
    if (e->place == PLACE_NORMAL)
        cut(&q->normal, &e->at);
    else if (e->place == PLACE_LOW)
        cut(&q->low, &e->at);
    else if (e->place == PLACE_WHEEL)
        wheel_remove(&q->later, &e->at);
    e->place = PLACE_NONE;
}

static void line_up(opsdk_queue *q, queue_entry *e, bool low)
{
    if (e->place == PLACE_NORMAL || (e->place == PLACE_LOW && low))
        return;
    take_away(q, e);
    e->low = low;
    e->place = low ? PLACE_LOW : PLACE_NORMAL;
    if (low)
        e->at.due_ms = clock_ms();
    append(low ? &q->low : &q->normal, &e->at);
    call(q);
}

/* Low ones wait while there are normal ones; after a while they get every other turn. */
static bool low_is_next(opsdk_queue *q)
{
    if (!q->low.first || !q->normal.first)
        return q->low.first;
    q->low_had_turn = !q->low_had_turn && clock_ms() - q->low.first->due_ms >= LIMIT_QUEUE_LOW_MS;
    return q->low_had_turn;
}

static queue_entry *take_first(opsdk_queue *q)
{
    line *l = low_is_next(q) ? &q->low : &q->normal;
    queue_entry *e = entry_of(l->first);

    take_away(q, e);
    __builtin_prefetch(l->first);
    __builtin_prefetch(q->entries.slots + (e->hash & (q->entries.cap - 1))); /* where queue_done looks */
    return e;
}

/* To be run after a time, unless that is so before. */
static void delay(opsdk_queue *q, queue_entry *e, int64_t due_ms)
{
    if (e->own && !e->running) { /* held back: the wheel holds the end of that */
        if (e->own->due_ms == 0 || e->own->due_ms > due_ms)
            e->own->due_ms = due_ms;
        return;
    }
    if (e->place == PLACE_NORMAL || e->place == PLACE_LOW || (e->place == PLACE_WHEEL && e->at.due_ms <= due_ms))
        return;
    take_away(q, e);
    e->place = PLACE_WHEEL;
    wheel_add(&q->later, &e->at, due_ms);
    sleepers_due(&q->sleepers, due_ms);
    call(q);
}

/* --- entries --- */

/* The entry of a key, made when there is none; NULL when memory ran out, which is remembered. */
static queue_entry *entry_for(opsdk_queue *q, const char *ns, const char *name, bool low)
{
    map_slot *slot = map_claim(&q->entries, OPSDK_KEY(NULL, ns, name));
    queue_entry *e = slot ? slot->item : NULL;

    if (!e && slot) {
        e = entry_new(&q->pool, ns, name);
        if (e) {
            e->hash = slot->hash;
            e->low = low;
            map_fill(&q->entries, slot, e);
        }
    }
    if (!e)
        q->stats.lost = true;
    return e;
}

/* Lets go of a key that nothing is known of any more. */
static void forget(opsdk_queue *q, queue_entry *e)
{
    if (e->place != PLACE_NONE || e->running || e->own || e->failures > 0)
        return;
    map_drop(&q->entries, e, e->hash);
    entry_free(&q->pool, e);
}

static void wish(queue_entry *e, enum queue_wish w)
{
    if (w > e->again)
        e->again = (uint8_t)w;
}

/* It can be run. */
static void run_again(opsdk_queue *q, queue_entry *e)
{
    enum queue_wish w = e->again;

    e->again = WISH_NONE;
    if (w != WISH_NONE)
        line_up(q, e, w == WISH_LOW);
}

/* --- own writes --- */

static bool is_own(const queue_own *own, uint64_t stamp)
{
    for (size_t i = 0; own && i < own->n; i++) {
        if (own->stamps[i] == stamp)
            return true;
    }
    return false;
}

/* A change that came while the key ran.  False: it cannot be remembered, and may be anybody's. */
static bool note_cause(opsdk_queue *q, queue_entry *e, uint64_t stamp, enum queue_wish w)
{
    queue_causes *c = e->again_if;

    if (!c) {
        c = q->spare_causes ? q->spare_causes : malloc(sizeof(*c));
        if (!c)
            return false;
        if (c == q->spare_causes)
            q->spare_causes = c->next;
        c->next = NULL;
        c->n = 0;
        c->wish = WISH_NONE;
        e->again_if = c;
    }
    if (c->n == CAUSES)
        return false;
    c->stamps[c->n++] = stamp;
    if (w > c->wish)
        c->wish = w;
    return true;
}

/* The run has ended: was there a change that it did not make itself? */
static void judge_causes(opsdk_queue *q, queue_entry *e)
{
    queue_causes *c = e->again_if;

    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++) {
        if (is_own(e->own, c->stamps[i]))
            q->stats.echoes++;
        else
            wish(e, c->wish);
    }
    e->again_if = NULL;
    c->next = q->spare_causes;
    q->spare_causes = c;
}

static void drop_own(queue_entry *e)
{
    queue_own *own = e->own;

    e->own = NULL;
    if (!own)
        return;
    own->entry = NULL;
    own_unref(own);
}

/* Until the cache has what it wrote, or the deadline: its turn in the wheel is for that. */
static void hold_back(opsdk_queue *q, queue_entry *e)
{
    int64_t end = clock_ms() + LIMIT_OWN_WAIT_MS;

    e->own->due_ms = e->place == PLACE_WHEEL ? e->at.due_ms : 0;
    take_away(q, e);
    e->place = PLACE_WHEEL;
    wheel_add(&q->later, &e->at, end);
    sleepers_due(&q->sleepers, end);
    call(q);
}

static void let_go(opsdk_queue *q, queue_entry *e)
{
    int64_t due = e->own->due_ms;

    take_away(q, e);
    drop_own(e);
    if (due > 0)
        delay(q, e, due);
    run_again(q, e);
    forget(q, e);
}

void queue_hold(opsdk_queue *q, const queue_item *item, queue_own *own)
{
    pthread_mutex_lock(&q->lock);
    own->entry = item->entry;
    item->entry->own = own;
    unlock(q);
}

void queue_seen(opsdk_queue *q, queue_own *own)
{
    pthread_mutex_lock(&q->lock);
    own->pending--;
    if (own->entry && !own->entry->running && own->pending == 0)
        let_go(q, own->entry);
    own_unref(own);
    unlock(q);
}

/* --- for everybody --- */

void queue_because(opsdk_queue *q, bool low, uint64_t stamp)
{
    pthread_mutex_lock(&q->lock);
    q->sleepers.put_off = true;
    q->because_low = low;
    q->because = stamp;
    q->teller = pthread_self();
    unlock(q);
}

void queue_flush(opsdk_queue *q)
{
    pthread_mutex_lock(&q->lock);
    if (q->sleepers.put_off) {
        q->sleepers.put_off = false;
        q->because_low = false;
        q->because = 0;
        call(q);
    }
    unlock(q);
}

static void want(opsdk_queue *q, queue_entry *e, bool low, uint64_t stamp)
{
    enum queue_wish w = low ? WISH_LOW : WISH_NORMAL;

    if (stamp && !e->running && is_own(e->own, stamp))
        q->stats.echoes++;
    else if (e->running && (!stamp || !note_cause(q, e, stamp, w)))
        wish(e, w);
    else if (!e->running && e->own)
        wish(e, w);
    else if (!e->running)
        line_up(q, e, low);
}

static void add(opsdk_queue *q, const char *ns, const char *name, enum opsdk_priority priority)
{
    bool told, low;
    queue_entry *e;

    pthread_mutex_lock(&q->lock);
    told = q->sleepers.put_off && pthread_equal(q->teller, pthread_self());
    low = priority == OPSDK_LOW || (priority == OPSDK_AS_CHANGE && told && q->because_low);
    e = q->stopped ? NULL : entry_for(q, ns, name, low);
    if (e) {
        q->stats.adds++;
        want(q, e, low, told ? q->because : 0);
    }
    unlock(q);
}

void queue_add(opsdk_queue *q, const char *ns, const char *name)
{
    add(q, ns, name, OPSDK_AS_CHANGE);
}

void opsdk_queue_add_at(opsdk_queue *queue, opsdk_key primary, enum opsdk_priority priority)
{
    if (primary.name)
        add(queue, queue->kind->cluster_scoped ? NULL : primary.ns, primary.name, priority);
}

void opsdk_queue_add(opsdk_queue *queue, opsdk_key primary)
{
    opsdk_queue_add_at(queue, primary, OPSDK_AS_CHANGE);
}

void queue_add_after(opsdk_queue *q, const char *ns, const char *name, int64_t delay_ms)
{
    queue_entry *e;

    pthread_mutex_lock(&q->lock);
    e = q->stopped ? NULL : entry_for(q, ns, name, true);
    if (e) {
        q->stats.adds++;
        delay(q, e, clock_ms() + delay_ms);
    }
    unlock(q);
}

void queue_lose(opsdk_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->stats.lost = true;
    unlock(q);
}

/* Puts what has come due in line.  A running one waits in the wheel until its worker is done with it. */
static void ripen(opsdk_queue *q)
{
    int64_t now = q->later.len > 0 ? clock_ms() : 0;
    wheel_node *n;

    for (n = q->later.len > 0 ? wheel_ripe(&q->later, now) : NULL; n; n = wheel_ripe(&q->later, now)) {
        queue_entry *e = entry_of(n);
        e->place = PLACE_NONE;
        if (e->running) {
            wish(e, e->low ? WISH_LOW : WISH_NORMAL);
        } else if (e->own) {
            e->overdue = e->again != WISH_NONE;
            q->stats.overdue++;
            let_go(q, e);
        } else {
            line_up(q, e, e->low);
        }
    }
}

bool queue_take(opsdk_queue *q, queue_item *ret)
{
    queue_entry *e = NULL;

    pthread_mutex_lock(&q->lock);
    for (ripen(q); !q->stopped && !q->normal.first && !q->low.first; ripen(q))
        sleepers_wait(&q->sleepers, &q->lock, wheel_next(&q->later));
    if (!q->stopped) {
        e = take_first(q);
        e->running = true;
        e->again = WISH_NONE;
        q->stats.running++;
        *ret = (queue_item){.key = OPSDK_KEY(q->kind, entry_ns(e), entry_name(e)),
                            .attempt = e->failures,
                            .overdue = e->overdue,
                            .entry = e};
        e->overdue = false;
        call(q); /* who watched the clock may be gone */
    }
    unlock(q);
    return e;
}

/* after_ms: -1: not by itself. */
static void give_back(opsdk_queue *q, queue_entry *e, int64_t after_ms)
{
    e->running = false;
    q->stats.running--;
    judge_causes(q, e);
    if (e->own && e->own->pending == 0)
        drop_own(e);
    if (e->own)
        hold_back(q, e);
    if (after_ms >= 0 && e->again == WISH_NONE)
        delay(q, e, clock_ms() + after_ms);
    if (e->own)
        return;
    run_again(q, e);
    forget(q, e);
}

void queue_done(opsdk_queue *q, const queue_item *item, int64_t after_ms)
{
    pthread_mutex_lock(&q->lock);
    item->entry->failures = 0;
    give_back(q, item->entry, after_ms > 0 ? after_ms : -1);
    unlock(q);
}

int64_t queue_retry(opsdk_queue *q, const queue_item *item)
{
    queue_entry *e = item->entry;
    backoff b = {q->min_ms, q->max_ms, e->failures};
    int64_t wait, token;

    pthread_mutex_lock(&q->lock);
    q->stats.retries++;
    wait = backoff_next(&b, clock_random());
    token = bucket_take(&q->retries, clock_us()) / 1000;
    if (wait < token)
        wait = token;
    e->failures = b.failures;
    give_back(q, e, wait);
    unlock(q);
    return wait;
}

void queue_stop(opsdk_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->stopped = true;
    sleepers_call_all(&q->sleepers);
    unlock(q);
}

void queue_trim(opsdk_queue *q)
{
    queue_entry *spare;

    pthread_mutex_lock(&q->lock);
    spare = entry_trim(&q->pool);
    map_shrink(&q->entries);
    unlock(q);
    entry_free_all(spare);
}

void queue_read(opsdk_queue *q, queue_stats *ret)
{
    pthread_mutex_lock(&q->lock);
    *ret = q->stats;
    ret->depth = q->normal.len + q->low.len;
    ret->low = q->low.len;
    ret->delayed = q->later.len;
    unlock(q);
}
