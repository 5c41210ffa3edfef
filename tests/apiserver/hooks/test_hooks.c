/* Admission webhooks: whom they see, and what they may do. */
#include "tests/support/hook.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- validating ---- */

START_TEST(what_is_asked)
{
    json_t *q;

    hook_start();
    hook_on("v", hook_say, NULL);
    hook_add("validating", "v", HOOK_ALL, "");
    api_do(201, "POST", HOOK_MAPS "?fieldManager=me", "{metadata: {name: a}, data: {k: v}}");
    q = hook_question(0);
    ck_assert_str_eq(api_text(q, "/operation"), "CREATE");
    ck_assert_str_eq(api_text(q, "/kind/kind"), "ConfigMap");
    ck_assert_str_eq(api_text(q, "/resource/resource"), "configmaps");
    ck_assert_str_eq(api_text(q, "/requestKind/version"), "v1");
    ck_assert_str_eq(api_text(q, "/requestResource/resource"), "configmaps");
    ck_assert_str_eq(api_text(q, "/name"), "a");
    ck_assert_str_eq(api_text(q, "/namespace"), "default");
    ck_assert_str_eq(api_text(q, "/options/kind"), "CreateOptions");
    ck_assert_str_eq(api_text(q, "/options/fieldManager"), "me");
    ck_assert_str_eq(api_text(q, "/object/data/k"), "v");
    ck_assert_str_ne(api_text(q, "/object/metadata/uid"), "");
    ck_assert_str_ne(api_text(q, "/userInfo/username"), "");
    ck_assert(json_is_null(json_object_get(q, "oldObject")));
    ck_assert(json_is_false(json_object_get(q, "dryRun")));
    json_decref(q);
    ck_assert_ptr_nonnull(strstr(fakeapi_wait(hook, 0).target, "/v?timeout=10s"));
    api_do(200, "MERGE", HOOK_MAPS "/a?dryRun=All", "{data: {k: w}}");
    q = hook_question(1);
    ck_assert_str_eq(api_text(q, "/operation"), "UPDATE");
    ck_assert_str_eq(api_text(q, "/object/data/k"), "w");
    ck_assert_str_eq(api_text(q, "/oldObject/data/k"), "v");
    ck_assert_str_eq(api_text(q, "/options/kind"), "PatchOptions");
    ck_assert(json_is_true(json_object_get(q, "dryRun")));
    json_decref(q);
    api_do(200, "DELETE", HOOK_MAPS "/a", "{gracePeriodSeconds: 5}");
    q = hook_question(2);
    ck_assert_str_eq(api_text(q, "/operation"), "DELETE");
    ck_assert_str_eq(api_text(q, "/name"), "a");
    ck_assert(json_is_null(json_object_get(q, "object")));
    ck_assert_str_eq(api_text(q, "/oldObject/data/k"), "v");
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(q, "options"), "gracePeriodSeconds")), 5);
    json_decref(q);
    api_do(200, "GET", HOOK_MAPS, NULL);
    ck_assert_int_eq(fakeapi_count(hook), 3);
    hook_stop();
}
END_TEST

