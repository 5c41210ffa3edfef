/* Indexes of stores, of the cache, and of a manager with a real server. */
#include "runtime/cache.h"
#include "runtime/field_index.h"
#include "tests/bench/spread.h"
#include "tests/support/fault.h"
#include "tests/support/objects.h"
#include "tests/support/suite.h"

#include <opsdk.h>
#include <opsdk/testing.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define COLOR "/spec/color"

static opsdk_object *colored(const char *ns, const char *name, const char *color, unsigned version)
{
    return object_of(&OPSDK_POD,
                     "{'metadata':{'name':'%s','namespace':'%s','uid':'u-%s','resourceVersion':'%u','ownerReferences':"
                     "[{'uid':'owner-%s'}]},'spec':{'color':'%s'}}",
                     name, ns, name, version, color, color);
}

static int put(store *s, const char *ns, const char *name, const char *color, unsigned version)
{
    opsdk_auto_object *obj = colored(ns, name, color, version);
    auto_compact *old = NULL;

    return store_put(s, obj, version, &old);
}

static void take(store *s, const char *ns, const char *name)
{
    opsdk_auto_object *last = colored(ns, name, "", 1000000);

    compact_unref(store_remove(s, last));
}

static size_t count_by(store *s, const char *ns, const char *color)
{
    auto_compacts found = {0};

    ck_assert_int_eq(store_collect_by(s, ns, COLOR, color, &found), 1);
    return found.len;
}

START_TEST(a_store_keeps_its_index)
{
    store *s = store_new();
    size_t at = 0;

    ck_assert_int_eq(store_index(s, COLOR), 0);
    ck_assert_int_eq(store_index(s, COLOR), 0);
    put(s, "ns", "a", "red", 1);
    put(s, "ns", "b", "red", 1);
    put(s, "other", "a", "red", 1);
    ck_assert_uint_eq(count_by(s, NULL, "red"), 3);
    ck_assert_uint_eq(count_by(s, "ns", "red"), 2);
    put(s, "ns", "a", "blue", 2);
    ck_assert_uint_eq(count_by(s, "ns", "red"), 1);
    ck_assert_uint_eq(count_by(s, "ns", "blue"), 1);
    take(s, "other", "a");
    ck_assert_uint_eq(count_by(s, NULL, "red"), 1);
    for (int r = 1; r > 0;) {
        opsdk_auto_object *gone = NULL;
        r = store_sweep(s, NULL, 2, &at, &gone);
    }
    ck_assert_uint_eq(count_by(s, NULL, "red"), 0);
    ck_assert_uint_eq(count_by(s, NULL, "blue"), 1);
    ck_assert(store_indexes(s, COLOR) && !store_indexes(s, "/else"));
    ck_assert_uint_gt(store_read(s).indexes, 100);
    store_free(s);
}
END_TEST

/* Three thousand steps by chance, each compared with looking at each object. */
START_TEST(an_index_says_what_looking_says)
{
    static const char *const colors[] = {"red", "green", "blue", "", "a value that is longer than the others"};
    store *s = store_new();
    size_t color_of[40] = {0}; /* plus one */

    ck_assert_int_eq(store_index(s, COLOR), 0);
    for (unsigned i = 0; i < 3000; i++) {
        size_t key = spread(i, 1) % 40, color = spread(i, 2) % 5, want = 0;
        char name[8];
        snprintf(name, sizeof(name), "p%zu", key);
        if (spread(i, 3) % 4 == 0)
            take(s, "ns", name);
        else
            ck_assert_int_eq(put(s, "ns", name, colors[color], i + 1), 0);
        color_of[key] = spread(i, 3) % 4 == 0 ? 0 : color + 1;
        color = spread(i, 4) % 5;
        for (key = 0; key < 40; key++)
            want += color_of[key] == color + 1;
        ck_assert_uint_eq(count_by(s, "ns", colors[color]), want);
    }
    store_free(s);
}
END_TEST

