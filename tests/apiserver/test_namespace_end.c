/* Namespaces that are deleted: what is in them goes first. */
#include "tests/support/api.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#define NS "/api/v1/namespaces/a"
#define MAPS NS "/configmaps"
#define CONTROLLER "system:serviceaccount:kube-system:namespace-controller"

static void start(bool no_controllers)
{
    api_start(&(opsdk_apiserver_opts){.no_controllers = no_controllers});
    api_do(201, "POST", "/api/v1/namespaces", "{metadata: {name: a}}");
    api_do(201, "POST", MAPS, "{metadata: {name: one}}");
}

static const char *condition(const char *type, const char *what)
{
    static char text[1024];
    json_t *ns = api_ask(200, "GET", NS, NULL), *list = json_object_get(json_object_get(ns, "status"), "conditions"),
           *one;
    size_t i;

    text[0] = '\0';
    json_array_foreach(list, i, one)
    {
        if (strcmp(api_text(one, "/type"), type) == 0)
            snprintf(text, sizeof(text), "%s", api_text(one, what));
    }
    json_decref(ns);
    return text;
}

static void check_refusal(void)
{
    json_t *answer = api_ask(403, "POST", MAPS, "{metadata: {name: two}}");

    ck_assert_str_eq(api_text(answer, "/message"), "configmaps \"two\" is forbidden: unable to create new content in "
                                                   "namespace a because it is being terminated");
    ck_assert_str_eq(api_text(answer, "/details/causes/0/reason"), "NamespaceTerminating");
    ck_assert_str_eq(api_text(answer, "/details/causes/0/message"), "namespace a is being terminated");
    ck_assert_str_eq(api_text(answer, "/details/causes/0/field"), "metadata.namespace");
    json_decref(answer);
}

START_TEST(everything_in_it_goes)
{
    json_t *answer;

    start(false);
    api_do(201, "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
           "{metadata: {name: things.example.com}, spec: {group: example.com, scope: Namespaced, "
           "names: {plural: things, kind: Thing}, versions: [{name: v1, served: true, storage: true, "
           "schema: {openAPIV3Schema: {type: object}}}]}}");
    api_do(201, "POST", "/apis/example.com/v1/namespaces/a/things",
           "{apiVersion: example.com/v1, kind: Thing, metadata: {name: t}}");
    api_do(201, "POST", NS "/pods", "{metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}");
    answer = api_ask(200, "DELETE", NS, NULL);
    ck_assert_str_eq(api_text(answer, "/status/phase"), "Terminating");
    ck_assert_str_ne(api_text(answer, "/metadata/deletionTimestamp"), "");
    ck_assert_ptr_null(json_object_get(json_object_get(answer, "metadata"), "deletionGracePeriodSeconds"));
    json_decref(answer);
    api_wait_gone(NS);
    ck_assert_int_eq(api_status("/apis/example.com/v1/namespaces/a/things/t"), 404);
    ck_assert_int_eq(api_status(MAPS "/one"), 404);
    ck_assert_int_eq(api_count("delete", "pods", CONTROLLER), 1);
    ck_assert_int_eq(api_count("delete", "things", CONTROLLER), 1);
    ck_assert_int_eq(api_count("update", "namespaces", CONTROLLER), 2); /* its conditions, and finalize */
    api_do(201, "POST", "/api/v1/namespaces", "{metadata: {name: a}}");
    ck_assert_int_eq(api_status(NS "/serviceaccounts/default"), 200);
    ck_assert_int_eq(api_status(MAPS "/one"), 404);
    api_stop();
}
END_TEST

START_TEST(finalizers_hold_it_up)
{
    start(false);
    api_do(200, "MERGE", MAPS "/one", "{metadata: {finalizers: [example.com/hold]}}");
    api_do(201, "POST", MAPS, "{metadata: {name: three, finalizers: [example.com/hold, example.com/b]}}");
    api_do(200, "DELETE", NS, NULL);
    api_wait(NS, "/status/conditions/4/reason", "SomeFinalizersRemain");
    check_refusal();
    ck_assert_str_eq(condition("NamespaceContentRemaining", "/message"),
                     "Some resources are remaining: configmaps. has 2 resource instances");
    ck_assert_str_eq(condition("NamespaceFinalizersRemaining", "/message"),
                     "Some content in the namespace has finalizers remaining: example.com/b in 1 resource instances, "
                     "example.com/hold in 2 resource instances");
    ck_assert_str_eq(condition("NamespaceDeletionContentFailure", "/message"),
                     "All content successfully deleted, may be waiting on finalization");
    ck_assert_str_eq(condition("NamespaceDeletionDiscoveryFailure", "/status"), "False");
    ck_assert_str_eq(condition("NamespaceDeletionGroupVersionParsingFailure", "/reason"), "ParsedGroupVersions");
    api_do(200, "MERGE", MAPS "/one", "{metadata: {finalizers: null}}");
    api_wait(NS, "/status/conditions/3/message", "Some resources are remaining: configmaps. has 1 resource instances");
    api_do(200, "DELETE", NS, NULL); /* changes nothing */
    api_do(200, "MERGE", MAPS "/three", "{metadata: {finalizers: null}}");
    api_wait_gone(NS);
    api_stop();
}
END_TEST

