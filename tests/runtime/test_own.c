/* A handler's own writes, against the embedded API server, whose watches are slow. */
#include "runtime/manager.h"
#include "tests/support/fault.h"
#include "tests/support/suite.h"
#include "tests/support/tell.h"

#include <opsdk.h>
#include <opsdk/testing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static opsdk_testing t;
static tell *said;
static opsdk_error err;

static opsdk_key map_key(const char *name)
{
    return OPSDK_KEY(&OPSDK_CONFIGMAP, "default", name);
}

static json_t *data(const char *name, const char *value)
{
    return json_pack("{s:{s:s}}", "data", name, value);
}

static const char *value(const opsdk_object *obj, const char *name)
{
    char pointer[64];

    snprintf(pointer, sizeof(pointer), "/data/%s", name);
    return obj ? opsdk_value_str(opsdk_at(obj, pointer), "") : "";
}

static void start(const opsdk_handler *handler, const char *fault)
{
    said = tell_new();
    ck_assert_msg(opsdk_testing_start(&t, NULL, NULL, OPSDK_HANDLERS(handler), &err) == 0, "%s", err.message);
    if (fault)
        ck_assert_msg(opsdk_apiserver_fault(t.server, fault, &err) == 0, "%s", err.message);
}

static void stop(void)
{
    ck_assert(opsdk_testing_stop(&t));
    tell_free(said);
}

static void make(const char *name, const char *how)
{
    ck_assert_msg(opsdk_create(t.client, map_key(name), data("how", how), NULL, NULL, &err) == 0, "%s", err.message);
}

static queue_stats stats(void)
{
    queue_stats s;

    queue_read(t.manager->crews->queue, &s);
    return s;
}

/* Counts up, a step in each run, and asks to come again at once: sooner than the watch shows the step. */
static int count(const opsdk_request *rq, opsdk_result *ret, opsdk_error *e)
{
    opsdk_auto_object *cached = opsdk_cache_get(rq->cache, rq->key);
    int n = atoi(value(rq->object, "n"));
    char next[16];

    tell_line(said, "%d %s", n, value(cached, "n"));
    if (n == 4)
        return 0;
    ret->requeue_after_ms = 1;
    snprintf(next, sizeof(next), "%d", n + 1);
    if (n % 2) /* a merge on nothing in particular, and one that is sure of what it changes */
        return opsdk_merge(rq->client, rq->key, data("n", next), NULL, NULL, e);
    return opsdk_merge(rq->client, rq->key, data("n", next),
                       &(opsdk_write_opts){.if_version = opsdk_object_version(rq->object)}, NULL, e);
}

START_TEST(never_sees_the_state_before_its_own_write)
{
    static const opsdk_handler handler = {.name = "count", .kind = &OPSDK_CONFIGMAP, .reconcile = count, .workers = 2};

    start(&handler, "delay n=-1 ms=150");
    make("a", "");
    tell_expect(said, "0 ");
    tell_expect(said, "1 1");
    tell_expect(said, "2 2");
    tell_expect(said, "3 3");
    tell_expect(said, "4 4");
    make("b", "");
    tell_expect(said, "0 ");
    ck_assert_uint_eq(stats().overdue, 0);
    stop();
}
END_TEST

static json_t *owned_by(const opsdk_object *owner, const char *value)
{
    return json_pack("{s:{s:[{s:s,s:s,s:s,s:s,s:b}]},s:{s:s}}", "metadata", "ownerReferences", "apiVersion", "v1",
                     "kind", "ConfigMap", "name", opsdk_object_key(owner).name, "uid", opsdk_object_uid(owner),
                     "controller", 1, "data", "k", value);
}

