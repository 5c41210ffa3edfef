/* The library against the embedded API server while that misbehaves: whatever happens in between, in the end a watch has told of what
 * is there, and a write that failed for a while is done. */
#include "tests/support/suite.h"

#include <opsdk.h>
#include <opsdk/apiserver.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NAMES 20
#define PATIENCE_MS 60000

static opsdk_apiserver *server;
static opsdk_client *writer, *reader;
static opsdk_error err;

/* What the watch has told of so far. */
static struct mirror {
    pthread_mutex_t lock;
    json_t *seen; /* name -> value */
    int synced;
} mirror = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void on_event(opsdk_event_type type, const opsdk_object *obj, void *unused)
{
    (void)unused;
    pthread_mutex_lock(&mirror.lock);
    if (type == OPSDK_SYNCED)
        mirror.synced++;
    else if (type == OPSDK_DELETED)
        json_object_del(mirror.seen, opsdk_object_key(obj).name);
    else
        json_object_set_new(mirror.seen, opsdk_object_key(obj).name,
                            json_string(opsdk_value_str(opsdk_at(obj, "/data/value"), "")));
    pthread_mutex_unlock(&mirror.lock);
}

static opsdk_client *connect_as(const char *agent)
{
    opsdk_client *c = NULL;

    ck_assert_int_eq(
        opsdk_client_new(&(opsdk_client_opts){.kubeconfig = opsdk_apiserver_kubeconfig(server), .user_agent = agent},
                         &c, &err),
        0);
    return c;
}

static void start(void)
{
    ck_assert_int_eq(opsdk_apiserver_start(NULL, &server, &err), 0);
    writer = connect_as("writer/1");
    reader = connect_as("reader/1");
    mirror.seen = json_object();
    mirror.synced = 0;
}

static void stop(void)
{
    opsdk_client_free(writer);
    opsdk_client_free(reader);
    opsdk_apiserver_stop(server);
    json_decref(mirror.seen);
}

static int change(opsdk_key key, bool there, const char *value)
{
    json_t *body = value ? json_pack("{s:{s:s}}", "data", "value", value) : NULL;

    if (!value)
        return opsdk_delete(writer, key, NULL, &err);
    return there ? opsdk_merge(writer, key, body, NULL, NULL, &err) : opsdk_create(writer, key, body, NULL, NULL, &err);
}

/* Until it is done.  A try whose answer was lost may have been done: then the next finds that. */
static void insist(opsdk_key key, bool there, const char *value)
{
    const struct timespec pause = {.tv_nsec = 5000000};
    int r = change(key, there, value);

    for (int i = 0; r < 0 && i < PATIENCE_MS / 5; i++) {
        ck_assert_msg(opsdk_error_is_transient(&err), "%s: %s", key.name, err.message);
        nanosleep(&pause, NULL);
        r = change(key, there, value);
        if ((r == OPSDK_EEXISTS && !there) || (r == OPSDK_ENOTFOUND && !value))
            r = 0;
    }
    ck_assert_msg(r == 0, "%s: %s", key.name, err.message);
}

/* Names come, change and go. */
static void write_some(int round, json_t *model)
{
    for (int i = 0; i < NAMES; i++) {
        char name[16], value[16];
        bool there, gone;
        snprintf(name, sizeof(name), "n%d", i);
        snprintf(value, sizeof(value), "%d.%d", round, i);
        there = json_object_get(model, name) != NULL;
        gone = there && (i + round) % 4 == 0;
        insist(OPSDK_KEY(&OPSDK_CONFIGMAP, "default", name), there, gone ? NULL : value);
        if (gone)
            json_object_del(model, name);
        else
            json_object_set_new(model, name, json_string(value));
    }
}

static bool agrees(const json_t *model)
{
    bool equal;

    pthread_mutex_lock(&mirror.lock);
    equal = mirror.synced && json_equal(mirror.seen, model);
    pthread_mutex_unlock(&mirror.lock);
    return equal;
}

static void await(const json_t *model, const char *fault)
{
    const struct timespec pause = {.tv_nsec = 5000000};

    for (int i = 0; !agrees(model); i++) {
        ck_assert_msg(i < PATIENCE_MS / 5, "after %s the watch has not told of what is there", fault);
        nanosleep(&pause, NULL);
    }
}

