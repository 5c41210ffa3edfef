/* A cache with a limit: what it cuts down, refuses and tells, alone and under a manager with the embedded API server. */
#include "runtime/cache.h"
#include "runtime/manager.h"
#include "tests/support/fault.h"
#include "tests/support/objects.h"
#include "tests/support/suite.h"

#include <opsdk.h>
#include <opsdk/testing.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LIMIT ((size_t)1 << 20)
#define PATIENCE 6000 /* times 5 ms */

static const char *const only_a[] = {"/data/a", NULL};

static bool has(const opsdk_object *obj, const char *pointer)
{
    return opsdk_at(obj, pointer).obj != NULL;
}

/* Digits that do not pack well. */
static void noise(char *to, size_t len, unsigned seed)
{
    for (size_t i = 0; i < len; i++) {
        seed = seed * 1664525u + 1013904223u;
        to[i] = (char)('A' + (seed >> 24) % 58);
        if (to[i] == '\\' || to[i] == '\'')
            to[i] = '-';
    }
    to[len] = '\0';
}

static opsdk_object *config(unsigned i, size_t len)
{
    char text[4001];

    noise(text, len, i);
    return object_of(
        &OPSDK_CONFIGMAP,
        "{'metadata':{'name':'c%u','namespace':'ns','uid':'u-%u','resourceVersion':'%u','labels':{'app':'x'}},"
        "'data':{'a':'%u','b':'%s'}}",
        i, i, i + 1, i, text);
}

/* Puts in the i-th; what store_put says. */
static int put(store *s, unsigned i)
{
    opsdk_auto_object *obj = config(i, 2000);
    auto_compact *old = NULL;

    return store_put(s, obj, 1, &old);
}

typedef struct fixture {
    opsdk_cache *cache;
    store *maps, *others;
    int cuts;
    store_mode last;
} fixture;

static void on_cut(const opsdk_kind *kind, store_mode mode, void *user)
{
    fixture *f = user;

    ck_assert_str_eq(kind->kind, "ConfigMap");
    f->cuts++;
    f->last = mode;
}

static fixture begin(void)
{
    fixture f = {.cache = cache_new("ns")};

    f.maps = cache_store(f.cache, &OPSDK_CONFIGMAP, NULL, NULL);
    f.others = cache_store(f.cache, &OPSDK_SECRET, NULL, NULL);
    return f;
}

static void fill(fixture *f, enum opsdk_full full)
{
    cache_limit(f->cache, LIMIT, full, on_cut, f);
    put(f->others, 0);
    for (unsigned i = 0; i < 1500; i++) {
        ck_assert_int_eq(put(f->maps, i), 0);
        ck_assert_uint_le(cache_used(f->cache), LIMIT + (450 << 10)); /* for a dictionary in the making */
    }
    ck_assert_uint_eq(store_count(f->maps, NULL), 1500);
}

/* The largest is cut down, and nobody else. */
START_TEST(keeps_keys)
{
    fixture f = begin();
    opsdk_auto_object *first = NULL, *last = NULL;

    cache_declare(f.cache, f.maps, only_a, false);
    fill(&f, OPSDK_FULL_KEYS);
    ck_assert_int_eq(f.cuts, 1);
    ck_assert_int_eq(store_mode_of(f.maps), STORE_KEYS);
    ck_assert_int_eq(store_mode_of(f.others), STORE_GIVEN);
    first = opsdk_cache_get(f.cache, OPSDK_KEY(&OPSDK_CONFIGMAP, "ns", "c0")); /* there is no server to ask */
    last = opsdk_cache_get(f.cache, OPSDK_KEY(&OPSDK_CONFIGMAP, "ns", "c1499"));
    ck_assert_str_eq(opsdk_object_label(first, "app"), "x");
    ck_assert_str_eq(opsdk_object_uid(last), "u-1499");
    ck_assert(!has(first, "/data") && !has(last, "/data"));
    cache_free(f.cache);
}
END_TEST

START_TEST(keeps_fields)
{
    fixture f = begin();
    opsdk_auto_object *first = NULL;

    cache_declare(f.cache, f.maps, only_a, false);
    fill(&f, OPSDK_FULL_FIELDS);
    ck_assert_int_eq(f.cuts, 1);
    ck_assert_int_eq(f.last, STORE_FIELDS);
    first = opsdk_cache_get(f.cache, OPSDK_KEY(&OPSDK_CONFIGMAP, "ns", "c0"));
    ck_assert_str_eq(opsdk_value_str(opsdk_at(first, "/data/a"), ""), "0");
    ck_assert(!has(first, "/data/b"));
    cache_free(f.cache);
}
END_TEST

/* Nobody named fields: keys. */
START_TEST(has_no_fields)
{
    fixture f = begin();

    fill(&f, OPSDK_FULL_FIELDS);
    ck_assert_int_eq(f.last, STORE_KEYS);
    cache_free(f.cache);
}
END_TEST

