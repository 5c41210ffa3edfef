#include "runtime/queue.h"
#include "tests/support/clock.h"
#include "tests/support/fault.h"
#include "tests/support/suite.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static queue_item take(opsdk_queue *q, const char *name, unsigned attempt)
{
    queue_item item;

    ck_assert(queue_take(q, &item));
    ck_assert_str_eq(item.key.name, name);
    ck_assert_uint_eq(item.attempt, attempt);
    return item;
}

static queue_stats stats(opsdk_queue *q)
{
    queue_stats s;

    queue_read(q, &s);
    return s;
}

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

TESTS("queue", collapses_in_order, comes_back_when_added_while_running, counts_failures_until_success,
      delays_in_order_of_time, at_once_overtakes_later, wakes_and_stops, never_one_key_twice_at_once,
      says_that_it_lost_a_key)