START_TEST(denials)
{
    static const struct {
        const char *response;
        long status;
        const char *message, *reason;
    } cases[] = {
        {"{\"allowed\": false, \"status\": {\"message\": \"not today\", \"code\": 403, \"reason\": \"Forbidden\"}}",
         403, "admission webhook \"v.example.com\" denied the request: not today", "Forbidden"},
        {"{\"allowed\": false}", 400, "admission webhook \"v.example.com\" denied the request without explanation", ""},
        {"{\"allowed\": false, \"status\": {\"reason\": \"BecauseISaySo\", \"code\": 200}}", 400,
         "admission webhook \"v.example.com\" denied the request: BecauseISaySo", "BecauseISaySo"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *answer;
        hook_start();
        api_do(201, "POST", HOOK_MAPS, "{metadata: {name: b}}");
        hook_on("v", hook_say, (void *)cases[i].response);
        hook_add("validating", "v", HOOK_ALL, "");
        answer = api_ask(cases[i].status, "POST", HOOK_MAPS, "{metadata: {name: a}}");
        ck_assert_str_eq(api_text(answer, "/message"), cases[i].message);
        ck_assert_str_eq(api_text(answer, "/reason"), cases[i].reason);
        json_decref(answer);
        ck_assert_int_eq(api_status(HOOK_MAPS "/a"), 404);
        api_do(cases[i].status, "DELETE", HOOK_MAPS "/b", NULL);
        api_do(cases[i].status, "DELETE", HOOK_MAPS "?fieldSelector=metadata.name=b", NULL);
        api_do(cases[i].status, "MERGE", HOOK_MAPS "/b", "{data: {a: b}}");
        ck_assert_int_eq(api_status(HOOK_MAPS "/b"), 200);
        hook_stop();
    }
}
END_TEST

START_TEST(warnings_are_passed_on)
{
    hook_start();
    hook_on("v", hook_say, "{\"allowed\": true, \"warnings\": [\"careful\", \"hot\"]}");
    hook_add("validating", "v", HOOK_ALL, "");
    api_do(201, "POST", HOOK_MAPS, "{metadata: {name: a}}");
    ck_assert_ptr_nonnull(strstr(api_warnings(), "299 - \"careful\""));
    ck_assert_ptr_nonnull(strstr(api_warnings(), "299 - \"hot\""));
    hook_stop();
}
END_TEST

/* All are asked at once, and the first in order that objects counts. */
START_TEST(several_validating_ones)
{
    json_t *answer;

    hook_start();
    hook_on("va", hook_say, NULL);
    hook_on("vb", hook_say, "{\"allowed\": false, \"status\": {\"message\": \"b\"}}");
    hook_on("vc", hook_say, "{\"allowed\": false, \"status\": {\"message\": \"c\"}, \"warnings\": [\"from c\"]}");
    hook_add("validating", "vc", HOOK_ALL, "");
    hook_add("validating", "vb", HOOK_ALL, "");
    hook_add("validating", "va", HOOK_ALL, "");
    answer = api_ask(400, "POST", HOOK_MAPS, "{metadata: {name: a}}");
    ck_assert_str_eq(api_text(answer, "/message"), "admission webhook \"vb.example.com\" denied the request: b");
    json_decref(answer);
    ck_assert_int_eq(fakeapi_count(hook), 3);
    ck_assert_ptr_nonnull(strstr(api_warnings(), "from c"));
    hook_stop();
}
END_TEST

/* ---- whom it concerns ---- */

START_TEST(rules)
{
    static const struct {
        const char *rule;
        bool fits;
    } cases[] = {
        {"{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [configmaps]}", true},
        {"{operations: [UPDATE, DELETE], apiGroups: [''], apiVersions: [v1], resources: [configmaps]}", false},
        {"{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*']}", true},
        {"{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*']}", true},
        {"{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/status']}", false},
        {"{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['configmaps/*']}", true},
        {"{operations: ['*'], apiGroups: [apps], apiVersions: ['*'], resources: ['*']}", false},
        {"{operations: ['*'], apiGroups: ['*'], apiVersions: [v2], resources: ['*']}", false},
        {"{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: [secrets]}", false},
        {"{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], scope: Cluster}", false},
        {"{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], scope: Namespaced}", true},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        hook_start();
        hook_on("v", hook_say, "{\"allowed\": false}");
        hook_add("validating", "v", cases[i].rule, "");
        api_do(cases[i].fits ? 400 : 201, "POST", HOOK_MAPS, "{metadata: {name: a}}");
        hook_stop();
    }
}
END_TEST

START_TEST(selectors)
{
    hook_start();
    hook_on("v", hook_say, "{\"allowed\": false}");
    hook_add("validating", "v", "{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*']}",
             ", namespaceSelector: {matchLabels: {watched: 'yes'}}, objectSelector: {matchExpressions: [{key: skip, "
             "operator: DoesNotExist}, {key: tier, operator: In, values: [a, b]}, {key: tier, operator: NotIn, values: "
             "[c]}]}");
    api_do(201, "POST", HOOK_MAPS, "{metadata: {name: a, labels: {tier: a}}}");
    api_do(200, "MERGE", "/api/v1/namespaces/default", "{metadata: {labels: {watched: 'no'}}}");
    api_do(201, "POST", HOOK_MAPS, "{metadata: {name: b, labels: {tier: a}}}");
    api_do(200, "MERGE", "/api/v1/namespaces/default", "{metadata: {labels: {watched: 'yes'}}}");
    api_do(400, "POST", HOOK_MAPS, "{metadata: {name: c, labels: {tier: a}}}");
    api_do(201, "POST", HOOK_MAPS, "{metadata: {name: d, labels: {tier: c}}}");
    api_do(201, "POST", HOOK_MAPS, "{metadata: {name: e, labels: {tier: a, skip: ''}}}");
    api_do(201, "POST", HOOK_MAPS, "{metadata: {name: f}}");
    api_do(400, "MERGE", HOOK_MAPS "/a", "{metadata: {labels: {tier: null}}}"); /* the old one is selected */
    api_do(400, "DELETE", HOOK_MAPS "/a", NULL);
    api_do(400, "POST", "/api/v1/namespaces", "{metadata: {name: n, labels: {watched: 'yes', tier: b}}}");
    api_do(201, "POST", "/api/v1/namespaces", "{metadata: {name: n, labels: {tier: b}}}");
    hook_stop();
}
END_TEST

#define CRD                                                                                                           \
    "{metadata: {name: things.example.com}, spec: {group: example.com, scope: Namespaced, names: {plural: things, "   \
    "kind: Thing}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, "      \
    "properties: {spec: {type: object, properties: {n: {type: integer, default: 1}, s: {type: string}}}}}}, "         \
    "subresources: {status: {}}}, {name: v2, served: true, storage: false, schema: {openAPIV3Schema: {type: object, " \
    "x-kubernetes-preserve-unknown-fields: true}}}]}}"

START_TEST(other_versions_are_shown_as_asked_for)
{
    const char *rule = "{operations: ['*'], apiGroups: [example.com], apiVersions: [v1], resources: [things]}";
    json_t *q;

    hook_start();
    hook_on("v", hook_say, NULL);
    hook_on("w", hook_say, "{\"allowed\": false}");
    hook_add("validating", "v", rule, "");
    hook_add("validating", "w", rule, ", matchPolicy: Exact");
    api_do(201, "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", CRD);
    api_do(201, "POST", "/apis/example.com/v2/namespaces/default/things",
           "{apiVersion: example.com/v2, kind: Thing, metadata: {name: t}, spec: {n: 3}}");
    q = hook_question(0);
    ck_assert_str_eq(api_text(q, "/kind/version"), "v1");
    ck_assert_str_eq(api_text(q, "/requestKind/version"), "v2");
    ck_assert_str_eq(api_text(q, "/object/apiVersion"), "example.com/v1");
    json_decref(q);
    ck_assert_int_eq(fakeapi_count(hook), 1);
    api_do(400, "POST", "/apis/example.com/v1/namespaces/default/things",
           "{apiVersion: example.com/v1, kind: Thing, metadata: {name: u}}");
    hook_stop();
}
END_TEST

START_TEST(subresources)
{
    json_t *q;

    hook_start();
    hook_on("v", hook_say, NULL);
    api_do(201, "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", CRD);
    api_do(201, "POST", "/apis/example.com/v1/namespaces/default/things",
           "{apiVersion: example.com/v1, kind: Thing, metadata: {name: t}}");
    hook_add("validating", "v",
             "{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['things/status']}", "");
    api_do(200, "MERGE", "/apis/example.com/v1/namespaces/default/things/t", "{spec: {n: 2}}");
    api_do(200, "MERGE", "/apis/example.com/v1/namespaces/default/things/t/status", "{status: {}}");
    q = hook_question(0);
    ck_assert_str_eq(api_text(q, "/subResource"), "status");
    ck_assert_str_eq(api_text(q, "/requestSubResource"), "status");
    json_decref(q);
    ck_assert_int_eq(fakeapi_count(hook), 1);
    hook_stop();
}
END_TEST

/* ---- mutating ---- */

START_TEST(patches)
{
    json_t *answer;

    hook_start();
    hook_on(
        "m", hook_patch,
        "[{\"op\": \"add\", \"path\": \"/metadata/labels\", \"value\": {\"by\": \"m\"}}, "
        "{\"op\": \"add\", \"path\": \"/data\", \"value\": {\"x\": \"y\"}}, {\"op\": \"add\", \"path\": \"/nonsense\", "
        "\"value\": 1}]");
    hook_add("mutating", "m", HOOK_ALL, "");
    answer = api_ask(201, "POST", HOOK_MAPS "?fieldValidation=Strict", "{metadata: {name: a}}");
    ck_assert_str_eq(api_text(answer, "/metadata/labels/by"), "m");
    ck_assert_str_eq(api_text(answer, "/data/x"), "y");
    ck_assert_ptr_null(json_object_get(answer, "nonsense"));
    json_decref(answer);
    ck_assert_str_eq(api_get(HOOK_MAPS "/a", "/data/x"), "y");
    api_do(200, "MERGE", HOOK_MAPS "/a", "{data: {x: z}}");
    ck_assert_str_eq(api_get(HOOK_MAPS "/a", "/data/x"), "y");
    hook_stop();
}
END_TEST

START_TEST(custom_objects_are_defaulted_again)
{
    json_t *answer;

    hook_start();
    hook_on("m", hook_patch, "[{\"op\": \"replace\", \"path\": \"/spec\", \"value\": {\"s\": \"by m\", \"junk\": 1}}]");
    api_do(201, "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", CRD);
    hook_add("mutating", "m", "{operations: [CREATE], apiGroups: ['*'], apiVersions: ['*'], resources: [things]}", "");
    answer = api_ask(201, "POST", "/apis/example.com/v1/namespaces/default/things",
                     "{apiVersion: example.com/v1, kind: Thing, metadata: {generateName: t-}, spec: {n: 3}}");
    ck_assert_str_eq(api_text(answer, "/spec/s"), "by m");
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(answer, "spec"), "n")), 1);
    ck_assert_ptr_null(json_object_get(json_object_get(answer, "spec"), "junk"));
    json_decref(answer);
    hook_stop();
}
END_TEST

