#include "core/limits.h"
#include "runtime/queue.h"
#include "tests/support/clock.h"
#include "tests/support/fault.h"
#include "tests/support/queues.h"
#include "tests/support/suite.h"

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

START_TEST(collapses_in_order)
{
    opsdk_queue *q = queue_new(&OPSDK_POD, 1, 10);
    queue_item item;

    for (int i = 0; i < 10000; i++)
        queue_add(q, "ns", i % 3 == 0 ? "a" : i % 3 == 1 ? "b" : "c");
    opsdk_queue_add(q, OPSDK_KEY(&OPSDK_POD, "other", "a"));
    ck_assert_uint_eq(stats(q).depth, 4);
    ck_assert_uint_eq(stats(q).adds, 10001);
    item = take(q, "a", 0);
    ck_assert_str_eq(item.key.ns, "ns");
    ck_assert_ptr_eq(item.key.kind, &OPSDK_POD);
    queue_done(q, &item, 0);
    item = take(q, "b", 0);
    queue_done(q, &item, 0);
    item = take(q, "c", 0);
    queue_done(q, &item, 0);
    item = take(q, "a", 0);
    ck_assert_str_eq(item.key.ns, "other");
    queue_done(q, &item, 0);
    queue_free(q);
}
END_TEST

START_TEST(comes_back_when_added_while_running)
{
    opsdk_queue *q = queue_new(&OPSDK_NAMESPACE, 1, 10);
    queue_item item;

    queue_add(q, NULL, "a");
    item = take(q, "a", 0);
    ck_assert_ptr_null(item.key.ns);
    queue_add(q, NULL, "a");
    queue_add(q, NULL, "a");
    ck_assert_uint_eq(stats(q).depth, 0);
    queue_done(q, &item, 0);
    ck_assert_uint_eq(stats(q).depth, 1);
    item = take(q, "a", 0);
    queue_done(q, &item, 0);
    ck_assert_uint_eq(stats(q).depth, 0);
    queue_free(q);
}
END_TEST

START_TEST(counts_failures_until_success)
{
    opsdk_queue *q = queue_new(&OPSDK_POD, 1, 4);
    queue_item item;

    queue_add(q, "ns", "a");
    for (unsigned i = 0; i < 6; i++) {
        item = take(q, "a", i);
        ck_assert_int_le(queue_retry(q, &item), 4);
    }
    item = take(q, "a", 6);
    queue_add(q, "ns", "a"); /* a change does not forget that it fails */
    queue_retry(q, &item);
    item = take(q, "a", 7);
    queue_done(q, &item, 0);
    queue_add(q, "ns", "a");
    item = take(q, "a", 0);
    queue_done(q, &item, 0);
    ck_assert_uint_eq(stats(q).retries, 7);
    queue_free(q);
}
END_TEST

START_TEST(delays_in_order_of_time)
{
    static const char *const names[] = {"e", "c", "a", "d", "b"};
    static const int64_t after[] = {500000, 300000, 100000, 400000, 200000};
    opsdk_queue *q = queue_new(&OPSDK_POD, 1, 10);
    queue_item item;

    for (int i = 0; i < 5; i++)
        queue_add_after(q, "ns", names[i], 1000000);
    for (int i = 0; i < 5; i++)
        queue_add_after(q, "ns", names[i], after[i]); /* the sooner time counts */
    queue_add_after(q, "ns", "b", 1000000);
    ck_assert_uint_eq(stats(q).delayed, 5);
    clock_jump(600000);
    for (const char *want = "abcde"; *want; want++) {
        char name[2] = {*want, 0};
        item = take(q, name, 0);
        queue_done(q, &item, 0);
    }
    ck_assert_uint_eq(stats(q).delayed, 0);
    queue_free(q);
}
END_TEST