/* As with the real server, where a pod that is bound waits for its kubelet. */
START_TEST(pods_go_first)
{
    start(false);
    api_do(201, "POST", NS "/pods",
           "{metadata: {name: p, finalizers: [example.com/hold]}, spec: {containers: [{name: c, image: i}]}}");
    api_do(200, "DELETE", NS, NULL);
    api_wait(NS, "/status/conditions/4/reason", "ContentHasNoFinalizers");
    ck_assert_str_ne(api_get(NS "/pods/p", "/metadata/deletionTimestamp"), "");
    ck_assert_int_eq(api_status(MAPS "/one"), 200);
    api_do(200, "MERGE", NS "/pods/p", "{metadata: {finalizers: null}}");
    api_wait_gone(NS);
    ck_assert_int_eq(api_status(MAPS "/one"), 404);
    api_stop();
}
END_TEST

START_TEST(finalize_lets_it_go)
{
    json_t *answer;

    start(true);
    api_do(200, "DELETE", NS, NULL);
    check_refusal();
    answer = api_ask(200, "DELETE", NS, NULL);
    ck_assert_str_eq(api_text(answer, "/spec/finalizers/0"), "kubernetes");
    json_decref(answer);
    api_do(200, "PUT", NS, "{metadata: {name: a}, spec: {finalizers: []}}"); /* is not how it is done */
    ck_assert_str_eq(api_get(NS, "/spec/finalizers/0"), "kubernetes");
    answer = api_ask(200, "PUT", NS "/finalize", "{metadata: {name: a}, spec: {finalizers: [example.com/mine]}}");
    ck_assert_str_eq(api_text(answer, "/spec/finalizers/0"), "example.com/mine");
    json_decref(answer);
    api_do(200, "PUT", NS "/finalize", "{metadata: {name: a}, spec: {finalizers: []}}");
    ck_assert_int_eq(api_status(NS), 404);
    api_stop();
}
END_TEST

START_TEST(somebody_elses_finalizer)
{
    start(false);
    api_do(200, "PUT", NS "/finalize", "{metadata: {name: a}, spec: {finalizers: [kubernetes, example.com/mine]}}");
    api_do(200, "DELETE", NS, NULL);
    api_wait(NS, "/spec/finalizers/0", "example.com/mine");
    ck_assert_int_eq(api_status(MAPS "/one"), 404);
    api_do(200, "PUT", NS "/finalize", "{metadata: {name: a}, spec: {finalizers: []}}");
    ck_assert_int_eq(api_status(NS), 404);
    api_stop();
}
END_TEST

START_TEST(more_than_one_turn)
{
    start(false);
    for (int i = 0; i < 300; i++)
        api_do(201, "POST", MAPS, "{metadata: {name: c%d, finalizers: [%s]}}", i, i % 3 ? "" : "example.com/hold");
    api_do(201, "POST", "/api/v1/namespaces", "{metadata: {name: b}}");
    api_do(200, "DELETE", NS, NULL);
    api_do(200, "DELETE", "/api/v1/namespaces/b", NULL);
    api_wait_gone("/api/v1/namespaces/b");
    api_wait(NS, "/status/conditions/3/message",
             "Some resources are remaining: configmaps. has 100 resource instances");
    for (int i = 0; i < 300; i += 3) {
        char target[64];
        snprintf(target, sizeof(target), MAPS "/c%d", i);
        api_do(200, "MERGE", target, "{metadata: {finalizers: null}}");
    }
    api_wait_gone(NS);
    api_stop();
}
END_TEST

START_TEST(some_do_not_end)
{
    json_t *answer;

    api_start(NULL);
    answer = api_ask(403, "DELETE", "/api/v1/namespaces/default", NULL);
    ck_assert_str_eq(api_text(answer, "/message"),
                     "namespaces \"default\" is forbidden: this namespace may not be deleted");
    json_decref(answer);
    api_stop();
}
END_TEST

TESTS("namespace_end", everything_in_it_goes, finalizers_hold_it_up, pods_go_first, finalize_lets_it_go,
      somebody_elses_finalizer, more_than_one_turn, some_do_not_end)
