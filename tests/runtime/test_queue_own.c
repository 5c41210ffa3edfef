/* Keys that a queue holds back until their own writes are seen. */
#include "core/limits.h"
#include "tests/support/clock.h"
#include "tests/support/queues.h"

#include <stdlib.h>
#include <string.h>

static queue_own *own_of(unsigned pending, size_t n, const uint64_t *stamps)
{
    queue_own *own = calloc(1, sizeof(*own) + n * sizeof(stamps[0]));

    own->pending = pending;
    own->refs = pending + 1;
    own->n = n;
    if (n > 0)
        memcpy(own->stamps, stamps, n * sizeof(stamps[0]));
    return own;
}

static void change(opsdk_queue *q, uint64_t stamp, const char *name)
{
    queue_because(q, false, stamp);
    queue_add(q, "ns", name);
    queue_flush(q);
}

/* Whether its events come while it runs or later: own ones do not count, one of somebody else does. */
START_TEST(own_writes_do_not_count)
{
    static const uint64_t mine[] = {11, 12};
    opsdk_queue *q = queue_new(&OPSDK_POD, 1, 10);

    for (int foreign = 0; foreign < 4; foreign++) {
        queue_own *own = own_of(1, 2, mine);
        queue_item item;
        queue_add(q, "ns", "a");
        item = take(q, "a", 0);
        change(q, 11, "a");
        change(q, foreign == 1 ? 99 : 11, "a");
        change(q, 11, "b");
        finish(q, "b");
        queue_hold(q, &item, own);
        queue_done(q, &item, 0);
        ck_assert_uint_eq(stats(q).depth, 0);
        change(q, foreign == 2 ? 0 : 12, "a");
        change(q, foreign == 3 ? 98 : 12, "a");
        ck_assert_uint_eq(stats(q).depth, 0); /* the cache may not have the other yet */
        queue_seen(q, own);
        ck_assert_uint_eq(stats(q).depth, foreign ? 1 : 0);
        ck_assert_uint_eq(stats(q).delayed, 0);
        if (foreign)
            finish(q, "a");
    }
    change(q, 12, "a"); /* that is long ago */
    finish(q, "a");
    ck_assert_uint_eq(stats(q).echoes, 4 * 4 - 3);
    ck_assert_uint_eq(stats(q).overdue, 0);
    queue_free(q);
}
END_TEST

/* More changes than are remembered while it runs: better once too often. */
START_TEST(many_changes_while_it_runs)
{
    uint64_t mine[20];
    opsdk_queue *q = queue_new(&OPSDK_POD, 1, 10);
    queue_item item;

    queue_add(q, "ns", "a");
    item = take(q, "a", 0);
    for (uint64_t i = 0; i < 20; i++) {
        mine[i] = 100 + i;
        change(q, mine[i], "a");
    }
    queue_hold(q, &item, own_of(0, 20, mine));
    queue_done(q, &item, 0);
    finish(q, "a");
    ck_assert_uint_eq(stats(q).depth, 0);
    queue_free(q);
}
END_TEST

/* Held back: nothing makes it run, neither a change nor that it wants to come again; when it is shown, what is due is. */
START_TEST(waits_until_its_writes_are_seen)
{
    opsdk_queue *q = queue_new(&OPSDK_POD, 1, 10);
    queue_own *own = own_of(2, 0, NULL);
    queue_item item;

    queue_add(q, "ns", "a");
    item = take(q, "a", 0);
    queue_hold(q, &item, own);
    queue_seen(q, own);
    queue_done(q, &item, 1);
    clock_jump(1000);
    queue_add(q, "ns", "b");
    finish(q, "b");
    ck_assert_uint_eq(stats(q).depth, 0);
    queue_seen(q, own);
    finish(q, "a");

    own = own_of(1, 0, NULL);
    queue_add(q, "ns", "a");
    item = take(q, "a", 0);
    queue_hold(q, &item, own);
    queue_retry(q, &item);
    queue_seen(q, own);
    clock_jump(1000);
    item = take(q, "a", 1);
    queue_done(q, &item, 0);
    ck_assert_uint_eq(stats(q).delayed + stats(q).depth, 0);
    queue_free(q);
}
END_TEST

/* A cache that never shows it: after a while the key goes on, and says so. */
START_TEST(does_not_wait_for_ever)
{
    opsdk_queue *q = queue_new(&OPSDK_POD, 1, 10);
    queue_own *own = own_of(1, 0, NULL);
    queue_item item;

    queue_add(q, "ns", "a");
    item = take(q, "a", 0);
    ck_assert(!item.overdue);
    queue_hold(q, &item, own);
    queue_done(q, &item, 0);
    queue_add(q, "ns", "a");
    ck_assert_uint_eq(stats(q).depth, 0);
    clock_jump(LIMIT_OWN_WAIT_MS + 1000);
    item = take(q, "a", 0);
    ck_assert(item.overdue);
    queue_done(q, &item, 0);
    ck_assert_uint_eq(stats(q).overdue, 1);
    queue_seen(q, own); /* at last; nobody waits any more */
    ck_assert_uint_eq(stats(q).depth + stats(q).delayed, 0);
    queue_add(q, "ns", "b"); /* what is held back when the queue ends is freed */
    item = take(q, "b", 0);
    own = own_of(1, 0, NULL);
    queue_hold(q, &item, own);
    queue_done(q, &item, 0);
    queue_seen(q, own);
    queue_free(q);
}
END_TEST

TESTS("queue_own", own_writes_do_not_count, many_changes_while_it_runs, waits_until_its_writes_are_seen,
      does_not_wait_for_ever)