START_TEST(at_once_overtakes_later)
{
    opsdk_queue *q = queue_new(&OPSDK_POD, 1, 10);
    queue_item item;

    queue_add(q, "ns", "a");
    item = take(q, "a", 0);
    queue_done(q, &item, 1000000);
    ck_assert_uint_eq(stats(q).delayed, 1);
    queue_add(q, "ns", "a");
    ck_assert_uint_eq(stats(q).delayed, 0);
    item = take(q, "a", 0);
    queue_add_after(q, "ns", "a", 1); /* due while it runs: comes after */
    queue_done(q, &item, 0);
    item = take(q, "a", 0);
    queue_done(q, &item, 0);
    queue_free(q);
}
END_TEST

/* One that sleeps for long must notice what is due sooner. */
static void *take_one(void *arg)
{
    queue_item item;
    char *name = NULL;

    if (queue_take(arg, &item)) {
        name = strdup(item.key.name);
        queue_done(arg, &item, 0);
    }
    return name;
}

START_TEST(wakes_and_stops)
{
    opsdk_queue *q = queue_new(&OPSDK_POD, 1, 10);
    pthread_t threads[3];
    void *name;
    int got = 0;

    queue_add_after(q, "ns", "late", 1000000);
    for (int i = 0; i < 3; i++)
        pthread_create(threads + i, NULL, take_one, q);
    queue_add_after(q, "ns", "soon", 20);
    while (stats(q).delayed > 1)
        sched_yield();
    queue_stop(q);
    queue_add(q, "ns", "too late");
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], &name);
        got += name != NULL;
        ck_assert(!name || strcmp(name, "soon") == 0);
        free(name);
    }
    ck_assert_int_le(got, 1);
    ck_assert_uint_eq(stats(q).depth, got ? 0 : 1);
    queue_free(q);
}
END_TEST

#define KEYS 7
#define ROUNDS 20000
static atomic_int holders[KEYS], handled;
static atomic_bool twice;

static void *work(void *arg)
{
    queue_item item;

    while (queue_take(arg, &item)) {
        int i = item.key.name[0] - 'a';
        if (atomic_fetch_add(holders + i, 1) != 0)
            twice = true;
        handled++;
        sched_yield();
        atomic_fetch_sub(holders + i, 1);
        if (handled % 5 == 0)
            queue_retry(arg, &item);
        else
            queue_done(arg, &item, handled % 7 == 0);
    }
    return NULL;
}

/* Whatever happens at once: no key in two hands, and the last change of each is seen. */
START_TEST(never_one_key_twice_at_once)
{
    opsdk_queue *q = queue_new(&OPSDK_POD, 0, 1);
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        pthread_create(threads + i, NULL, work, q);
    for (int i = 0; i < ROUNDS; i++)
        queue_add(q, "ns", (const char[2]){(char)('a' + i % KEYS), 0});
    while (handled < KEYS || stats(q).depth > 0)
        sched_yield();
    queue_stop(q);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    ck_assert(!twice);
    ck_assert_uint_eq(stats(q).running, 0);
    queue_free(q);
}
END_TEST

/* Memory runs out at any place: the queue says that it lost a key, and works on. */
START_TEST(says_that_it_lost_a_key)
{
    unsigned long k = 0;
    bool hit;

    if (!fault_works())
        return;
    do {
        queue_stats s = {0};
        opsdk_queue *q;
        fault_set(++k);
        q = queue_new(&OPSDK_POD, 1, 1);
        for (int i = 0; q && i < 40; i++)
            queue_add(q, "ns", (const char[2]){(char)('a' + i), 0});
        hit = fault_clear();
        if (q)
            queue_read(q, &s);
        ck_assert(s.lost == (q && hit));
        ck_assert(!q || s.depth == (hit ? 39 : 40));
        queue_free(q);
    } while (hit);
    ck_assert_uint_gt(k, 40);
}
END_TEST