static char *count_up(const char *body, void *user)
{
    json_t *whole = json_loads(body, 0, NULL);
    const char *before = api_text(whole, "/request/object/data/seen");
    char ops[128];

    snprintf(ops, sizeof(ops), "[{\"op\": \"add\", \"path\": \"/data/seen\", \"value\": \"%s%s\"}]", before,
             (const char *)user);
    json_decref(whole);
    return hook_patch(body, ops);
}

START_TEST(one_after_the_other_and_once_more)
{
    hook_start();
    hook_on("ma", count_up, "a");
    hook_on("mb", count_up, "b");
    hook_on("mc", hook_say, NULL);
    hook_add("mutating", "mb", HOOK_ALL, "");
    hook_add("mutating", "ma", HOOK_ALL, ", reinvocationPolicy: IfNeeded");
    hook_add("mutating", "mc", HOOK_ALL, ", reinvocationPolicy: IfNeeded");
    api_do(201, "POST", HOOK_MAPS, "{metadata: {name: x}, data: {seen: ''}}");
    ck_assert_str_eq(api_get(HOOK_MAPS "/x", "/data/seen"), "aba");
    hook_stop();
}
END_TEST

START_TEST(patches_that_do_not_work)
{
    json_t *answer;

    hook_start();
    hook_on("m", hook_patch, "[{\"op\": \"remove\", \"path\": \"/data/none\"}]");
    hook_add("mutating", "m", HOOK_ALL, "");
    answer = api_ask(500, "POST", HOOK_MAPS, "{metadata: {name: a}}");
    ck_assert_ptr_nonnull(strstr(api_text(answer, "/message"), "Internal error occurred: "));
    json_decref(answer);
    hook_stop();
    hook_start();
    hook_on("m", hook_patch, "[{\"op\": \"add\", \"path\": \"/data\", \"value\": \"text\"}]");
    hook_add("mutating", "m", HOOK_ALL, "");
    api_do(500, "POST", HOOK_MAPS, "{metadata: {name: a}}");
    hook_stop();
    hook_start();
    hook_on("m", hook_patch, "[{\"op\": \"replace\", \"path\": \"/metadata/namespace\", \"value\": \"kube-system\"}]");
    hook_add("mutating", "m", HOOK_ALL, "");
    api_do(400, "POST", HOOK_MAPS, "{metadata: {name: a}}");
    hook_stop();
    hook_start();
    api_do(201, "POST", HOOK_MAPS, "{metadata: {name: a}}");
    hook_on("m", hook_patch, "[{\"op\": \"add\", \"path\": \"/data\", \"value\": {}}]");
    hook_add("mutating", "m", HOOK_ALL, "");
    answer = api_ask(500, "DELETE", HOOK_MAPS "/a", NULL);
    ck_assert_str_eq(api_text(answer, "/message"),
                     "Internal error occurred: admission webhook \"m.example.com\" attempted to modify the object, "
                     "which is not supported for this operation");
    json_decref(answer);
    hook_stop();
}
END_TEST

TESTS("hooks", what_is_asked, denials, warnings_are_passed_on, several_validating_ones, rules, selectors,
      other_versions_are_shown_as_asked_for, subresources, patches, custom_objects_are_defaulted_again,
      one_after_the_other_and_once_more, patches_that_do_not_work)
