/* Each allocation of our own in a whole operation fails in turn: an error comes back, the client still works, and nothing leaks
 * (SAN=1 sees to that). */
#include "client/client.h"
#include "tests/support/fakeapi.h"
#include "tests/support/fault.h"
#include "tests/support/objects.h"
#include "tests/support/suite.h"

#include <opsdk/action.h>
#include <opsdk/event.h>
#include <opsdk/query.h>
#include <stdlib.h>

#define LIST "{\"items\":[{\"metadata\":{\"name\":\"a\"}},{\"metadata\":{\"name\":\"b\"}}]}"

static fakeapi *api;
static opsdk_client *client;
static opsdk_object *about;
static const char *kubeconfig;

typedef int work_fn(opsdk_error *err);

/* Runs work with allocation 1, 2, ... failing until none is left to fail. */
static void torture(work_fn *work)
{
    bool hit = true;
    unsigned long k;

    if (!fault_works())
        return;
    for (k = 1; hit; k++) {
        opsdk_error err = {0};
        int r;
        fault_set_own(k);
        r = work(&err);
        hit = fault_clear();
        ck_assert_int_eq(r, err.code);
        ck_assert_msg(r == 0 || hit, "without a fault: %s", err.message);
    }
    ck_assert_int_gt(k, 5);
}

static void start(const fakeapi_opts *opts, const char *body)
{
    api = fakeapi_start(opts);
    kubeconfig = fakeapi_kubeconfig(api, NULL, NULL);
    client = fakeapi_client(api, "\"token\":\"t\"");
    about = object_named(&OPSDK_POD, "a", "1");
    fakeapi_on(api, "", (fakeapi_reply){.body = body, .times = -1});
}

static void stop(void)
{
    about = opsdk_object_unref(about);
    client = opsdk_client_free(client);
    api = fakeapi_stop(api);
}

static int get(opsdk_error *err)
{
    opsdk_auto_object *obj = NULL;

    return opsdk_get(client, OPSDK_KEY(&OPSDK_POD, NULL, "a"), &obj, err);
}

static int list(opsdk_error *err)
{
    opsdk_auto_objects all = {0};

    return opsdk_list(client, &OPSDK_POD, NULL, NULL, &all, err);
}

static int apply(opsdk_error *err)
{
    return opsdk_apply(client, OPSDK_KEY(&OPSDK_POD, NULL, "a"), json_object(), &(opsdk_write_opts){.if_version = "1"},
                       NULL, err);
}

static int patch(opsdk_error *err)
{
    return opsdk_patch(client, OPSDK_KEY(&OPSDK_POD, NULL, "a"), json_array(), &(opsdk_write_opts){.if_version = "1"},
                       NULL, err);
}

static int delete (opsdk_error *err)
{
    return opsdk_delete(client, OPSDK_KEY(&OPSDK_POD, NULL, "a"), &(opsdk_delete_opts){.if_uid = "u", .dry_run = true},
                        err);
}

static int status(opsdk_error *err)
{
    return opsdk_status(client, OPSDK_KEY(&OPSDK_POD, NULL, "a"), about, json_pack("{s:i}", "n", 1), err);
}

static int event(opsdk_error *err)
{
    (void)err;
    opsdk_event(client, about, OPSDK_LOG_INFO, "R", "x");
    return 0;
}

static int discover(opsdk_error *err)
{
    opsdk_kind *kind = NULL;
    int r = opsdk_discover(client, "frobs", &kind, err);

    free(kind);
    return r;
}

/* With a handshake. */
static int get_anew(opsdk_error *err)
{
    opsdk_client *c = NULL;
    opsdk_auto_object *obj = NULL;

    int r;

    r = opsdk_client_new(&(opsdk_client_opts){.kubeconfig = kubeconfig}, &c, err);
    if (r == 0)
        r = opsdk_get(c, OPSDK_KEY(&OPSDK_POD, NULL, "a"), &obj, err);
    opsdk_client_free(c);
    return r;
}

START_TEST(reading)
{
    start(NULL, LIST);
    torture(get);
    torture(list);
    stop();
}
END_TEST

START_TEST(writing)
{
    start(NULL, LIST);
    torture(apply);
    torture(patch);
    torture(delete);
    torture(status);
    stop();
}
END_TEST

START_TEST(telling)
{
    start(NULL, LIST);
    torture(event);
    stop();
}
END_TEST

START_TEST(discovering)
{
    start(NULL, "{\"resources\":[{\"name\":\"frobs\",\"kind\":\"Frob\"}]}");
    torture(discover);
    stop();
}
END_TEST

START_TEST(starting)
{
    start(NULL, LIST);
    torture(get_anew);
    stop();
}
END_TEST

TESTS("memory", reading, writing, telling, discovering, starting)
