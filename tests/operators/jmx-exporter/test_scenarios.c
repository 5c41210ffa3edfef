/* The operator's scenarios of tests/e2e, on the embedded API server: its program, its shipped rights, and real JVMs as pods. */
#include "tests/support/api.h"
#include "tests/support/jmx.h"
#include "tests/support/suite.h"

#include <opsdk.h>
#include <opsdk/apiserver.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- 1 to 4 and 8 ---- */

static char before[3][128];
static const char *const three[] = {"one", "two", "other"};

/* As an operator leaves it that is killed while it copies: the first half of a program, which dies by a signal. */
#define CUT_HELPER                                                                                  \
    "mkdir -p /tmp/jmx-exporter; printf '#!/bin/sh\nkill -11 $$\n' >/tmp/jmx-exporter/jmx-attach; " \
    "chmod 700 /tmp/jmx-exporter/jmx-attach; "

static void begin_injection(void)
{
    for (int i = 0; i < 3; i++)
        jmx_run_jvm(three[i], i < 2 ? "shop" : "depot");
    jmx_run_script("phoenix", "phoenix", CUT_HELPER "exec \"$@\"");
    for (int i = 0; i < 3; i++) {
        jmx_need("runs", jmx_is_running, three[i], NULL);
        jmx_identity(three[i], before[i], sizeof(before[i]));
    }
    jmx_configuration("shop", "config.yaml", "shop_orders", NULL);
    jmx_exporter("shop", 9400);
    jmx_configuration("phoenix", "config.yaml", "phoenix_orders", NULL);
    jmx_exporter("phoenix", 9403);
}

static void check_injection(void)
{
    char now[128], *text;

    jmx_scenario = "1: two pods that match serve the metric of the rule, a third is not touched";
    jmx_need("serves", jmx_serves, "one", "9400 shop_orders");
    jmx_need("serves", jmx_serves, "two", "9400 shop_orders");
    jmx_loaded_once("one", 9400);
    jmx_loaded_once("two", 9400);
    ck_assert(!jmx_has_annotation("other", "prometheus.io/scrape"));
    text = jmx_in_pod("other", NULL, "ls /tmp");
    ck_assert_ptr_nonnull(strstr(text, "hsperfdata_"));
    ck_assert_ptr_null(strstr(text, "jmx-exporter"));
    free(text);
    jmx_scenario = "2: status.metricsEndpoints lists exactly these two, and their annotations are there";
    jmx_need("has endpoints", jmx_endpoints_are, "shop", "one:9400 two:9400");
    for (int i = 0; i < 2; i++) {
        json_auto_t *doc = jmx_pod(three[i]);
        json_t *notes = json_object_get(json_object_get(doc, "metadata"), "annotations");
        ck_assert_str_eq(json_string_value(json_object_get(notes, "prometheus.io/scrape")), "true");
        ck_assert_str_eq(json_string_value(json_object_get(notes, "prometheus.io/port")), "9400");
        ck_assert_str_eq(json_string_value(json_object_get(notes, "prometheus.io/path")), "/metrics");
    }
    jmx_scenario = "3: container IDs and restart counts are what they were";
    for (int i = 0; i < 3; i++) {
        jmx_identity(three[i], now, sizeof(now));
        ck_assert_str_eq(now, before[i]);
    }
}

static bool restarted_once(const char *name, const char *unused)
{
    char id[128];

    (void)unused;
    jmx_identity(name, id, sizeof(id));
    return strcmp(strrchr(id, ' '), " 1") == 0 && jmx_is_running(name, NULL);
}

static void begin_changes(void)
{
    jmx_scenario = "8: when a container restarts its new process gets the agent";
    jmx_need("serves", jmx_serves, "phoenix", "9403 phoenix_orders");
    jmx_need("is marked with", jmx_has_annotation, "phoenix", "jmx-prometheus-exporter");
    free(jmx_in_pod("phoenix", NULL, "kill 1"));
    jmx_scenario = "4: a pod that starts later is injected, a deleted one leaves the status";
    jmx_run_jvm("late", "shop");
    jmx_remove_pod("one");
    jmx_need("has endpoints", jmx_endpoints_are, "shop", "two:9400");
}

static void check_changes(void)
{
    jmx_need("serves", jmx_serves, "late", "9400 shop_orders");
    jmx_need("has endpoints", jmx_endpoints_are, "shop", "late:9400 two:9400");
    jmx_scenario = "8: when a container restarts its new process gets the agent";
    jmx_need("has been restarted", restarted_once, "phoenix", NULL);
    jmx_need("serves", jmx_serves, "phoenix", "9403 phoenix_orders");
    jmx_need("has endpoints", jmx_endpoints_are, "phoenix", "phoenix:9403");
}

