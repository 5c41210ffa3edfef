/* The manager against a scripted server. */
#include "runtime/manager.h"
#include "tests/support/fakeapi.h"
#include "tests/support/fault.h"
#include "tests/support/suite.h"
#include "tests/support/tell.h"

#include <opsdk.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAPS "/api/v1/namespaces/ns/configmaps?"
#define SECRETS "/api/v1/namespaces/ns/secrets?"
#define OBJECT(name, version, more)                                                                                   \
    "{\"metadata\":{\"name\":\"" name "\",\"namespace\":\"ns\",\"uid\":\"u-" name "\",\"resourceVersion\":\"" version \
    "\"}" more "}"
#define EVENT(type, name, version, more) "{\"type\":\"" type "\",\"object\":" OBJECT(name, version, more) "}\n"
#define ITEMS(version, items) \
    "{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"" version "\"},\"items\":[" items "]}"

static const char *const only_ns[] = {"ns", NULL};

typedef struct fixture {
    fakeapi *api;
    tell *tell;
    opsdk_client *client;
    opsdk_manager *manager;
    pthread_t thread;
    opsdk_error err;
    atomic_bool open; /* the gate */
    atomic_int runs;
} fixture;

static fixture f;

static void *run(void *arg)
{
    (void)arg;
    return (void *)(intptr_t)opsdk_manager_run(f.manager, &f.err);
}

static void setup(void)
{
    memset(&f, 0, sizeof(f));
    f.api = fakeapi_start(NULL);
    f.tell = tell_new();
}

/* A list, and a watch that stays open: the n-th held reply, in the order of requests. */
static void serves(const char *target, const char *items)
{
    char what[128];

    snprintf(what, sizeof(what), "GET %slimit", target);
    fakeapi_on(f.api, what, (fakeapi_reply){.body = items});
    snprintf(what, sizeof(what), "GET %swatch", target);
    fakeapi_on(f.api, what, (fakeapi_reply){.hold = true});
}

static void begin(const opsdk_handler *handler, int grace_ms)
{
    opsdk_manager_opts opts = {.namespaces = only_ns, .listen = "127.0.0.1:0", .grace_ms = grace_ms};

    fakeapi_on(f.api, "", (fakeapi_reply){.silent = true, .times = -1});
    f.client = fakeapi_client(f.api, NULL);
    ck_assert_int_eq(opsdk_manager_new(f.client, &opts, &f.manager, NULL), 0);
    ck_assert_int_eq(opsdk_manager_register(f.manager, handler, NULL), 0);
    pthread_create(&f.thread, NULL, run, NULL);
}

static void sends(const char *events)
{
    fakeapi_wait_held(f.api, 0);
    fakeapi_send(f.api, 0, events);
}

static int join(void)
{
    void *r;

    pthread_join(f.thread, &r);
    return (int)(intptr_t)r;
}

static void release(void)
{
    opsdk_manager_free(f.manager);
    opsdk_client_free(f.client);
    fakeapi_stop(f.api);
    tell_free(f.tell);
}

static void teardown(void)
{
    opsdk_manager_stop(f.manager);
    ck_assert_int_eq(join(), 0);
    release();
}

/* Does as the object says: {"data":{"fail":...}} fails twice, "never" for good, "later" asks to come back. */
static int reconcile(const opsdk_request *rq, opsdk_result *ret, opsdk_error *err)
{
    tell_line(f.tell, "%s %s %u", rq->key.name, opsdk_object_version(rq->object), rq->attempt);
    if (opsdk_at(rq->object, "/data/fail").len > 0 && rq->attempt < 2)
        return opsdk_error_set(err, OPSDK_EIO, "told to fail");
    if (opsdk_at(rq->object, "/data/never").len > 0)
        return OPSDK_ETERMINAL;
    if (opsdk_at(rq->object, "/data/later").len > 0 && f.runs++ == 0)
        ret->requeue_after_ms = 5;
    return 0;
}

static const opsdk_handler plain = {.name = "plain", .kind = &OPSDK_CONFIGMAP, .reconcile = reconcile, .workers = 1};

START_TEST(reconciles_what_is_there_and_what_changes)
{
    setup();
    serves(MAPS, ITEMS("10", OBJECT("a", "1", "") "," OBJECT("b", "2", "")));
    begin(&plain, 0);
    tell_expect(f.tell, "a 1 0");
    tell_expect(f.tell, "b 2 0");
    sends(EVENT("MODIFIED", "a", "11", "") EVENT("DELETED", "b", "12", ""));
    tell_expect(f.tell, "a 11 0");
    sends(EVENT("ADDED", "c", "13", ""));
    tell_expect(f.tell, "c 13 0");
    tell_nothing(f.tell);
    teardown();
}
END_TEST