START_TEST(low_priority_lets_others_pass)
{
    opsdk_queue *q = queue_new(&OPSDK_POD, 1, 10);

    queue_because(q, true, 0);
    queue_add(q, "ns", "listed");
    queue_add(q, "ns", "both");
    queue_flush(q);
    opsdk_queue_add_at(q, OPSDK_KEY(&OPSDK_POD, "ns", "asked"), OPSDK_LOW);
    queue_because(q, false, 0);
    queue_add(q, "ns", "changed");
    queue_add(q, "ns", "both");
    queue_flush(q);
    opsdk_queue_add_at(q, OPSDK_KEY(&OPSDK_POD, "ns", "listed too"), OPSDK_NORMAL);
    opsdk_queue_add_at(q, OPSDK_KEY(&OPSDK_POD, "ns", "both"), OPSDK_LOW);
    ck_assert_uint_eq(stats(q).depth, 5);
    ck_assert_uint_eq(stats(q).low, 2);
    finish(q, "changed");
    finish(q, "both");
    finish(q, "listed too");
    finish(q, "listed");
    finish(q, "asked");
    queue_free(q);
}
END_TEST

/* Under a load that never ends: not before a minute, then every other turn. */
START_TEST(low_priority_is_not_starved)
{
    opsdk_queue *q = queue_new(&OPSDK_POD, 1, 10);
    const opsdk_key low[] = {OPSDK_KEY(&OPSDK_POD, "ns", "low 1"), OPSDK_KEY(&OPSDK_POD, "ns", "low 2")};

    opsdk_queue_add_at(q, low[0], OPSDK_LOW);
    opsdk_queue_add_at(q, low[1], OPSDK_LOW);
    queue_add(q, "ns", "a");
    queue_add(q, "ns", "b");
    for (int i = 0; i < 59; i++) {
        finish(q, i % 2 ? "b" : "a");
        queue_add(q, "ns", i % 2 ? "b" : "a");
        clock_jump(1000);
    }
    clock_jump(1000);
    finish(q, "low 1");
    finish(q, "b");
    finish(q, "low 2");
    finish(q, "a");
    ck_assert_uint_eq(stats(q).depth, 0);
    queue_free(q);
}
END_TEST

/* What failed, or asked to come again, keeps its place among the others. */
START_TEST(low_priority_lasts)
{
    opsdk_queue *q = queue_new(&OPSDK_POD, 0, 0);
    queue_item item;

    opsdk_queue_add_at(q, OPSDK_KEY(&OPSDK_POD, "ns", "low"), OPSDK_LOW);
    item = take(q, "low", 0);
    queue_retry(q, &item);
    clock_jump(1000);
    item = take(q, "low", 1);
    ck_assert_uint_eq(stats(q).low, 0);
    queue_done(q, &item, 5);
    queue_add(q, "ns", "a");
    clock_jump(1000);
    finish(q, "a");
    finish(q, "low");
    queue_free(q);
}
END_TEST

/* All retries of a queue share a rate, however many keys fail. */
START_TEST(retries_share_a_rate)
{
    opsdk_queue *q = queue_new(&OPSDK_POD, 1000, 1000);
    int64_t last = 0;
    char name[16];

    for (int i = 0; i < LIMIT_QUEUE_RETRIES_AT_ONCE * 2; i++) {
        queue_item item;
        snprintf(name, sizeof(name), "n%d", i);
        queue_add(q, "ns", name);
        item = take(q, name, 0);
        last = queue_retry(q, &item);
        if (i < LIMIT_QUEUE_RETRIES_AT_ONCE)
            ck_assert_int_le(last, 1000);
    }
    ck_assert_int_gt(last, 1000);
    ck_assert_int_le(last, LIMIT_QUEUE_RETRIES_AT_ONCE * 1000 / LIMIT_QUEUE_RETRIES_PER_S);
    queue_free(q);
}
END_TEST

#define CROWD 5000

static void crowd(opsdk_queue *q, int from, int to)
{
    char name[64];
    queue_item item;

    for (int i = from; i < to; i++) {
        snprintf(name, sizeof(name), "some-name-of-a-pod-%d%s", i, i % 2 ? "-and-a-longer-one" : "");
        queue_add(q, i % 3 ? "some-namespace" : "ns", name);
    }
    while (stats(q).depth > 0) {
        if (!queue_take(q, &item))
            abort(); /* Check's assertions allocate, and take longer */
        if (item.attempt == 0 && item.key.name[19] == '7')
            queue_retry(q, &item);
        else
            queue_done(q, &item, item.key.name[19] == '8' ? 500 : 0); /* not so soon that a slow machine never ends */
    }
}