/* Whatever allocation fails: either nothing was put, or it is found; by looking, when the index was lost; and reindexing finds it again. */
START_TEST(without_memory)
{
    opsdk_auto_object *a = colored("ns", "a", "red", 1), *b = colored("ns", "b", "red", 1);
    unsigned long k = 0, lost = 0;
    bool hit;

    if (!fault_works())
        return;
    do {
        auto_compacts found = {0};
        auto_compact *old = NULL, *older = NULL;
        store *s = store_new();
        int r, indexed;
        ck_assert_int_eq(store_index(s, COLOR), 0);
        fault_set(++k);
        r = store_put(s, a, 1, &old);
        if (r >= 0)
            r = store_put(s, b, 1, &older);
        hit = fault_clear();
        indexed = store_collect_by(s, NULL, COLOR, "red", &found);
        lost += indexed == 0;
        ck_assert(indexed == 0 || found.len == store_count(s, NULL));
        ck_assert(r == OPSDK_ENOMEM || store_count(s, NULL) == 2);
        store_reindex(s);
        ck_assert_uint_eq(count_by(s, NULL, "red"), store_count(s, NULL));
        store_free(s);
    } while (hit);
    ck_assert_uint_gt(lost, 2);
}
END_TEST

static size_t found_by(opsdk_cache *c, const char *ns, const char *color, const char *first)
{
    opsdk_auto_objects list = {0};

    ck_assert_int_eq(opsdk_cache_by_index(c, &OPSDK_POD, ns, COLOR, color, &list, NULL), 0);
    if (list.len > 0)
        ck_assert_str_eq(opsdk_object_key(list.items[0]).name, first);
    return list.len;
}

/* Of two watches of a kind: each object once, in order. */
START_TEST(the_cache_finds_by_index)
{
    opsdk_cache *c = cache_new(NULL);
    store *all = cache_store(c, &OPSDK_POD, NULL, NULL), *some = cache_store(c, &OPSDK_POD, "x=y", NULL);
    opsdk_auto_objects list = {0};
    opsdk_error err = {0};

    ck_assert_int_eq(store_index(all, COLOR), 0);
    ck_assert_int_eq(opsdk_cache_by_index(c, &OPSDK_POD, NULL, COLOR, "red", &list, &err), OPSDK_EINVAL);
    ck_assert(strstr(err.message, "not indexed by '" COLOR "'"));
    ck_assert_int_eq(opsdk_cache_by_index(c, &OPSDK_SECRET, NULL, COLOR, "red", &list, &err), OPSDK_EINVAL);
    ck_assert_int_eq(store_index(some, COLOR), 0);
    put(all, "ns", "b", "red", 1);
    put(all, "ns", "a", "red", 1);
    put(some, "ns", "a", "red", 1);
    put(all, "other", "c", "red", 1);
    put(all, "other", "d", "blue", 1);
    ck_assert_uint_eq(found_by(c, NULL, "red", "a"), 3);
    ck_assert_uint_eq(found_by(c, "other", "red", "c"), 1);
    ck_assert_uint_eq(found_by(c, NULL, "pink", ""), 0);
    cache_free(c);
}
END_TEST

static size_t owned_by(opsdk_cache *c, const char *uid, const char *ns)
{
    opsdk_auto_object *owner = object_of(&OPSDK_DEPLOYMENT, "{'metadata':{'name':'o','uid':'%s'%s%s%s}}", uid,
                                         *ns ? ",'namespace':'" : "", ns, *ns ? "'" : "");
    opsdk_auto_objects list = {0};
    int r = opsdk_cache_owned(c, &OPSDK_POD, owner, &list, NULL);

    ck_assert_int_eq(r, *uid ? 0 : OPSDK_EINVAL);
    return list.len;
}

/* With an index and without. */
START_TEST(the_cache_finds_what_is_owned)
{
    for (int indexed = 0; indexed < 2; indexed++) {
        opsdk_cache *c = cache_new(NULL);
        store *s = cache_store(c, &OPSDK_POD, NULL, NULL);
        if (indexed)
            ck_assert_int_eq(store_index(s, FIELD_INDEX_OWNERS), 0);
        put(s, "ns", "a", "red", 1);
        put(s, "ns", "b", "red", 1);
        put(s, "other", "c", "red", 1);
        put(s, "ns", "d", "blue", 1);
        ck_assert_uint_eq(owned_by(c, "owner-red", "ns"), 2);
        ck_assert_uint_eq(owned_by(c, "owner-red", ""), 3);
        ck_assert_uint_eq(owned_by(c, "owner-pink", "ns"), 0);
        ck_assert_uint_eq(owned_by(c, "", "ns"), 0);
        cache_free(c);
    }
}
END_TEST