START_TEST(refuses_what_is_new)
{
    fixture f = begin();
    opsdk_auto_object *more = NULL;
    auto_compact *old = NULL;
    unsigned in = 0;

    cache_limit(f.cache, LIMIT, OPSDK_FULL_REFUSE, on_cut, &f);
    while (in < 1500 && put(f.maps, in) == 0)
        in++;
    ck_assert_uint_gt(in, 100);
    ck_assert_uint_lt(in, 1500);
    ck_assert_int_eq(put(f.maps, 1500), STORE_REFUSED);
    ck_assert_uint_le(cache_used(f.cache), LIMIT);
    ck_assert_uint_eq(store_count(f.maps, NULL), in);
    ck_assert_uint_eq(store_read(f.maps).refused, 2);
    ck_assert(store_read(f.maps).missing);
    more = config(1, 3000); /* known, and larger than before: an old state would be worse */
    ck_assert_int_eq(store_put(f.maps, more, 2, &old), 0);
    ck_assert_str_eq(compact_version(old), "2");
    ck_assert_int_eq(f.cuts, 0);
    ck_assert(!cache_has_room(f.cache));

    for (unsigned i = 0; i < in; i++) { /* room again */
        opsdk_auto_object *last = config(i, 10);
        compact_unref(store_remove(f.maps, last));
    }
    cache_tidy(f.cache);
    cache_tidy(f.cache); /* nothing has happened since the last time */
    ck_assert(cache_has_room(f.cache));
    store_forget_missing(f.maps);
    ck_assert(!store_read(f.maps).missing);
    ck_assert_int_eq(put(f.maps, 1500), 0);
    cache_free(f.cache);
}
END_TEST

/* When keys alone do not fit either, what is new is refused. */
START_TEST(refuses_at_last)
{
    fixture f = begin();
    int r = 0;

    cache_limit(f.cache, LIMIT / 16, OPSDK_FULL_KEYS, NULL, NULL);
    for (unsigned i = 0; i < 1500 && r == 0; i++)
        r = put(f.maps, i);
    ck_assert_int_eq(r, STORE_REFUSED);
    ck_assert_int_eq(store_mode_of(f.maps), STORE_KEYS);
    ck_assert_int_eq(store_mode_of(f.others), STORE_KEYS); /* empty, but asked */
    cache_free(f.cache);
}
END_TEST

/* Memory that runs out while a store is cut down: each object is whole or cut, none is lost. */
START_TEST(cuts_without_memory)
{
    unsigned long k = 0;
    bool hit;

    if (!fault_works())
        return;
    do {
        store *s = store_new();
        for (unsigned i = 0; i < 40; i++)
            ck_assert_int_eq(put(s, i), 0);
        k += 7;
        fault_set_own(k);
        store_cut(s, STORE_KEYS, NULL);
        hit = fault_clear();
        ck_assert_uint_eq(store_count(s, NULL), 40);
        for (unsigned i = 0; i < 40; i++) {
            opsdk_auto_object *obj = NULL;
            auto_compact *packed = NULL;
            char name[16];
            snprintf(name, sizeof(name), "c%u", i);
            packed = store_find(s, OPSDK_KEY(&OPSDK_CONFIGMAP, "ns", name));
            ck_assert_int_eq(compact_open(packed, &obj), 0);
            ck_assert_str_eq(opsdk_object_label(obj, "app"), "x");
            ck_assert(hit || !has(obj, "/data"));
        }
        store_free(s);
    } while (hit);
    ck_assert_uint_gt(k, 40);
}
END_TEST

/* --- a manager --- */

enum { MAPS = 400 };

/* What handlers saw. */
typedef struct seen {
    pthread_mutex_t lock;
    bool named[MAPS];
    int whole, part; /* reconciles whose object had its data, or not */
    int got, selected;
} seen;

static int look(const opsdk_request *rq, opsdk_result *ret, opsdk_error *err)
{
    opsdk_auto_object *got = opsdk_cache_get(rq->cache, rq->key);
    opsdk_auto_objects list = {0};
    seen *s = rq->user;
    unsigned i;

    (void)ret;
    if (sscanf(rq->key.name, "c%u", &i) != 1 || i >= MAPS)
        return 0;
    if (i == 0 && opsdk_cache_select(rq->cache, &OPSDK_CONFIGMAP, "default", NULL, &list, err) < 0)
        return err->code;
    pthread_mutex_lock(&s->lock);
    s->named[i] = true;
    s->whole += has(rq->object, "/data/b");
    s->part += !has(rq->object, "/data/b");
    s->got += got && has(got, "/data/b");
    opsdk_foreach(it, &list) s->selected += has(*it, "/data/b");
    pthread_mutex_unlock(&s->lock);
    return 0;
}

static int n_named(seen *s)
{
    int n = 0;

    pthread_mutex_lock(&s->lock);
    for (int i = 0; i < MAPS; i++)
        n += s->named[i];
    pthread_mutex_unlock(&s->lock);
    return n;
}

