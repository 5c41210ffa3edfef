/* What containers printed: kept line by line, and asked for. */
#include "apiserver/limits.h"
#include "apiserver/pods/log.h"
#include "tests/support/api.h"
#include "tests/support/suite.h"

#include <opsdk.h>
#include <opsdk/apiserver.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void expect_line(const pod_log *l, uint64_t number, int fd, const char *text)
{
    const log_line *line = pod_log_at(l, number);

    ck_assert_ptr_nonnull(line);
    ck_assert_int_eq(line->fd, fd);
    ck_assert_uint_eq(line->len, strlen(text));
    ck_assert_mem_eq(line->text, text, line->len);
}

/* However the bytes come, the lines are the same. */
START_TEST(lines_in_pieces)
{
    static const char text[] = "one\n\nthree\nfour";
    size_t len = strlen(text);

    for (size_t piece = 1; piece <= len; piece++) {
        pod_log *l = pod_log_new();
        for (size_t at = 0; at < len; at += piece)
            pod_log_add(l, 1, text + at, len - at < piece ? len - at : piece, 7);
        ck_assert_uint_eq(pod_log_next(l), 3);
        pod_log_add(l, 2, "other\n", 6, 8);
        pod_log_end(l, 9);
        expect_line(l, 0, 1, "one");
        expect_line(l, 1, 1, "");
        expect_line(l, 2, 1, "three");
        expect_line(l, 3, 2, "other");
        expect_line(l, 4, 1, "four");
        ck_assert_uint_eq(pod_log_next(l), 5);
        pod_log_unref(l);
    }
}
END_TEST

START_TEST(the_newest_are_kept)
{
    static char block[65536];
    pod_log *l = pod_log_new();
    const log_line *line;
    size_t sum = 0;

    memset(block, 'x', sizeof(block));
    for (int i = 0; i < 200; i++)
        pod_log_add(l, 1, block, sizeof(block), 7);
    pod_log_add(l, 1, "\nlast\n", 6, 7);
    expect_line(l, pod_log_next(l) - 1, 1, "last");
    for (uint64_t i = l->base; i < pod_log_next(l); i++) {
        line = pod_log_at(l, i);
        sum += line->len;
        ck_assert_uint_lt(line->len, LIMIT_POD_LINE);
    }
    ck_assert_uint_le(sum, LIMIT_POD_LOG);
    ck_assert_uint_gt(sum, LIMIT_POD_LOG / 2);
    ck_assert_ptr_null(pod_log_at(l, 0));
    pod_log_unref(l);
}
END_TEST

/* ---- over the wire ---- */

static opsdk_client *client;

static void start(const char *script, const char *policy)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    opsdk_error err = {0};

    api_start(NULL);
    ck_assert_int_eq(opsdk_apiserver_run(api_server, (opsdk_key){&OPSDK_POD, "default", "a"}, NULL, argv,
                                         &(opsdk_apiserver_run_opts){.restart_policy = policy}, &err),
                     0);
    ck_assert_int_eq(
        opsdk_client_new(&(opsdk_client_opts){.kubeconfig = opsdk_apiserver_kubeconfig(api_server)}, &client, &err), 0);
}

static void stop(void)
{
    client = opsdk_client_free(client);
    api_stop();
}

#define LOG "/api/v1/namespaces/default/pods/a/log"

static char *read_log(const char *query)
{
    char target[256], *text = NULL;
    opsdk_error err = {0};
    size_t len;

    snprintf(target, sizeof(target), LOG "%s", query);
    ck_assert_msg(opsdk_raw(client, "GET", target, NULL, NULL, &text, &len, &err) == 0, "%s: %s", query, err.message);
    return text;
}

static void expect(const char *query, const char *want)
{
    char *text = read_log(query);

    ck_assert_msg(strcmp(text, want) == 0, "%s: %s", query, text);
    free(text);
}

START_TEST(asked_for)
{
    char *text;

    start("for i in 1 2 3; do echo line $i; done", "Never");
    api_wait("/api/v1/namespaces/default/pods/a", "/status/phase", "Succeeded");
    expect("", "line 1\nline 2\nline 3\n");
    expect("?tailLines=2", "line 2\nline 3\n");
    expect("?tailLines=0", "");
    expect("?tailLines=9", "line 1\nline 2\nline 3\n");
    expect("?limitBytes=9", "line 1\nli");
    expect("?sinceSeconds=1000", "line 1\nline 2\nline 3\n");
    expect("?sinceTime=2100-01-01T00:00:00Z", "");
    expect("?follow=true", "line 1\nline 2\nline 3\n");
    text = read_log("?timestamps=true&tailLines=1");
    ck_assert_uint_eq(strlen(text), strlen("2026-11-28T13:21:27.320840000Z line 3\n"));
    ck_assert_str_eq(text + 29, "Z line 3\n");
    free(text);
    stop();
}
END_TEST

/* Follows to the end of the process. */
START_TEST(followed)
{
    start("echo one; sleep 2; echo two; sleep 0.3; printf three", "Never");
    api_wait("/api/v1/namespaces/default/pods/a", "/status/phase", "Running");
    expect("?follow=true", "one\ntwo\nthree\n");
    stop();
}
END_TEST

START_TEST(of_the_process_before)
{
    start("[ -e /proc/self ] && echo again; exit 1", "OnFailure");
    ck_assert_int_eq(opsdk_apiserver_wait(api_server, (opsdk_key){&OPSDK_POD, "default", "a"},
                                          "/status/containerStatuses/0/restartCount", "1", 60000, NULL),
                     0);
    expect("?previous=true", "again\n");
    stop();
}
END_TEST

static void expect_refusal(long status, const char *query, const char *words)
{
    char target[256];
    json_t *doc;

    snprintf(target, sizeof(target), LOG "%s", query);
    doc = api_ask(status, "GET", target, NULL);
    ck_assert_str_eq(api_text(doc, "/message"), words);
    json_decref(doc);
}

START_TEST(refused)
{
    start("exec sleep 1000", "Never");
    api_wait("/api/v1/namespaces/default/pods/a", "/status/phase", "Running");
    expect_refusal(400, "?previous=true", "previous terminated container \"app\" in pod \"a\" not found");
    expect_refusal(400, "?container=x", "container x is not valid for pod a");
    expect_refusal(422, "?tailLines=-1",
                   "PodLogOptions \"a\" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0");
    expect_refusal(422, "?limitBytes=0",
                   "PodLogOptions \"a\" is invalid: limitBytes: Invalid value: 0: must be greater than 0");
    expect_refusal(422, "?stream=Stdout", "PodLogOptions \"a\" is invalid: stream: Forbidden: may not be specified");
    expect_refusal(400, "?tailLines=a", "strconv.ParseInt: parsing \"a\": invalid syntax");
    ck_assert_int_eq(api_status("/api/v1/namespaces/default/pods/b/log"), 404);
    stop();
}
END_TEST

TESTS("log", lines_in_pieces, the_newest_are_kept, asked_for, followed, of_the_process_before, refused)