/* Once it has been as full as it gets, nothing is allocated any more: any allocation fails, and nothing is lost. */
START_TEST(steady_state_allocates_nothing)
{
    opsdk_queue *q = queue_new(&OPSDK_POD, 1, 1);
    bool works = fault_works();

    crowd(q, 0, CROWD);
    clock_jump(1000000);
    crowd(q, 0, 0);
    for (int round = 1; round < 5; round++) {
        fault_set(1);
        for (int i = 0; i < CROWD; i += 100)
            crowd(q, round * CROWD + i, round * CROWD + i + 100);
        clock_jump(1000000);
        crowd(q, 0, 0);
        ck_assert(!fault_clear() || !works);
    }
    ck_assert(!stats(q).lost);
    queue_free(q);
}
END_TEST

/* The crowd has gone: its memory goes as well, but for a little. */
START_TEST(gives_memory_back)
{
    opsdk_queue *q = queue_new(&OPSDK_POD, 1, 1);
    size_t before, full, after;

    before = mallinfo2().uordblks;
    crowd(q, 0, CROWD);
    full = mallinfo2().uordblks;
    for (int i = 0; i < 10; i++) {
        clock_jump(1000000);
        crowd(q, 0, 10);
        queue_trim(q);
    }
    after = mallinfo2().uordblks;
    if (full > before + CROWD) { /* not under sanitizers and valgrind, whose malloc this is not */
        ck_assert_uint_gt(full - before, CROWD * 64);
        ck_assert_uint_lt(after - before, (full - before) / 4);
    }
    crowd(q, 0, CROWD);
    ck_assert(!stats(q).lost);
    queue_free(q);
}
END_TEST

START_TEST(holds_many_delays)
{
    enum { MANY = 200000 };
    opsdk_queue *q = queue_new(&OPSDK_POD, 1, 1);
    char name[16];
    queue_item item;

    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        queue_add_after(q, "ns", name, 1000000 + (int64_t)i * 7919 % 100000);
    }
    ck_assert_uint_eq(stats(q).delayed, MANY);
    clock_jump(2000000);
    for (int i = 0; i < MANY; i++) {
        if (!queue_take(q, &item))
            abort(); /* so many assertions take longer than this */
        queue_done(q, &item, 0);
    }
    ck_assert_uint_eq(stats(q).delayed + stats(q).depth, 0);
    queue_free(q);
}
END_TEST

/* Several sleep; one watches the clock; what is due and what is added both find somebody. */
static void *take_all(void *arg)
{
    queue_item item;
    intptr_t n = 0;

    while (queue_take(arg, &item)) {
        n++;
        handled++;
        queue_done(arg, &item, 0);
    }
    return (void *)n;
}

START_TEST(sleepers_are_found)
{
    opsdk_queue *q = queue_new(&OPSDK_POD, 1, 1);
    pthread_t threads[3];
    char name[16];

    handled = 0;
    for (int i = 0; i < 3; i++)
        pthread_create(threads + i, NULL, take_all, q);
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        if (i % 3 == 0)
            queue_add(q, "ns", name);
        else if (i % 3 == 1)
            queue_add_after(q, "ns", name, i % 20);
        else {
            queue_because(q, false, 1);
            queue_add(q, "ns", name);
            queue_flush(q);
        }
        if (i % 10 == 0)
            usleep(300);
    }
    while (handled < 300)
        sched_yield();
    queue_stop(q);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    queue_free(q);
}
END_TEST

TESTS("queue", collapses_in_order, comes_back_when_added_while_running, counts_failures_until_success,
      delays_in_order_of_time, at_once_overtakes_later, wakes_and_stops, never_one_key_twice_at_once,
      says_that_it_lost_a_key, low_priority_lets_others_pass, low_priority_is_not_starved, low_priority_lasts,
      retries_share_a_rate, steady_state_allocates_nothing, gives_memory_back, holds_many_delays, sleepers_are_found)
