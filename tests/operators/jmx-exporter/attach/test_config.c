#include "operators/jmx-exporter/attach/config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "operators/jmx-exporter/attach/base.h"
#include "operators/jmx-exporter/attach/report.h"
#include "tests/support/suite.h"

static const char *forbidden(const char *text, int *ret_line)
{
    return config_forbidden(text, strlen(text), ret_line);
}

START_TEST(forbidden_keys)
{
    static const char *const bad[] = {
        "hostPort: a:1",     "\n\n  hostPort : x",      "{rules: [], jmxUrl: x}",
        "'jmxUrl': x",       "\"hostPort\": x",         "? hostPort\n: x",
        "&a hostPort: 1",    "\xEF\xBB\xBFhostPort: 1", "\"\\x68ostPort\": 1",
        "a: \"\\u0068\"",    "a: 'it''s'\njmxUrl: x",   "a: \"x\\\"y\"\nhostPort: 1",
        "a: #\nhostPort: 1", "a: x#y\nhostPort: 1",     "{\"a\":\"b\",\"hostPort\":1}",
    };
    int line;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(forbidden(bad[i], &line) != NULL, "%s", bad[i]);
    ck_assert_str_eq(forbidden("rules: []\n\njmxUrl: x", &line), "jmxUrl");
    ck_assert_int_eq(line, 3);
}
END_TEST

START_TEST(allowed_words)
{
    static const char *const good[] = {
        "",
        "rules:\n- pattern: 'a<b=c><>hostPort: (.*)'\n",
        "# hostPort: no\nrules: []",
        "hostPortal: x",
        "myhostPort: x",
        "rules: [{pattern: \"a\\\\.b\"}]",
        "pattern: a\\x20b",
        "a: b # jmxUrl",
    };
    int line;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_msg(forbidden(good[i], &line) == NULL, "%s", good[i]);
}
END_TEST

/* Cut anywhere, nothing beyond the end is looked at. */
START_TEST(cut_anywhere)
{
    static const char text[] = "a: \"\\x\"\nhostPort: 'x'";
    int line;

    for (size_t len = 0; len < sizeof(text); len++) {
        char *cut = malloc(len > 0 ? len : 1);
        memcpy(cut, text, len);
        (void)config_forbidden(cut, len, &line);
        free(cut);
    }
}
END_TEST

/* Standard input is given back by the fork that Check makes, or by the end of the program. */
static int read_from(const char *text, struct run *r)
{
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
    close(ends[1]);
    ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    return config_read(r);
}

START_TEST(from_stdin)
{
    struct run r = {.config_want = -1, .deadline = clock_ms() + 20000};

    ck_assert_int_eq(read_from("rules: []\n", &r), 0);
    ck_assert_uint_eq(r.config_len, 10);
    text_free(&r.config);
    r = (struct run){.config_want = 4, .deadline = clock_ms() + 20000};
    ck_assert_int_eq(read_from("rules: []\n", &r), 0);
    ck_assert_str_eq(r.config, "rule");
    text_free(&r.config);
    r = (struct run){.config_want = 11, .deadline = clock_ms() + 20000};
    ck_assert_int_lt(read_from("rules: []\n", &r), 0);
    ck_assert_int_eq(r.result.outcome, OUTCOME_RETRY);
    text_free(&r.config);
}
END_TEST

START_TEST(reports)
{
    struct run r = {.jvm = {.pid = 7, .start = 123456, .java = "17.0.15"}, .real_port = 9404};
    char line[2048];

    refuse(&r, "LoadFailed", "says \"%s\"", "a\\b\n\x01\xc3");
    ck_assert_uint_gt(report_text(&r, line, sizeof(line)), 0);
    ck_assert_str_eq(
        line, "{\"outcome\":\"refused\",\"reason\":\"LoadFailed\",\"message\":\"says \\\"a\\\\b???\\\"\",\"pid\":7,"
              "\"start\":\"123456\",\"java\":\"17.0.15\",\"port\":9404}\n");
    ck_assert_int_eq(report_status(&r), 3);
    memset(r.result.message, '"', sizeof(r.result.message) - 1);
    ck_assert_uint_gt(report_text(&r, line, sizeof(line)), 0);
    retry(&r, "NoJvm", "x");
    ck_assert_int_eq(report_status(&r), 4);
}
END_TEST

TESTS("attach config", forbidden_keys, allowed_words, cut_anywhere, from_stdin, reports)
