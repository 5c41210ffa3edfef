#include "core/backoff.h"

#include "tests/support/suite.h"

START_TEST(doubles_up_to_the_limit)
{
    static const int64_t low[] = {50, 100, 200, 400, 500, 500};
    backoff least = {100, 1000, 0}, most = {100, 1000, 0};

    for (size_t i = 0; i < 6; i++) {
        ck_assert_int_eq(backoff_next(&least, 0), low[i]);
        ck_assert_int_eq(backoff_next(&most, UINT32_MAX), low[i] * 2 - 1);
    }
    backoff_reset(&least);
    ck_assert_int_eq(backoff_next(&least, 0), 50);
}
END_TEST

START_TEST(stays_in_range_for_ever)
{
    backoff b = {5, 60000, 0};

    for (int i = 0; i < 100000; i++) {
        int64_t wait = backoff_next(&b, (uint32_t)i * 2654435761u);
        ck_assert(wait >= 2 && wait <= 60000);
        ck_assert(i < 20 || wait >= 30000);
    }
    b = (backoff){5, INT64_MAX / 4, 200};
    ck_assert_int_ge(backoff_next(&b, UINT32_MAX), INT64_MAX / 8);
}
END_TEST

TESTS("backoff", doubles_up_to_the_limit, stays_in_range_for_ever)