START_TEST(failures_come_back)
{
    setup();
    serves(MAPS, ITEMS("10", OBJECT("a", "1", ",\"data\":{\"fail\":\"1\"}")));
    begin(&plain, 0);
    tell_expect(f.tell, "a 1 0");
    tell_expect(f.tell, "a 1 1");
    tell_expect(f.tell, "a 1 2");
    sends(EVENT("ADDED", "b", "11", ",\"data\":{\"never\":\"1\"}"));
    tell_expect(f.tell, "b 11 0");
    sends(EVENT("ADDED", "c", "12", ",\"data\":{\"later\":\"1\"}"));
    tell_expect(f.tell, "c 12 0");
    tell_expect(f.tell, "c 12 0");
    sends(EVENT("MODIFIED", "b", "13", ",\"data\":{\"never\":\"1\"}"));
    tell_expect(f.tell, "b 13 0");
    teardown();
}
END_TEST

/* All primaries come again by themselves. */
START_TEST(resyncs)
{
    static const opsdk_handler handler = {
        .name = "again", .kind = &OPSDK_CONFIGMAP, .reconcile = reconcile, .workers = 1, .resync_ms = 1};

    setup();
    serves(MAPS, ITEMS("10", OBJECT("a", "1", "")));
    begin(&handler, 0);
    tell_expect(f.tell, "a 1 0");
    tell_expect(f.tell, "a 1 0");
    tell_expect(f.tell, "a 1 0");
    teardown();
}
END_TEST

static int health(const char *path)
{
    auto_buf body = BUF_INIT(1 << 20);
    const char *type = NULL;

    return metrics_answer(path, &body, &type, f.manager);
}

static const opsdk_source of_secrets[] = {{.kind = &OPSDK_SECRET, .referred_by = "/data/secret"}, {0}};
static const opsdk_handler both = {
    .name = "both", .kind = &OPSDK_CONFIGMAP, .sources = of_secrets, .reconcile = reconcile, .workers = 1};

/* Nothing is reconciled, and the program is not ready, before every kind was read once. */
START_TEST(waits_for_every_kind)
{
    setup();
    serves(MAPS, ITEMS("10", OBJECT("a", "1", "")));
    fakeapi_on(f.api, "GET " SECRETS,
               (fakeapi_reply){.status = 403, .body = "{\"kind\":\"Status\",\"message\":\"no\"}", .times = -1});
    begin(&both, 0);
    fakeapi_wait(f.api, 2); /* two lists and a watch */
    fakeapi_wait_held(f.api, 0);
    ck_assert_int_eq(health("/readyz"), 503);
    ck_assert_int_eq(health("/healthz"), 200);
    opsdk_manager_stop(f.manager);
    ck_assert_int_eq(join(), 0);
    tell_nothing(f.tell);
    release();
}
END_TEST

START_TEST(changes_of_others_concern_the_primary)
{
    setup();
    fakeapi_on(f.api, "GET " MAPS "limit",
               (fakeapi_reply){.body = ITEMS("10", OBJECT("a", "1", ",\"data\":{\"secret\":\"s\"}"))});
    serves(SECRETS, ITEMS("10", ""));
    begin(&both, 0);
    tell_expect(f.tell, "a 1 0");
    sends(EVENT("ADDED", "other", "11", "") EVENT("ADDED", "s", "12", ""));
    tell_expect(f.tell, "a 1 0");
    ck_assert_int_eq(health("/readyz"), 200);
    ck_assert_int_eq(health("/metrics"), 200);
    ck_assert_int_eq(health("/else"), 404);
    teardown();
}
END_TEST

static bool measures(const char *line)
{
    auto_buf body = BUF_INIT(1 << 20);
    const char *type = NULL;

    ck_assert_int_eq(metrics_answer("/metrics", &body, &type, f.manager), 200);
    return strstr(body.data, line) != NULL;
}

