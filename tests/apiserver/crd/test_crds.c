/* The end of CRDs: first their objects go. */
#include "tests/support/api.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#define CRDS "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
#define CRD CRDS "/things.example.com"
#define THINGS "/apis/example.com/v1/namespaces/default/things"

#define DEFINITION                                                                              \
    "{metadata: {name: things.example.com}, spec: {group: example.com, scope: Namespaced, "     \
    "names: {plural: things, kind: Thing}, versions: [{name: v1, served: true, storage: true, " \
    "schema: {openAPIV3Schema: {type: object}}}]}}"

static void start(void)
{
    api_start(NULL);
    api_do(201, "POST", CRDS, DEFINITION);
}

static void make(const char *name, const char *finalizer)
{
    api_do(201, "POST", THINGS, "{apiVersion: example.com/v1, kind: Thing, metadata: {name: %s, finalizers: [%s]}}",
           name, finalizer);
}

START_TEST(objects_go_first)
{
    start();
    make("a", "");
    make("b", "");
    api_do(200, "DELETE", CRD, NULL);
    api_wait_gone(CRD);
    ck_assert_int_eq(api_status(THINGS), 404);
    api_stop();
}
END_TEST

START_TEST(finalizers_hold_it_up)
{
    json_t *answer;

    start();
    make("a", "");
    make("held", "example.com/hold");
    answer = api_ask(200, "DELETE", CRD, NULL);
    ck_assert_str_eq(api_text(answer, "/metadata/finalizers/0"), "customresourcecleanup.apiextensions.k8s.io");
    ck_assert_str_eq(api_text(answer, "/status/conditions/2/reason"), "InstanceDeletionPending");
    json_decref(answer);
    ck_assert_str_eq(api_get(CRD, "/status/conditions/2/reason"), "InstanceDeletionInProgress");
    ck_assert_int_eq(api_status(THINGS "/a"), 404);
    ck_assert_str_ne(api_get(THINGS "/held", "/metadata/deletionTimestamp"), "");
    answer = api_ask(403, "POST", THINGS, "{apiVersion: example.com/v1, kind: Thing, metadata: {name: new}}");
    ck_assert_str_eq(api_text(answer, "/message"), "things.example.com \"new\" is forbidden: create not allowed while "
                                                   "custom resource definition is terminating");
    ck_assert_str_eq(api_text(answer, "/details/group"), "example.com");
    json_decref(answer);
    api_do(403, "APPLY", THINGS "/new?fieldManager=x",
           "{apiVersion: example.com/v1, kind: Thing, metadata: {name: new}}");
    api_do(200, "MERGE", THINGS "/held", "{metadata: {labels: {a: b}}}"); /* changes are fine */
    api_do(200, "MERGE", THINGS "/held", "{metadata: {finalizers: null}}");
    api_wait_gone(CRD);
    ck_assert_int_eq(api_status(THINGS), 404);
    api_stop();
}
END_TEST

START_TEST(it_may_come_again)
{
    start();
    make("a", "");
    api_do(200, "DELETE", CRD, NULL);
    api_wait_gone(CRD);
    api_do(201, "POST", CRDS, DEFINITION);
    ck_assert_int_eq(api_status(THINGS "/a"), 404);
    make("a", "");
    api_stop();
}
END_TEST

START_TEST(more_than_one_turn)
{
    char name[16];

    start();
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "t%d", i);
        make(name, i % 100 ? "" : "example.com/hold");
    }
    api_do(200, "DELETE", CRD, NULL);
    api_wait(THINGS "?limit=1", "/items/0/metadata/name", "t0");
    for (int i = 0; i < 300; i += 100) {
        char target[128];
        snprintf(target, sizeof(target), THINGS "/t%d", i);
        api_wait(target, "/metadata/finalizers/0", "example.com/hold");
        api_do(200, "MERGE", target, "{metadata: {finalizers: null}}");
    }
    api_wait_gone(CRD);
    api_stop();
}
END_TEST

#define WITH_RULES                                                                                                  \
    "{metadata: {name: things.example.com}, spec: {group: example.com, scope: Namespaced, "                         \
    "names: {plural: things, kind: Thing}, versions: [{name: v1, served: true, storage: true, "                     \
    "schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {a: {type: integer}}, " \
    "x-kubernetes-validations: [{rule: 'self.a > 1'}]}}}}}]}}"

/* Nobody is to believe that they hold. */
START_TEST(rules_of_cel)
{
    json_t *answer;

    api_start(NULL);
    api_do(201, "POST", CRDS, WITH_RULES);
    ck_assert_ptr_nonnull(strstr(api_warnings(), "x-kubernetes-validations: the embedded API server keeps CEL rules, "
                                                 "but does not evaluate them"));
    api_do(200, "MERGE", CRD, "{metadata: {labels: {a: b}}}");
    ck_assert_str_eq(api_warnings(), "");
    api_do(201, "POST", THINGS, "{apiVersion: example.com/v1, kind: Thing, metadata: {name: t}, spec: {a: 1}}");
    api_stop();
    api_start(&(opsdk_apiserver_opts){.refuse_cel = true});
    answer = api_ask(422, "POST", CRDS, WITH_RULES);
    ck_assert_str_eq(api_text(answer, "/details/causes/0/field"),
                     "spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations");
    ck_assert_str_eq(api_text(answer, "/details/causes/0/message"),
                     "Forbidden: CEL rules are not supported by the embedded API server");
    json_decref(answer);
    api_do(201, "POST", CRDS, DEFINITION);
    api_stop();
}
END_TEST

TESTS("crds", rules_of_cel, objects_go_first, finalizers_hold_it_up, it_may_come_again, more_than_one_turn)
