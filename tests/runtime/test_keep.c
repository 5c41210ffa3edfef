/* Handlers that keep less than everything, with a real manager and the embedded API server. */
#include "tests/support/suite.h"

#include <opsdk.h>
#include <opsdk/testing.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PATIENCE 6000 /* times 5 ms */

/* What a handler saw of the object "seen" last. */
typedef struct view {
    pthread_mutex_t lock;
    char data[256];
    bool label;
} view;

static int look(const opsdk_request *rq, opsdk_result *ret, opsdk_error *err)
{
    json_t *data = opsdk_value_json(opsdk_at(rq->object, "/data"));
    char *text = data ? json_dumps(data, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    view *v = rq->user;

    (void)ret, (void)err;
    if (strcmp(rq->key.name, "seen") == 0) {
        pthread_mutex_lock(&v->lock);
        snprintf(v->data, sizeof(v->data), "%s", text ? text : "none");
        v->label = opsdk_object_label(rq->object, "app");
        pthread_mutex_unlock(&v->lock);
    }
    free(text);
    json_decref(data);
    return 0;
}

static void await(view *v, const char *want)
{
    const struct timespec pause = {.tv_nsec = 5000000};
    bool equal = false;

    for (int i = 0; !equal; i++) {
        pthread_mutex_lock(&v->lock);
        equal = strcmp(v->data, want) == 0 && v->label;
        pthread_mutex_unlock(&v->lock);
        ck_assert_msg(equal || i < PATIENCE, "sees %s, not %s", v->data, want);
        nanosleep(&pause, NULL);
    }
}

static void run(const opsdk_handler *const handlers[], view *v, const char *first, const char *then)
{
    opsdk_testing t = {0};
    opsdk_error err = {0};

    ck_assert_msg(opsdk_testing_start(&t, NULL, NULL, handlers, &err) == 0, "%s", err.message);
    ck_assert_int_eq(opsdk_apiserver_load_text(t.server,
                                               "{apiVersion: v1, kind: ConfigMap, metadata: {name: seen, labels: {app: "
                                               "x}}, data: {a: '1', b: '2', x: z}}",
                                               &err),
                     0);
    await(v, first);
    ck_assert_int_eq(opsdk_merge(t.client, OPSDK_KEY(&OPSDK_CONFIGMAP, "default", "seen"),
                                 json_pack("{s:{s:s,s:s}}", "data", "a", "3", "b", "4"), NULL, NULL, &err),
                     0);
    await(v, then);
    ck_assert(opsdk_testing_stop(&t));
}

START_TEST(keys_and_fields)
{
    static const char *const a[] = {"/data/a", NULL}, *const b[] = {"/data/b", NULL};
    view keys = {.lock = PTHREAD_MUTEX_INITIALIZER}, one = keys, both = keys, all = keys;
    const opsdk_source more[] = {
        {.kind = &OPSDK_CONFIGMAP, .referred_by = "/data/x", .keep = OPSDK_KEEP_FIELDS, .keep_fields = b}, {0}};
    const opsdk_source whole[] = {{.kind = &OPSDK_CONFIGMAP, .referred_by = "/data/x"}, {0}};
    opsdk_handler h = {
        .name = "h", .kind = &OPSDK_CONFIGMAP, .reconcile = look, .keep = OPSDK_KEEP_KEYS, .user = &keys};

    run(OPSDK_HANDLERS(&h), &keys, "none", "none");
    h.keep = OPSDK_KEEP_FIELDS;
    h.keep_fields = a;
    h.user = &one;
    run(OPSDK_HANDLERS(&h), &one, "{\"a\":\"1\"}", "{\"a\":\"3\"}");
    h.sources = more; /* shares the cache: it holds what both want, and what the source looks at */
    h.user = &both;
    run(OPSDK_HANDLERS(&h), &both, "{\"a\":\"1\",\"b\":\"2\",\"x\":\"z\"}", "{\"a\":\"3\",\"b\":\"4\",\"x\":\"z\"}");
    h.sources = whole;
    h.keep = OPSDK_KEEP_KEYS;
    h.user = &all;
    run(OPSDK_HANDLERS(&h), &all, "{\"a\":\"1\",\"b\":\"2\",\"x\":\"z\"}", "{\"a\":\"3\",\"b\":\"4\",\"x\":\"z\"}");
}
END_TEST

START_TEST(says_what_is_wrong)
{
    static const char *const bad[] = {"/data/a", "data", NULL};
    opsdk_handler h = {.name = "h", .kind = &OPSDK_CONFIGMAP, .reconcile = look, .keep = OPSDK_KEEP_FIELDS};
    opsdk_testing t = {0};
    opsdk_error err = {0};

    ck_assert_int_eq(opsdk_testing_start(&t, NULL, NULL, OPSDK_HANDLERS(&h), &err), OPSDK_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.message, "handler h, configmaps: OPSDK_KEEP_FIELDS needs keep_fields"));
    h.keep_fields = bad;
    ck_assert_int_eq(opsdk_testing_start(&t, NULL, NULL, OPSDK_HANDLERS(&h), &err), OPSDK_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.message, "'data' is no pointer"));
}
END_TEST

TESTS("keep", keys_and_fields, says_what_is_wrong)