START_TEST(oddities_are_counted)
{
    setup();
    serves(MAPS, ITEMS("10", OBJECT("a", "1", "")));
    begin(&plain, 0);
    tell_expect(f.tell, "a 1 0");
    sends(EVENT("MODIFIED", "b", "12", "")
              EVENT("MODIFIED", "b", "11", "") "{\"type\":\"ADDED\",\"object\":[]}\n" EVENT("ADDED", "c", "13", ""));
    tell_expect(f.tell, "b 12 0");
    tell_expect(f.tell, "c 13 0");
    ck_assert(measures("\nopsdk_watch_lists_total{kind=\"ConfigMap\",namespace=\"ns\"} 1\n"));
    ck_assert(measures("\nopsdk_watch_rewinds_total{kind=\"ConfigMap\",namespace=\"ns\"} 1\n"));
    ck_assert(measures("\nopsdk_watch_unreadable_total{kind=\"ConfigMap\",namespace=\"ns\"} 1\n"));
    ck_assert(measures("\nopsdk_watch_notices_total{kind=\"ConfigMap\",namespace=\"ns\"} 2\n"));
    teardown();
}
END_TEST

/* Holds the first key until the gate opens, and counts. */
static int gated(const opsdk_request *rq, opsdk_result *ret, opsdk_error *err)
{
    (void)ret, (void)err;
    if (f.runs++ == 0)
        tell_line(f.tell, "running");
    while (!f.open)
        sched_yield();
    if (strcmp(opsdk_object_version(rq->object), "10099") == 0)
        tell_line(f.tell, "last");
    return 0;
}

/* Ten thousand changes of three objects while the handler stands still: at most one run more for each. */
START_TEST(storms_collapse)
{
    static const opsdk_handler handler = {.name = "gated", .kind = &OPSDK_CONFIGMAP, .reconcile = gated, .workers = 1};
    auto_buf events = BUF_INIT(4 << 20);
    opsdk_cache *cache;
    bool seen = false;

    setup();
    serves(MAPS, ITEMS("10", OBJECT("a", "1", "") "," OBJECT("b", "2", "") "," OBJECT("c", "3", "")));
    begin(&handler, 0);
    tell_expect(f.tell, "running");
    for (int i = 100; i < 10100; i++)
        buf_printf(
            &events,
            "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"%c\",\"namespace\":\"ns\",\"uid\":\"u-%c\","
            "\"resourceVersion\":\"%d\"}}}\n",
            'a' + i % 3, 'a' + i % 3, i);
    sends(events.data);
    cache = f.manager->cache;
    while (!seen) {
        opsdk_auto_object *obj = opsdk_cache_get(cache, OPSDK_KEY(&OPSDK_CONFIGMAP, "ns", "b"));
        seen = strcmp(opsdk_object_version(obj), "10099") == 0;
        sched_yield();
    }
    f.open = true;
    tell_expect(f.tell, "last");
    opsdk_manager_stop(f.manager);
    ck_assert_int_eq(join(), 0);
    ck_assert_int_le(f.runs, 6);
    release();
}
END_TEST

/* The first run waits at the gate. */
static int gated_once(const opsdk_request *rq, opsdk_result *ret, opsdk_error *err)
{
    bool first = f.runs++ == 0;

    tell_line(f.tell, "gated %s", rq->key.name);
    (void)ret, (void)err;
    while (first && !f.open)
        sched_yield();
    return 0;
}

static const opsdk_handler gated_first = {
    .name = "gated first", .kind = &OPSDK_CONFIGMAP, .reconcile = gated_once, .workers = 1};

/* All workers of one handler stand still, with more waiting: the other one does not notice. */
START_TEST(a_busy_handler_holds_up_no_other)
{
    opsdk_manager_opts opts = {.namespaces = only_ns, .listen = ""};

    setup();
    serves(MAPS, ITEMS("10", ""));
    fakeapi_on(f.api, "", (fakeapi_reply){.silent = true, .times = -1});
    f.client = fakeapi_client(f.api, NULL);
    ck_assert_int_eq(opsdk_manager_new(f.client, &opts, &f.manager, NULL), 0);
    ck_assert_int_eq(opsdk_manager_register(f.manager, &gated_first, NULL), 0);
    ck_assert_int_eq(opsdk_manager_register(f.manager, &plain, NULL), 0);
    f.runs = 0;
    pthread_create(&f.thread, NULL, run, NULL);
    for (int i = 0; i < 20; i++) {
        char event[256], want[32], *line;
        snprintf(event, sizeof(event), EVENT("ADDED", "n%d", "1%02d", ""), i, i, i);
        snprintf(want, sizeof(want), "n%d 1%02d 0", i, i);
        sends(event);
        for (line = tell_next(f.tell); strcmp(line, want) != 0; line = tell_next(f.tell)) {
            ck_assert_str_eq(line, "gated n0");
            free(line);
        }
        free(line);
    }
    f.open = true;
    teardown();
}
END_TEST

