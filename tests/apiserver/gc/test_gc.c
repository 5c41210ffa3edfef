/* Owner garbage collection: who goes, when, and who stays. */
#include "tests/support/api.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAPS "/api/v1/namespaces/default/configmaps"
#define COLLECTOR "system:serviceaccount:kube-system:generic-garbage-collector"

static char room[64][64];
static size_t used;

/* Makes one and returns its uid. */
static const char *make(const char *name, const char *meta)
{
    json_t *answer = api_ask(201, "POST", MAPS, "{metadata: {name: %s%s}}", name, meta);
    char *uid = room[used++ % 64];

    snprintf(uid, 64, "%s", api_text(answer, "/metadata/uid"));
    json_decref(answer);
    return uid;
}

/* The metadata of one that is owned. */
static const char *of(const char *name, const char *uid, bool blocks)
{
    static char text[512];

    snprintf(text, sizeof(text),
             ", ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: %s, uid: %s, blockOwnerDeletion: %s}]", name,
             uid, blocks ? "true" : "false");
    return text;
}

static void delete_with(const char *name, const char *policy)
{
    char target[128];

    snprintf(target, sizeof(target), MAPS "/%s", name);
    api_do(200, "DELETE", target, "{propagationPolicy: %s}", policy);
}

START_TEST(dependents_go_after_their_owner)
{
    const char *uid;

    api_start(NULL);
    uid = make("owner", "");
    uid = make("child", of("owner", uid, true));
    make("grandchild", of("child", uid, true));
    make("other", "");
    api_do(200, "DELETE", MAPS "/owner", NULL);
    api_wait_gone(MAPS "/child");
    api_wait_gone(MAPS "/grandchild");
    ck_assert_int_eq(api_status(MAPS "/other"), 200);
    ck_assert_int_eq(api_count("delete", "configmaps", COLLECTOR), 2);
    api_stop();
}
END_TEST

START_TEST(an_owner_in_the_foreground_goes_last)
{
    const char *uid;

    api_start(NULL);
    uid = make("owner", "");
    make("plain", of("owner", uid, true));
    make("held", of("owner", uid, true));
    make("loose", of("owner", uid, false));
    api_do(200, "MERGE", MAPS "/held", "{metadata: {finalizers: [example.com/hold]}}");
    api_do(200, "MERGE", MAPS "/loose", "{metadata: {finalizers: [example.com/hold]}}");
    delete_with("owner", "Foreground");
    api_wait_gone(MAPS "/plain");
    ck_assert_str_eq(api_get(MAPS "/owner", "/metadata/finalizers/0"), "foregroundDeletion");
    ck_assert_str_ne(api_get(MAPS "/held", "/metadata/deletionTimestamp"), "");
    api_do(200, "MERGE", MAPS "/held", "{metadata: {finalizers: null}}");
    api_wait_gone(MAPS "/owner"); /* the other one does not block it */
    ck_assert_int_eq(api_status(MAPS "/held"), 404);
    ck_assert_str_ne(api_get(MAPS "/loose", "/metadata/deletionTimestamp"), "");
    api_stop();
}
END_TEST

START_TEST(a_chain_in_the_foreground)
{
    const char *uid;

    api_start(NULL);
    uid = make("owner", "");
    uid = make("child", of("owner", uid, true));
    make("grandchild", of("child", uid, true));
    api_do(200, "MERGE", MAPS "/grandchild", "{metadata: {finalizers: [example.com/hold]}}");
    delete_with("owner", "Foreground");
    api_wait(MAPS "/child", "/metadata/finalizers/0", "foregroundDeletion");
    ck_assert_int_eq(api_status(MAPS "/owner"), 200);
    api_wait(MAPS "/grandchild", "/metadata/finalizers/0", "example.com/hold");
    api_do(200, "MERGE", MAPS "/grandchild", "{metadata: {finalizers: null}}");
    api_wait_gone(MAPS "/owner");
    ck_assert_int_eq(api_status(MAPS "/child"), 404);
    ck_assert_int_eq(api_status(MAPS "/grandchild"), 404);
    api_stop();
}
END_TEST

START_TEST(a_ring_in_the_foreground_is_broken_up)
{
    const char *a, *b;

    api_start(NULL);
    a = make("a", "");
    b = make("b", of("a", a, true));
    api_do(200, "MERGE", MAPS "/a",
           "{metadata: {ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: b, uid: %s, blockOwnerDeletion: "
           "true}]}}",
           b);
    delete_with("a", "Foreground");
    api_wait_gone(MAPS "/a");
    api_wait_gone(MAPS "/b");
    api_stop();
}
END_TEST

