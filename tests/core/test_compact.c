#include "core/compact.h"
#include "core/limits.h"
#include "tests/support/fault.h"
#include "tests/support/objects.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

/* About as large as a pod; those of one salt are alike, those of two have little in common. */
static opsdk_object *pod(int i, int salt)
{
    char env[6000] = "";
    size_t at = 0;

    for (unsigned k = 0; k < 60; k++)
        at += (size_t)snprintf(env + at, sizeof(env) - at, "%s{'name':'%08x','value':'%08x%08x %d'}", k ? "," : "",
                               (k + 1) * 2654435761u * (unsigned)salt, (k + 1) * 2246822519u * (unsigned)salt,
                               (k + 1) * 3266489917u * (unsigned)salt, i);
    return object_of(&OPSDK_POD,
                     "{'metadata':{'name':'p%d','namespace':'ns','uid':'%s%04x','resourceVersion':'%d'},'env':[%s]}", i,
                     i % 2 ? "u-" : "3f2504e0-4f89-11d3-9a0c-0305e82c", (unsigned)i & 0xffff, 100 + i, env);
}

static void check_same(const opsdk_object *a, const opsdk_object *b)
{
    json_t *x = opsdk_value_json(opsdk_at(a, "")), *y = opsdk_value_json(opsdk_at(b, ""));

    ck_assert(json_equal(x, y));
    ck_assert_str_eq(opsdk_object_uid(a), opsdk_object_uid(b));
    ck_assert_str_eq(opsdk_object_version(a), opsdk_object_version(b));
    ck_assert_str_eq(opsdk_object_key(a).name, opsdk_object_key(b).name);
    json_decref(x);
    json_decref(y);
}

/* Packs, looks at the outside, opens, compares; the size. */
static size_t round_trip(compactor *c, const opsdk_object *obj)
{
    auto_compact *packed = compactor_pack(c, obj);
    opsdk_auto_object *open = NULL;

    ck_assert_ptr_nonnull(packed);
    ck_assert_str_eq(compact_key(packed).name, opsdk_object_key(obj).name);
    ck_assert_pstr_eq(compact_key(packed).ns, opsdk_object_key(obj).ns);
    ck_assert_ptr_eq(compact_key(packed).kind, opsdk_object_key(obj).kind);
    ck_assert(compact_has_uid(packed, opsdk_object_uid(obj)));
    ck_assert(!compact_has_uid(packed, "another"));
    ck_assert(!compact_has_uid(packed, "3f2504e0-4f89-11d3-9a0c-0305e82c3301"));
    ck_assert_str_eq(compact_version(packed), opsdk_object_version(obj));
    ck_assert_int_eq(compact_open(packed, &open), 0);
    check_same(obj, open);
    return compact_size(packed);
}

START_TEST(opens_as_it_was)
{
    compactor *c = compactor_new();
    size_t first = 0, last = 0;

    for (int i = 0; i < 200; i++) { /* before, while and after the dictionary comes */
        opsdk_auto_object *obj = pod(i, 1);
        last = round_trip(c, obj);
        first = i == 0 ? last : first;
        if (i % 50 == 3)
            compactor_rest(c);
    }
    ck_assert_uint_lt(last, first);
    compactor_free(c);
}
END_TEST

START_TEST(rests)
{
    compactor *c = compactor_new();
    opsdk_auto_object *obj = object_of(&OPSDK_POD, "{'metadata':{'name':'a'},'data':'%*s'}", 4200, "");
    size_t least = compactor_size(c);

    round_trip(c, obj);
    ck_assert_uint_gt(compactor_size(c), least + 100000);
    compactor_rest(c);
    ck_assert_uint_lt(compactor_size(c), least + 10000); /* what a dictionary may be made of stays */
    round_trip(c, obj);
    compactor_free(c);
}
END_TEST

START_TEST(small_and_odd_ones)
{
    opsdk_auto_object *bare = object_of(NULL, "{}"), *wide = object_of(&OPSDK_NAMESPACE, "{'metadata':{'name':'n'}}");
    opsdk_auto_object *nul = object_of(&OPSDK_POD, "{'metadata':{'name':'a\\u0000b','namespace':''}}");
    opsdk_auto_object *large =
        object_of(&OPSDK_POD, "{'metadata':{'name':'a\\u0000b','namespace':'','uid':7},'data':'%*s'}", 4200, "");
    compactor *c = compactor_new();

    round_trip(c, bare);
    round_trip(c, wide);
    round_trip(c, nul);
    round_trip(c, large);
    compactor_free(c);
}
END_TEST

/* Objects that change their shape get another dictionary; what was packed by the old one still opens, also when the compactor is gone. */
START_TEST(learns_again)
{
    compactor *c = compactor_new();
    compact *old[3], *young;
    opsdk_auto_object *open = NULL, *again = NULL;
    size_t stale = 0, fresh = 0;

    for (int i = 0; i < 1200; i++) {
        opsdk_auto_object *obj = pod(i, 1);
        auto_compact *packed = compactor_pack(c, obj);
        if (i >= 1197)
            old[i - 1197] = compact_ref(packed);
    }
    for (int i = 0; i < 4000; i++) {
        opsdk_auto_object *obj = pod(i, 7777);
        auto_compact *packed = compactor_pack(c, obj);
        stale = i == 0 ? compact_size(packed) : stale;
        fresh = compact_size(packed);
    }
    ck_assert_uint_lt(fresh * 3, stale * 2);
    young = compact_ref(old[2]);
    compactor_free(c);
    ck_assert_int_eq(compact_open(old[0], &open), 0);
    ck_assert_str_eq(opsdk_object_key(open).name, "p1197");
    for (int i = 0; i < 3; i++)
        compact_unref(old[i]);
    ck_assert_int_eq(compact_open(young, &again), 0);
    ck_assert_str_eq(opsdk_object_key(again).name, "p1199");
    compact_unref(young);
}
END_TEST

/* Memory runs out at any place: it is packed, kept as it is, or refused; none leaks. */
START_TEST(without_memory)
{
    opsdk_object *objects[60];
    unsigned long k = 0;
    bool hit;

    if (!fault_works())
        return;
    for (int i = 0; i < 60; i++)
        objects[i] = pod(i, 1);
    do {
        compactor *c;
        int wrong = 0;
        fault_set_own(++k); /* libzstd 1.5.4 itself does not look at all that malloc gives it */
        c = compactor_new();
        for (int i = 0; c && i < 60; i++) {
            auto_compact *packed = compactor_pack(c, objects[i]);
            opsdk_auto_object *open = NULL;
            if (packed && compact_open(packed, &open) == 0)
                wrong += strcmp(opsdk_object_uid(open), opsdk_object_uid(objects[i])) != 0;
        }
        hit = fault_clear();
        ck_assert_int_eq(wrong, 0);
        compactor_free(c);
    } while (hit);
    ck_assert_uint_gt(k, 60); /* each object's own */
    for (int i = 0; i < 60; i++)
        opsdk_object_unref(objects[i]);
}
END_TEST

TESTS("compact", opens_as_it_was, rests, small_and_odd_ones, learns_again, without_memory)