/* Writes in the way that the object names, in its first run only. */
static int write_once(const opsdk_request *rq, opsdk_result *ret, opsdk_error *e)
{
    const char *how = value(rq->object, "how");
    opsdk_key key = rq->key, secret = OPSDK_KEY(&OPSDK_SECRET, "default", rq->key.name);
    json_t *body = NULL;
    int r = 0;

    (void)ret;
    tell_line(said, "%s", key.name);
    if (*value(rq->object, "done"))
        return 0;
    if (strcmp(how, "merge") == 0)
        return opsdk_merge(rq->client, key, data("done", "1"), NULL, NULL, e);
    if (strcmp(how, "apply") == 0)
        return opsdk_apply(rq->client, key, data("done", "1"), NULL, NULL, e);
    if (strcmp(how, "patch") == 0)
        return opsdk_patch(rq->client, key,
                           json_pack("[{s:s,s:s,s:s}]", "op", "add", "path", "/data/done", "value", "1"), NULL, NULL,
                           e);
    if (strcmp(how, "twice") == 0) {
        r = opsdk_merge(rq->client, key, data("other", "1"), NULL, NULL, e);
        return r < 0 ? r : opsdk_merge(rq->client, key, data("done", "1"), NULL, NULL, e);
    }
    if (strcmp(how, "update") == 0) {
        body = opsdk_value_json(opsdk_at(rq->object, ""));
        json_object_set_new(json_object_get(body, "data"), "done", json_string("1"));
        return opsdk_update(rq->client, key, body, NULL, NULL, e);
    }
    if (strcmp(how, "owned") == 0) { /* all ways of one that it owns */
        r = opsdk_create(rq->client, secret, owned_by(rq->object, ""), NULL, NULL, e);
        if (r == 0)
            r = opsdk_apply(rq->client, OPSDK_KEY(&OPSDK_SECRET, "default", "applied"), owned_by(rq->object, ""), NULL,
                            NULL, e);
        if (r == 0)
            r = opsdk_merge(rq->client, secret, json_pack("{s:{s:s}}", "stringData", "k", "w"), NULL, NULL, e);
        return r < 0 ? r : opsdk_delete(rq->client, secret, NULL, e);
    }
    return 0;
}

static const opsdk_source owned_secrets[] = {{.kind = &OPSDK_SECRET, .owned = true}, {0}};
static const opsdk_handler once = {
    .name = "once", .kind = &OPSDK_CONFIGMAP, .sources = owned_secrets, .reconcile = write_once, .workers = 1};

/* A key that comes after another's events in the same watch: what is not there by then does not come. */
static void fence(void)
{
    static int n;
    char name[16];

    snprintf(name, sizeof(name), "fence%d", n++);
    make(name, "");
    tell_expect(said, name);
}

START_TEST(own_events_cause_no_second_run)
{
    static const char *const hows[] = {"merge", "apply", "patch", "twice", "update", NULL};

    for (int slow = 0; slow < 2; slow++) {
        start(&once, slow ? "delay n=-1 ms=50" : NULL);
        for (const char *const *how = hows; *how; how++) {
            make(*how, *how);
            tell_expect(said, *how);
            fence();
            tell_nothing(said);
            ck_assert_int_eq(opsdk_merge(t.client, map_key(*how), data("else", "1"), NULL, NULL, &err), 0);
            tell_expect(said, *how);
        }
        ck_assert_uint_eq(stats().overdue, 0);
        stop();
    }
}
END_TEST

START_TEST(owned_objects_cause_no_second_run)
{
    start(&once, "delay n=-1 ms=20");
    make("owned", "owned");
    tell_expect(said, "owned");
    fence();
    fence(); /* the secrets come by another watch: their events are waited for */
    tell_nothing(said);
    while (stats().delayed > 0)
        sched_yield();
    fence();
    tell_nothing(said);
    ck_assert_uint_eq(stats().overdue, 0);
    ck_assert_uint_ge(stats().echoes, 3);
    ck_assert_int_eq(opsdk_merge(t.client, OPSDK_KEY(&OPSDK_SECRET, "default", "applied"),
                                 json_pack("{s:{s:s}}", "stringData", "k", "x"), NULL, NULL, &err),
                     0);
    tell_expect(said, "owned");
    ck_assert_int_eq(opsdk_delete(t.client, OPSDK_KEY(&OPSDK_SECRET, "default", "applied"), NULL, &err), 0);
    tell_expect(said, "owned");
    stop();
}
END_TEST

START_TEST(unless_it_wants_to)
{
    opsdk_handler stubborn = once;

    stubborn.run_after_own_writes = true;
    start(&stubborn, "delay n=-1 ms=20");
    make("merge", "merge");
    tell_expect(said, "merge");
    tell_expect(said, "merge");
    stop();
}
END_TEST

