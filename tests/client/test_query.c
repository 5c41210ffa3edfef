#include "client/client.h"
#include "tests/support/fakeapi.h"
#include "tests/support/suite.h"

#include <opsdk/query.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PODS "/api/v1/namespaces/default/pods"

static fakeapi *api;
static opsdk_client *client;
static opsdk_error err;

static void start(void)
{
    api = fakeapi_start(NULL);
    client = fakeapi_client(api, NULL);
    err = (opsdk_error){0};
}

static void stop(void)
{
    client = opsdk_client_free(client);
    api = fakeapi_stop(api);
}

/* A page of pods NAME-0.., with a continue token or "". */
static void page(const char *name, int count, const char *next, size_t piece)
{
    auto_buf body = BUF_INIT(1u << 20);

    buf_printf(&body,
               "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"9\",\"continue\":\"%"
               "s\"},\"items\":[",
               next);
    for (int i = 0; i < count; i++)
        buf_printf(&body, "%s{\"metadata\":{\"name\":\"%s-%d\",\"namespace\":\"default\"}}", i ? "," : "", name, i);
    buf_puts(&body, "]}");
    fakeapi_on(api, "GET", (fakeapi_reply){.body = body.data, .piece = piece});
}

static void refuse(int status, const char *reason)
{
    char body[256];

    snprintf(body, sizeof(body), "{\"kind\":\"Status\",\"message\":\"%s it is\",\"reason\":\"%s\"}", reason, reason);
    fakeapi_on(api, "", (fakeapi_reply){.status = status, .body = body});
}

START_TEST(gets)
{
    opsdk_object *obj = NULL;

    start();
    fakeapi_on(api, "GET " PODS "/a%2F..%3Fb", (fakeapi_reply){.body = "{\"metadata\":{\"name\":\"a\"}}"});
    ck_assert_int_eq(opsdk_get(client, OPSDK_KEY(&OPSDK_POD, NULL, "a/..?b"), &obj, &err), 0);
    ck_assert_str_eq(opsdk_object_key(obj).name, "a");
    opsdk_object_unref(obj);
    refuse(404, "NotFound");
    ck_assert_int_eq(opsdk_get(client, OPSDK_KEY(&OPSDK_NAMESPACE, "ignored", "n"), &obj, &err), OPSDK_ENOTFOUND);
    ck_assert_str_eq(fakeapi_wait(api, 1).target, "/api/v1/namespaces/n");
    /* A kind that the server does not have: plain text. */
    fakeapi_on(api, "", (fakeapi_reply){.status = 404, .type = "text/plain", .body = "404 page not found\n"});
    ck_assert_int_eq(opsdk_get(client, OPSDK_KEY(&OPSDK_POD, NULL, "a"), &obj, &err), OPSDK_ENOTFOUND);
    ck_assert_str_eq(err.message, "GET " PODS "/a: the server answers 404: 404 page not found ");
    fakeapi_on(api, "", (fakeapi_reply){.body = "{\"metadata\":"});
    ck_assert_int_eq(opsdk_get(client, OPSDK_KEY(&OPSDK_POD, NULL, "a"), &obj, &err), OPSDK_EPROTO);
    fakeapi_on(api, "", (fakeapi_reply){.body = ""});
    ck_assert_int_eq(opsdk_get(client, OPSDK_KEY(&OPSDK_POD, NULL, "a"), &obj, &err), OPSDK_EPROTO);
    stop();
}
END_TEST

START_TEST(wrong_keys)
{
    opsdk_object *obj = NULL;

    start();
    ck_assert_int_eq(opsdk_get(client, OPSDK_KEY(&OPSDK_POD, NULL, NULL), &obj, &err), OPSDK_EINVAL);
    ck_assert_int_eq(opsdk_get(client, OPSDK_KEY(&OPSDK_POD, NULL, ""), &obj, &err), OPSDK_EINVAL);
    ck_assert_int_eq(opsdk_get(client, OPSDK_KEY(&OPSDK_POD, "..", "a"), &obj, &err), OPSDK_EINVAL);
    ck_assert_int_eq(opsdk_get(client, OPSDK_KEY(NULL, NULL, "a"), &obj, &err), OPSDK_EINVAL);
    ck_assert_int_eq(fakeapi_count(api), 0);
    stop();
}
END_TEST