/* ---- 7 ---- */

static void heal_no_map(void)
{
    jmx_configuration("no-map", "config.yaml", "no_map_orders", NULL);
}

static void heal_no_key(void)
{
    jmx_configuration("no-key", "config.yaml", "no_key_orders", NULL);
}

static void heal_no_yaml(void)
{
    jmx_configuration("no-yaml", "config.yaml", "no_yaml_orders", NULL);
}

static void heal_no_regex(void)
{
    jmx_configuration("no-regex", "config.yaml", "no_regex_orders", NULL);
}

static void heal_taken(void)
{
    free(jmx_in_pod("taken", "squatter", "kill $(cat /tmp/pid)"));
}

static void heal_no_jvm(void)
{
    free(jmx_in_pod("no-jvm", NULL, "touch /tmp/go"));
}

static const struct trouble {
    const char *name, *serves, *reason;
    void (*heal)(void);
    char id[128];
} troubles[] = {{"no-map", "9420 no_map_orders", "ConfigMapMissing", heal_no_map, ""},
                {"no-key", "9421 no_key_orders", "ConfigKeyMissing", heal_no_key, ""},
                {"no-yaml", "9422 no_yaml_orders", "ConfigInvalid", heal_no_yaml, ""},
                {"no-regex", "9423 no_regex_orders", "ConfigRejected", heal_no_regex, ""},
                {"taken", "9424 taken_orders", "PortTaken", heal_taken, ""},
                {"no-jvm", "9425 no_jvm_orders", "NoJvm", heal_no_jvm, ""}};
#define N_TROUBLES (sizeof(troubles) / sizeof(troubles[0]))
static char in_trouble[N_TROUBLES][128];

