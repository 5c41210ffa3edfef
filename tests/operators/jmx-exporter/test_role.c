/* The Role that is shipped (deploy/rbac.yaml) against what the operator does: it suffices, none of it is too much, and a smaller one shows. */
#include "operators/jmx-exporter/handlers.h"
#include "tests/support/suite.h"

#include <opsdk/testing.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ACCOUNT "system:serviceaccount:default:prometheus-jmx-exporter-operator"
#define RULE "\n  - apiGroups:"

static opsdk_testing t;
static char manifests[] = "/tmp/opsdk-role-XXXXXX";

static void add_file(const char *path, char *text, size_t room)
{
    size_t len = strlen(text);
    FILE *f = fopen(path, "re");

    ck_assert_ptr_nonnull(f);
    len += fread(text + len, 1, room - len - 8, f);
    fclose(f);
    memcpy(text + len, "\n---\n", 6);
}

/* Takes the rule out of the text; false: there are not so many. */
static bool take_out(char *text, int rule)
{
    char *at = strstr(text, RULE), *end, *binding;

    while (at && rule-- > 0)
        at = strstr(at + 1, RULE);
    if (!at)
        return false;
    end = strstr(at + 1, RULE);
    binding = strstr(at, "\n---");
    if (!end || end > binding)
        end = binding;
    memmove(at, end, strlen(end) + 1);
    return true;
}

/* An exporter, and a pod that looks as if it ran: whatever is tried in it fails, which the operator then reports in every way that it has. */
static void populate(void)
{
    static const char pod[] = "{apiVersion: v1, kind: Pod, metadata: {name: app, labels: {app: dummyapp}}, spec: "
                              "{serviceAccountName: default, "
                              "containers: [{name: main, image: x}]}}";
    opsdk_error err = {0};
    json_t *status =
        json_pack("{s:{s:s, s:[{s:s, s:s, s:s, s:s, s:b, s:i, s:{s:{s:s}}}]}}", "status", "phase", "Running",
                  "containerStatuses", "name", "main", "image", "x", "imageID", "x", "containerID", "c://1", "ready", 1,
                  "restartCount", 0, "state", "running", "startedAt", "2026-01-01T00:00:00Z");

    ck_assert_msg(opsdk_apiserver_load_text(t.server, pod, &err) == 0, "%s", err.message);
    ck_assert_msg(opsdk_merge(t.client, OPSDK_KEY(&OPSDK_POD, "default", "app"), status,
                              &(opsdk_write_opts){.subresource = "status"}, NULL, &err) == 0,
                  "%s", err.message);
    ck_assert_msg(opsdk_apiserver_load(t.server, "deploy/cr.yaml", &err) == 0, "%s", err.message);
}

/* Runs the operator as the account, with the Role but for one rule (-1: with all of it). */
static bool start(int without)
{
    static char text[1u << 20];
    opsdk_error err = {0};
    int fd;

    text[0] = '\0';
    add_file("deploy/rbac.yaml", text, sizeof(text));
    if (without >= 0 && !take_out(text, without))
        return false;
    add_file("deploy/crd.yaml", text, sizeof(text));
    snprintf(manifests, sizeof(manifests), "/tmp/opsdk-role-XXXXXX");
    fd = mkstemp(manifests);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    opsdk_log_level(OPSDK_LOG_ERROR);
    t = (opsdk_testing){.as = ACCOUNT, .ns = "default"};
    ck_assert_msg(opsdk_testing_start(&t, &(opsdk_apiserver_opts){.rbac = true}, manifests,
                                      OPSDK_HANDLERS(&pod_handler, &exporter_handler), &err) == 0,
                  "%s", err.message);
    unlink(manifests);
    populate();
    return true;
}

static size_t asked(const char *verb, const char *resource, const char *sub, int status)
{
    return opsdk_apiserver_requests(
        t.server,
        &(opsdk_apiserver_filter){
            .user = ACCOUNT, .verb = verb, .resource = resource, .subresource = sub, .status = status},
        NULL, NULL);
}

static void await(const char *verb, const char *resource, const char *sub, int status)
{
    const struct timespec pause = {.tv_nsec = 10000000};

    for (int i = 0; asked(verb, resource, sub, status) == 0; i++) {
        ck_assert_msg(i < 6000, "the operator does not %s %s/%s", verb ? verb : "use", resource ? resource : "",
                      sub ? sub : "");
        nanosleep(&pause, NULL);
    }
}

/* All that the Role names is asked for; a GET for exec needs its "create" as well. */
START_TEST(suffices_and_is_not_too_much)
{
    static const struct {
        const char *verb, *resource, *sub;
    } uses[] = {{"list", "prometheusjmxexporters", ""},
                {"watch", "prometheusjmxexporters", ""},
                {"patch", "prometheusjmxexporters", "status"},
                {"list", "pods", ""},
                {"watch", "pods", ""},
                {"patch", "pods", ""},
                {"get", "pods", "exec"},
                {"list", "configmaps", ""},
                {"watch", "configmaps", ""},
                {"create", "events", ""},
                {"patch", "events", ""}};

    ck_assert(start(-1));
    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++)
        await(uses[i].verb, uses[i].resource, uses[i].sub, 0);
    ck_assert_uint_eq(asked(NULL, NULL, NULL, 403), 0);
    ck_assert(opsdk_testing_stop(&t));
}
END_TEST

START_TEST(a_smaller_one_is_noticed)
{
    int n = 0;

    for (; start(n); n++) {
        await(NULL, NULL, NULL, 403);
        opsdk_testing_stop(&t);
    }
    ck_assert_int_eq(n, 6);
}
END_TEST

TESTS("role", suffices_and_is_not_too_much, a_smaller_one_is_noticed)
