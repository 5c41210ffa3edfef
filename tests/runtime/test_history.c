/* Nothing is lost: see tests/history/check.h for what is judged.  make history runs a hundred times as many events. */
#include "tests/history/run.h"
#include "tests/support/suite.h"

#include <opsdk/log.h>
#include <stdio.h>

static history_opts usual(uint64_t seed)
{
    opsdk_log_level(OPSDK_LOG_ERROR);
    return (history_opts){
        .events = 50000, .seed = seed, .keys = 500, .phase = 15000, .fault_every = 700, .patience_ms = 120000};
}

static void must_hold(const history_opts *o)
{
    history_result r;

    ck_assert_msg(history_run(o, &r), "%s", r.words);
    ck_assert_msg(r.wrong == 0, "seed %llu: %u findings\n%s", (unsigned long long)o->seed, r.wrong, r.words);
    ck_assert_uint_ge(r.written, o->events);
    ck_assert_uint_gt(r.relists, 3);
    ck_assert_uint_gt(r.deletions, 0);
    ck_assert_uint_gt(r.failures, 0);
    ck_assert_uint_le(r.server.lists,
                      r.server.reasons + (o->events + o->phase - 1) / o->phase); /* no list without one */
}

/* Other faults each time, small and large, lists and watch-lists in turn. */
START_TEST(a_history)
{
    history_opts o = usual(1);

    must_hold(&o);
}
END_TEST

START_TEST(a_history_of_few_keys)
{
    history_opts o = usual(2);

    o.keys = 20;
    o.fault_every = 100;
    o.events = 30000;
    o.watch_list = true;
    must_hold(&o);
}
END_TEST

/* Pages: so many objects that a list takes several requests. */
START_TEST(a_history_of_many_keys)
{
    history_opts o = usual(3);

    o.keys = 4000;
    must_hold(&o);
}
END_TEST

/* Under load from all sides: readers of the cache, many workers, and engines that are stopped in the midst. */
START_TEST(a_history_with_readers_and_stops)
{
    history_opts o = usual(4);

    o.keys = 200;
    o.phase = 8000;
    o.abrupt = o.readers = true;
    must_hold(&o);
}
END_TEST

/* The judge must be able to condemn: each thing done wrong on purpose is found. */
START_TEST(what_is_planted_is_found)
{
    for (enum plant p = PLANT_DROP; p <= PLANT_NOT_RECONCILED; p++) {
        history_opts o = usual(10 + p);
        history_result r;
        o.events = o.phase = 20000;
        o.patience_ms = 1000;
        o.plant = p;
        ck_assert_msg(history_run(&o, &r), "%s", r.words);
        ck_assert_msg(r.wrong > 0, "nobody noticed plant %d", p);
    }
}
END_TEST

/* The same seed makes the same history. */
START_TEST(it_can_be_repeated)
{
    world a, b;

    ck_assert(world_init(&a, 50, 7) && world_init(&b, 50, 7));
    for (int i = 0; i < 1000; i++)
        ck_assert_uint_eq(world_go_on(&a)->hash, world_go_on(&b)->hash);
    world_clear(&a);
    world_clear(&b);
}
END_TEST

TESTS("history", a_history, a_history_of_few_keys, a_history_of_many_keys, a_history_with_readers_and_stops,
      what_is_planted_is_found, it_can_be_repeated)
