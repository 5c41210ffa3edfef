#include "apiserver/accept.h"
#include "tests/support/suite.h"

#include <string.h>

START_TEST(nothing)
{
    accept_range r[ACCEPT_RANGES];

    ck_assert_uint_eq(accept_parse("", r), 0);
    ck_assert_uint_eq(accept_parse(" , ,", r), 0);
}
END_TEST

START_TEST(parameters)
{
    accept_range r[ACCEPT_RANGES];

    ck_assert_uint_eq(accept_parse("application/json; as=Table ;g=meta.k8s.io;v=v1, */*;q=0.25;broken", r), 2);
    ck_assert(accept_is(r[0].type, "application/json") && accept_is(r[0].as, "Table"));
    ck_assert(accept_is(r[0].group, "meta.k8s.io") && accept_is(r[0].version, "v1"));
    ck_assert_int_eq(r[0].weight, 1000);
    ck_assert(accept_is(r[1].type, "*/*") && r[1].as.len == 0);
    ck_assert_int_eq(r[1].weight, 250);
}
END_TEST

START_TEST(the_heaviest_comes_first_and_equals_stay)
{
    static const char *const want[] = {"b/b", "e/e", "a/a", "c/c", "d/d"};
    accept_range r[ACCEPT_RANGES];

    ck_assert_uint_eq(accept_parse("a/a;q=0.5,b/b,c/c;q=0.5,d/d;q=0,,e/e;q=nonsense", r), 5);
    for (size_t i = 0; i < 5; i++)
        ck_assert(accept_is(r[i].type, want[i]));
}
END_TEST

START_TEST(wildcards)
{
    accept_range r[ACCEPT_RANGES];

    ck_assert_uint_eq(accept_parse("*/*,application/*,APPLICATION/JSON,text/*,application/jso", r), 5);
    ck_assert(accept_allows(&r[0], "application/json") && accept_allows(&r[1], "application/json"));
    ck_assert(accept_allows(&r[2], "application/json"));
    ck_assert(!accept_allows(&r[3], "application/json") && !accept_allows(&r[4], "application/json"));
}
END_TEST

START_TEST(more_than_there_is_room_for)
{
    accept_range r[ACCEPT_RANGES];
    char text[4 * 40 + 1] = "";

    for (int i = 0; i < 40; i++)
        memcpy(text + 4 * i, "a/b,", 5);
    ck_assert_uint_eq(accept_parse(text, r), ACCEPT_RANGES);
}
END_TEST

TESTS("accept", nothing, parameters, the_heaviest_comes_first_and_equals_stay, wildcards, more_than_there_is_room_for)