static const char *const watch_faults[] = {
    "drop-watches",
    "silence agent=reader",
    "compact",
    "gone n=2 agent=reader",
    "too-many-requests n=2 retry-after=1 agent=reader",
    "error code=500 n=2 agent=reader",
    "error code=503 n=2 agent=reader",
    "slow n=3 bytes=40 ms=5 agent=reader",
    "cut at=string n=3 agent=reader",
    "cut at=line n=3 agent=reader",
    "duplicate agent=reader",
    "delay ms=50 agent=reader",
    "token-expiry n=1 agent=reader",
    "oversize bytes=100000 n=3 agent=reader",
    "malformed n=2 agent=reader",
    "refuse ms=300",
};
#define N_FAULTS ((int)(sizeof(watch_faults) / sizeof(watch_faults[0])))

/* Each fault with lists and with watches that begin with one, in its own program run by Check: they go on side by side. */
START_TEST(a_watch_survives)
{
    const char *fault = watch_faults[_i / 2];
    opsdk_watch *watch = NULL;
    json_auto_t *model = json_object();

    start();
    write_some(0, model);
    ck_assert_int_eq(
        opsdk_watch_start(
            reader, &OPSDK_CONFIGMAP,
            &(opsdk_watch_opts){.ns = "default", .on_event = on_event, .silence_ms = 2000, .watch_list = _i % 2},
            &watch, &err),
        0);
    await(model, "the start");
    write_some(1, model);
    ck_assert_msg(opsdk_apiserver_fault(server, fault, &err) == 0, "%s: %s", fault, err.message);
    write_some(2, model);
    opsdk_apiserver_heal(server);
    write_some(3, model);
    await(model, fault);
    opsdk_watch_stop(watch);
    stop();
}
END_TEST

START_TEST(writes_get_through)
{
    static const char *const faults[] = {"too-many-requests n=2 retry-after=1", "refuse ms=200", "error code=503 n=2"};
    json_auto_t *model = json_object();

    start();
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        ck_assert_int_eq(opsdk_apiserver_fault(server, faults[i], &err), 0);
        write_some((int)i, model);
    }
    stop();
}
END_TEST

START_TEST(what_was_sent_is_known)
{
    opsdk_object *obj = NULL;

    start();
    ck_assert_int_eq(opsdk_get(reader, OPSDK_KEY(&OPSDK_CONFIGMAP, "default", "none"), &obj, &err), OPSDK_ENOTFOUND);
    ck_assert_uint_eq(opsdk_apiserver_requests(server, NULL, NULL, NULL), 1);
    ck_assert_uint_eq(
        opsdk_apiserver_requests(
            server,
            &(opsdk_apiserver_filter){
                .verb = "get", .resource = "configmaps", .name = "none", .user_agent = "reader", .status = 404},
            NULL, NULL),
        1);
    ck_assert_uint_eq(opsdk_apiserver_requests(server, &(opsdk_apiserver_filter){.verb = "list"}, NULL, NULL), 0);
    stop();
}
END_TEST

static void fault(const char *spec)
{
    ck_assert_msg(opsdk_apiserver_fault(server, spec, &err) == 0, "%s: %s", spec, err.message);
}

static int get(const char *name, opsdk_object **ret)
{
    return opsdk_get(reader, OPSDK_KEY(&OPSDK_CONFIGMAP, "default", name), ret, &err);
}

START_TEST(reads_are_stale)
{
    opsdk_auto_object *old = NULL, *now = NULL;
    opsdk_objects all = {0};

    start();
    insist(OPSDK_KEY(&OPSDK_CONFIGMAP, "default", "a"), false, "1");
    insist(OPSDK_KEY(&OPSDK_CONFIGMAP, "default", "a"), true, "2");
    insist(OPSDK_KEY(&OPSDK_CONFIGMAP, "default", "b"), false, "1");
    fault("stale by=2 agent=reader");
    ck_assert_int_eq(get("a", &old), 0);
    ck_assert_str_eq(opsdk_value_str(opsdk_at(old, "/data/value"), ""), "1");
    ck_assert_int_eq(opsdk_list(reader, &OPSDK_CONFIGMAP, "default", NULL, &all, &err), 0);
    ck_assert_uint_eq(all.len, 1);
    opsdk_objects_clear(&all);
    opsdk_apiserver_heal(server);
    ck_assert_int_eq(get("a", &now), 0);
    ck_assert_str_eq(opsdk_value_str(opsdk_at(now, "/data/value"), ""), "2");
    stop();
}
END_TEST

