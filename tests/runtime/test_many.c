/* Many watches on one loop: two hundred kinds, two hundred namespaces; and one watch for many handlers. */
#include "runtime/manager.h"
#include "tests/support/suite.h"

#include <opsdk.h>
#include <opsdk/testing.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MANY 200
#define PATIENCE_MS 60000

static opsdk_testing t;
static opsdk_error err;
static char plurals[MANY][16], names[MANY][16];
static opsdk_kind kinds[MANY];
static opsdk_handler handlers[MANY];
static _Atomic int64_t
    seen[MANY]; /* the value in the object that the handler of a kind, or for a namespace, saw last */
static atomic_int runs;

static int note(const opsdk_request *rq, opsdk_result *ret, opsdk_error *e)
{
    (void)ret, (void)e;
    atomic_store((_Atomic int64_t *)rq->user, opsdk_value_int(opsdk_at(rq->object, "/spec/value"), -1));
    return 0;
}

static int note_ns(const opsdk_request *rq, opsdk_result *ret, opsdk_error *e)
{
    (void)ret, (void)e;
    if (strcmp(rq->key.name, "one") == 0)
        atomic_store(seen + strtoul(rq->key.ns + 1, NULL, 10),
                     strtol(opsdk_value_str(opsdk_at(rq->object, "/data/value"), "-1"), NULL, 10));
    return 0;
}

static int count(const opsdk_request *rq, opsdk_result *ret, opsdk_error *e)
{
    (void)ret, (void)e;
    if (strcmp(rq->key.name, "one") == 0)
        runs++;
    return 0;
}

static bool all_saw(int64_t value)
{
    for (size_t i = 0; i < MANY; i++) {
        if (seen[i] != value)
            return false;
    }
    return true;
}