/* Of what waits when the worker is free again, the change comes before what the list brought. */
START_TEST(changes_pass_what_a_list_brought)
{
    setup();
    serves(MAPS, ITEMS("10", OBJECT("a", "1", "") "," OBJECT("b", "2", "") "," OBJECT("c", "3", "")));
    begin(&gated_first, 0);
    tell_expect(f.tell, "gated a");
    sends(EVENT("MODIFIED", "c", "11", "") EVENT("ADDED", "d", "12", ""));
    while (opsdk_cache_count(f.manager->cache, &OPSDK_CONFIGMAP, NULL) < 4)
        sched_yield();
    f.open = true;
    tell_expect(f.tell, "gated c");
    tell_expect(f.tell, "gated d");
    tell_expect(f.tell, "gated b");
    teardown();
}
END_TEST

START_TEST(stop_waits_for_running_ones)
{
    static const opsdk_handler handler = {.name = "gated", .kind = &OPSDK_CONFIGMAP, .reconcile = gated, .workers = 1};

    setup();
    serves(MAPS, ITEMS("10", OBJECT("a", "1", "") "," OBJECT("b", "2", "")));
    begin(&handler, 0);
    tell_expect(f.tell, "running");
    opsdk_manager_stop(f.manager);
    while (f.manager->state != MANAGER_STOPPING)
        sched_yield();
    f.open = true;
    ck_assert_int_eq(join(), 0);
    ck_assert_int_eq(f.runs, 1);
    release();
}
END_TEST

static int hanging(const opsdk_request *rq, opsdk_result *ret, opsdk_error *err)
{
    opsdk_auto_object *obj = NULL;

    (void)ret;
    return opsdk_get(rq->client, OPSDK_KEY(&OPSDK_SECRET, "ns", "never"), &obj, err);
}

/* The server never answers the handler's request: it is cancelled when the grace is over. */
START_TEST(stop_cancels_what_takes_too_long)
{
    static const opsdk_handler handler = {
        .name = "hanging", .kind = &OPSDK_CONFIGMAP, .reconcile = hanging, .workers = 1};

    setup();
    serves(MAPS, ITEMS("10", OBJECT("a", "1", "")));
    begin(&handler, 20);
    for (int n = 0; strcmp(fakeapi_wait(f.api, n).target, "/api/v1/namespaces/ns/secrets/never") != 0; n++)
        continue;
    opsdk_manager_stop(f.manager);
    ck_assert_int_eq(join(), 0);
    release();
}
END_TEST

START_TEST(refuses_what_cannot_run)
{
    static const opsdk_source bad[] = {{.kind = &OPSDK_SECRET}, {0}};
    static const opsdk_handler nameless = {.kind = &OPSDK_POD, .reconcile = reconcile},
                               ruleless = {.name = "r", .kind = &OPSDK_POD, .reconcile = reconcile, .sources = bad};
    opsdk_manager_opts opts = {.listen = "nonsense"};
    opsdk_error err = {0};

    f.api = fakeapi_start(NULL);
    f.client = fakeapi_client(f.api, NULL);
    ck_assert_int_eq(opsdk_manager_new(f.client, &opts, &f.manager, NULL), 0);
    ck_assert_int_eq(opsdk_manager_run(f.manager, &err), OPSDK_EINVAL);
    ck_assert_int_eq(opsdk_manager_register(f.manager, &nameless, &err), OPSDK_EINVAL);
    ck_assert_int_eq(opsdk_manager_register(f.manager, &ruleless, &err), OPSDK_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.message, "Secret"));
    ck_assert_int_eq(opsdk_manager_register(f.manager, &plain, &err), 0);
    ck_assert_int_eq(opsdk_manager_run(f.manager, &err), OPSDK_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.message, "nonsense"));
    ck_assert_ptr_null(opsdk_manager_free(f.manager));
    ck_assert_ptr_null(opsdk_manager_free(NULL));
    opsdk_client_free(f.client);
    fakeapi_stop(f.api);
}
END_TEST

START_TEST(memory_runs_out)
{
    unsigned long k = 0;
    bool hit;

    f.api = fakeapi_start(NULL);
    f.client = fakeapi_client(f.api, NULL);
    do {
        int r;
        f.manager = NULL;
        fault_set(++k);
        r = opsdk_manager_new(f.client, &(opsdk_manager_opts){.namespaces = only_ns}, &f.manager, NULL);
        if (r == 0)
            r = opsdk_manager_register(f.manager, &both, NULL);
        hit = fault_clear();
        ck_assert_int_eq(r < 0, hit);
        opsdk_manager_free(f.manager);
    } while (hit);
    opsdk_client_free(f.client);
    fakeapi_stop(f.api);
}
END_TEST

