#include "apiserver/schema/quantity.h"
#include "tests/support/suite.h"

#include <string.h>

static void is(const char *text, const char *want)
{
    char room[QUANTITY_TEXT];

    ck_assert_ptr_null(quantity_canonical(text, room));
    ck_assert_str_eq(room, want);
}

START_TEST(puts_amounts_in_canonical_form)
{
    is("0", "0");
    is("0.0Gi", "0");
    is("1000m", "1");
    is("1.5", "1500m");
    is("0.5Ki", "512");
    is("1.5Gi", "1536Mi");
    is("1024Mi", "1Gi");
    is("2e3", "2e3");
    is("1E4", "10e3");
    is("100000k", "100M");
    is("0.0000000001", "1n");
    is("-500m", "-500m");
    is("9223372036854775808Gi", "9223372036854775807");
    is("12345678901234567890", "12345678901234567890");
    is("1.0001Ki", "1024102400u");
}
END_TEST

/* What the server keeps as it was written, though another form would be shorter. */
START_TEST(keeps_what_looks_canonical)
{
    is("1.500", "1.500");
    is("+1Ki", "+1Ki");
    is("01Mi", "01Mi");
    is("8Ki", "8Ki");
}
END_TEST

START_TEST(says_what_is_wrong)
{
    static const char format[] =
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

    ck_assert_str_eq(quantity_canonical("", NULL), format);
    ck_assert_str_eq(quantity_canonical("1x", NULL), format);
    ck_assert_str_eq(quantity_canonical("true", NULL), format);
    ck_assert_str_eq(quantity_canonical("1 2", NULL), format);
    ck_assert_str_eq(quantity_canonical("1mi", NULL), "unable to parse quantity's suffix");
    ck_assert_str_eq(quantity_canonical("1K", NULL), "unable to parse quantity's suffix");
}
END_TEST

START_TEST(compares)
{
    ck_assert_int_eq(quantity_compare("1", "1000m"), 0);
    ck_assert_int_eq(quantity_compare("1Gi", "1G"), 1);
    ck_assert_int_eq(quantity_compare("-1", "1n"), -1);
    ck_assert_int_eq(quantity_compare("9E", "1e40"), -1);
    ck_assert_int_eq(quantity_sign("-1m"), -1);
    ck_assert_int_eq(quantity_sign("0Gi"), 0);
    ck_assert(quantity_is_whole("1000m") && !quantity_is_whole("1m"));
}
END_TEST

TESTS("quantity", puts_amounts_in_canonical_form, keeps_what_looks_canonical, says_what_is_wrong, compares)
