/* The store: revisions, order, the past, watches. */
#include "apiserver/limits.h"
#include "apiserver/store.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const selectable fields[] = {{"status.phase", "/status/phase", ""}, {0}};
static resource things = {
    .group = "", .version = "v1", .plural = "things", .kind = "Thing", .namespaced = true, .selectables = fields};
static store *s;
static collection *c;

static void start(void)
{
    s = store_new();
    c = store_collection(s, &things);
    ck_assert_ptr_nonnull(c);
}

static item *put(const char *ns, const char *name, const char *value)
{
    auto_failure why = {0};
    item *it = NULL;
    json_t *obj = json_pack("{s:{s:s, s:s, s:{s:s}}, s:{s:s}}", "metadata", "namespace", ns, "name", name, "labels",
                            "value", value, "status", "phase", value);

    ck_assert_int_eq(collection_put(c, obj, &it, &why), 0);
    json_decref(obj);
    return it;
}

static void take_out(const char *ns, const char *name)
{
    auto_failure why = {0};

    ck_assert_int_eq(collection_remove(c, ns, name, NULL, &why), 0);
}

static int join(item *it, void *user)
{
    char *text = user;
    size_t at = strlen(text);

    snprintf(text + at, 400 - at, "%s=%s ", it->key, item_label(it, "value"));
    return 0;
}

static const char *state(int64_t revision, const char *ns, const char *after)
{
    static char text[400];
    auto_failure why = {0};

    text[0] = '\0';
    if (collection_each(c, revision, ns, after, join, text, &why) < 0)
        snprintf(text, sizeof(text), "%d %s", why.code, why.reason);
    return text;
}

START_TEST(order_and_revisions)
{
    item *it;

    start();
    put("b", "one", "1");
    put("a", "two", "1");
    it = put("a", "one", "1");
    ck_assert_int_eq(it->revision, 4);
    ck_assert_str_eq(it->name, "one");
    ck_assert_str_eq(it->ns, "a");
    ck_assert_str_eq(it->fields[0], "1");
    ck_assert_str_eq(state(0, "", NULL), "a/one=1 a/two=1 b/one=1 ");
    ck_assert_str_eq(state(0, "a", NULL), "a/one=1 a/two=1 ");
    ck_assert_str_eq(state(0, "", "a/one"), "a/two=1 b/one=1 ");
    ck_assert_str_eq(state(0, "", "a/oz"), "a/two=1 b/one=1 ");
    take_out("a", "one");
    ck_assert_ptr_null(collection_get(c, "a", "one"));
    ck_assert_int_eq(store_revision(s), 5);
    store_free(s);
}
END_TEST

START_TEST(the_past_is_readable)
{
    start();
    put("a", "one", "1");
    put("a", "two", "1");
    put("a", "one", "2");
    take_out("a", "two");
    put("a", "two", "3");
    ck_assert_str_eq(state(2, "", NULL), "a/one=1 ");
    ck_assert_str_eq(state(3, "", NULL), "a/one=1 a/two=1 ");
    ck_assert_str_eq(state(4, "", NULL), "a/one=2 a/two=1 ");
    ck_assert_str_eq(state(5, "", NULL), "a/one=2 ");
    ck_assert_str_eq(state(6, "", NULL), "a/one=2 a/two=3 ");
    store_compact(s, 4);
    ck_assert_str_eq(state(3, "", NULL), "410 Expired");
    ck_assert_str_eq(state(5, "", NULL), "a/one=2 ");
    store_free(s);
}
END_TEST

/* Every state that ever was, against a model that keeps them all. */
START_TEST(the_past_agrees_with_a_model)
{
    char states[201][400] = {{0}};
    unsigned seed = 7;

    start();
    for (int64_t r = 2; r < 200; r++) {
        char name[2] = {(char)('a' + rand_r(&seed) % 6), '\0'}, value[12];
        snprintf(value, sizeof(value), "%d", rand_r(&seed) % 10);
        if (collection_get(c, "n", name) && rand_r(&seed) % 3 == 0)
            take_out("n", name);
        else
            put("n", name, value);
        ck_assert_int_eq(store_revision(s), r);
        snprintf(states[r], sizeof(states[r]), "%s", state(0, "", NULL));
    }
    for (int64_t r = 199; r-- > 2;)
        ck_assert_str_eq(state(r, "", NULL), states[r]);
    store_free(s);
}
END_TEST

