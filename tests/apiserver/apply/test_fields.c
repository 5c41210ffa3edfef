/* Sets of fields against sets of paths, and what an operation that changes nothing makes: nothing. */
#include "apiserver/apply/typed.h"

#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

#define TOP 3
#define BELOW 3
#define PATHS (TOP + TOP * BELOW) /* a, a.x, a.y, a.z, b, ... */

static const char *const tops[TOP] = {"a", "b", "c"}, *const belows[BELOW] = {"x", "y", "z"};

/* Bit i * (BELOW + 1): the element itself; those behind it: what is below. */
static const fields *make(pool *mem, unsigned paths)
{
    fields_list all = {0};

    for (int i = 0; i < TOP; i++, paths >>= BELOW + 1) {
        fields_list below = {0};
        for (int k = 0; k < BELOW; k++)
            fields_list_add(mem, &below, 'f', belows[k], paths >> (k + 1) & 1, NULL);
        fields_list_add(mem, &all, 'f', tops[i], paths & 1, fields_list_done(mem, &below));
    }
    return fields_list_done(mem, &all);
}

static unsigned paths_of(const fields *set)
{
    unsigned paths = 0;

    for (int i = 0; i < TOP; i++) {
        const fields *below = fields_below(set, 'f', tops[i]);
        paths |= (unsigned)fields_has(set, 'f', tops[i]) << (i * (BELOW + 1));
        for (int k = 0; k < BELOW; k++)
            paths |= (unsigned)fields_has(below, 'f', belows[k]) << (i * (BELOW + 1) + k + 1);
    }
    return paths;
}

/* The members of b at the top, and all that is below them. */
static unsigned trees_of(unsigned b)
{
    unsigned all = b;

    for (int i = 0; i < TOP; i++)
        if (b >> (i * (BELOW + 1)) & 1)
            all |= ((1u << (BELOW + 1)) - 1) << (i * (BELOW + 1));
    return all;
}

START_TEST(operations)
{
    srand(1);
    for (int i = 0; i < 20000; i++) {
        auto_pool mem = POOL_INIT;
        unsigned a = (unsigned)rand() % (1u << PATHS), b = (unsigned)rand() % (1u << PATHS);
        const fields *x = make(&mem, a), *y;
        b = i % 4 == 0 ? a & b : i % 4 == 1 ? a | b : b; /* one in the other, too */
        y = make(&mem, b);
        ck_assert_uint_eq(paths_of(fields_union(&mem, x, y)), a | b);
        ck_assert_uint_eq(paths_of(fields_common(&mem, x, y)), a & b);
        ck_assert_uint_eq(paths_of(fields_without(&mem, x, y)), a & ~b);
        ck_assert_uint_eq(paths_of(fields_without_tree(&mem, x, y)), a & ~trees_of(b));
        ck_assert_uint_eq(paths_of(x), a);
        ck_assert_uint_eq(paths_of(y), b);
        ck_assert_int_eq(fields_equal(x, y), a == b);
        ck_assert(fields_equal(fields_union(&mem, x, y), make(&mem, a | b)));
        ck_assert(fields_equal(fields_without(&mem, x, y), make(&mem, a & ~b)));
    }
}
END_TEST

START_TEST(nothing_changes_nothing)
{
    auto_pool mem = POOL_INIT;
    const fields *all = make(&mem, 0xff3), *part = make(&mem, 0x0f1), *other = make(&mem, 0x00c);

    ck_assert_ptr_eq(fields_union(&mem, all, part), all);
    ck_assert_ptr_eq(fields_union(&mem, part, all), all);
    ck_assert_ptr_eq(fields_union(&mem, all, NULL), all);
    ck_assert_ptr_eq(fields_without(&mem, all, other), all);
    ck_assert_ptr_eq(fields_without_tree(&mem, all, NULL), all);
    ck_assert_ptr_eq(fields_common(&mem, part, all), part);
    ck_assert_ptr_ne(fields_common(&mem, all, part), part); /* whose texts may live shorter */
}
END_TEST

/* FieldsV1 is made anew only where the set changed. */
START_TEST(text_is_kept)
{
    auto_pool mem = POOL_INIT;
    json_t *v = json_loads("{\"f:a\":{\".\":{},\"f:x\":{}},\"f:b\":{\"f:y\":{}}}", 0, NULL), *again, *want;
    fields_list below = {0}, more = {0};
    const fields *set = NULL;
    bool same = false, failed = false;

    ck_assert_int_eq(typed_read_fields(&mem, &SCHEMA_ANYTHING, v, &set, &same), 0);
    ck_assert(same);
    fields_list_add(&mem, &below, 'f', "z", true, NULL);
    fields_list_add(&mem, &more, 'f', "b", false, below.first);
    again = fields_json(fields_union(&mem, more.first, set), &failed);
    want = json_loads("{\"f:a\":{\".\":{},\"f:x\":{}},\"f:b\":{\"f:y\":{},\"f:z\":{}}}", 0, NULL);
    ck_assert(!failed);
    ck_assert(json_equal(again, want));
    ck_assert_ptr_eq(json_object_get(again, "f:a"), json_object_get(v, "f:a"));
    ck_assert_ptr_ne(json_object_get(again, "f:b"), json_object_get(v, "f:b"));
    json_decref(again);
    json_decref(want);
    json_decref(v);
}
END_TEST

TESTS("fields", operations, nothing_changes_nothing, text_is_kept)