static void await_all(int64_t value)
{
    for (int i = 0; !all_saw(value); i++) {
        ck_assert_msg(i < PATIENCE_MS / 5, "not all handlers saw %lld", (long long)value);
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
}

/* The definitions of all kinds, which are alike. */
static char *definitions(void)
{
    size_t room = MANY * 512, len = 0;
    char *text = malloc(room);

    for (size_t i = 0; i < MANY; i++)
        len += (size_t)snprintf(
            text + len, room - len,
            "---\n{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: "
            "%s.example.com}, spec: {group: example.com, scope: Namespaced, names: {plural: %s, "
            "singular: %s, kind: %s}, versions: [{name: v1, served: true, storage: true, schema: "
            "{openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]}}\n",
            plurals[i], plurals[i], names[i], names[i]);
    return text;
}

static void name_all(void)
{
    for (size_t i = 0; i < MANY; i++) {
        snprintf(plurals[i], sizeof(plurals[i]), "k%zus", i);
        snprintf(names[i], sizeof(names[i]), "k%zu", i);
        kinds[i] = (opsdk_kind){"example.com/v1", names[i], plurals[i], false};
        atomic_store(seen + i, -1);
    }
}

static void run_handlers(size_t n, const char *const *namespaces)
{
    ck_assert_msg(opsdk_testing_connect(&t, NULL, &t.client, &err) == 0, "%s", err.message);
    ck_assert_msg(opsdk_testing_connect(&t, NULL, &t.handlers, &err) == 0, "%s", err.message);
    ck_assert_int_eq(
        opsdk_manager_new(t.handlers, &(opsdk_manager_opts){.listen = "", .namespaces = namespaces}, &t.manager, &err),
        0);
    for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(opsdk_manager_register(t.manager, handlers + i, &err), 0);
    ck_assert_int_eq(pthread_create(&t.thread, NULL, opsdk_testing_run, &t), 0);
    t.running = true;
}

static void start(void)
{
    memset(&t, 0, sizeof(t));
    name_all();
    ck_assert_msg(opsdk_apiserver_start(NULL, &t.server, &err) == 0, "%s", err.message);
}

static void write_one(opsdk_key key, json_t *body)
{
    ck_assert_msg(opsdk_apply(t.client, key, body, NULL, NULL, &err) == 0, "%s", err.message);
}

static void write_kinds(int64_t value)
{
    for (size_t i = 0; i < MANY; i++)
        write_one(OPSDK_KEY(kinds + i, "default", "one"), json_pack("{s:{s:I}}", "spec", "value", (json_int_t)value));
}

/* A handler for each kind: a watch, a store and a queue each, one loop. */
START_TEST(two_hundred_kinds)
{
    char *text;

    start();
    text = definitions();
    ck_assert_msg(opsdk_apiserver_load_text(t.server, text, &err) == 0, "%s", err.message);
    free(text);
    for (size_t i = 0; i < MANY; i++)
        handlers[i] = (opsdk_handler){
            .name = names[i], .kind = kinds + i, .reconcile = note, .workers = 1, .user = (void *)(seen + i)};
    run_handlers(MANY, NULL);
    write_kinds(1);
    await_all(1);
    ck_assert_int_eq(opsdk_apiserver_fault(t.server, "drop-watches", &err), 0);
    write_kinds(2);
    await_all(2);
    ck_assert_int_eq(opsdk_apiserver_fault(t.server, "compact", &err), 0);
    write_kinds(3);
    await_all(3);
    ck_assert(opsdk_testing_stop(&t));
}
END_TEST

static void write_namespaces(int value)
{
    for (size_t i = 0; i < MANY; i++)
        write_one(OPSDK_KEY(&OPSDK_CONFIGMAP, plurals[i], "one"),
                  json_pack("{s:{s:s}}", "data", "value", value == 1 ? "1" : "2"));
}

/* One handler, one store and a watch for each namespace. */
START_TEST(two_hundred_namespaces)
{
    const char *namespaces[MANY + 1] = {0};

    start();
    ck_assert_int_eq(opsdk_testing_connect(&t, NULL, &t.client, &err), 0);
    for (size_t i = 0; i < MANY; i++) {
        namespaces[i] = plurals[i];
        write_one(OPSDK_KEY(&OPSDK_NAMESPACE, NULL, plurals[i]), json_object());
    }
    t.client = opsdk_client_free(t.client);
    handlers[0] = (opsdk_handler){.name = "all", .kind = &OPSDK_CONFIGMAP, .reconcile = note_ns};
    run_handlers(1, namespaces);
    write_namespaces(1);
    await_all(1);
    ck_assert_int_eq(opsdk_apiserver_fault(t.server, "drop-watches", &err), 0);
    write_namespaces(2);
    await_all(2);
    ck_assert(opsdk_testing_stop(&t));
}
END_TEST

static void map_to_one(const opsdk_object *changed, bool deleted, opsdk_cache *cache, opsdk_queue *queue, void *user)
{
    (void)changed, (void)deleted, (void)cache, (void)user;
    opsdk_queue_add(queue, OPSDK_KEY(&OPSDK_CONFIGMAP, "default", "one"));
}

static size_t asked(const char *verb, const char *resource)
{
    return opsdk_apiserver_requests(t.server, &(opsdk_apiserver_filter){.verb = verb, .resource = resource}, NULL,
                                    NULL);
}

/* What a handler has seen may come from the list: the watch is asked for behind it. */
static void await_watch(const char *resource)
{
    for (int i = 0; asked("watch", resource) == 0; i++) {
        ck_assert_msg(i < PATIENCE_MS / 5, "%s are not watched", resource);
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
}

/* Ten handlers, some of which have the kind as primary, some as source, some as both: it is listed and watched once, and kept once. */
START_TEST(handlers_share_a_watch)
{
    static const opsdk_source sources[] = {{.kind = &OPSDK_CONFIGMAP, .map = map_to_one}, {0}};

    start();
    for (size_t i = 0; i < 10; i++)
        handlers[i] = (opsdk_handler){.name = names[i],
                                      .kind = i < 8 ? &OPSDK_CONFIGMAP : &OPSDK_SECRET,
                                      .sources = i > 4 ? sources : NULL,
                                      .reconcile = count,
                                      .workers = 1};
    run_handlers(10, NULL);
    write_one(OPSDK_KEY(&OPSDK_CONFIGMAP, "default", "one"), json_object());
    write_one(OPSDK_KEY(&OPSDK_SECRET, "default", "one"), json_object());
    for (int i = 0; runs < 10; i++) {
        ck_assert_msg(i < PATIENCE_MS / 5, "%d of 10 handlers ran", runs);
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    await_watch("configmaps");
    await_watch("secrets");
    ck_assert_uint_eq(asked("list", "configmaps"), 1);
    ck_assert_uint_eq(asked("watch", "configmaps"), 1);
    ck_assert_uint_eq(opsdk_cache_count(t.manager->cache, &OPSDK_SECRET, NULL), 1);
    ck_assert_uint_eq(asked("watch", "secrets"), 1);
    ck_assert_ptr_eq(t.manager->crews->primaries, t.manager->crews->next->primaries);
    ck_assert(opsdk_testing_stop(&t));
}
END_TEST

TESTS("many", two_hundred_kinds, two_hundred_namespaces, handlers_share_a_watch)