START_TEST(lists_pages)
{
    opsdk_auto_objects list = {0};

    start();
    page("a", 2, "t/1", 3);
    page("b", 2, "t2", 0);
    page("c", 1, "", 1);
    ck_assert_int_eq(opsdk_list(client, &OPSDK_POD, "default",
                                &(opsdk_list_opts){.labels = "app in (x,y)", .fields = "a=b", .page = 2}, &list, &err),
                     0);
    ck_assert_int_eq(list.len, 5);
    ck_assert_str_eq(opsdk_object_key(list.items[0]).name, "a-0");
    ck_assert_str_eq(opsdk_object_key(list.items[4]).name, "c-0");
    ck_assert_str_eq(fakeapi_wait(api, 0).target,
                     PODS "?labelSelector=app%20in%20%28x%2Cy%29&fieldSelector=a%3Db&limit=2");
    ck_assert_str_eq(fakeapi_wait(api, 1).target,
                     PODS "?labelSelector=app%20in%20%28x%2Cy%29&fieldSelector=a%3Db&limit=2&continue=t%2F1");
    stop();
}
END_TEST

START_TEST(lists_all_namespaces)
{
    opsdk_auto_objects list = {0};

    start();
    page("a", 0, "", 0);
    ck_assert_int_eq(opsdk_list(client, &OPSDK_POD, NULL, NULL, &list, &err), 0);
    ck_assert_int_eq(list.len, 0);
    ck_assert_str_eq(fakeapi_wait(api, 0).target, "/api/v1/pods?limit=500");
    stop();
}
END_TEST

START_TEST(expired_token_starts_over)
{
    opsdk_auto_objects list = {0};

    start();
    page("a", 2, "t1", 0);
    refuse(410, "Expired");
    page("b", 3, "", 0);
    ck_assert_int_eq(opsdk_list(client, &OPSDK_POD, NULL, NULL, &list, &err), 0);
    ck_assert_int_eq(list.len, 3);
    ck_assert_str_eq(opsdk_object_key(list.items[0]).name, "b-0");
    ck_assert_str_eq(fakeapi_wait(api, 2).target, "/api/v1/pods"); /* in one piece */
    opsdk_objects_clear(&list);
    refuse(410, "Expired");
    refuse(410, "Expired");
    ck_assert_int_eq(opsdk_list(client, &OPSDK_POD, NULL, NULL, &list, &err), OPSDK_EGONE);
    ck_assert_int_eq(list.len, 0);
    stop();
}
END_TEST

static int count_to(const opsdk_object *obj, void *user)
{
    int *left = user;

    ck_assert_ptr_nonnull(opsdk_object_key(obj).kind);
    return --*left > 0 ? 0 : OPSDK_ETERMINAL;
}

START_TEST(streams)
{
    int left = 100;

    start();
    page("a", 2, "t1", 1);
    page("b", 2, "", 0);
    ck_assert_int_eq(opsdk_list_each(client, &OPSDK_POD, NULL, NULL, count_to, &left, &err), 0);
    ck_assert_int_eq(left, 96);
    left = 3;
    page("a", 5, "", 7);
    ck_assert_int_eq(opsdk_list_each(client, &OPSDK_POD, NULL, NULL, count_to, &left, &err), OPSDK_ETERMINAL);
    ck_assert_int_eq(left, 0);
    page("a", 2, "t1", 0);
    refuse(410, "Expired");
    left = 100;
    ck_assert_int_eq(opsdk_list_each(client, &OPSDK_POD, NULL, NULL, count_to, &left, &err), OPSDK_EGONE);
    stop();
}
END_TEST

