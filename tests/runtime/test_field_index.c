#include "runtime/field_index.h"
#include "tests/support/fault.h"
#include "tests/support/objects.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

static void put(field_index *x, const char *name, const char *value)
{
    opsdk_auto_object *obj = object_of(&OPSDK_POD, "{'metadata':{'name':'%s','namespace':'ns'},'v':%s}", name, value);

    if (!field_index_knows(x, obj))
        field_index_put(x, obj);
    ck_assert(field_index_knows(x, obj));
}

typedef struct found {
    char names[128];
} found;

static void add(opsdk_key key, void *user)
{
    found *f = user;
    size_t len = strlen(f->names);

    ck_assert_str_eq(key.ns, "ns");
    snprintf(f->names + len, sizeof(f->names) - len, "%s ", key.name);
}

static bool finds(const field_index *x, const char *value, const char *names)
{
    found f = {""};

    field_index_find(x, value, add, &f);
    return strcmp(f.names, names) == 0;
}

START_TEST(finds_what_has_a_value)
{
    field_index *x = field_index_new("/v");

    put(x, "a", "'one'");
    put(x, "b", "'two'");
    put(x, "c", "'one'");
    ck_assert(finds(x, "one", "c a "));
    ck_assert(finds(x, "two", "b "));
    ck_assert(finds(x, "", ""));
    put(x, "a", "'two'");
    ck_assert(finds(x, "one", "c ") && finds(x, "two", "a b "));
    put(x, "c", "null");
    ck_assert(finds(x, "one", ""));
    field_index_remove(x, OPSDK_KEY(NULL, "ns", "b"));
    field_index_remove(x, OPSDK_KEY(NULL, "ns", "nobody"));
    ck_assert(finds(x, "two", "a "));
    field_index_free(x);
}
END_TEST

START_TEST(values_of_each_type)
{
    field_index *x = field_index_new("/v");

    put(x, "int", "3");
    put(x, "yes", "true");
    put(x, "empty", "''");
    put(x, "map", "{'uid':'u'}");
    put(x, "list", "['x','y',4,null,{'uid':'u'},{'other':1},['z']]");
    put(x, "nul", "'a\\u0000b'");
    ck_assert(finds(x, "3", "int ") && finds(x, "true", "yes ") && finds(x, "", "empty "));
    ck_assert(finds(x, "x", "list ") && finds(x, "y", "list ") && finds(x, "4", "list ") && finds(x, "u", "list "));
    ck_assert(finds(x, "z", "") && finds(x, "a", ""));
    put(x, "list", "['y']");
    ck_assert(finds(x, "x", "") && finds(x, "y", "list "));
    field_index_free(x);
}
END_TEST

/* What objects took comes back when they go. */
START_TEST(memory_is_accounted_for)
{
    field_index *x = field_index_new("/v");
    size_t tables, least;
    char name[16];

    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        put(x, name, "['a','b']");
    }
    tables = field_index_bytes(x);
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        field_index_remove(x, OPSDK_KEY(NULL, "ns", name));
    }
    least = field_index_bytes(x);
    ck_assert_uint_gt(tables, least + 100 * 80);
    put(x, "one", "'a'");
    ck_assert_uint_gt(field_index_bytes(x), least);
    put(x, "one", "null");
    ck_assert_uint_eq(field_index_bytes(x), least);
    field_index_free(x);
}
END_TEST

START_TEST(matches_without_an_index)
{
    opsdk_auto_object *obj = object_of(
        &OPSDK_POD, "{'metadata':{'name':'a','ownerReferences':[{'uid':'u1'},{'uid':'u2'}]},'spec':{'n':'x'}}");

    ck_assert(field_index_match(obj, "/spec/n", "x"));
    ck_assert(!field_index_match(obj, "/spec/n", "y"));
    ck_assert(!field_index_match(obj, "/spec/m", ""));
    ck_assert(field_index_match(obj, FIELD_INDEX_OWNERS, "u2"));
    ck_assert(!field_index_match(obj, "/spec", "x"));
}
END_TEST

/* An array that is as long as an attacker likes. */
START_TEST(values_are_limited)
{
    char value[8192] = "['v'", name[8];
    field_index *x = field_index_new("/v");

    for (int i = 1; i < 1000; i++)
        strcat(value, ",'v'");
    strcat(value, ",'last']");
    put(x, "a", value);
    ck_assert(finds(x, "last", ""));
    put(x, "a", "'v'");
    snprintf(name, sizeof(name), "a ");
    ck_assert(finds(x, "v", name));
    field_index_free(x);
}
END_TEST

/* Without memory it is lost, whole and told; then it can begin again. */
START_TEST(without_memory)
{
    opsdk_auto_object *a = object_of(&OPSDK_POD, "{'metadata':{'name':'a','namespace':'ns'},'v':['x','y']}");
    opsdk_auto_object *b = object_of(&OPSDK_POD, "{'metadata':{'name':'b','namespace':'ns'},'v':'x'}");
    unsigned long k = 0;
    bool hit;

    if (!fault_works())
        return;
    do {
        field_index *x;
        fault_set(++k);
        x = field_index_new("/v");
        if (x) {
            field_index_put(x, a);
            field_index_put(x, b);
        }
        hit = fault_clear();
        if (!x)
            continue;
        ck_assert(field_index_lost(x) == hit);
        ck_assert(field_index_knows(x, a));
        ck_assert(finds(x, "x", hit ? "" : "b a "));
        field_index_begin(x);
        ck_assert(!field_index_knows(x, a));
        field_index_put(x, a);
        ck_assert(finds(x, "y", "a "));
        field_index_free(x);
    } while (hit);
    ck_assert_uint_gt(k, 6);
}
END_TEST

TESTS("field index", finds_what_has_a_value, values_of_each_type, memory_is_accounted_for, matches_without_an_index,
      values_are_limited, without_memory)