START_TEST(orphans_are_let_go)
{
    const char *uid;

    api_start(NULL);
    uid = make("owner", "");
    for (int i = 0; i < 5; i++) {
        char name[8];
        snprintf(name, sizeof(name), "c%d", i);
        make(name, of("owner", uid, true));
    }
    delete_with("owner", "Orphan");
    api_wait_gone(MAPS "/owner");
    for (int i = 0; i < 5; i++) {
        char target[64];
        snprintf(target, sizeof(target), MAPS "/c%d", i);
        ck_assert_int_eq(api_status(target), 200);
        ck_assert_str_eq(api_get(target, "/metadata/ownerReferences/0/uid"), "");
    }
    ck_assert_int_eq(api_count("delete", "configmaps", COLLECTOR), 0);
    api_stop();
}
END_TEST

START_TEST(only_the_reference_to_who_is_gone_goes)
{
    const char *a, *b;

    api_start(NULL);
    a = make("a", "");
    b = make("b", "");
    api_do(201, "POST", MAPS,
           "{metadata: {name: child, ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: a, uid: %s}, "
           "{apiVersion: v1, kind: ConfigMap, name: b, uid: %s}]}}",
           a, b);
    api_do(200, "DELETE", MAPS "/a", NULL);
    api_wait(MAPS "/child", "/metadata/ownerReferences/0/name", "b");
    ck_assert_str_eq(api_get(MAPS "/child", "/metadata/ownerReferences/1/name"), "");
    api_do(200, "DELETE", MAPS "/b", NULL);
    api_wait_gone(MAPS "/child");
    api_stop();
}
END_TEST

START_TEST(owners_that_never_were)
{
    const char *uid;

    api_start(NULL);
    uid = make("owner", "");
    make("nobody", of("owner", "11111111-1111-1111-1111-111111111111", true));
    make("misnamed", of("another", uid, true));
    api_do(
        201, "POST", MAPS,
        "{metadata: {name: unknown, ownerReferences: [{apiVersion: example.com/v1, kind: Thing, name: x, uid: u}]}}");
    api_wait_gone(MAPS "/nobody");
    api_wait_gone(MAPS "/misnamed");
    ck_assert_int_eq(api_status(MAPS "/unknown"), 200); /* its kind may come yet */
    ck_assert_int_eq(api_status(MAPS "/owner"), 200);
    api_stop();
}
END_TEST

START_TEST(an_owner_whose_kind_comes_later)
{
    api_start(NULL);
    api_do(201, "POST", MAPS,
           "{metadata: {name: child, ownerReferences: [{apiVersion: example.com/v1, kind: Thing, name: x, uid: u}]}}");
    make("marker", of("x", "22222222-2222-2222-2222-222222222222", true));
    api_wait_gone(MAPS "/marker");
    ck_assert_int_eq(api_status(MAPS "/child"), 200);
    api_do(201, "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
           "{metadata: {name: things.example.com}, spec: {group: example.com, scope: Namespaced, "
           "names: {plural: things, kind: Thing}, versions: [{name: v1, served: true, storage: true, "
           "schema: {openAPIV3Schema: {type: object}}}]}}");
    api_wait_gone(MAPS "/child");
    api_stop();
}
END_TEST

START_TEST(namespaces_are_borders)
{
    const char *uid, *events = "/api/v1/namespaces/elsewhere/events";
    json_t *list;

    api_start(NULL);
    api_do(201, "POST", "/api/v1/namespaces", "{metadata: {name: elsewhere}}");
    uid = make("owner", "");
    api_do(201, "POST", "/api/v1/namespaces/elsewhere/configmaps", "{metadata: {name: child%s}}",
           of("owner", uid, true));
    api_wait_gone("/api/v1/namespaces/elsewhere/configmaps/child");
    list = api_ask(200, "GET", events, NULL);
    ck_assert_str_eq(api_text(list, "/items/0/reason"), "OwnerRefInvalidNamespace");
    ck_assert_str_eq(api_text(list, "/items/0/involvedObject/name"), "child");
    ck_assert_ptr_nonnull(strstr(api_text(list, "/items/0/message"), "does not exist in namespace \"elsewhere\""));
    json_decref(list);
    /* What has no namespace cannot have an owner in one, and stays. */
    api_do(201, "POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", "{metadata: {name: child%s}}",
           of("owner", uid, true));
    api_do(200, "DELETE", MAPS "/owner", NULL);
    make("marker", of("owner", uid, true));
    api_wait_gone(MAPS "/marker");
    ck_assert_int_eq(api_status("/apis/rbac.authorization.k8s.io/v1/clusterroles/child"), 200);
    ck_assert_str_eq(api_get("/api/v1/namespaces/default/events", "/items/0/involvedObject/kind"), "ClusterRole");
    api_stop();
}
END_TEST