/* Somebody else, in a thread of its own: what this one writes is not the handler's. */
static void *interfere(void *arg)
{
    const opsdk_key *key = arg;

    ck_assert_int_eq(opsdk_merge(t.client, *key, data("foreign", "1"), NULL, NULL, NULL), 0);
    return NULL;
}

/* Between what it has read and what it writes somebody else writes: "same" just the same, "other" something else. */
static int overtaken(const opsdk_request *rq, opsdk_result *ret, opsdk_error *e)
{
    const char *how = value(rq->object, "how");
    opsdk_key key = rq->key;
    pthread_t thread;

    (void)ret;
    tell_line(said, "%s %s%s", key.name, value(rq->object, "foreign"), value(rq->object, "own"));
    if (!*how || *value(rq->object, "foreign"))
        return 0;
    pthread_create(&thread, NULL, interfere, &key);
    pthread_join(thread, NULL);
    return opsdk_merge(rq->client, key, data(strcmp(how, "same") == 0 ? "foreign" : "own", "1"), NULL, NULL, e);
}

START_TEST(a_foreign_change_is_never_lost)
{
    static const opsdk_handler handler = {
        .name = "overtaken", .kind = &OPSDK_CONFIGMAP, .reconcile = overtaken, .workers = 2};

    for (int slow = 0; slow < 2; slow++) {
        start(&handler, slow ? "delay n=-1 ms=50" : NULL);
        make("same", "same");
        tell_expect(said, "same ");
        tell_expect(said, "same 1");
        make("other", "other");
        tell_expect(said, "other ");
        tell_expect(said, "other 11"); /* not before the cache has its own */
        ck_assert_uint_eq(stats().overdue, 0);
        stop();
    }
}
END_TEST

/* A kind that nobody watches is not waited for, nor is a write that does nothing, nor one that fails. */
static int elsewhere(const opsdk_request *rq, opsdk_result *ret, opsdk_error *e)
{
    opsdk_key account = OPSDK_KEY(&OPSDK_SECRET, "default", rq->key.name);
    opsdk_object *none = NULL;
    bool first = rq->attempt == 0 && !*value(rq->object, "done");

    tell_line(said, "%s %u", rq->key.name, rq->attempt);
    if (!first)
        return 0;
    if (opsdk_create(rq->client, account, json_object(), NULL, NULL, e) < 0 ||
        opsdk_delete(rq->client, account, NULL, e) < 0 ||
        opsdk_merge(rq->client, rq->key, data("how", ""), NULL, NULL, e) < 0 ||
        opsdk_merge(rq->client, rq->key, data("x", "y"), &(opsdk_write_opts){.dry_run = true}, NULL, e) < 0)
        return OPSDK_ETERMINAL;
    ret->requeue_after_ms = 1;
    return opsdk_merge(rq->client, map_key("not there"), data("x", "y"), NULL, &none, e);
}

START_TEST(what_no_watch_shows_is_not_waited_for)
{
    static const opsdk_handler handler = {
        .name = "elsewhere", .kind = &OPSDK_CONFIGMAP, .reconcile = elsewhere, .workers = 1};

    start(&handler, NULL);
    make("a", "");
    tell_expect(said, "a 0");
    tell_expect(said, "a 1");
    ck_assert_uint_eq(stats().overdue, 0);
    stop();
}
END_TEST

/* What a narrowed watch is going to show is waited for, also when it is new. */
static int make_labelled(const opsdk_request *rq, opsdk_result *ret, opsdk_error *e)
{
    static const char *const names[] = {"mine", "other"};
    opsdk_auto_object *mine = opsdk_cache_get(rq->cache, OPSDK_KEY(&OPSDK_SECRET, "default", names[0]));

    tell_line(said, "%s", mine ? "there" : "not there");
    ret->requeue_after_ms = mine ? 0 : 1;
    for (int i = 0; i < 2 && !mine; i++) {
        int r = opsdk_create(rq->client, OPSDK_KEY(&OPSDK_SECRET, "default", names[i]),
                             json_pack("{s:{s:{s:s}}}", "metadata", "labels", "app", names[i]), NULL, NULL, e);
        if (r < 0)
            return r;
    }
    return 0;
}

