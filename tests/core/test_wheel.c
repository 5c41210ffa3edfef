#include "core/wheel.h"
#include "tests/support/suite.h"

#include <stdlib.h>

#define N 20000

static wheel_node nodes[N];
static wheel w;

static void start(int64_t now)
{
    w = (wheel){0};
    ck_assert_ptr_null(wheel_ripe(&w, now));
}

START_TEST(nothing_before_its_time)
{
    start(1000000);
    ck_assert_int_eq(wheel_next(&w), INT64_MAX);
    wheel_add(&w, nodes, 1000005);
    ck_assert_ptr_null(wheel_ripe(&w, 1000004));
    ck_assert_int_eq(wheel_next(&w), 1000005);
    ck_assert_ptr_eq(wheel_ripe(&w, 1000005), nodes);
    ck_assert_uint_eq(w.len, 0);
    wheel_add(&w, nodes, 5); /* long over */
    ck_assert_int_le(wheel_next(&w), 1000005);
    ck_assert_ptr_eq(wheel_ripe(&w, 1000005), nodes);
}
END_TEST

/* Any times, small and large, in any order, with some taken out: the rest comes in order, each at its time when asked as often as
 * wheel_next says. */
START_TEST(in_order_of_time)
{
    int64_t now = 123456789, last = 0;
    size_t left = 0, asked = 0;

    srand(1);
    start(now);
    for (size_t i = 0; i < N; i++)
        wheel_add(&w, nodes + i, now + (((int64_t)rand() << 10 | rand() % 1024) >> rand() % 41));
    for (size_t i = 0; i < N; i += 3)
        wheel_remove(&w, nodes + i);
    left = N - (N + 2) / 3;
    ck_assert_uint_eq(w.len, left);
    while (w.len > 0) {
        wheel_node *n = wheel_ripe(&w, now);
        if (!n) {
            int64_t next = wheel_next(&w);
            ck_assert_int_gt(next, now);
            now = next;
            asked++;
            continue;
        }
        ck_assert_int_eq(n->due_ms, now);
        ck_assert_int_ge(n->due_ms, last);
        ck_assert_uint_ne((size_t)(n - nodes) % 3, 0);
        last = n->due_ms;
        left--;
    }
    ck_assert_uint_eq(left, 0);
    ck_assert_uint_lt(asked, (size_t)N * WHEEL_RINGS);
}
END_TEST

/* The machine slept: everything that is over comes at once, in order. */
START_TEST(after_a_jump_in_order_too)
{
    int64_t last = 0;

    srand(2);
    start(77);
    for (size_t i = 0; i < N; i++)
        wheel_add(&w, nodes + i, 77 + rand() % 1000000);
    for (size_t i = 0; i < N; i++) {
        wheel_node *n = wheel_ripe(&w, 2000000);
        ck_assert_ptr_nonnull(n);
        ck_assert_int_ge(n->due_ms, last);
        last = n->due_ms;
    }
    ck_assert_ptr_null(wheel_ripe(&w, 2000000));
}
END_TEST

/* Further than the rings reach: looked at on the way, and not lost. */
START_TEST(a_time_beyond_all_rings)
{
    int64_t far = INT64_C(1) << 50;

    start(1000);
    wheel_add(&w, nodes, far);
    wheel_add(&w, nodes + 1, 2000);
    ck_assert_ptr_eq(wheel_ripe(&w, 100000), nodes + 1);
    ck_assert_ptr_null(wheel_ripe(&w, 100000));
    ck_assert_uint_eq(w.len, 1);
    wheel_remove(&w, nodes);
    ck_assert_int_eq(wheel_next(&w), INT64_MAX);
}
END_TEST

TESTS("wheel", nothing_before_its_time, in_order_of_time, after_a_jump_in_order_too, a_time_beyond_all_rings)
