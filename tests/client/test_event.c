#include "client/client.h"
#include "core/limits.h"
#include "tests/support/clock.h"
#include "tests/support/fakeapi.h"
#include "tests/support/objects.h"
#include "tests/support/suite.h"

#include <opsdk/event.h>
#include <stdio.h>
#include <string.h>

#define EVENTS "/api/v1/namespaces/ns/events"

static fakeapi *api;
static opsdk_client *client;
static opsdk_object *obj;

static void start(void)
{
    opsdk_error err;

    api = fakeapi_start(NULL);
    client = NULL;
    ck_assert_int_eq(
        opsdk_client_new(&(opsdk_client_opts){.kubeconfig = fakeapi_kubeconfig(api, NULL, NULL), .field_manager = "me"},
                         &client, &err),
        0);
    obj = object_named(&OPSDK_POD, "a", "5");
}

static void stop(void)
{
    obj = opsdk_object_unref(obj);
    client = opsdk_client_free(client);
    api = fakeapi_stop(api);
}

static const char *text(json_t *body, const char *name)
{
    return json_string_value(json_object_get(body, name));
}

START_TEST(records)
{
    fakeapi_request r;
    json_t *body, *about;

    start();
    fakeapi_on(api, "", (fakeapi_reply){.status = 201, .body = "{\"metadata\":{\"name\":\"e\"}}", .times = -1});
    opsdk_event(client, obj, OPSDK_LOG_WARN, "DiskFull", "%d %% of\n%s", 99, "\x1b[2J");
    r = fakeapi_wait(api, 0);
    body = json_loads(r.body, 0, NULL);
    about = json_object_get(body, "involvedObject");
    ck_assert_str_eq(r.method, "POST");
    ck_assert_ptr_eq(strstr(r.target, EVENTS "?fieldManager=me"), r.target);
    ck_assert_str_eq(text(body, "type"), "Warning");
    ck_assert_str_eq(text(body, "reason"), "DiskFull");
    ck_assert_str_eq(text(body, "message"), "99 % of ?[2J");
    ck_assert_str_eq(text(about, "apiVersion"), "v1");
    ck_assert_str_eq(text(about, "kind"), "Pod");
    ck_assert_str_eq(text(about, "namespace"), "ns");
    ck_assert_str_eq(text(about, "name"), "a");
    ck_assert_str_eq(text(about, "uid"), "u-a");
    ck_assert_str_eq(text(json_object_get(body, "source"), "component"), "me");
    ck_assert_str_eq(text(body, "firstTimestamp"), text(body, "lastTimestamp"));
    ck_assert_int_eq(json_integer_value(json_object_get(body, "count")), 1);
    ck_assert_ptr_eq(strstr(text(json_object_get(body, "metadata"), "name"), "a."),
                     text(json_object_get(body, "metadata"), "name"));
    json_decref(body);
    stop();
}
END_TEST

START_TEST(repetitions_are_counted)
{
    char target[512];
    json_t *body;

    start();
    fakeapi_on(api, "", (fakeapi_reply){.body = "{\"metadata\":{\"name\":\"e\"}}", .times = 4});
    fakeapi_on(
        api, "",
        (fakeapi_reply){.status = 404, .body = "{\"kind\":\"Status\",\"message\":\"gone\",\"reason\":\"NotFound\"}"});
    fakeapi_on(api, "", (fakeapi_reply){.body = "{\"metadata\":{\"name\":\"e\"}}", .times = -1});
    opsdk_event(client, obj, OPSDK_LOG_INFO, "R", "same");
    opsdk_event(client, obj, OPSDK_LOG_INFO, "R", "same");
    opsdk_event(client, obj, OPSDK_LOG_INFO, "R", "other");
    opsdk_event(client, obj, OPSDK_LOG_INFO, "R", "same");
    body = json_loads(fakeapi_wait(api, 0).body, 0, NULL);
    snprintf(target, sizeof(target), EVENTS "/%s?fieldManager=me", text(json_object_get(body, "metadata"), "name"));
    json_decref(body);
    ck_assert_str_eq(fakeapi_wait(api, 1).method, "PATCH");
    ck_assert_str_eq(fakeapi_wait(api, 1).target, target);
    ck_assert_ptr_nonnull(strstr(fakeapi_wait(api, 1).body, "\"count\":2"));
    ck_assert_str_eq(fakeapi_wait(api, 2).method, "POST");
    ck_assert_ptr_nonnull(strstr(fakeapi_wait(api, 3).body, "\"count\":3"));
    opsdk_event(client, obj, OPSDK_LOG_INFO, "R", "same"); /* the server has dropped it: a new one */
    ck_assert_str_eq(fakeapi_wait(api, 4).method, "PATCH");
    ck_assert_str_eq(fakeapi_wait(api, 5).method, "POST");
    clock_jump(LIMIT_EVENT_MS / 2);
    opsdk_event(client, obj, OPSDK_LOG_INFO, "R", "same");
    ck_assert_str_eq(fakeapi_wait(api, 6).method, "PATCH");
    clock_jump(LIMIT_EVENT_MS / 2 + 1000); /* ten minutes after the first */
    opsdk_event(client, obj, OPSDK_LOG_INFO, "R", "same");
    ck_assert_str_eq(fakeapi_wait(api, 7).method, "POST");
    stop();
}
END_TEST

/* The table keeps the latest; what fell out starts anew. */
START_TEST(memory_is_bounded)
{
    start();
    fakeapi_on(api, "", (fakeapi_reply){.body = "{\"metadata\":{\"name\":\"e\"}}", .times = -1});
    for (int i = 0; i <= LIMIT_EVENTS; i++)
        opsdk_event(client, obj, OPSDK_LOG_INFO, "R", "number %d", i);
    opsdk_event(client, obj, OPSDK_LOG_INFO, "R", "number %d", LIMIT_EVENTS);
    opsdk_event(client, obj, OPSDK_LOG_INFO, "R", "number 0");
    ck_assert_str_eq(fakeapi_wait(api, LIMIT_EVENTS + 1).method, "PATCH");
    ck_assert_str_eq(fakeapi_wait(api, LIMIT_EVENTS + 2).method, "POST");
    stop();
}
END_TEST

START_TEST(failures_are_swallowed)
{
    opsdk_auto_object *node = NULL;

    start();
    node = object_of(&OPSDK_NAMESPACE, "{'metadata':{'name':'n','uid':'u'}}");
    opsdk_event(client, node, OPSDK_LOG_INFO, NULL, "x");
    ck_assert_ptr_eq(strstr(fakeapi_wait(api, 0).target, "/api/v1/namespaces/default/events"),
                     fakeapi_wait(api, 0).target);
    ck_assert_ptr_null(strstr(fakeapi_wait(api, 0).body, "\"namespace\":\"ns\""));
    stop();
}
END_TEST

TESTS("event", records, repetitions_are_counted, memory_is_bounded, failures_are_swallowed)
