/* Admission webhooks that fail, that are services, that keep others busy. */
#include "tests/support/hook.h"
#include "tests/support/suite.h"

#include <opsdk.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- failures ---- */

static void check_failure(const char *part)
{
    json_t *answer = api_ask(500, "POST", HOOK_MAPS, "{metadata: {name: a}}");

    ck_assert_ptr_nonnull(
        strstr(api_text(answer, "/message"), "Internal error occurred: failed calling webhook \"v.example.com\": "));
    ck_assert_msg(strstr(api_text(answer, "/message"), part) != NULL, "%s", api_text(answer, "/message"));
    ck_assert_str_eq(api_text(answer, "/reason"), "InternalError");
    json_decref(answer);
}

static char *other_uid(const char *body, void *user)
{
    (void)body, (void)user;
    return strdup(
        "{\"apiVersion\": \"admission.k8s.io/v1\", \"kind\": \"AdmissionReview\", \"response\": {\"uid\": \"x\", "
        "\"allowed\": true}}");
}

START_TEST(answers_that_are_none)
{
    hook_start();
    hook_add("validating", "v", HOOK_ALL, "");
    fakeapi_on(hook, "POST /v", (fakeapi_reply){.status = 500, .body = "boom\n"});
    check_failure(
        "failed to call webhook: an error on the server (\"boom\") has prevented the request from succeeding");
    fakeapi_on(hook, "POST /v", (fakeapi_reply){.status = 404, .body = "what"});
    check_failure("failed to call webhook: the server could not find the requested resource");
    fakeapi_on(hook, "POST /v", (fakeapi_reply){.body = "no json"});
    check_failure("failed to call webhook: couldn't get version/kind; json parse error");
    fakeapi_on(hook, "POST /v", (fakeapi_reply){.body = "{}"});
    check_failure("received invalid webhook response: webhook response was absent");
    fakeapi_on(hook, "POST /v", (fakeapi_reply){.make = other_uid});
    check_failure("received invalid webhook response: expected response.uid=\"");
    fakeapi_on(hook, "POST /v",
               (fakeapi_reply){.make = hook_say,
                               .user = "{\"allowed\": true, \"patch\": \"W10=\", \"patchType\": \"JSONPatch\"}"});
    check_failure("received invalid webhook response: validating webhook may not return response.patch");
    fakeapi_on(hook, "POST /v", (fakeapi_reply){.drop = true, .times = -1});
    check_failure("failed to call webhook: Post \"https://127.0.0.1:");
    ck_assert_int_eq(api_status(HOOK_MAPS "/a"), 404);
    hook_stop();
}
END_TEST

START_TEST(failures_may_be_ignored)
{
    hook_start();
    hook_add("validating", "v", HOOK_ALL, ", failurePolicy: Ignore");
    hook_add("mutating", "m", HOOK_ALL, ", failurePolicy: Ignore");
    fakeapi_on(hook, "POST", (fakeapi_reply){.status = 500, .times = -1});
    api_do(201, "POST", HOOK_MAPS, "{metadata: {name: a}}");
    ck_assert_int_eq(fakeapi_count(hook), 2);
    hook_stop();
}
END_TEST

START_TEST(nobody_answers)
{
    int port;

    hook_start();
    port = fakeapi_port(hook);
    hook_add("validating", "v", HOOK_ALL, "");
    hook = fakeapi_stop(hook);
    {
        char part[200];
        snprintf(part, sizeof(part),
                 "Post \"https://127.0.0.1:%d/v?timeout=10s\": dial tcp 127.0.0.1:%d: connect: connection refused",
                 port, port);
        check_failure(part);
    }
    api_stop();
}
END_TEST

START_TEST(whose_certificate_is_another)
{
    hook_start();
    api_do(201, "POST", "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
           "{metadata: {name: v}, webhooks: [{name: v.example.com, clientConfig: {url: '%s/v'}, rules: [%s], "
           "sideEffects: None, admissionReviewVersions: [v1]}]}",
           fakeapi_url(hook), HOOK_ALL);
    check_failure("tls: failed to verify certificate: x509: certificate signed by unknown authority");
    hook_stop();
}
END_TEST

START_TEST(who_takes_too_long)
{
    hook_start();
    hook_add("validating", "v", HOOK_ALL, ", timeoutSeconds: 1");
    fakeapi_on(hook, "POST /v", (fakeapi_reply){.silent = true});
    check_failure("/v?timeout=1s\": context deadline exceeded");
    hook_stop();
}
END_TEST

/* ---- services ---- */

START_TEST(services)
{
    static const char config[] =
        "{metadata: {name: v}, webhooks: [{name: v.example.com, clientConfig: {service: {name: s, namespace: default, "
        "path: /v}, caBundle: '%s'}, rules: [%s], sideEffects: None, admissionReviewVersions: [v1]}]}";
    char address[64];

    hook_start();
    api_do(201, "POST", "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", config, hook_ca,
           HOOK_ALL);
    check_failure("Post \"https://s.default.svc:443/v?timeout=10s\": service \"s\" not found");
    api_do(201, "POST", "/api/v1/namespaces/default/services", "{metadata: {name: s}, spec: {ports: [{port: 443}]}}");
    check_failure("no endpoints available for service \"s\"");
    hook_stop();

    hook_serve(&(fakeapi_opts){.tls = true, .names = "DNS:s.default.svc"});
    hook_on("v", hook_say, "{\"allowed\": false, \"status\": {\"message\": \"by the service\"}}");
    snprintf(address, sizeof(address), "127.0.0.1:%d", fakeapi_port(hook));
    api_start(&(opsdk_apiserver_opts){.webhooks = address});
    {
        json_t *answer;
        api_do(201, "POST", "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", config, hook_ca,
               HOOK_ALL);
        answer = api_ask(400, "POST", HOOK_MAPS, "{metadata: {name: a}}");
        ck_assert_str_eq(api_text(answer, "/message"),
                         "admission webhook \"v.example.com\" denied the request: by the service");
        json_decref(answer);
    }
    hook_stop();
}
END_TEST

