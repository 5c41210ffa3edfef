/* What roles allow, as they come and go. */
#include "tests/support/ask.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RBAC "/apis/rbac.authorization.k8s.io/v1"
#define PODS "/api/v1/namespaces/default/pods"

static opsdk_apiserver *server;
static asker admin, jane;
static json_t *answer;

static void start(void)
{
    opsdk_error err = {0};

    ck_assert_msg(opsdk_apiserver_start(&(opsdk_apiserver_opts){.rbac = true}, &server, &err) == 0, "%s", err.message);
    admin = ask_as(opsdk_apiserver_kubeconfig(server));
    jane = ask_user(server, "jane", NULL);
}

static void stop(void)
{
    json_decref(answer);
    answer = NULL;
    asker_clear(&admin);
    asker_clear(&jane);
    server = opsdk_apiserver_stop(server);
}

static void load(const char *text)
{
    opsdk_error err = {0};

    ck_assert_msg(opsdk_apiserver_load_text(server, text, &err) == 0, "%s", err.message);
}

static long as(const asker *who, const char *method, const char *path, const char *body)
{
    json_decref(answer);
    return ask(server, who, method, path, body, &answer);
}

#define BINDING(kind, role)                                                                                         \
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: " kind ", metadata: {name: b}, roleRef: {apiGroup: "          \
    "rbac.authorization.k8s.io, kind: ClusterRole, name: " role "}, subjects: [{kind: User, name: jane, apiGroup: " \
    "rbac.authorization.k8s.io}]}"

START_TEST(bindings_come_and_go)
{
    start();
    ck_assert_int_eq(as(&jane, "GET", PODS, NULL), 403);
    load(BINDING("RoleBinding", "view"));
    ck_assert_int_eq(as(&jane, "GET", PODS, NULL), 200);
    ck_assert_int_eq(as(&jane, "GET", "/api/v1/namespaces/default/secrets", NULL), 403);
    ck_assert_int_eq(as(&jane, "GET", "/api/v1/namespaces/kube-system/pods", NULL), 403);
    load(BINDING("ClusterRoleBinding", "view"));
    ck_assert_int_eq(as(&jane, "GET", "/api/v1/pods", NULL), 200);
    ck_assert_int_eq(as(&admin, "DELETE", RBAC "/clusterrolebindings/b", NULL), 200);
    ck_assert_int_eq(as(&jane, "GET", "/api/v1/pods", NULL), 403);
    ck_assert_int_eq(as(&jane, "GET", PODS, NULL), 200);
    ck_assert_int_eq(as(&admin, "DELETE", RBAC "/namespaces/default/rolebindings/b", NULL), 200);
    ck_assert_int_eq(as(&jane, "GET", PODS, NULL), 403);
    stop();
}
END_TEST

START_TEST(roles_change_under_their_bindings)
{
    start();
    load(BINDING("RoleBinding", "later"));
    ck_assert_int_eq(as(&jane, "GET", PODS, NULL), 403);
    ck_assert_str_eq(
        ask_text(answer, "/message"),
        "pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in the namespace "
        "\"default\": RBAC: clusterrole.rbac.authorization.k8s.io \"later\" not found");
    ck_assert_int_eq(as(&admin, "POST", RBAC "/clusterroles?dryRun=All",
                        "{\"metadata\": {\"name\": \"later\"}, \"rules\": [{\"apiGroups\": [\"\"], \"resources\": "
                        "[\"pods\"], \"verbs\": [\"list\"]}]}"),
                     201);
    ck_assert_int_eq(as(&jane, "GET", PODS, NULL), 403);
    load("{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: later}, rules: [{apiGroups: "
         "[\"\"], resources: [pods], verbs: [list]}]}");
    ck_assert_int_eq(as(&jane, "GET", PODS, NULL), 200);
    ck_assert_int_eq(as(&admin, "PATCH", RBAC "/clusterroles/later", "{\"rules\": null}"), 200);
    ck_assert_int_eq(as(&jane, "GET", PODS, NULL), 403);
    ck_assert_ptr_null(strstr(ask_text(answer, "/message"), "RBAC:"));
    stop();
}
END_TEST

static size_t rules_of(const char *role)
{
    char path[256];

    snprintf(path, sizeof(path), RBAC "/clusterroles/%s", role);
    ck_assert_int_eq(as(&admin, "GET", path, NULL), 200);
    return json_array_size(json_object_get(answer, "rules"));
}

