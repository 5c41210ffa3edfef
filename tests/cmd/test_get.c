/* The command as a program: what it prints and how it ends. */
#include "tests/support/fakeapi.h"
#include "tests/support/program.h"
#include "tests/support/suite.h"

#include <opsdk/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int opsdk_with(fakeapi *f, const char *args)
{
    char line[4096];

    snprintf(line, sizeof(line), "%s --kubeconfig %s", args, fakeapi_kubeconfig(f, NULL, NULL));
    return opsdk(line);
}

START_TEST(general)
{
    ck_assert_int_eq(opsdk("version"), 0);
    ck_assert_str_eq(program_out, "opsdk " OPSDK_VERSION "\n");
    ck_assert_int_eq(opsdk("--version"), 0);
    ck_assert_int_eq(opsdk("version x"), 2);
    ck_assert_int_eq(opsdk("help"), 0);
    ck_assert(says("  get ") && says("  version "));
    ck_assert_int_eq(opsdk(""), 2);
    ck_assert(says("usage: opsdk COMMAND"));
    ck_assert_int_eq(opsdk("help get"), 0);
    ck_assert(says("--selector"));
    ck_assert_int_eq(opsdk("get --help"), 0);
    ck_assert_int_eq(opsdk("help nope"), 2);
    ck_assert_int_eq(opsdk("nope"), 2);
    ck_assert(says("there is no command \"nope\""));
}
END_TEST

START_TEST(wrong_flags)
{
    static const char *const cases[][2] = {{"get", "KIND is missing"},
                                           {"get pods a b", "\"b\" is one word too many"},
                                           {"get pods -x", "no flag -x"},
                                           {"get pods --frob", "no flag --frob"},
                                           {"get pods -A=1", "no flag -="},
                                           {"get pods -o", "-o needs a value"},
                                           {"get pods -o yaml", "-o is \"yaml\""},
                                           {"get pods --context", "--context needs a value"},
                                           {"get pods a -A", "-A goes with a list"},
                                           {"get pods a -l b=c", "-l goes with a list"},
                                           {"get pods --help=3", "--help=3"}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ck_assert_int_eq(opsdk(cases[i][0]), 2);
        ck_assert_msg(says(cases[i][1]), "opsdk %s says %s", cases[i][0], program_out);
        ck_assert(says("usage: opsdk get"));
    }
}
END_TEST

START_TEST(table)
{
    fakeapi *f = fakeapi_start(NULL);
    char body[1024], made[32];
    time_t then = time(NULL) - 3 * 86400 - 100;
    struct tm tm;

    strftime(made, sizeof(made), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&then, &tm));
    snprintf(body, sizeof(body),
             "{\"items\":[{\"metadata\":{\"name\":\"a\",\"namespace\":\"n\",\"creationTimestamp\":\"%s\"}},"
             "{\"metadata\":{\"name\":\"b\\u001b[2J\",\"namespace\":\"n\"}}]}",
             made);
    fakeapi_on(f, "GET /api/v1/pods?labelSelector=app%3Dx&", (fakeapi_reply){.body = body});
    ck_assert_int_eq(opsdk_with(f, "get pods -A -l app=x"), 0);
    ck_assert_str_eq(program_out, "NAMESPACE             NAME                                          AGE\n"
                                  "n                     a                                             3d\n"
                                  "n                     b?[2J                                         ?\n");
    fakeapi_on(f, "", (fakeapi_reply){.body = "{\"items\":[]}"});
    ck_assert_int_eq(opsdk_with(f, "get pods"), 0);
    ck_assert_str_eq(program_out, "none\n");
    fakeapi_on(f, "", (fakeapi_reply){.body = "{\"metadata\":{\"name\":\"kube\"}}"});
    ck_assert_int_eq(opsdk_with(f, "get ns kube"), 0);
    ck_assert_str_eq(program_out, "NAME                                          AGE\n"
                                  "kube                                          ?\n");
    fakeapi_stop(f);
}
END_TEST

START_TEST(formats)
{
    fakeapi *f = fakeapi_start(NULL);
    static const char pod[] = "{\"metadata\":{\"name\":\"a\",\"namespace\":\"mine\"}}";

    fakeapi_on(f, "GET /api/v1/namespaces/mine/pods/a", (fakeapi_reply){.body = pod, .times = 2});
    ck_assert_int_eq(opsdk_with(f, "get Pod a -n mine -o json"), 0);
    ck_assert(says("\"name\":\"a\""));
    ck_assert_int_eq(opsdk_with(f, "get po a --namespace=mine --output=name"), 0);
    ck_assert_str_eq(program_out, "pods/a\n");
    fakeapi_stop(f);
}
END_TEST

START_TEST(failures)
{
    fakeapi *f = fakeapi_start(NULL);

    fakeapi_on(
        f, "",
        (fakeapi_reply){.status = 403,
                        .body = "{\"kind\":\"Status\",\"message\":\"pods is forbidden\",\"reason\":\"Forbidden\"}"});
    ck_assert_int_eq(opsdk_with(f, "get pods"), 1);
    ck_assert_str_eq(program_out, "opsdk get: pods is forbidden\n");
    ck_assert_int_eq(opsdk_with(f, "get frobs"), 1);
    ck_assert_int_eq(opsdk("get pods --kubeconfig /nonexistent/config"), 1);
    ck_assert_str_eq(program_out, "opsdk get: /nonexistent/config: No such file or directory\n");
    ck_assert_int_eq(opsdk_with(f, "get pods --context nope"), 1);
    ck_assert(says("contexts holds none named \"nope\""));
    fakeapi_on(f, "", (fakeapi_reply){.body = "{\"items\":[{\"metadata\":{\"name\":\"a\"}}]}", .times = -1});
    ck_assert_int_eq(opsdk_with(f, "get pods >/dev/full"), 1);
    fakeapi_stop(f);
}
END_TEST

TESTS("get", general, wrong_flags, table, formats, failures)
