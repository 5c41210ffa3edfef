#include "core/size.h"
#include "tests/support/suite.h"

START_TEST(reads_units)
{
    static const struct {
        const char *text;
        size_t want;
    } all[] = {{"0", 0},      {"7", 7},     {"64Mi", 64u << 20}, {"2Gi", 2ull << 30},
               {"3Ki", 3072}, {"5k", 5000}, {"6M", 6000000},     {"1G", 1000000000}};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        size_t n = 1;
        ck_assert_msg(size_parse(all[i].text, &n), "%s", all[i].text);
        ck_assert_uint_eq(n, all[i].want);
    }
}
END_TEST

START_TEST(refuses_the_rest)
{
    static const char *const all[] = {
        "", "Mi", "1.5Gi", "-1", " 1", "1 ", "64mi", "64MiB", "99999999999999999999", "18446744073709551615Ki"};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        size_t n = 1;
        ck_assert_msg(!size_parse(all[i], &n), "%s", all[i]);
        ck_assert_uint_eq(n, 1);
    }
}
END_TEST

TESTS("size", reads_units, refuses_the_rest)
