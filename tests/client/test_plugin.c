#include "client/plugin.h"
#include "core/buf.h"
#include "tests/support/suite.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define V1 "client.authentication.k8s.io/v1"
#define HEAD "\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\""

static char folder[] = "/tmp/plugin-XXXXXX", command[64];
static opsdk_error err;
static config cfg;
static plugin_result result;

static void script(const char *body)
{
    FILE *f;

    snprintf(command, sizeof(command), "%s/login", folder);
    f = fopen(command, "we");
    fprintf(f, "#!/bin/sh\n%s\n", body);
    fclose(f);
    chmod(command, 0700);
    cfg.exec.command = command;
}

static void start(void)
{
    memcpy(folder, "/tmp/plugin-XXXXXX", sizeof(folder));
    ck_assert_ptr_nonnull(mkdtemp(folder));
    cfg = (config){.server = (char *)"https://h:443", .source = (char *)"test", .exec.api_version = (char *)V1};
    err = (opsdk_error){0};
}

static void stop(void)
{
    char line[128];

    plugin_result_clear(&result);
    snprintf(line, sizeof(line), "%s/login", folder);
    unlink(line);
    snprintf(line, sizeof(line), "%s/out", folder);
    unlink(line);
    rmdir(folder);
}

static int run(const char *body, int timeout_ms)
{
    script(body);
    plugin_result_clear(&result);
    return plugin_run(&cfg, timeout_ms, NULL, &result, &err);
}

static int print(const char *json)
{
    char body[1024];

    snprintf(body, sizeof(body), "cat <<'END'\n%s\nEND", json);
    return run(body, 10000);
}

START_TEST(reads_token)
{
    start();
    ck_assert_int_eq(print("{" HEAD ",\"status\":{\"token\":\"t\",\"expirationTimestamp\":\"1970-01-01T00:00:02Z\"}}"),
                     0);
    ck_assert_str_eq(result.token, "t");
    ck_assert_int_eq(result.expires_ms, 2000);
    ck_assert_ptr_null(result.cert.data);
    ck_assert_int_eq(print("{" HEAD ",\"status\":{\"clientCertificateData\":\"c\",\"clientKeyData\":\"k\"}}"), 0);
    ck_assert_str_eq(result.cert.data, "c");
    ck_assert_int_eq(result.key.len, 1);
    ck_assert_ptr_null(result.token);
    stop();
}
END_TEST

START_TEST(wrong_output)
{
    static const char *const cases[][2] = {
        {"", "not a JSON object"},
        {"s3cret", "not a JSON object"},
        {"[]", "not a JSON object"},
        {"{}", "not ExecCredential"},
        {"{\"kind\":\"ExecCredential\"}", "another apiVersion"},
        {"{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\"}", "another apiVersion"},
        {"{" HEAD "}", "neither status.token nor"},
        {"{" HEAD ",\"status\":[]}", "neither status.token nor"},
        {"{" HEAD ",\"status\":{\"token\":\"\"}}", "neither status.token nor"},
        {"{" HEAD ",\"status\":{\"token\":1}}", "neither status.token nor"},
        {"{" HEAD ",\"status\":{\"token\":\"s3cret\",\"clientKeyData\":\"k\"}}", "only one of"},
        {"{" HEAD ",\"status\":{\"token\":\"s3cret\",\"expirationTimestamp\":\"soon\"}}", "not a time"},
        {"{" HEAD ",\"status\":{\"token\":\"s3cret\",\"expirationTimestamp\":5}}", "not a time"},
    };

    start();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ck_assert_int_eq(print(cases[i][0]), OPSDK_EAUTH);
        ck_assert_msg(strstr(err.message, cases[i][1]), "\"%s\" is not in: %s", cases[i][1], err.message);
        ck_assert_ptr_null(strstr(err.message, "s3cret"));
        ck_assert_ptr_null(result.token);
    }
    stop();
}
END_TEST

