/* The queue under load from many threads, for ThreadSanitizer and helgrind too: no key in two hands, the last change of each is seen, and
 * everything that was begun ends. */
#include "runtime/queue.h"
#include "tests/support/suite.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define KEYS 61
#define PRODUCERS 3
#define WORKERS 4
#define ROUNDS 10000

static opsdk_queue *q;
static atomic_uint wanted[KEYS], seen[KEYS]; /* changes of each key; how many of them its last run knew of */
static atomic_int holders[KEYS];
static atomic_bool twice, ended;
static atomic_ulong runs;

/* What workers wait for, ended by the thread that tells of changes. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static queue_own *held[WORKERS * 8];
static size_t n_held;

static const char *name_of(unsigned i, char name[8])
{
    snprintf(name, 8, "key%u", i);
    return name;
}

static void *produce(void *arg)
{
    unsigned seed = (unsigned)(uintptr_t)arg;
    char name[8];

    for (int i = 0; i < ROUNDS; i++) {
        unsigned key = (unsigned)rand_r(&seed) % KEYS;
        wanted[key]++;
        name_of(key, name);
        if (i % 7 == 0)
            queue_add_after(q, "ns", name, i % 3);
        else if (i % 5 == 0)
            opsdk_queue_add_at(q, OPSDK_KEY(&OPSDK_POD, "ns", name), OPSDK_LOW);
        else
            queue_add(q, "ns", name);
    }
    return NULL;
}

static void see_all(void)
{
    queue_own *all[WORKERS * 8];
    size_t n;

    pthread_mutex_lock(&lock);
    n = n_held;
    for (size_t i = 0; i < n; i++)
        all[i] = held[i];
    n_held = 0;
    pthread_mutex_unlock(&lock);
    for (size_t i = 0; i < n; i++)
        queue_seen(q, all[i]);
}

/* As the loop thread does: changes with a stamp, own ones among them, that wake once; then what is waited for is seen. */
static void *tell_changes(void *arg)
{
    char name[8];

    (void)arg;
    for (uint64_t i = 1; !ended || i < ROUNDS; i++) {
        unsigned key = (unsigned)(i * 7 % KEYS);
        queue_because(q, i % 3 == 0, i % 4);
        if (i % 4 != 1) /* 1 is what workers write: it changes nothing */
            wanted[key]++;
        queue_add(q, "ns", name_of(key, name));
        queue_flush(q);
        see_all();
        if (i % 64 == 0)
            queue_trim(q);
        sched_yield();
    }
    see_all();
    return NULL;
}

static void hold(const queue_item *item)
{
    queue_own *own = calloc(1, sizeof(*own) + sizeof(own->stamps[0]));

    if (!own)
        return;
    *own = (queue_own){.refs = 2, .pending = 1, .n = 1};
    own->stamps[0] = 1;
    pthread_mutex_lock(&lock);
    if (n_held < sizeof(held) / sizeof(held[0])) {
        queue_hold(q, item, own);
        held[n_held++] = own;
        own = NULL;
    }
    pthread_mutex_unlock(&lock);
    free(own);
}

static void *work(void *arg)
{
    queue_item item;
    unsigned key;

    (void)arg;
    while (queue_take(q, &item)) {
        unsigned long run = runs++;
        key = (unsigned)atoi(item.key.name + 3);
        if (atomic_fetch_add(holders + key, 1) != 0)
            twice = true;
        seen[key] = wanted[key];
        if (run % 16 == 0)
            sched_yield();
        atomic_fetch_sub(holders + key, 1);
        if (run % 4 == 0)
            hold(&item);
        if (run % 128 == 0)
            queue_retry(q, &item);
        else
            queue_done(q, &item, run % 9 == 0);
    }
    return NULL;
}

static bool all_seen(void)
{
    for (int i = 0; i < KEYS; i++) {
        if (seen[i] != wanted[i])
            return false;
    }
    return true;
}

START_TEST(many_threads_lose_nothing)
{
    pthread_t producers[PRODUCERS], workers[WORKERS], teller;
    queue_stats s;

    q = queue_new(&OPSDK_POD, 0, 1);
    for (uintptr_t i = 0; i < PRODUCERS; i++)
        pthread_create(producers + i, NULL, produce, (void *)(i + 1));
    for (int i = 0; i < WORKERS; i++)
        pthread_create(workers + i, NULL, work, NULL);
    pthread_create(&teller, NULL, tell_changes, NULL);
    for (int i = 0; i < PRODUCERS; i++)
        pthread_join(producers[i], NULL);
    ended = true;
    pthread_join(teller, NULL);
    while (!all_seen()) {
        see_all();
        sched_yield();
    }
    queue_stop(q);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(workers[i], NULL);
    see_all();
    queue_read(q, &s);
    ck_assert(!twice);
    ck_assert(!s.lost);
    ck_assert_uint_eq(s.running, 0);
    ck_assert_uint_eq(s.overdue, 0);
    ck_assert_uint_ge(runs, KEYS);
    queue_free(q);
}
END_TEST

TESTS("queue_load", many_threads_lose_nothing)
