/* Webhooks while memory runs out, at each allocation in turn: none is passed by, and what they are asked is whole. */
#include "apiserver/admission/admission.h"
#include "apiserver/hooks/hooks.h"
#include "apiserver/hooks/review.h"

#include "tests/support/fault.h"
#include "tests/support/hook.h"
#include "tests/support/suite.h"

#include <string.h>

static char *const groups[] = {"one", "two", NULL};

/* As it is when a client's request has come so far; no thread may wait for webhooks, so that none is called in the end. */
static call make_call(const char *verb)
{
    static char connection, user[] = "me";

    return (call){
        .server = api_server,
        .conn = (struct connection *)(void *)&connection,
        .res = registry_find(api_server->resources, "", "v1", "configmaps"),
        .user = {.name = user, .groups = (char **)groups},
        .rq = {.verb = verb, .ns = "default", .name = strcmp(verb, "create") == 0 ? "" : "a", .sub = "", .group = ""},
    };
}

static json_t *make_map(void)
{
    return json_loads(
        "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\",\"namespace\":\"default\","
        "\"labels\":{\"x\":\"y\"}},\"data\":{\"k\":\"v\"}}",
        0, NULL);
}

typedef int step_fn(call *c, json_t *obj, const json_t *old, failure *why);

static int mutate(call *c, json_t *obj, const json_t *old, failure *why)
{
    bool released = false;

    return hooks_mutate(c, obj, old, &released, why);
}

static int validate(call *c, json_t *obj, const json_t *old, failure *why)
{
    bool released = false;

    return hooks_validate(c, obj, old, &released, why);
}

static bool step(step_fn *run, const char *verb, unsigned long k)
{
    json_t *obj = strcmp(verb, "delete") == 0 ? NULL : make_map(),
           *old = strcmp(verb, "create") == 0 ? NULL : make_map();
    failure why = {0};
    bool hit;
    call c;
    int r;

    pthread_mutex_lock(&api_server->lock);
    hooks_changed(api_server->hooks);
    c = make_call(verb);
    fault_set(k);
    r = run(&c, obj, old, &why);
    hit = fault_clear();
    pthread_mutex_unlock(&api_server->lock);
    ck_assert_msg(r == -1, "%s, allocation %lu: no webhook was asked", verb, k);
    ck_assert_int_eq(why.code, 500);
    failure_clear(&why);
    free(c.name_asked);
    json_decref(c.warnings);
    json_decref(obj);
    json_decref(old);
    return hit;
}

START_TEST(none_is_passed_by)
{
    static const char *const verbs[] = {"create", "update", "patch", "delete"};
    bool works = fault_works();

    hook_start();
    for (int i = 0; i < 2; i++)
        hook_add(i ? "validating" : "mutating", i ? "v" : "m", HOOK_ALL,
                 ", namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: default}}, "
                 "objectSelector: {matchLabels: {x: 'y'}}");
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        for (unsigned long k = 1; works && step(mutate, verbs[i], k); k++)
            continue;
        for (unsigned long k = 1; works && step(validate, verbs[i], k); k++)
            continue;
    }
    ck_assert_int_eq(fakeapi_count(hook), 0);
    hook_stop();
}
END_TEST

/* NULL: there was no memory. */
static json_t *question(const hook_ask *a, const json_t *webhook, unsigned long k, bool *ret_hit)
{
    char uid[META_UID];
    json_t *made;

    fault_set(k);
    made = review_make(a, webhook, a->c->res, uid);
    *ret_hit = fault_clear();
    json_object_del(json_object_get(made, "request"), "uid");
    return made;
}

START_TEST(questions_are_whole)
{
    static const char *const verbs[] = {"create", "update", "patch", "delete"};
    json_t *webhook = json_loads("{\"admissionReviewVersions\":[\"v1\"]}", 0, NULL),
           *opts = json_loads("{\"gracePeriodSeconds\":5,\"propagationPolicy\":\"Orphan\"}", 0, NULL);

    api_start(NULL);
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        bool hit = fault_works(), ignored;
        call c = make_call(verbs[i]);
        json_t *obj = strcmp(verbs[i], "delete") == 0 ? NULL : make_map(), *old = i ? make_map() : NULL, *whole;
        const hook_ask a = {&c, obj, old, NULL};
        static const param force[] = {{"force", "true"}, {"fieldManager", "me"}, {"fieldValidation", "Strict"}};
        c.options = opts;
        c.name_asked = (char *)"a";
        c.rq.params = force;
        c.rq.n_params = 3;
        c.dry_run = true;
        whole = question(&a, webhook, 0, &ignored);
        ck_assert_ptr_nonnull(whole);
        for (unsigned long k = 1; hit; k++) {
            json_t *made = question(&a, webhook, k, &hit);
            ck_assert_msg(!made || json_equal(made, whole), "%s, allocation %lu", verbs[i], k);
            ck_assert(made || hit);
            json_decref(made);
        }
        json_decref(whole);
        json_decref(obj);
        json_decref(old);
    }
    api_stop();
    json_decref(webhook);
    json_decref(opts);
}
END_TEST

TESTS("hooks_memory", none_is_passed_by, questions_are_whole)