START_TEST(the_clock_is_ahead)
{
    opsdk_auto_object *obj = NULL;
    char year[5] = "";

    start();
    fault("skew ms=3155760000000"); /* a hundred years */
    insist(OPSDK_KEY(&OPSDK_CONFIGMAP, "default", "a"), false, "1");
    ck_assert_int_eq(get("a", &obj), 0);
    snprintf(year, sizeof(year), "%.4s", opsdk_value_str(opsdk_at(obj, "/metadata/creationTimestamp"), ""));
    ck_assert_int_gt(strtol(year, NULL, 10), 2120);
    stop();
}
END_TEST

START_TEST(a_lease_is_lost)
{
    static const opsdk_kind lease = {"coordination.k8s.io/v1", "Lease", "leases", false};
    opsdk_key key = OPSDK_KEY(&lease, "default", "mine");
    opsdk_auto_object *obj = NULL;

    start();
    ck_assert_int_eq(
        opsdk_create(writer, key, json_pack("{s:{s:s}}", "spec", "holderIdentity", "me"), NULL, NULL, &err), 0);
    fault("lease-loss ns=default name=mine");
    ck_assert_int_eq(opsdk_get(writer, key, &obj, &err), 0);
    ck_assert_str_eq(opsdk_value_str(opsdk_at(obj, "/spec/holderIdentity"), ""), "somebody-else");
    ck_assert_int_eq(opsdk_apiserver_fault(server, "lease-loss name=none", &err), OPSDK_EINVAL);
    stop();
}
END_TEST

START_TEST(versions_go_back)
{
    opsdk_auto_object *before = NULL, *after = NULL;

    start();
    for (int i = 0; i < 20; i++)
        insist(OPSDK_KEY(&OPSDK_CONFIGMAP, "default", "a"), i > 0, i % 2 ? "x" : "y");
    ck_assert_int_eq(get("a", &before), 0);
    fault("rewind by=10");
    insist(OPSDK_KEY(&OPSDK_CONFIGMAP, "default", "b"), false, "1");
    ck_assert_int_eq(get("b", &after), 0);
    ck_assert_int_lt(strtol(opsdk_object_version(after), NULL, 10), strtol(opsdk_object_version(before), NULL, 10));
    stop();
}
END_TEST

START_TEST(answers_are_no_good)
{
    opsdk_object *obj = NULL;

    start();
    insist(OPSDK_KEY(&OPSDK_CONFIGMAP, "default", "a"), false, "1");
    fault("malformed");
    ck_assert_int_eq(get("a", &obj), OPSDK_EPROTO);
    fault("oversize");
    ck_assert_int_eq(get("a", &obj), OPSDK_EPROTO);
    fault("cut");
    ck_assert_int_eq(get("a", &obj), OPSDK_EIO);
    fault("token-expiry");
    ck_assert_int_eq(get("a", &obj), OPSDK_EAUTH);
    fault("error code=500 after=1");
    ck_assert_int_eq(get("a", &obj), 0);
    opsdk_object_unref(obj);
    ck_assert_int_eq(get("a", &obj), OPSDK_EIO);
    ck_assert_int_eq(opsdk_apiserver_fault(server, "error code=many", &err), OPSDK_EINVAL);
    ck_assert_int_eq(opsdk_apiserver_fault(server, "error often", &err), OPSDK_EINVAL);
    ck_assert_int_eq(opsdk_apiserver_fault(server, "cut at=word", &err), OPSDK_EINVAL);
    stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults");
    TCase *tests = tcase_create("faults");
    SRunner *runner;
    int failed;

    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, a_watch_survives, 0, 2 * N_FAULTS);
    tcase_add_test(tests, writes_get_through);
    tcase_add_test(tests, what_was_sent_is_known);
    tcase_add_test(tests, reads_are_stale);
    tcase_add_test(tests, the_clock_is_ahead);
    tcase_add_test(tests, a_lease_is_lost);
    tcase_add_test(tests, versions_go_back);
    tcase_add_test(tests, answers_are_no_good);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
