#include "core/bucket.h"
#include "tests/support/suite.h"

START_TEST(lets_a_burst_pass_then_a_rate)
{
    bucket b = {.every_us = 1000, .burst = 3};

    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(bucket_take(&b, 50000), 0);
    ck_assert_int_eq(bucket_take(&b, 50000), 1000);
    ck_assert_int_eq(bucket_take(&b, 50500), 1500);
    ck_assert_int_eq(bucket_take(&b, 54000), 0); /* two have been paid for, and one came since */
    ck_assert_int_eq(bucket_take(&b, 54000), 0);
    ck_assert_int_eq(bucket_take(&b, 54000), 1000);
}
END_TEST

START_TEST(is_never_fuller_than_full)
{
    bucket b = {.every_us = 1000, .burst = 2};

    ck_assert_int_eq(bucket_take(&b, 1000000000), 0);
    ck_assert_int_eq(bucket_take(&b, 1000000000), 0);
    ck_assert_int_eq(bucket_take(&b, 1000000000), 1000);
}
END_TEST

START_TEST(without_a_rate_never_waits)
{
    bucket b = {0};

    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(bucket_take(&b, 1), 0);
}
END_TEST

TESTS("bucket", lets_a_burst_pass_then_a_rate, is_never_fuller_than_full, without_a_rate_never_waits)
