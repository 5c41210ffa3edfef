/* Why a Deployment does not become ready, in words, from what a cluster says about it and its pods. */
#include "cmd/opsdk/deploy/trouble.h"
#include "tests/support/suite.h"

#include <opsdk/apiserver.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static opsdk_apiserver *server;
static opsdk_client *client;
static const opsdk_key operator_key = {&OPSDK_DEPLOYMENT, "default", "op"};

/* A Deployment and one pod of it, with this status each. */
static void given(const char *deployment, const char *pod)
{
    static const char template[] =
        "{selector: {matchLabels: {app: op}}, template: {metadata: {labels: {app: op}}, spec: {containers: "
        "[{name: c, image: 'x:1'}]}}}";
    char text[4096];
    opsdk_error err = {0};

    ck_assert_int_eq(opsdk_apiserver_start(NULL, &server, NULL), 0);
    snprintf(text, sizeof(text), "{apiVersion: apps/v1, kind: Deployment, metadata: {name: op}, spec: %s}", template);
    ck_assert_msg(opsdk_apiserver_load_text(server, text, &err) == 0, "%s", err.message);
    ck_assert_int_eq(
        opsdk_client_new(&(opsdk_client_opts){.kubeconfig = opsdk_apiserver_kubeconfig(server)}, &client, NULL), 0);
    ck_assert_msg(opsdk_merge(client, operator_key, json_pack("{s:o}", "status", json_loads(deployment, 0, NULL)),
                              &(opsdk_write_opts){.subresource = "status"}, NULL, &err) == 0,
                  "%s", err.message);
    if (!pod)
        return;
    ck_assert_msg(
        opsdk_apiserver_load_text(server,
                                  "{apiVersion: v1, kind: Pod, metadata: {name: op-1, labels: {app: op}}, spec: "
                                  "{containers: [{name: c, image: 'x:1'}]}}",
                                  &err) == 0,
        "%s", err.message);
    ck_assert_msg(opsdk_merge(client, OPSDK_KEY(&OPSDK_POD, "default", "op-1"),
                              json_pack("{s:o}", "status", json_loads(pod, 0, NULL)),
                              &(opsdk_write_opts){.subresource = "status"}, NULL, &err) == 0,
                  "%s", err.message);
}

static void finds(int what, const char *words)
{
    char *say = NULL;

    ck_assert_int_eq(trouble_of(client, operator_key, &say, NULL), what);
    if (words)
        ck_assert_msg(say && strstr(say, words), "%s", say);
    free(say);
    client = opsdk_client_free(client);
    server = opsdk_apiserver_stop(server);
}

START_TEST(ready)
{
    given("{\"observedGeneration\":1,\"replicas\":1,\"updatedReplicas\":1,\"readyReplicas\":1,\"availableReplicas\":1}",
          NULL);
    finds(TROUBLE_NONE, NULL);
}
END_TEST

START_TEST(no_pod)
{
    given("{}", NULL);
    finds(TROUBLE_WAIT, "there is no pod yet");
    given("{\"conditions\":[{\"type\":\"ReplicaFailure\",\"status\":\"True\",\"message\":\"serviceaccount \\\"op\\\" "
          "not found\"}]}",
          NULL);
    finds(TROUBLE_WAIT, "serviceaccount \"op\" not found");
}
END_TEST

START_TEST(image)
{
    given(
        "{}",
        "{\"containerStatuses\":[{\"name\":\"c\",\"image\":\"x:1\",\"imageID\":\"\",\"ready\":false,\"restartCount\":0,"
        "\"state\":{\"waiting\":{\"reason\":\"ImagePullBackOff\",\"message\":\"Back-off pulling image\"}}}]}");
    finds(TROUBLE_FINAL, "the node cannot get the image x:1: Back-off pulling image");
}
END_TEST

START_TEST(crash)
{
    given(
        "{}",
        "{\"containerStatuses\":[{\"name\":\"c\",\"image\":\"x:1\",\"imageID\":\"\",\"ready\":false,\"restartCount\":2,"
        "\"state\":{\"waiting\":{\"reason\":\"CrashLoopBackOff\"}},"
        "\"lastState\":{\"terminated\":{\"exitCode\":127,\"reason\":\"Error\"}}}]}");
    finds(TROUBLE_FINAL, "the operator ended with exit code 127, Error; the end of its log:");
}
END_TEST

START_TEST(on_the_way)
{
    given("{}", "{\"conditions\":[{\"type\":\"PodScheduled\",\"status\":\"False\",\"reason\":\"Unschedulable\","
                "\"message\":\"0/1 nodes\"}]}");
    finds(TROUBLE_WAIT, "no node takes pod op-1: 0/1 nodes");
    given(
        "{}",
        "{\"containerStatuses\":[{\"name\":\"c\",\"image\":\"x:1\",\"imageID\":\"\",\"ready\":false,\"restartCount\":0,"
        "\"state\":{\"waiting\":{\"reason\":\"ContainerCreating\"}}}]}");
    finds(TROUBLE_WAIT, "pod op-1 is starting: ContainerCreating");
    given(
        "{}",
        "{\"containerStatuses\":[{\"name\":\"c\",\"image\":\"x:1\",\"imageID\":\"\",\"ready\":false,\"restartCount\":0,"
        "\"state\":{\"running\":{}}}]}");
    finds(TROUBLE_WAIT, "pod op-1 runs, and is not ready");
    given("{}", "{}");
    finds(TROUBLE_WAIT, "pod op-1 is starting");
}
END_TEST

START_TEST(nobody_there)
{
    char *say = NULL;

    ck_assert_int_eq(opsdk_apiserver_start(NULL, &server, NULL), 0);
    ck_assert_int_eq(
        opsdk_client_new(&(opsdk_client_opts){.kubeconfig = opsdk_apiserver_kubeconfig(server)}, &client, NULL), 0);
    ck_assert_int_eq(trouble_of(client, operator_key, &say, NULL), OPSDK_ENOTFOUND);
    ck_assert_ptr_null(say);
    opsdk_client_free(client);
    opsdk_apiserver_stop(server);
}
END_TEST

TESTS("trouble", ready, no_pod, image, crash, on_the_way, nobody_there)