static void load_maps(opsdk_apiserver *server)
{
    char text[2001], doc[2400];
    opsdk_error err = {0};

    for (unsigned i = 0; i < MAPS; i++) {
        noise(text, sizeof(text) - 1, i);
        snprintf(
            doc, sizeof(doc),
            "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"c%u\",\"labels\":{\"app\":\"x\"}},"
            "\"data\":{\"a\":\"%u\",\"b\":\"%s\"}}",
            i, i, text);
        ck_assert_msg(opsdk_apiserver_load_text(server, doc, &err) >= 0, "%s", err.message);
    }
}

typedef struct running {
    opsdk_testing t; /* server and clients */
    opsdk_manager *manager;
    pthread_t thread;
    opsdk_error err;
} running;

static void *run(void *arg)
{
    running *r = arg;

    return opsdk_manager_run(r->manager, &r->err) < 0 ? arg : NULL;
}

static void start(running *r, const opsdk_handler *h, size_t memory, enum opsdk_full full)
{
    opsdk_manager_opts opts = {.listen = "", .cache_memory = memory, .cache_full = full};
    opsdk_error err = {0};

    ck_assert_msg(opsdk_apiserver_start(NULL, &r->t.server, &err) == 0, "%s", err.message);
    ck_assert_msg(opsdk_testing_connect(&r->t, NULL, &r->t.client, &err) == 0, "%s", err.message);
    load_maps(r->t.server);
    ck_assert_int_eq(opsdk_manager_new(r->t.client, &opts, &r->manager, &err), 0);
    ck_assert_int_eq(opsdk_manager_register(r->manager, h, &err), 0);
    ck_assert_int_eq(pthread_create(&r->thread, NULL, run, r), 0);
}

static void stop(running *r)
{
    void *failed;

    opsdk_manager_stop(r->manager);
    pthread_join(r->thread, &failed);
    ck_assert_msg(!failed, "%s", r->err.message);
    opsdk_manager_free(r->manager);
    opsdk_testing_stop(&r->t);
}

static void await_named(seen *s, int want)
{
    for (int i = 0; n_named(s) < want; i++) {
        ck_assert_msg(i < PATIENCE, "%d of %d", n_named(s), want);
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
}

/* What a probe or scrape is answered; the caller's. */
static char *answer(running *r, const char *path, int want)
{
    buf body = BUF_INIT(1 << 20);
    const char *type;

    ck_assert_int_eq(metrics_answer(path, &body, &type, r->manager), want);
    return buf_take(&body, &(size_t){0});
}

static void check_metric(running *r, const char *line)
{
    char *text = answer(r, "/metrics", 200);

    ck_assert_msg(strstr(text, line), "no %s in %s", line, text);
    free(text);
}

/* Handlers see all of each object, though the cache has its keys alone. */
START_TEST(handlers_see_whole_objects)
{
    seen s = {.lock = PTHREAD_MUTEX_INITIALIZER};
    opsdk_handler h = {.name = "h", .kind = &OPSDK_CONFIGMAP, .reconcile = look, .user = &s};
    running r = {0};

    start(&r, &h, 400 << 10, OPSDK_FULL_KEYS);
    await_named(&s, MAPS);
    check_metric(&r, "opsdk_cache_keep{kind=\"ConfigMap\"} 2\n");
    check_metric(&r, "opsdk_cache_degraded{kind=\"ConfigMap\"} 1\n");
    check_metric(&r, "opsdk_cache_limit_bytes 409600\n");
    free(answer(&r, "/readyz", 200));
    stop(&r);
    ck_assert_int_eq(s.part, 0);
    ck_assert_int_eq(s.got, s.whole);
    ck_assert_int_ge(s.selected, MAPS);
}
END_TEST

START_TEST(handlers_see_what_they_named)
{
    seen s = {.lock = PTHREAD_MUTEX_INITIALIZER};
    opsdk_handler h = {.name = "h", .kind = &OPSDK_CONFIGMAP, .reconcile = look, .user = &s, .keep_fields = only_a};
    running r = {0};

    start(&r, &h, 400 << 10, OPSDK_FULL_FIELDS);
    await_named(&s, MAPS);
    check_metric(&r, "opsdk_cache_keep{kind=\"ConfigMap\"} 1\n");
    stop(&r);
    ck_assert_int_eq(s.whole, 0);
    ck_assert_int_eq(s.selected, 0);
}
END_TEST

START_TEST(turns_unready)
{
    seen s = {.lock = PTHREAD_MUTEX_INITIALIZER};
    opsdk_handler h = {.name = "h", .kind = &OPSDK_CONFIGMAP, .reconcile = look, .user = &s};
    running r = {0};
    char *text;

    start(&r, &h, 400 << 10, OPSDK_FULL_REFUSE);
    await_named(&s, 50);
    text = answer(&r, "/readyz", 503);
    ck_assert_ptr_nonnull(strstr(text, "configmaps: the cache is full, some were refused"));
    free(text);
    stop(&r);
    ck_assert_int_lt(n_named(&s), MAPS);
    ck_assert_int_eq(s.part, 0);
}
END_TEST

TESTS("budget", keeps_keys, keeps_fields, has_no_fields, refuses_what_is_new, refuses_at_last, cuts_without_memory,
      handlers_see_whole_objects, handlers_see_what_they_named, turns_unready)