/* What the plugin sees: its arguments as they are, its environment, and nothing to read. */
START_TEST(surroundings)
{
    char *args[] = {(char *)"a b", (char *)"$(touch x);*", (char *)"", NULL};
    char *env[] = {(char *)"OWN=1", (char *)"GIVEN=mine", NULL};
    char body[512];
    char text[4096] = "";
    FILE *f;

    start();
    setenv("GIVEN", "yours", 1);
    setenv("KEPT", "yes", 1);
    setenv("KUBERNETES_EXEC_INFO", "old", 1);
    cfg.exec.args = args;
    cfg.exec.env = env;
    cfg.exec.cluster_info = true;
    cfg.exec.cluster_config = (char *)"{\"audience\":\"x\"}";
    cfg.ca = (config_blob){.data = (char *)"CA", .len = 2};
    snprintf(body, sizeof(body),
             "exec 3>%s/out\nprintf '<%%s>' \"$@\" $OWN $GIVEN $KEPT >&3\ncat >&3\nprintf '\\n%%s' "
             "\"$KUBERNETES_EXEC_INFO\" >&3\n"
             "echo '{" HEAD ",\"status\":{\"token\":\"t\"}}'",
             folder);
    ck_assert_int_eq(run(body, 10000), 0);
    snprintf(body, sizeof(body), "%s/out", folder);
    f = fopen(body, "re");
    text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
    fclose(f);
    ck_assert_ptr_eq(strstr(text, "<a b><$(touch x);*><><1><mine><yes>\n{"), text);

    json_t *info = json_loads(strchr(text, '\n') + 1, 0, NULL);
    json_t *expected = json_pack("{s:s, s:s, s:{s:b, s:{s:s, s:s, s:{s:s}}}}", "kind", "ExecCredential", "apiVersion",
                                 V1, "spec", "interactive", 0, "cluster", "server", "https://h:443",
                                 "certificate-authority-data", "Q0E=", "config", "audience", "x");
    ck_assert(json_equal(info, expected));
    json_decref(info);
    json_decref(expected);
    stop();
}
END_TEST

START_TEST(found_in_path)
{
    char path[128];

    start();
    script("echo '{" HEAD ",\"status\":{\"token\":\"t\"}}'");
    snprintf(path, sizeof(path), "%s:/usr/bin:/bin", folder);
    setenv("PATH", path, 1);
    cfg.exec.command = (char *)"login";
    ck_assert_int_eq(plugin_run(&cfg, 10000, NULL, &result, &err), 0);
    cfg.exec.command = (char *)"not-there-at-all";
    cfg.exec.install_hint = (char *)"see example.org";
    plugin_result_clear(&result);
    ck_assert_int_eq(plugin_run(&cfg, 10000, NULL, &result, &err), OPSDK_EAUTH);
    ck_assert_str_eq(err.message,
                     "test: credential plugin not-there-at-all: No such file or directory; see example.org");
    stop();
}
END_TEST

/* It and its children are gone afterwards, whoever held the pipe. */
START_TEST(time_runs_out)
{
    start();
    ck_assert_int_eq(run("sleep 1000 & echo $!; sleep 1000", 200), OPSDK_ETIMEOUT);
    ck_assert_int_eq(run("trap '' TERM INT; exec >&-; while :; do sleep 1; done", 200), OPSDK_ETIMEOUT);
    stop();
}
END_TEST

START_TEST(cancelled)
{
    atomic_bool yes = true;

    start();
    script("exec sleep 1000");
    ck_assert_int_eq(plugin_run(&cfg, 60000, &yes, &result, &err), OPSDK_ECANCELED);
    stop();
}
END_TEST

START_TEST(output_is_capped)
{
    start();
    ck_assert_int_eq(run("yes s3cret", 20000), OPSDK_EAUTH);
    ck_assert_ptr_nonnull(strstr(err.message, "more than 1048576 bytes"));
    ck_assert_int_eq(run("kill -9 $$", 20000), OPSDK_EAUTH);
    ck_assert_ptr_nonnull(strstr(err.message, "signal 9"));
    stop();
}
END_TEST

TESTS("plugin", reads_token, wrong_output, surroundings, found_in_path, time_runs_out, cancelled, output_is_capped)
