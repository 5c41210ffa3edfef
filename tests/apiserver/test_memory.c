/* Requests while memory runs out, at each allocation in turn: an answer, no crash, no leak, and a store that can still be read. */
#include "tests/apiserver/question.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>

#define MAPS "/api/v1/namespaces/default/configmaps"
#define PODS "/api/v1/namespaces/default/pods"

static opsdk_apiserver *server;

static int ask(const question *q)
{
    bool hit;

    return question_answer(server, q, 0, &hit);
}

/* The same place each time. */
static void lay_out(void)
{
    static const question steps[] = {
        {.method = "DELETE", .path = MAPS "/a"},
        {.method = "DELETE", .path = MAPS "/new"},
        {.method = "DELETE", .path = PODS "/p"},
        {.method = "POST",
         .path = MAPS,
         .body = "{\"metadata\":{\"name\":\"a\",\"labels\":{\"x\":\"y\"}},\"data\":{\"k\":\"v\"}}",
         .status = 201},
        {.method = "POST",
         .path = PODS,
         .body = "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"terminationGracePeriodSeconds\":0,\"containers\":[{"
                 "\"name\":\"c\","
                 "\"image\":\"i\"}]}}",
         .status = 201},
    };

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        int status = ask(&steps[i]);
        if (steps[i].status)
            ck_assert_int_eq(status, steps[i].status);
    }
}

static void check_readable(void)
{
    static const question list = {.method = "GET", .path = MAPS}, get = {.method = "GET", .path = MAPS "/a"};
    int status = ask(&get);

    ck_assert_int_eq(ask(&list), 200);
    ck_assert(status == 200 || status == 404);
}

static void run_out(const question *q)
{
    bool hit = true;

    for (unsigned long k = 1; hit; k++) {
        int status;
        lay_out();
        status = question_answer(server, q, k, &hit);
        ck_assert_msg(status >= 200 && status < 600, "%s %s, allocation %lu: %d", q->method, q->path, k, status);
        ck_assert(hit || status == q->status);
        check_readable();
    }
}

static const question questions[] = {
    {.method = "GET", .path = MAPS "/a", .status = 200},
    {.method = "GET", .path = MAPS "/none", .status = 404},
    {.method = "GET", .path = MAPS, .status = 200},
    {.method = "GET", .path = PODS, .accept = "application/json;as=Table;v=v1;g=meta.k8s.io", .status = 200},
    {.method = "POST", .path = MAPS, .body = "{\"metadata\":{\"name\":\"new\"},\"data\":{\"k\":\"v\"}}", .status = 201},
    {.method = "POST", .path = MAPS, .body = "{\"metadata\":{\"name\":\"NEW\"}}", .status = 422},
    {.method = "POST",
     .path = MAPS,
     .type = "application/yaml",
     .body = "metadata: {name: new}\ndata: {k: v}\n",
     .status = 201},
    {.method = "PUT",
     .path = MAPS "/a",
     .body = "{\"metadata\":{\"name\":\"a\"},\"data\":{\"k\":\"w\"}}",
     .status = 200},
    {.method = "PATCH",
     .path = MAPS "/a",
     .type = "application/merge-patch+json",
     .body = "{\"data\":{\"k\":\"w\"}}",
     .status = 200},
    {.method = "PATCH",
     .path = MAPS "/a",
     .type = "application/json-patch+json",
     .body = "[{\"op\":\"replace\",\"path\":\"/data/k\",\"value\":\"w\"}]",
     .status = 200},
    {.method = "PATCH",
     .path = PODS "/p",
     .type = "application/strategic-merge-patch+json",
     .body = "{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"j\"}]}}",
     .status = 200},
    {.method = "PATCH",
     .path = MAPS "/a",
     .type = "application/apply-patch+yaml",
     .body = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {z: v}}",
     .status = 200},
    {.method = "DELETE", .path = MAPS "/a", .status = 200},
    {.method = "DELETE", .path = MAPS, .status = 200},
};

START_TEST(requests_survive)
{
    opsdk_error err = {0};

    if (!fault_works())
        return;
    ck_assert_int_eq(opsdk_apiserver_start(NULL, &server, &err), 0);
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
        run_out(&questions[i]);
    opsdk_apiserver_stop(server);
}
END_TEST

TESTS("memory", requests_survive)