START_TEST(a_cluster_scoped_owner)
{
    json_t *owner;

    api_start(NULL);
    owner = api_ask(201, "POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", "{metadata: {name: owner}}");
    api_do(201, "POST", MAPS,
           "{metadata: {name: child, ownerReferences: [{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, "
           "name: owner, uid: %s}]}}",
           api_text(owner, "/metadata/uid"));
    json_decref(owner);
    make("marker", of("x", "22222222-2222-2222-2222-222222222222", true));
    api_wait_gone(MAPS "/marker");
    ck_assert_int_eq(api_status(MAPS "/child"), 200);
    api_do(200, "DELETE", "/apis/rbac.authorization.k8s.io/v1/clusterroles/owner", NULL);
    api_wait_gone(MAPS "/child");
    api_stop();
}
END_TEST

START_TEST(options_that_contradict_themselves)
{
    json_t *answer;

    api_start(NULL);
    make("a", "");
    answer = api_ask(422, "DELETE", MAPS "/a", "{propagationPolicy: Sideways}");
    ck_assert_str_eq(api_text(answer, "/message"),
                     "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"Sideways\": "
                     "supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"");
    json_decref(answer);
    answer = api_ask(422, "DELETE", MAPS "/a", "{propagationPolicy: Orphan, orphanDependents: true}");
    ck_assert_str_eq(api_text(answer, "/message"),
                     "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Invalid value: \"Orphan\": "
                     "orphanDependents and deletionPropagation cannot be both set");
    json_decref(answer);
    api_stop();
}
END_TEST

START_TEST(many_dependents)
{
    char name[16], uid[64];
    const char *const policies[] = {"Foreground", "Orphan", "Background"};
    int n = getenv("DEPENDENTS") ? (int)strtol(getenv("DEPENDENTS"), NULL, 10) : 1000;

    api_start(NULL);
    for (int p = 0; p < 3; p++) {
        json_t *list;
        snprintf(uid, sizeof(uid), "%s", make("owner", ""));
        for (int i = 0; p != 2 && i < n; i++) { /* those that were orphaned are adopted */
            snprintf(name, sizeof(name), "c%d", i);
            make(name, of("owner", uid, true));
        }
        if (p == 2)
            make("c", of("owner", uid, true));
        delete_with("owner", policies[p]);
        ck_assert_int_eq(api_status("/version"), 200);
        api_wait_gone(MAPS "/owner");
        if (p == 2)
            api_wait_gone(MAPS "/c");
        list = api_ask(200, "GET", MAPS, NULL);
        ck_assert_int_eq((int)json_array_size(json_object_get(list, "items")), p == 0 ? 0 : n);
        json_decref(list);
    }
    api_stop();
}
END_TEST

START_TEST(without_controllers_nothing_happens)
{
    const char *uid;

    api_start(&(opsdk_apiserver_opts){.no_controllers = true});
    uid = make("owner", "");
    make("child", of("owner", uid, true));
    delete_with("owner", "Foreground");
    ck_assert_str_eq(api_get(MAPS "/owner", "/metadata/finalizers/0"), "foregroundDeletion");
    ck_assert_int_eq(api_status(MAPS "/child"), 200);
    api_stop();
}
END_TEST

TESTS("gc", dependents_go_after_their_owner, an_owner_in_the_foreground_goes_last, a_chain_in_the_foreground,
      a_ring_in_the_foreground_is_broken_up, orphans_are_let_go, only_the_reference_to_who_is_gone_goes,
      owners_that_never_were, an_owner_whose_kind_comes_later, namespaces_are_borders, a_cluster_scoped_owner,
      options_that_contradict_themselves, many_dependents, without_controllers_nothing_happens)