START_TEST(broken_lists)
{
    static const char *const bodies[] = {"", "[]", "{\"items\":[{\"metadata\":{\"name\":\"a\"}}",
                                         "{\"items\":[{\"metadata\":{\"name\":\"a\"}},"};
    opsdk_auto_objects list = {0};

    start();
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        fakeapi_on(api, "", (fakeapi_reply){.body = bodies[i], .piece = i});
        ck_assert_msg(opsdk_list(client, &OPSDK_POD, NULL, NULL, &list, &err) == OPSDK_EPROTO, "case %zu: %s", i,
                      err.message);
        ck_assert_int_eq(list.len, 0);
    }
    /* An empty page that promises more, for ever. */
    page("a", 0, "t1", 0);
    ck_assert_int_eq(opsdk_list(client, &OPSDK_POD, NULL, NULL, &list, &err), OPSDK_EPROTO);
    stop();
}
END_TEST

/* The rest is read, but the list does not pass for complete. */
START_TEST(unreadable_object)
{
    opsdk_auto_objects list = {0};
    auto_buf body = BUF_INIT(1u << 20);
    int left = 100;

    buf_puts(&body, "{\"items\":[{\"metadata\":{\"name\":\"a\"},\"x\":");
    for (int i = 0; i < 200; i++)
        buf_puts(&body, "[");
    for (int i = 0; i < 200; i++)
        buf_puts(&body, "]");
    buf_puts(&body, "},{\"metadata\":{\"name\":\"b\"}}]}");
    start();
    fakeapi_on(api, "", (fakeapi_reply){.body = body.data, .times = 2});
    ck_assert_int_eq(opsdk_list(client, &OPSDK_POD, NULL, NULL, &list, &err), OPSDK_EPROTO);
    ck_assert_ptr_eq(strstr(err.message, "the list of pods has an object that cannot be read"), err.message);
    ck_assert_int_eq(opsdk_list_each(client, &OPSDK_POD, NULL, NULL, count_to, &left, &err), OPSDK_EPROTO);
    ck_assert_int_eq(left, 99);
    stop();
}
END_TEST

#define CORE                                                                                                     \
    "{\"kind\":\"APIResourceList\",\"resources\":[{\"name\":\"pods/log\",\"kind\":\"Pod\",\"namespaced\":true}," \
    "{\"name\":\"pods\",\"singularName\":\"pod\",\"kind\":\"Pod\",\"namespaced\":true,\"shortNames\":[\"po\"]}," \
    "{\"name\":\"nodes\",\"kind\":\"Node\",\"namespaced\":false,\"shortNames\":[\"no\"]},"                       \
    "{\"name\":\"events\",\"kind\":\"Event\",\"namespaced\":true}]}"
#define APPS                                                                                          \
    "{\"kind\":\"APIResourceList\",\"resources\":[{\"name\":\"deployments\",\"kind\":\"Deployment\"," \
    "\"namespaced\":true,\"shortNames\":[\"deploy\"]},{\"name\":\"events\",\"kind\":\"Event\",\"namespaced\":true}]}"

static void expect_kind(const char *name, const char *version, const char *kind, const char *plural, bool cluster)
{
    opsdk_kind *k = NULL;
    int r = opsdk_discover(client, name, &k, &err);

    ck_assert_msg(r == 0, "%s: %s", name, err.message);
    ck_assert_str_eq(k->api_version, version);
    ck_assert_str_eq(k->kind, kind);
    ck_assert_str_eq(k->plural, plural);
    ck_assert_int_eq(k->cluster_scoped, cluster);
    free(k);
}

