#include "apiserver/arena.h"
#include "apiserver/join.h"

#include "tests/support/suite.h"

#include <string.h>

START_TEST(keeps_one_block)
{
    arena a = {0};
    char *first = arena_strndup(&a, "first", 5), *again;

    ck_assert_str_eq(first, "first");
    ck_assert_ptr_nonnull(arena_take(&a, 3000));
    arena_reset(&a);
    again = arena_strndup(&a, "again", 5);
    ck_assert_ptr_eq(again, first);
    ck_assert_str_eq(again, "again");
    arena_clear(&a);
}
END_TEST

/* Blocks of unusual size go, and so do those behind the first. */
START_TEST(gives_back_the_rest)
{
    arena a = {0};

    arena_reset(&a);
    ck_assert_ptr_null(a.blocks);
    for (int i = 0; i < 10; i++)
        memset(arena_take(&a, 3000), 'x', 3000);
    arena_reset(&a);
    ck_assert_uint_gt(a.left, 3000);
    memset(arena_take(&a, a.left), 'x', 3000);
    ck_assert_uint_eq(a.left, 0);
    memset(arena_take(&a, 100000), 'x', 100000);
    arena_reset(&a);
    ck_assert_ptr_null(a.blocks);
    ck_assert_uint_eq(a.left, 0);
}
END_TEST

START_TEST(joins)
{
    char room[10];

    ck_assert_str_eq(join(room, sizeof(room), "apps", '/', "v1"), "apps/v1");
    ck_assert_str_eq(join(room, sizeof(room), "", '\0', "v1"), "v1");
    ck_assert_str_eq(join(room, sizeof(room), "ns", '/', ""), "ns/");
    ck_assert_str_eq(join(room, sizeof(room), "longer than", '/', "room"), "longer th");
    ck_assert_str_eq(join(room, sizeof(room), "just nine", '/', "x"), "just nine");
    ck_assert_str_eq(join(room, sizeof(room), "eight do", '/', "x"), "eight do/");
    ck_assert_str_eq(join(room, sizeof(room), "1234567", '/', "xyz"), "1234567/x");
    ck_assert_str_eq(join(room, 1, "a", '/', "b"), "");
}
END_TEST

TESTS("arena", keeps_one_block, gives_back_the_rest, joins)
