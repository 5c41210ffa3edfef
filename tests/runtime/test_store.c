#include "runtime/cache.h"
#include "runtime/store.h"
#include "tests/support/fault.h"
#include "tests/support/objects.h"
#include "tests/support/suite.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* Takes obj. */
static int put(store *s, opsdk_object *obj, uint32_t generation, bool listed, const char *old_version)
{
    opsdk_auto_object *hold = obj;
    auto_compact *old = NULL;

    if (store_mark(s, hold, generation, listed))
        return 0;
    ck_assert_int_eq(store_put(s, hold, generation, &old), 0);
    ck_assert_pstr_eq(old ? compact_version(old) : NULL, old_version);
    return 1;
}

START_TEST(does_not_go_back_in_time)
{
    store *s = store_new();
    auto_compact *got = NULL;

    ck_assert_int_eq(put(s, object_named(&OPSDK_POD, "a", "9"), 1, true, NULL), 1);
    ck_assert_int_eq(put(s, object_named(&OPSDK_POD, "a", "10"), 1, false, "9"), 1);
    ck_assert_int_eq(put(s, object_named(&OPSDK_POD, "a", "10"), 1, false, NULL), 0);
    ck_assert_int_eq(put(s, object_named(&OPSDK_POD, "a", "9"), 1, false, NULL), 0);
    got = store_find(s, OPSDK_KEY(NULL, "ns", "a"));
    ck_assert_str_eq(compact_version(got), "10");
    /* another object of the same name is newer, whatever its version; and so is what a list holds */
    ck_assert_int_eq(
        put(s, object_of(&OPSDK_POD, "{'metadata':{'name':'a','namespace':'ns','uid':'z','resourceVersion':'3'}}"), 1,
            false, "10"),
        1);
    ck_assert_int_eq(
        put(s, object_of(&OPSDK_POD, "{'metadata':{'name':'a','namespace':'ns','uid':'z','resourceVersion':'2'}}"), 1,
            true, "3"),
        1);
    store_free(s);
}
END_TEST

START_TEST(removes_no_newer_one)
{
    opsdk_auto_object *old = object_named(&OPSDK_POD, "a", "4"), *last = object_named(&OPSDK_POD, "a", "6");
    auto_compact *gone = NULL;
    store *s = store_new();

    put(s, object_named(&OPSDK_POD, "a", "5"), 1, true, NULL);
    ck_assert_ptr_null(store_remove(s, old));
    gone = store_remove(s, last);
    ck_assert_str_eq(compact_version(gone), "5");
    ck_assert_ptr_null(store_remove(s, last));
    ck_assert_uint_eq(store_count(s, NULL), 0);
    store_free(s);
}
END_TEST

/* Only what the new list does not name, and only in its namespace. */
START_TEST(sweeps)
{
    store *s = store_new();
    size_t at = 0, gone = 0;
    char name[16];

    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof(name), "p%d", i);
        put(s, object_named(&OPSDK_POD, name, "1"), 1, true, NULL);
    }
    put(s, object_of(&OPSDK_POD, "{'metadata':{'name':'x','namespace':'other','resourceVersion':'1'}}"), 1, true, NULL);
    for (int i = 0; i < 200; i += 2) {
        snprintf(name, sizeof(name), "p%d", i);
        ck_assert_int_eq(put(s, object_named(&OPSDK_POD, name, "1"), 2, true, NULL), 0);
    }
    for (;; gone++) {
        opsdk_auto_object *obj = NULL;
        if (store_sweep(s, "ns", 2, &at, &obj) == 0)
            break;
        ck_assert_int_eq(opsdk_object_key(obj).name[0], 'p');
    }
    ck_assert_uint_eq(gone, 100);
    ck_assert_uint_eq(store_count(s, NULL), 101);
    ck_assert_uint_eq(store_count(s, "other"), 1);
    ck_assert_uint_eq(store_count(s, "nobody"), 0);
    store_free(s);
}
END_TEST

START_TEST(cache_reads_across_stores)
{
    opsdk_cache *c = cache_new("ns");
    store *all = cache_store(c, &OPSDK_POD, "a=1", NULL), *more = cache_store(c, &OPSDK_POD, NULL, NULL);
    opsdk_auto_object *got = NULL,
                      *selector = object_of(
                          NULL, "{'s':{'matchLabels':{'app':'x'}}, 'bad':{'matchLabels':7, 'matchExpressions':1}}");
    opsdk_auto_objects list = {0}, some = {0}, none = {0};
    opsdk_value s = opsdk_at(selector, "/s");
    opsdk_error err = {0};

    ck_assert_ptr_ne(all, more);
    ck_assert_ptr_eq(all, cache_store(c, &OPSDK_POD, "a=1", ""));
    put(all, object_named(&OPSDK_POD, "b", "1"), 1, true, NULL);
    put(more, object_named(&OPSDK_POD, "b", "1"), 1, true, NULL);
    put(more, object_of(&OPSDK_POD, "{'metadata':{'name':'a','namespace':'z','labels':{'app':'x'}}}"), 1, true, NULL);
    put(more, object_of(&OPSDK_POD, "{'metadata':{'name':'a','namespace':'ns','labels':{'app':'x'}}}"), 1, true, NULL);

    got = opsdk_cache_get(c, OPSDK_KEY(&OPSDK_POD, NULL, "a"));
    ck_assert_str_eq(opsdk_object_key(got).ns, "ns");
    ck_assert_ptr_null(opsdk_cache_get(c, OPSDK_KEY(&OPSDK_SECRET, "ns", "a")));
    ck_assert_int_eq(opsdk_cache_select(c, &OPSDK_POD, NULL, NULL, &list, &err), 0);
    ck_assert_uint_eq(list.len, 3);
    ck_assert_str_eq(opsdk_object_key(list.items[0]).name, "a");
    ck_assert_str_eq(opsdk_object_key(list.items[1]).name, "b");
    ck_assert_str_eq(opsdk_object_key(list.items[2]).ns, "z");
    ck_assert_int_eq(opsdk_cache_select(c, &OPSDK_POD, "z", &s, &some, &err), 0);
    ck_assert_uint_eq(some.len, 1);
    ck_assert_uint_eq(opsdk_cache_count(c, &OPSDK_POD, NULL), 4);
    ck_assert_uint_eq(opsdk_cache_count(c, &OPSDK_POD, "z"), 1);
    ck_assert_uint_eq(opsdk_cache_count(c, &OPSDK_SECRET, NULL), 0);
    ck_assert_int_eq(opsdk_cache_select(c, &OPSDK_SECRET, NULL, NULL, &none, &err), OPSDK_EINVAL);
    cache_free(c);
}
END_TEST