static atomic_int red, owned;

static int look(const opsdk_request *rq, opsdk_result *ret, opsdk_error *err)
{
    opsdk_auto_objects reds = {0}, secrets = {0};
    int r = opsdk_cache_by_index(rq->cache, &OPSDK_CONFIGMAP, NULL, "/data/color", "red", &reds, err);

    (void)ret;
    if (r >= 0 && strcmp(rq->key.name, "owner") == 0)
        r = opsdk_cache_owned(rq->cache, &OPSDK_SECRET, rq->object, &secrets, err);
    atomic_store(&red, (int)reds.len);
    if (strcmp(rq->key.name, "owner") == 0)
        atomic_store(&owned, (int)secrets.len);
    return r;
}

static void await(const atomic_int *value, int want)
{
    for (int i = 0; *value != want; i++) {
        ck_assert_msg(i < 12000, "finds %d, not %d", *value, want);
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
}

static void write_color(opsdk_testing *t, const char *name, const char *color)
{
    opsdk_error err = {0};

    ck_assert_msg(opsdk_apply(t->client, OPSDK_KEY(&OPSDK_CONFIGMAP, "default", name),
                              json_pack("{s:{s:s}}", "data", "color", color), NULL, NULL, &err) == 0,
                  "%s", err.message);
}

/* Also where keys alone are kept: what is indexed is. */
START_TEST(a_handler_finds_by_index)
{
    static const char *const indexes[] = {"/data/color", NULL};
    static const opsdk_source sources[] = {{.kind = &OPSDK_SECRET, .owned = true}, {0}};
    static const opsdk_handler handler = {.name = "look",
                                          .kind = &OPSDK_CONFIGMAP,
                                          .sources = sources,
                                          .keep = OPSDK_KEEP_KEYS,
                                          .indexes = indexes,
                                          .reconcile = look};
    opsdk_testing t = {0};
    opsdk_error err = {0};
    opsdk_auto_object *owner = NULL;
    char text[300];

    ck_assert_msg(opsdk_testing_start(&t, NULL, NULL, OPSDK_HANDLERS(&handler), &err) == 0, "%s", err.message);
    write_color(&t, "a", "red");
    write_color(&t, "owner", "red");
    await(&red, 2);
    write_color(&t, "a", "blue");
    await(&red, 1);
    ck_assert_int_eq(opsdk_get(t.client, OPSDK_KEY(&OPSDK_CONFIGMAP, "default", "owner"), &owner, &err), 0);
    snprintf(text, sizeof(text),
             "{apiVersion: v1, kind: Secret, metadata: {name: s, ownerReferences: [{apiVersion: v1, kind: ConfigMap, "
             "name: owner, uid: %s, controller: true}]}}",
             opsdk_object_uid(owner));
    ck_assert_msg(opsdk_apiserver_load_text(t.server, text, &err) == 0, "%s", err.message);
    await(&owned, 1);
    ck_assert(opsdk_testing_stop(&t));
}
END_TEST

START_TEST(a_pointer_must_be_one)
{
    static const char *const indexes[] = {"spec", NULL};
    static const opsdk_handler handler = {
        .name = "look", .kind = &OPSDK_CONFIGMAP, .indexes = indexes, .reconcile = look};
    opsdk_testing t = {0};
    opsdk_error err = {0};

    ck_assert_int_eq(opsdk_testing_start(&t, NULL, NULL, OPSDK_HANDLERS(&handler), &err), OPSDK_EINVAL);
    ck_assert_msg(strstr(err.message, "'spec' is no pointer"), "%s", err.message);
}
END_TEST

TESTS("index", a_store_keeps_its_index, an_index_says_what_looking_says, without_memory, the_cache_finds_by_index,
      the_cache_finds_what_is_owned, a_handler_finds_by_index, a_pointer_must_be_one)
