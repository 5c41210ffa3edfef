/* opsdk watch as its users call it. */
#include "tests/support/fakeapi.h"
#include "tests/support/program.h"
#include "tests/support/suite.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIST                                                                                                 \
    "{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"10\"},\"items\":[{\"metadata\":{\"name\":\"a\"," \
    "\"namespace\":"                                                                                         \
    "\"ns\",\"resourceVersion\":\"1\"}}]}"
#define EVENT                                                          \
    "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"a\"," \
    "\"namespace\":\"ns\",\"resourceVersion\":\"11\"}"                 \
    "}}\n"

static fakeapi *serve(void)
{
    fakeapi *f = fakeapi_start(NULL);

    fakeapi_on(f, "GET /api/v1/namespaces/ns/configmaps?labelSelector=x%3Dy&limit", (fakeapi_reply){.body = LIST});
    fakeapi_on(f, "GET /api/v1/namespaces/ns/configmaps?labelSelector=x%3Dy&watch",
               (fakeapi_reply){.body = EVENT, .hold = true});
    return f;
}

static void prints(const char *format, const char *first, const char *synced, const char *second, int number)
{
    fakeapi *f = serve();
    char *argv[] = {"opsdk",
                    "watch",
                    "cm",
                    "-n",
                    "ns",
                    "-l",
                    "x=y",
                    "-o",
                    (char *)format,
                    "--kubeconfig",
                    (char *)fakeapi_kubeconfig(f, NULL, NULL),
                    NULL};
    program p = program_start(argv);

    program_expect(&p, first);
    program_expect(&p, synced);
    program_expect(&p, second);
    kill(p.pid, number);
    ck_assert_int_eq(program_finish(&p), 0);
    fakeapi_stop(f);
}

START_TEST(lines)
{
    prints("line", "ADDED    ns/a 1\n", "SYNCED\n", "MODIFIED ns/a 11\n", SIGTERM);
}
END_TEST

START_TEST(json)
{
    prints(
        "json",
        "{\"type\":\"ADDED\",\"object\":{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\","
        "\"namespace\":\"ns\",\"resourceVersion\":"
        "\"1\"}}}\n",
        "{\"type\":\"SYNCED\"}\n",
        "{\"type\":\"MODIFIED\",\"object\":{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\","
        "\"namespace\":\"ns\",\"resourceVersion\":"
        "\"11\"}}}\n",
        SIGINT);
}
END_TEST

START_TEST(bad_calls)
{
    static char *const argvs[][5] = {{"opsdk", "watch", NULL},
                                     {"opsdk", "watch", "cm", "pods", NULL},
                                     {"opsdk", "watch", "cm", "--nonsense", NULL},
                                     {"opsdk", "watch", "cm", "-oyaml", NULL}};

    for (size_t i = 0; i < 4; i++) {
        program p = program_start(argvs[i]);
        ck_assert_int_eq(program_finish(&p), 2);
    }
}
END_TEST

TESTS("cmd watch", lines, json, bad_calls)