/* The ways of old servers: one request per group. */
START_TEST(discovers)
{
    opsdk_kind *k = NULL;

    start();
    fakeapi_on(api, "GET /api/v1", (fakeapi_reply){.body = CORE, .times = -1});
    fakeapi_on(api, "GET /apis/down.example/v1", (fakeapi_reply){.status = 503, .body = "{}", .times = -1});
    fakeapi_on(api, "GET /apis/apps/v1", (fakeapi_reply){.body = APPS, .times = -1});
    fakeapi_on(api, "GET /apis",
               (fakeapi_reply){
                   .times = -1,
                   .body = "{\"kind\":\"APIGroupList\",\"groups\":[{\"name\":\"down.example\",\"preferredVersion\":{"
                           "\"version\":\"v1\"}},{\"name\":\"apps\",\"preferredVersion\":{\"version\":\"v1\"}},{}]}"});
    expect_kind("pod", "v1", "Pod", "pods", false);
    expect_kind("po", "v1", "Pod", "pods", false);
    expect_kind("Node", "v1", "Node", "nodes", true);
    expect_kind("deploy", "apps/v1", "Deployment", "deployments", false);
    expect_kind("deployments.apps", "apps/v1", "Deployment", "deployments", false);
    expect_kind("events", "v1", "Event", "events", false);
    expect_kind("events.apps", "apps/v1", "Event", "events", false);
    ck_assert_int_eq(opsdk_discover(client, "pods.apps", &k, &err), OPSDK_ENOTFOUND);
    ck_assert_int_eq(opsdk_discover(client, "frobs", &k, &err), OPSDK_ENOTFOUND);
    ck_assert_str_eq(err.message, "the server has no resource \"frobs\"");
    stop();
}
END_TEST

START_TEST(discovers_aggregated)
{
    opsdk_kind *k = NULL;

    start();
    fakeapi_on(api, "GET /api/v1", (fakeapi_reply){.body = CORE, .times = -1});
    fakeapi_on(
        api, "GET /apis",
        (fakeapi_reply){.times = -1,
                        .type = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
                        .body = "{\"kind\":\"APIGroupDiscoveryList\",\"items\":[{\"metadata\":{\"name\":\"a.example\"},"
                                "\"versions\":[{\"version\":\"v2\",\"resources\":[{\"resource\":\"frobs\","
                                "\"responseKind\":{\"kind\":\"Frob\"},\"scope\":\"Cluster\",\"singularResource\":"
                                "\"frob\",\"shortNames\":[\"fb\"]}]},{\"version\":\"v1\",\"resources\":[{\"resource\":"
                                "\"olds\",\"responseKind\":{\"kind\":\"Old\"},\"scope\":\"Namespaced\"}]}]}]}"});
    expect_kind("fb", "a.example/v2", "Frob", "frobs", true);
    expect_kind("frob.a.example", "a.example/v2", "Frob", "frobs", true);
    expect_kind("olds", "a.example/v1", "Old", "olds", false);
    ck_assert_int_eq(opsdk_discover(client, "frobs.b.example", &k, &err), OPSDK_ENOTFOUND);
    fakeapi_request r = fakeapi_wait(api, 1);
    ck_assert_ptr_nonnull(strstr(fakeapi_header(r, "Accept"), "as=APIGroupDiscoveryList"));
    stop();
}
END_TEST

START_TEST(raw_requests)
{
    char *text = NULL;
    size_t len = 0;

    start();
    fakeapi_on(api, "GET /version", (fakeapi_reply){.type = "text/plain", .body = "1.35"});
    ck_assert_int_eq(opsdk_raw(client, "GET", "/version?a=b%20c", NULL, NULL, &text, &len, &err), 0);
    ck_assert_str_eq(text, "1.35");
    ck_assert_uint_eq(len, 4);
    free(text);
    ck_assert_int_eq(opsdk_raw(client, "GET", "version", NULL, NULL, &text, &len, &err), OPSDK_EINVAL);
    ck_assert_int_eq(opsdk_raw(client, "GET", "/a b", NULL, NULL, &text, &len, &err), OPSDK_EINVAL);
    ck_assert_int_eq(opsdk_raw(client, "GET", "/a\r\nHost: x", NULL, NULL, &text, &len, &err), OPSDK_EINVAL);
    ck_assert_int_eq(fakeapi_count(api), 1);
    stop();
}
END_TEST

TESTS("query", gets, wrong_keys, lists_pages, lists_all_namespaces, expired_token_starts_over, streams, broken_lists,
      unreadable_object, discovers, discovers_aggregated, raw_requests)
