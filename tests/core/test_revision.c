#include "core/revision.h"
#include "tests/support/suite.h"

START_TEST(orders_numbers)
{
    ck_assert(revision_older("9", "10"));
    ck_assert(revision_older("007", "8"));
    ck_assert(revision_older("123456789012345678901234567890", "123456789012345678901234567891"));
    ck_assert(!revision_older("10", "9"));
    ck_assert(!revision_older("10", "010"));
}
END_TEST

START_TEST(does_not_guess)
{
    ck_assert(!revision_older("", "1"));
    ck_assert(!revision_older("1", ""));
    ck_assert(!revision_older("1/2", "3"));
    ck_assert(!revision_older("1", "-3"));
}
END_TEST

TESTS("revision", orders_numbers, does_not_guess)