/* --- whole programs: opsdk_main in a child --- */

typedef struct program {
    pid_t pid;
    int says, hears; /* pipes of the handler */
} program;

static int to_test, from_test;

static int piped(const opsdk_request *rq, opsdk_result *ret, opsdk_error *err)
{
    char byte;

    (void)rq, (void)ret;
    if (write(to_test, "r", 1) != 1 || read(from_test, &byte, 1) != 1 || write(to_test, "f", 1) != 1)
        return opsdk_error_set(err, OPSDK_EIO, "pipe");
    return 0;
}

static program start(char **argv)
{
    static const opsdk_handler handler = {.name = "piped", .kind = &OPSDK_CONFIGMAP, .reconcile = piped, .workers = 1};
    int up[2], down[2], argc = 0;
    program p;

    while (argv[argc])
        argc++;
    ck_assert_int_eq(pipe(up), 0);
    ck_assert_int_eq(pipe(down), 0);
    fflush(NULL);
    p = (program){.pid = fork(), .says = up[0], .hears = down[1]};
    ck_assert_int_ge(p.pid, 0);
    if (p.pid == 0) {
        to_test = up[1];
        from_test = down[0];
        close(down[1]);
        _exit(opsdk_main(argc, argv, OPSDK_HANDLERS(&handler)));
    }
    close(up[1]);
    close(down[0]);
    return p;
}

static int finish(program *p)
{
    int status;

    ck_assert_int_eq(waitpid(p->pid, &status, 0), p->pid);
    close(p->says);
    close(p->hears);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static char heard(const program *p)
{
    char byte = 0;

    return read(p->says, &byte, 1) == 1 ? byte : 0;
}

static program start_operator(void)
{
    char *argv[] = {"/usr/bin/op", "--kubeconfig", NULL, "--namespace", "ns", "--listen", "127.0.0.1:0", NULL};
    program p;

    f.api = fakeapi_start(NULL);
    serves(MAPS, ITEMS("10", OBJECT("a", "1", "")));
    fakeapi_on(f.api, "", (fakeapi_reply){.silent = true, .times = -1});
    argv[2] = (char *)fakeapi_kubeconfig(f.api, NULL, NULL);
    p = start(argv);
    ck_assert_int_eq(heard(&p), 'r');
    return p;
}

/* ThreadSanitizer cannot follow a child with threads that a program with threads has forked. */
#ifdef __SANITIZE_THREAD__
#define MAY_FORK 0
#else
#define MAY_FORK 1
#endif

START_TEST(sigterm_drains_and_exits_with_0)
{
    program p;

    if (!MAY_FORK)
        return;
    p = start_operator();
    kill(p.pid, SIGTERM);
    ck_assert_int_eq(write(p.hears, "g", 1), 1);
    ck_assert_int_eq(heard(&p), 'f');
    ck_assert_int_eq(finish(&p), 0);
    fakeapi_stop(f.api);
}
END_TEST

START_TEST(second_signal_exits_with_1)
{
    program p;

    if (!MAY_FORK)
        return;
    p = start_operator();
    kill(p.pid, SIGTERM);
    kill(p.pid, SIGINT); /* another number: two of one that are pending are one */
    ck_assert_int_eq(finish(&p), 1);
    fakeapi_stop(f.api);
}
END_TEST

START_TEST(flags)
{
    static char *const argvs[][4] = {
        {"op", "--version", NULL}, {"op", "--help", NULL},           {"op", "--nonsense", NULL},
        {"op", "word", NULL},      {"op", "--log-level", "x", NULL}, {"op", "--kubeconfig", "/nonexistent", NULL},
    };
    static const int want[] = {0, 0, 2, 2, 2, 1};

    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        program p = start((char **)argvs[i]);
        ck_assert_int_eq(finish(&p), want[i]);
    }
}
END_TEST

TESTS("manager", reconciles_what_is_there_and_what_changes, failures_come_back, resyncs, waits_for_every_kind,
      changes_of_others_concern_the_primary, oddities_are_counted, storms_collapse, a_busy_handler_holds_up_no_other,
      changes_pass_what_a_list_brought, stop_waits_for_running_ones, stop_cancels_what_takes_too_long,
      refuses_what_cannot_run, memory_runs_out, sigterm_drains_and_exits_with_0, second_signal_exits_with_1, flags)