START_TEST(a_narrowed_watch_is_waited_for)
{
    static const opsdk_source mine[] = {{.kind = &OPSDK_SECRET, .labels = "app=mine", .owned = true}, {0}};
    static const opsdk_handler handler = {
        .name = "labelled", .kind = &OPSDK_CONFIGMAP, .sources = mine, .reconcile = make_labelled, .workers = 1};

    start(&handler, "delay n=-1 ms=100");
    make("a", "");
    tell_expect(said, "not there");
    tell_expect(said, "there");
    ck_assert_uint_eq(stats().overdue, 0);
    stop();
}
END_TEST

static void say(const char *name, const char *version, bool created)
{
    char text[256];
    opsdk_auto_object *obj = NULL;

    snprintf(text, sizeof(text),
             "{\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"default\",\"uid\":\"u\","
             "\"resourceVersion\":\"%s\"}}",
             name, version);
    if (opsdk_object_parse(&OPSDK_CONFIGMAP, text, strlen(text), &obj, NULL) == 0)
        wrote_tell(map_key(name), obj, created, "");
}

/* One run of one key, in a queue and with a watch of which nothing is known but what it has shown. */
typedef struct lone {
    opsdk_manager m;
    opsdk_handler handler;
    followed what;
    tail shower;
    crew c;
    queue_item item;
    own_log log;
} lone;

/* version: what the watch has shown; NULL: nothing yet. */
static void lone_start(lone *b, const char *version)
{
    *b = (lone){.m = {.seed = 1, .tails = &b->shower},
                .handler = {.name = "h", .kind = &OPSDK_CONFIGMAP},
                .what = {.manager = &b->m, .kind = &OPSDK_CONFIGMAP},
                .shower = {.what = &b->what},
                .c = {.manager = &b->m, .handler = &b->handler, .queue = queue_new(&OPSDK_CONFIGMAP, 1, 1)}};
    sight_init(&b->shower.seen);
    if (version)
        sight_version(&b->shower.seen, version);
    queue_add(b->c.queue, "default", "a");
    ck_assert(queue_take(b->c.queue, &b->item));
}

static size_t held_back(const lone *b)
{
    queue_stats s;

    queue_read(b->c.queue, &s);
    return s.delayed;
}

static void lone_end(lone *b)
{
    sight_clear(&b->shower.seen);
    queue_free(b->c.queue);
}

/* The run is over when the list is known to be complete, but its version not yet. */
START_TEST(a_watch_that_has_told_no_version_has_shown_nothing)
{
    lone b;

    lone_start(&b, NULL);
    own_begin(&b.log, &b.c);
    say("a", "11", true);
    own_end(&b.log, &b.item);
    queue_done(b.c.queue, &b.item, 0);
    for (int version = 9; version < 12; version++) {
        char text[8];

        ck_assert_uint_eq(held_back(&b), 1);
        snprintf(text, sizeof(text), "%d", version);
        sight_version(&b.shower.seen, text);
    }
    ck_assert_uint_eq(held_back(&b), 0);
    lone_end(&b);
}
END_TEST

START_TEST(memory_runs_out)
{
    unsigned long k = 0;
    bool hit;

    if (!fault_works())
        return;
    do {
        lone b;

        lone_start(&b, "10");
        fault_set(++k);
        own_begin(&b.log, &b.c);
        say("a", "9", true);
        say("b", "11", true);
        own_end(&b.log, &b.item);
        hit = fault_clear();
        queue_done(b.c.queue, &b.item, 0);
        ck_assert(held_back(&b) == 1 || hit);
        sight_version(&b.shower.seen, "11");
        ck_assert_uint_eq(held_back(&b), 0);
        lone_end(&b);
    } while (hit);
    ck_assert_uint_gt(k, 5);
}
END_TEST

TESTS("own", never_sees_the_state_before_its_own_write, own_events_cause_no_second_run,
      owned_objects_cause_no_second_run, unless_it_wants_to, a_foreign_change_is_never_lost,
      what_no_watch_shows_is_not_waited_for, a_narrowed_watch_is_waited_for,
      a_watch_that_has_told_no_version_has_shown_nothing, memory_runs_out)
