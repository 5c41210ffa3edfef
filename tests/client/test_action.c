#include "client/client.h"
#include "tests/support/fakeapi.h"
#include "tests/support/objects.h"
#include "tests/support/suite.h"

#include <opsdk/action.h>
#include <stdlib.h>
#include <string.h>

#define PODS "/api/v1/namespaces/default/pods"
#define BODY "{\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"2\"}}"

static fakeapi *api;
static opsdk_client *client;
static opsdk_error err;
static int seen; /* requests that were looked at */

static const opsdk_key pod = {&OPSDK_POD, NULL, "a"};

static void start(void)
{
    api = fakeapi_start(NULL);
    client = NULL;
    ck_assert_int_eq(opsdk_client_new(&(opsdk_client_opts){.kubeconfig = fakeapi_kubeconfig(api, NULL, NULL),
                                                           .field_manager = "me & you"},
                                      &client, &err),
                     0);
    fakeapi_on(api, "", (fakeapi_reply){.body = BODY, .times = -1});
    seen = 0;
}

static void stop(void)
{
    ck_assert_int_eq(fakeapi_count(api), seen);
    client = opsdk_client_free(client);
    api = fakeapi_stop(api);
}

/* The next request was this one.  body is JSON with ' for ". */
static void expect(const char *method, const char *target, const char *type, const char *body)
{
    fakeapi_request r = fakeapi_wait(api, seen++);
    char *text = strdup(body);
    json_t *got = json_loads(r.body, 0, NULL), *wanted;

    for (char *p = text; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    wanted = json_loads(text, 0, NULL);
    ck_assert_str_eq(r.method, method);
    ck_assert_str_eq(r.target, target);
    ck_assert_str_eq(fakeapi_header(r, "Content-Type"), type);
    ck_assert_msg(json_equal(got, wanted), "body is %s, expected %s", r.body, text);
    json_decref(got);
    json_decref(wanted);
    free(text);
}

#define FM "?fieldManager=me%20%26%20you"
#define JSON "application/json"

START_TEST(creates)
{
    opsdk_auto_object *obj = NULL;

    start();
    ck_assert_int_eq(opsdk_create(client, pod, json_pack("{s:{}}", "spec"), NULL, &obj, &err), 0);
    ck_assert_str_eq(opsdk_object_version(obj), "2");
    expect("POST", PODS FM, JSON,
           "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'a','namespace':'default'},'spec':{}}");
    ck_assert_int_eq(opsdk_create(client, OPSDK_KEY(&OPSDK_NAMESPACE, NULL, NULL),
                                  json_pack("{s:{s:s}}", "metadata", "generateName", "x-"),
                                  &(opsdk_write_opts){.dry_run = true}, NULL, &err),
                     0);
    expect("POST", "/api/v1/namespaces" FM "&dryRun=All", JSON,
           "{'apiVersion':'v1','kind':'Namespace','metadata':{'generateName':'x-'}}");
    ck_assert_int_eq(opsdk_create(client, pod, json_pack("{s:s, s:s}", "apiVersion", "policy/v1", "kind", "Eviction"),
                                  &(opsdk_write_opts){.subresource = "eviction"}, NULL, &err),
                     0);
    expect("POST", PODS "/a/eviction" FM, JSON,
           "{'apiVersion':'policy/v1','kind':'Eviction','metadata':{'name':'a','namespace':'default'}}");
    stop();
}
END_TEST

START_TEST(updates)
{
    start();
    ck_assert_int_eq(opsdk_update(client, pod, json_object(), NULL, NULL, &err), 0);
    expect("PUT", PODS "/a" FM, JSON, "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'a','namespace':'default'}}");
    ck_assert_int_eq(opsdk_update(client, pod, json_object(),
                                  &(opsdk_write_opts){.if_version = "7", .subresource = "status"}, NULL, &err),
                     0);
    expect("PUT", PODS "/a/status" FM, JSON,
           "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'a','namespace':'default','resourceVersion':'7'}}");
    stop();
}
END_TEST

START_TEST(applies)
{
    start();
    ck_assert_int_eq(opsdk_apply(client, pod, json_object(), &(opsdk_write_opts){.force = true}, NULL, &err), 0);
    expect("PATCH", PODS "/a" FM "&force=true", "application/apply-patch+yaml",
           "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'a','namespace':'default'}}");
    ck_assert_int_eq(opsdk_apply(client, pod, json_object(), NULL, NULL, &err), 0);
    expect("PATCH", PODS "/a" FM, "application/apply-patch+yaml",
           "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'a','namespace':'default'}}");
    stop();
}
END_TEST

START_TEST(patches)
{
    start();
    ck_assert_int_eq(opsdk_merge(client, pod, json_pack("{s:n}", "x"),
                                 &(opsdk_write_opts){.if_version = "7", .force = true}, NULL, &err),
                     0);
    expect("PATCH", PODS "/a" FM, "application/merge-patch+json", "{'x':null,'metadata':{'resourceVersion':'7'}}");
    ck_assert_int_eq(opsdk_patch(client, pod, json_pack("[{s:s, s:s}]", "op", "remove", "path", "/x"),
                                 &(opsdk_write_opts){.if_version = "7"}, NULL, &err),
                     0);
    expect("PATCH", PODS "/a" FM, "application/json-patch+json",
           "[{'op':'remove','path':'/x'},{'op':'replace','path':'/metadata/resourceVersion','value':'7'}]");
    stop();
}
END_TEST

START_TEST(wrong_bodies)
{
    opsdk_object *obj = NULL;

    start();
    ck_assert_int_eq(opsdk_create(client, pod, NULL, NULL, &obj, &err), OPSDK_ENOMEM);
    ck_assert_int_eq(opsdk_merge(client, pod, NULL, NULL, &obj, &err), OPSDK_ENOMEM);
    ck_assert_int_eq(opsdk_patch(client, pod, NULL, NULL, &obj, &err), OPSDK_ENOMEM);
    ck_assert_int_eq(opsdk_status(client, pod, NULL, NULL, &err), OPSDK_ENOMEM);
    ck_assert_int_eq(opsdk_create(client, pod, json_array(), NULL, &obj, &err), OPSDK_EINVAL);
    ck_assert_int_eq(opsdk_patch(client, pod, json_object(), NULL, &obj, &err), OPSDK_EINVAL);
    ck_assert_int_eq(opsdk_create(client, pod, json_pack("{s:[]}", "metadata"), NULL, &obj, &err), OPSDK_EINVAL);
    ck_assert_int_eq(opsdk_update(client, OPSDK_KEY(&OPSDK_POD, NULL, NULL), json_object(), NULL, &obj, &err),
                     OPSDK_EINVAL);
    ck_assert_int_eq(opsdk_apply(client, OPSDK_KEY(NULL, NULL, "a"), json_object(), NULL, &obj, &err), OPSDK_EINVAL);
    ck_assert_int_eq(opsdk_merge(client, OPSDK_KEY(NULL, NULL, "a"), json_object(), NULL, &obj, &err), OPSDK_EINVAL);
    ck_assert_ptr_null(obj);
    stop();
}
END_TEST

START_TEST(statuses)
{
    opsdk_auto_object *now =
        object_of(&OPSDK_POD, "{'metadata':{'name':'a'},'status':{'n':1,'m':{'x':'y','z':[1,{'q':null}]},'t':true}}");
    static const char *const same[] = {"{}", "{\"n\":1}", "{\"m\":{\"x\":\"y\"}}", "{\"gone\":null,\"t\":true}",
                                       "{\"m\":{\"z\":[1,{\"q\":null}],\"w\":null}}"};
    static const char *const other[] = {"{\"n\":2}",           "{\"n\":null}", "{\"m\":{\"x\":null}}",
                                        "{\"m\":{\"z\":[1]}}", "{\"o\":{}}",   "{\"t\":{\"a\":1}}",
                                        "{\"n\":\"1\"}"};

    start();
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
        ck_assert_int_eq(opsdk_status(client, pod, now, json_loads(same[i], 0, NULL), &err), 0);
    ck_assert_int_eq(fakeapi_count(api), 0);
    for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
        ck_assert_int_eq(opsdk_status(client, pod, now, json_loads(other[i], 0, NULL), &err), 0);
        ck_assert_ptr_nonnull(strstr(fakeapi_wait(api, seen++).body, other[i]));
    }
    ck_assert_int_eq(opsdk_status(client, pod, NULL, json_pack("{s:i}", "n", 1), &err), 0);
    expect("PATCH", PODS "/a/status" FM, "application/merge-patch+json", "{'status':{'n':1}}");
    stop();
}
END_TEST

START_TEST(deletes)
{
    start();
    ck_assert_int_eq(opsdk_delete(client, pod, NULL, &err), 0);
    expect("DELETE", PODS "/a", JSON, "{'apiVersion':'v1','kind':'DeleteOptions'}");
    ck_assert_int_eq(
        opsdk_delete(client, pod,
                     &(opsdk_delete_opts){
                         .propagation = "Foreground", .if_uid = "u", .if_version = "7", .grace_s = -1, .dry_run = true},
                     &err),
        0);
    expect("DELETE", PODS "/a", JSON,
           "{'apiVersion':'v1','kind':'DeleteOptions','propagationPolicy':'Foreground','gracePeriodSeconds':0,'dryRun':"
           "['All'],'preconditions':{'uid':'u','resourceVersion':'7'}}");
    ck_assert_int_eq(opsdk_delete(client, pod, &(opsdk_delete_opts){.grace_s = 5}, &err), 0);
    expect("DELETE", PODS "/a", JSON, "{'apiVersion':'v1','kind':'DeleteOptions','gracePeriodSeconds':5}");
    stop();
}
END_TEST

TESTS("action", creates, updates, applies, patches, wrong_bodies, statuses, deletes)