/* Memory runs out at any place: an object is in it or refused, none leaks. */
START_TEST(refuses_when_memory_runs_out)
{
    opsdk_object *objects[40];
    unsigned long k = 0;
    char name[16];
    bool hit;

    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof(name), "p%d", i);
        objects[i] = object_named(&OPSDK_POD, name, "1");
    }
    do {
        compacts list = {0};
        size_t in = 0;
        store *s;
        int r = 0;
        fault_set(++k);
        s = store_new();
        for (int i = 0; s && i < 40; i++) {
            compact *old = NULL;
            in += store_put(s, objects[i], 1, &old) == 0;
        }
        if (s)
            r = store_collect(s, NULL, &list);
        hit = fault_clear();
        ck_assert(r == 0 || (r == OPSDK_ENOMEM && list.len == 0));
        ck_assert(!s || (store_count(s, NULL) == in && (hit || in == 40)));
        compacts_clear(&list);
        store_free(s);
    } while (hit);
    for (int i = 0; i < 40; i++)
        opsdk_object_unref(objects[i]);
}
END_TEST

enum { CHURN = 3000 };

static opsdk_object *churned(unsigned i, unsigned version)
{
    return object_of(
        &OPSDK_POD,
        "{'metadata':{'name':'p%u','namespace':'ns','uid':'3f2504e0-4f89-11d3-9a0c-0305%08x','resourceVersion':'%u'},"
        "'data':'%08x%08x%08x%*s'}",
        i, i, version, i * 2654435761u, version * 2246822519u, (i + version) * 3266489917u, 300, "");
}

typedef struct churn {
    store *store;
    atomic_bool over;
    int wrong;
} churn;

/* Opens what there is, again and again. */
static void *read_all(void *arg)
{
    churn *c = arg;

    for (unsigned i = 0; !c->over; i++) {
        auto_compact *packed = NULL;
        opsdk_auto_object *obj = NULL;
        char name[16];
        snprintf(name, sizeof(name), "p%u", i % CHURN);
        packed = store_find(c->store, OPSDK_KEY(NULL, "ns", name));
        if (packed && compact_open(packed, &obj) == 0)
            c->wrong += strcmp(opsdk_object_key(obj).name, name) != 0 ||
                        strcmp(opsdk_object_version(obj), compact_version(packed)) != 0;
    }
    return NULL;
}

/* Changes in no order, then nearly all removed, while others read: what is left is as it was put in, and memory is near what it takes. */
START_TEST(memory_follows_what_is_there)
{
    churn c = {.store = store_new()};
    size_t full, least;
    pthread_t reader;

    for (unsigned i = 0; i < CHURN; i++)
        put(c.store, churned(i, 1), 1, true, NULL);
    full = store_read(c.store).bytes;
    ck_assert_int_eq(pthread_create(&reader, NULL, read_all, &c), 0);
    for (unsigned n = 0; n < 4 * CHURN; n++) {
        opsdk_auto_object *obj = churned(n * 2654435761u % CHURN, n + 2);
        auto_compact *old = NULL;
        ck_assert_int_eq(store_put(c.store, obj, 1, &old), 0);
    }
    ck_assert(!store_tidy(c.store)); /* something has happened since the last time */
    ck_assert(store_tidy(c.store));
    ck_assert_uint_lt(store_read(c.store).bytes, full + full / 4 + (256 << 10)); /* the reader may hold some */
    for (unsigned i = 0; i < CHURN; i++) {
        opsdk_auto_object *last = churned(i, 5 * CHURN);
        if (i % 20 != 0)
            compact_unref(store_remove(c.store, last));
    }
    c.over = true;
    pthread_join(reader, NULL);
    store_tidy(c.store);
    store_tidy(c.store);
    least = store_read(c.store).dictionaries + 3000 * 4 * 16 + CHURN / 20 * 500;
    ck_assert_uint_lt(store_read(c.store).bytes, least + (200 << 10));
    ck_assert_int_eq(c.wrong, 0);
    ck_assert_uint_eq(store_count(c.store, NULL), CHURN / 20);
    for (unsigned i = 0; i < CHURN; i += 20) {
        auto_compact *packed = NULL;
        char name[16], uid[40];
        snprintf(name, sizeof(name), "p%u", i);
        snprintf(uid, sizeof(uid), "3f2504e0-4f89-11d3-9a0c-0305%08x", i);
        packed = store_find(c.store, OPSDK_KEY(NULL, "ns", name));
        ck_assert(compact_has_uid(packed, uid));
    }
    store_free(c.store);
}
END_TEST

TESTS("store", does_not_go_back_in_time, removes_no_newer_one, sweeps, cache_reads_across_stores,
      refuses_when_memory_runs_out, memory_follows_what_is_there)