typedef struct seen {
    watcher watcher;
    char text[400];
} seen;

static void on_event(watcher *w, const event *e)
{
    seen *to = (seen *)(void *)w;
    size_t at = strlen(to->text);

    snprintf(to->text + at, sizeof(to->text) - at, "%c%s@%lld ", "AMD"[e->type], e -> now -> key,
             (long long)e -> revision);
}

START_TEST(watches_resume)
{
    auto_failure why = {0};
    seen early = {.watcher = {.on_event = on_event}}, late = {.watcher = {.on_event = on_event}};

    start();
    put("a", "one", "1");
    ck_assert_int_eq(watcher_start(&early.watcher, c, 2, &why), 0);
    put("a", "one", "2");
    take_out("a", "one");
    put("a", "two", "1");
    ck_assert_int_eq(watcher_start(&late.watcher, c, 3, &why), 0);
    watcher_stop(&early.watcher);
    put("a", "two", "2");
    ck_assert_str_eq(early.text, "Ma/one@3 Da/one@4 Aa/two@5 ");
    ck_assert_str_eq(late.text, "Da/one@4 Aa/two@5 Ma/two@6 ");
    watcher_stop(&late.watcher);
    store_compact(s, 5);
    ck_assert_int_eq(watcher_start(&late.watcher, c, 4, &why), -1);
    ck_assert_int_eq(why.code, 410);
    ck_assert_int_eq(store_compacted(s), 5);
    store_free(s);
}
END_TEST

START_TEST(large_objects_are_packed)
{
    char value[20001];
    json_auto_t *obj = NULL;
    item *it;

    memset(value, 'x', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    start();
    it = put("a", "one", value);
    ck_assert_uint_gt(it->packed, 0);
    ck_assert_uint_lt(it->packed, 1000);
    obj = item_json(it);
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(obj, "status"), "phase")), value);
    store_free(s);
}
END_TEST

/* What is written last is there as a tree; every other is read anew. */
START_TEST(trees_are_of_the_present)
{
    json_t *tree, *again;
    item *it;

    start();
    it = put("a", "one", "1");
    tree = item_json(it);
    collection_keep_tree(c, it, tree);
    again = collection_tree(c, it);
    ck_assert_ptr_eq(again, tree);
    json_decref(again);
    it = put("a", "one", "2");
    again = collection_tree(c, it);
    ck_assert_ptr_ne(again, tree);
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(again, "status"), "phase")), "2");
    json_decref(again);
    for (int i = 0; i < 1000; i++) {
        char name[16];
        snprintf(name, sizeof(name), "n%d", i);
        it = put("a", name, name);
        collection_keep_tree(c, it, item_json(it));
    }
    store_free(s);
}
END_TEST

static char *noise(size_t len)
{
    char *text = malloc(len + 1);
    uint32_t r = 1;

    for (size_t i = 0; i < len; i++) {
        r = r * 1664525u + 1013904223u;
        text[i] = (char)('0' + (r >> 24) % 64);
    }
    text[len] = '\0';
    return text;
}

static void ignore(watcher *w, const event *e)
{
    (void)w, (void)e;
}

START_TEST(the_past_is_bounded_in_bytes)
{
    static const size_t size = 3u << 20;
    char *text = noise(size);
    watcher w = {.on_event = ignore};
    auto_failure why = {0};
    int64_t first, last;

    start();
    put("a", "small", "1");
    first = store_revision(s);
    for (size_t i = 0; i < LIMIT_HISTORY_BYTES / size; i++) { /* it is in there twice, and packs by a quarter */
        text[i] = 'x';
        put("a", "large", text);
    }
    last = store_revision(s);
    ck_assert_int_eq(watcher_start(&w, c, first, &why), -1);
    ck_assert_int_eq(why.code, 410);
    failure_clear(&why);
    ck_assert_int_eq(watcher_start(&w, c, last - 3, &why), 0);
    watcher_stop(&w);
    free(text);
    store_free(s);
}
END_TEST

TESTS("store", the_past_is_bounded_in_bytes, order_and_revisions, the_past_is_readable, the_past_agrees_with_a_model,
      watches_resume, large_objects_are_packed, trees_are_of_the_present)