/* The second container of one pod listens on the port until it is told to stop. */
static void run_taken(void)
{
    static const char script[] =
        "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalPort => 9424, Listen => 5) or "
        "die; sleep 1000' & echo $! >/tmp/pid; wait; exec sleep 1000";

    jmx_load(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: taken, labels: {app: taken}}\nspec: {containers: [{name: app, "
        "image: "
        "x}, {name: squatter, image: x}]}\n");
    jmx_run("taken", "squatter", "", (const char *const[]){"sh", "-c", script, NULL});
    jmx_need("listens", jmx_is_running, "taken", NULL);
    jmx_run("taken", "app", "", (const char *const[]){JMX_JVM, NULL});
}

static void begin_trouble(void)
{
    jmx_scenario = "7: the operator goes on with other pods while seven are in trouble";
    jmx_configuration("no-key", "other.yaml", "no_key_orders", NULL);
    jmx_load("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: no-yaml}\ndata: {config.yaml: \"rules: [ '\"}\n");
    jmx_configuration("no-regex", "config.yaml", "no_regex_orders", "shop<type=(Orders><>Count");
    jmx_configuration("taken", "config.yaml", "taken_orders", NULL);
    jmx_configuration("no-jvm", "config.yaml", "no_jvm_orders", NULL);
    jmx_configuration("starting", "config.yaml", "starting_orders", NULL);
    jmx_configuration("healthy", "config.yaml", "healthy_orders", NULL);
    for (size_t i = 0; i < 4; i++)
        jmx_run_jvm(troubles[i].name, troubles[i].name);
    run_taken();
    jmx_run_script("no-jvm", "no-jvm", "until [ -e /tmp/go ]; do sleep 0.1; done; \"$@\" & exec sleep 1000");
    jmx_run_script("starting", "starting", "sleep 2; exec \"$@\"");
    for (size_t i = 0; i < N_TROUBLES; i++)
        jmx_exporter(troubles[i].name, (int)strtol(troubles[i].serves, NULL, 10));
    jmx_exporter("starting", 9426);
    jmx_exporter("healthy", 9427);
    jmx_run_jvm("fine", "healthy");
}

static void check_trouble(void)
{
    jmx_need("serves", jmx_serves, "fine", "9427 healthy_orders");
    for (size_t i = 0; i < N_TROUBLES; i++) {
        jmx_scenario = troubles[i].reason;
        jmx_need("is told about with", jmx_told, troubles[i].name, troubles[i].reason);
        jmx_need("is logged with", jmx_logged, troubles[i].name, troubles[i].reason);
        ck_assert(jmx_endpoints_are(troubles[i].name, ""));
        jmx_identity(troubles[i].name, in_trouble[i], sizeof(in_trouble[i]));
        ck_assert_str_eq(strrchr(in_trouble[i], ' '), " 0");
        troubles[i].heal();
    }
}

static void check_healed(void)
{
    char now[128], want[64];

    for (size_t i = 0; i < N_TROUBLES; i++) {
        jmx_scenario = troubles[i].reason;
        jmx_need("serves once the cause is gone", jmx_serves, troubles[i].name, troubles[i].serves);
        snprintf(want, sizeof(want), "%s:%.4s", troubles[i].name, troubles[i].serves);
        jmx_need("has endpoints", jmx_endpoints_are, troubles[i].name, want);
        jmx_identity(troubles[i].name, now, sizeof(now));
        ck_assert_str_eq(now, in_trouble[i]);
    }
    jmx_scenario = "7g: a JVM that is not up yet is served as soon as it is";
    jmx_need("serves", jmx_serves, "starting", "9426 starting_orders");
    jmx_loaded_once("starting", 9426);
}

/* ---- 6 ---- */

static void outage(void)
{
    opsdk_error err = {0};

    jmx_scenario = "6: after some seconds without API server the same operator process catches up by itself";
    ck_assert_int_eq(opsdk_apiserver_fault(api_server, "refuse ms=3000", &err), 0);
    jmx_configuration("shop", "config.yaml", "shop_later", NULL); /* not over the wire */
    jmx_run_jvm("after", "shop");
    jmx_nap(3100); /* the outage */
    ck_assert_int_eq(waitpid(jmx_operator, NULL, WNOHANG), 0);
    jmx_need("serves", jmx_serves, "after", "9400 shop_later");
    jmx_need("serves", jmx_serves, "two", "9400 shop_later");
    jmx_need("has endpoints", jmx_endpoints_are, "shop", "after:9400 late:9400 two:9400");
    ck_assert_int_eq(waitpid(jmx_operator, NULL, WNOHANG), 0);
    jmx_loaded_once("two", 9400);
}

/* ---- 5 ---- */

#define KILLED 4

static void kills(void)
{
    char names[KILLED][8];

    jmx_scenario = "5: killed ten times while it injects, the operator converges and each JVM got the agent once";
    jmx_configuration("kills", "config.yaml", "kills_orders", NULL);
    jmx_exporter("kills", 9401);
    for (int i = 0; i < KILLED; i++) {
        snprintf(names[i], sizeof(names[i]), "k%d", i);
        jmx_run_jvm(names[i], "kills");
    }
    srand48((long)time(NULL));
    for (int i = 0; i < 10; i++) {
        jmx_nap(lrand48() % 700); /* the random moment: an injection takes about 4 s */
        jmx_end_operator(SIGKILL);
        jmx_start_operator();
    }
    for (int i = 0; i < KILLED; i++) {
        jmx_need("serves", jmx_serves, names[i], "9401 kills_orders");
        jmx_need("is marked with", jmx_has_annotation, names[i], "jmx-prometheus-exporter");
        jmx_loaded_once(names[i], 9401);
    }
    jmx_need("has endpoints", jmx_endpoints_are, "kills", "k0:9401 k1:9401 k2:9401 k3:9401");
}

/* ---- all ---- */

static void remove_all(const char *const names[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        jmx_remove_pod(names[i]);
}

START_TEST(scenarios)
{
    static const char *const done[] = {"phoenix", "no-map", "no-key",   "no-yaml", "no-regex",
                                       "taken",   "no-jvm", "starting", "fine",    "other"};

    jmx_start();
    jmx_start_operator();
    begin_injection();
    begin_trouble();
    check_injection();
    check_trouble();
    begin_changes();
    check_healed();
    check_changes();
    remove_all(done, sizeof(done) / sizeof(done[0]));
    outage();
    kills();
    jmx_scenario = "9: with only the shipped rights no request is refused";
    ck_assert_uint_gt(opsdk_apiserver_requests(api_server, &(opsdk_apiserver_filter){.user = JMX_USER}, NULL, NULL),
                      10);
    ck_assert_uint_eq(
        opsdk_apiserver_requests(api_server, &(opsdk_apiserver_filter){.user = JMX_USER, .status = 403}, NULL, NULL),
        0);
    jmx_end_operator(SIGTERM);
    jmx_stop();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {scenarios};

    if (!jmx_has_java()) {
        puts("skipped: the scenarios need JDK 17 and build/fixture (make test-build)\n100%: Checks: 1, Failures: 0, "
             "Errors: 0");
        return 0;
    }
    return suite_run("scenarios", tests, 1);
}