/* What is made of others follows them, however deep; and what selects itself ends. */
START_TEST(roles_are_made_of_roles)
{
    size_t view, admins;

    start();
    view = rules_of("view");
    admins = rules_of("admin");
    ck_assert_uint_gt(view, 10);
    ck_assert_uint_gt(admins, rules_of("edit"));
    ck_assert_uint_gt(rules_of("edit"), view);
    load(BINDING("RoleBinding", "view"));
    ck_assert_int_eq(as(&jane, "GET", "/apis/x.example.com/v1/namespaces/default/things", NULL), 403);
    load("{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: things, labels: "
         "{rbac.authorization.k8s.io/aggregate-to-view: \"true\"}}, rules: [{apiGroups: [x.example.com], resources: "
         "[things], verbs: [list]}]}");
    ck_assert_int_eq(as(&jane, "GET", "/apis/x.example.com/v1/namespaces/default/things", NULL), 404);
    ck_assert_uint_eq(rules_of("view"), view + 1);
    ck_assert_uint_eq(rules_of("admin"), admins + 1);
    ck_assert_int_eq(as(&admin, "DELETE", RBAC "/clusterroles/things", NULL), 200);
    ck_assert_uint_eq(rules_of("admin"), admins);
    load("{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: one, labels: {a: b}}, "
         "aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}}");
    load("{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: two, labels: {a: b}}, "
         "aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}, rules: [{nonResourceURLs: [/x], verbs: "
         "[get]}]}");
    ck_assert_uint_eq(rules_of("one"), rules_of("two"));
    stop();
}
END_TEST

START_TEST(nobody_gives_what_he_does_not_have)
{
    static const char role[] = "{\"metadata\": {\"name\": \"r\"}, \"rules\": [{\"apiGroups\": [\"\"], \"resources\": "
                               "[\"nodes\"], \"verbs\": [\"get\"]}]}";

    start();
    load(BINDING("RoleBinding", "admin"));
    ck_assert_int_eq(as(&jane, "POST", RBAC "/namespaces/default/roles", role), 403);
    ck_assert_str_eq(
        ask_text(answer, "/message"),
        "roles.rbac.authorization.k8s.io \"r\" is forbidden: user \"jane\" (groups=[\"system:authenticated\"]) "
        "is attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"\"], "
        "Resources:[\"nodes\"], Verbs:[\"get\"]}");
    ck_assert_int_eq(as(&admin, "POST", RBAC "/namespaces/default/roles", role), 201);
    ck_assert_int_eq(
        as(&jane, "PATCH", RBAC "/namespaces/default/roles/r", "{\"metadata\": {\"labels\": {\"a\": \"b\"}}}"), 403);
    ck_assert_int_eq(
        as(&jane, "PATCH", RBAC "/namespaces/default/roles/r", "{\"metadata\": {\"finalizers\": [\"a.b/c\"]}}"), 200);
    ck_assert_int_eq(as(&jane, "PATCH", RBAC "/namespaces/default/roles/r", "{\"rules\": null}"), 200);
    stop();
}
END_TEST

/* A rule of few bytes may stand for more verbs of resources than can be looked at. */
START_TEST(a_role_that_grants_too_much_is_refused)
{
    static char body[65536];
    const char *const fields[] = {"apiGroups", "resources", "verbs"};
    size_t len = (size_t)snprintf(body, sizeof(body), "{\"metadata\": {\"name\": \"r\"}, \"rules\": [{");

    for (size_t f = 0; f < 3; f++) {
        len += (size_t)snprintf(body + len, sizeof(body) - len, "%s\"%s\": [", f ? ", " : "", fields[f]);
        for (int i = 0; i < 200; i++)
            len += (size_t)snprintf(body + len, sizeof(body) - len, "%s\"x%d\"", i ? "," : "", i);
        len += (size_t)snprintf(body + len, sizeof(body) - len, "]");
    }
    snprintf(body + len, sizeof(body) - len, "}]}");
    start();
    load(BINDING("RoleBinding", "admin"));
    ck_assert_int_eq(as(&jane, "POST", RBAC "/namespaces/default/roles", body), 500);
    ck_assert_int_eq(as(&admin, "POST", RBAC "/namespaces/default/roles", body), 201);
    stop();
}
END_TEST

START_TEST(streams_ask_for_create_too)
{
    start();
    load("{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: getter}, rules: [{apiGroups: "
         "[\"\"], resources: [pods/exec, pods/log], verbs: [get]}]}");
    load(BINDING("RoleBinding", "getter"));
    ck_assert_int_eq(as(&jane, "GET", PODS "/a/log", NULL) == 403, 0);
    ck_assert_int_eq(as(&jane, "GET", PODS "/a/exec?command=x", NULL), 403);
    ck_assert_str_eq(ask_text(answer, "/message"), "pods \"a\" is forbidden: User \"jane\" cannot create resource "
                                                   "\"pods/exec\" in API group \"\" in the namespace \"default\"");
    stop();
}
END_TEST

TESTS("rbac", bindings_come_and_go, roles_change_under_their_bindings, roles_are_made_of_roles,
      nobody_gives_what_he_does_not_have, a_role_that_grants_too_much_is_refused, streams_ask_for_create_too)