/* ---- others, meanwhile ---- */

/* A webhook that uses the server itself, and writes what it is asked about. */
static char *interfere(const char *body, void *user)
{
    static int n;
    opsdk_error err = {0};
    char text[200];

    snprintf(text, sizeof(text), "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {times: '%d'}}", n++);
    if (n <= *(int *)user)
        ck_assert_int_eq(opsdk_apiserver_load_text(api_server, text, &err), 0);
    return hook_say(body, NULL);
}

START_TEST(what_changes_meanwhile_is_tried_again)
{
    static int twice = 2, often = 100;
    char version[32];

    hook_start();
    api_do(201, "POST", HOOK_MAPS, "{metadata: {name: a}}");
    hook_add("validating", "v",
             "{operations: [UPDATE, DELETE], apiGroups: [''], apiVersions: [v1], resources: [configmaps]}", "");
    fakeapi_on(hook, "POST /v", (fakeapi_reply){.make = interfere, .user = &twice, .times = 3});
    api_do(200, "MERGE", HOOK_MAPS "/a", "{data: {mine: 'yes'}}");
    ck_assert_int_eq(fakeapi_count(hook), 3);
    ck_assert_str_eq(api_get(HOOK_MAPS "/a", "/data/times"), "1");
    ck_assert_str_eq(api_get(HOOK_MAPS "/a", "/data/mine"), "yes");
    fakeapi_on(hook, "POST /v", (fakeapi_reply){.make = interfere, .user = &often, .times = -1});
    snprintf(version, sizeof(version), "%s", api_get(HOOK_MAPS "/a", "/metadata/resourceVersion"));
    api_do(409, "PUT", HOOK_MAPS "/a", "{metadata: {name: a, resourceVersion: '%s'}}", version);
    ck_assert_int_eq(fakeapi_count(hook), 4);
    api_do(409, "DELETE", HOOK_MAPS "/a", NULL);
    ck_assert_int_eq(fakeapi_count(hook), 9);
    hook_stop();
}
END_TEST

static void *ask_slowly(void *unused)
{
    opsdk_client *c = NULL;
    opsdk_client_opts opts = {.kubeconfig = opsdk_apiserver_kubeconfig(api_server)};
    opsdk_error err = {0};

    ck_assert_int_eq(opsdk_client_new(&opts, &c, &err), 0);
    ck_assert_int_lt(opsdk_create(c, OPSDK_KEY(&OPSDK_CONFIGMAP, "default", "slow"), json_object(), NULL, NULL, &err),
                     0);
    opsdk_client_free(c);
    return unused;
}

/* One that waits keeps nobody waiting, and ends with the server. */
START_TEST(the_others_go_on)
{
    pthread_t waits;

    hook_start();
    fakeapi_on(hook, "POST /v", (fakeapi_reply){.silent = true, .times = -1});
    hook_add("validating", "v", HOOK_ALL, ", timeoutSeconds: 30");
    pthread_create(&waits, NULL, ask_slowly, NULL);
    fakeapi_wait(hook, 0);
    api_do(201, "POST", "/api/v1/namespaces/default/secrets", "{metadata: {name: s}}");
    ck_assert_int_eq(api_status(HOOK_MAPS "/slow"), 404);
    api_stop();
    pthread_join(waits, NULL);
    hook = fakeapi_stop(hook);
}
END_TEST

START_TEST(what_the_server_does_itself)
{
    opsdk_error err = {0};

    hook_start();
    hook_on("v", hook_say, "{\"allowed\": false}");
    hook_add("validating", "v", "{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*']}",
             ", namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: "
             "[default]}]}");
    ck_assert_int_eq(
        opsdk_apiserver_load_text(api_server, "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", &err), 0);
    ck_assert_int_eq(fakeapi_count(hook), 0);
    api_do(400, "DELETE", HOOK_MAPS "/a", NULL);
    api_do(200, "DELETE", "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/v", NULL);
    api_do(200, "DELETE", HOOK_MAPS "/a", NULL);
    hook_stop();
}
END_TEST

START_TEST(conditions_are_refused)
{
    json_t *answer;

    hook_start();
    answer =
        api_ask(422, "POST", "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
                "{metadata: {name: v}, webhooks: [{name: v.example.com, clientConfig: {url: 'https://127.0.0.1/v'}, "
                "rules: [%s], sideEffects: None, admissionReviewVersions: [v1], "
                "matchConditions: [{name: c, expression: 'true'}]}]}",
                HOOK_ALL);
    ck_assert_str_eq(api_text(answer, "/details/causes/0/field"), "webhooks[0].matchConditions");
    json_decref(answer);
    hook_stop();
}
END_TEST

TESTS("dispatch", conditions_are_refused, answers_that_are_none, failures_may_be_ignored, nobody_answers,
      whose_certificate_is_another, who_takes_too_long, services, what_changes_meanwhile_is_tried_again,
      the_others_go_on, what_the_server_does_itself)
