#include "operators/jmx-exporter/config.h"
#include "tests/support/suite.h"

#include <string.h>

static int check(const char *text, opsdk_error *err)
{
    *err = (opsdk_error){0};
    return config_check("ConfigMap c, key k", text, strlen(text), err);
}

START_TEST(usual_configurations_pass)
{
    static const char *const good[] = {
        "rules:\n- pattern: 'a<b=(.*)><>c: (\\d+)'\n  name: x_$1\n  labels: {k: \"$2\"}\n",
        "lowercaseOutputName: true\n",
        "rules: []\n",
        "{}\n",
        "# nothing but a comment\n",
        "rules:\n- pattern: '[unclosed'\n", /* the agent counts it as a failed reload; Java's syntax is not ours to judge */
    };
    opsdk_error err;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_msg(check(good[i], &err) == 0, "%s: %s", good[i], err.message);
}
END_TEST

START_TEST(broken_yaml_is_named)
{
    opsdk_error err;

    ck_assert_int_eq(check("rules:\n  - pattern: [\n", &err), OPSDK_ETERMINAL);
    ck_assert_str_eq(err.reason, "ConfigInvalid");
    ck_assert_ptr_nonnull(strstr(err.message, "ConfigMap c, key k:"));
    ck_assert_int_eq(check("just text", &err), OPSDK_ETERMINAL);
    ck_assert_int_eq(check("- a\n- list\n", &err), OPSDK_ETERMINAL);
}
END_TEST

/* For these keys jmx_exporter 1.0 ends the JVM even on a reload; no spelling of them may come through. */
START_TEST(deadly_keys_are_refused)
{
    static const char *const bad[] = {
        "hostPort: localhost:9999\n",
        "httpServer: {authentication: {basic: {username: a, password: b}}}\n", /* else it would be off, unnoticed */
        "jmxUrl: service:jmx:rmi:///jndi/rmi://x:1/jmxrmi\n",
        "\"host\\x50ort\": a:1\n",
        "? hostPort\n: a:1\n",
        "base: &b {hostPort: 'a:1'}\n<<: *b\nrules: []\n",
        "<<: {jmxUrl: x}\n",
        "<<: [{rules: []}, {jmxUrl: x}]\n",
    };
    opsdk_error err;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ck_assert_msg(check(bad[i], &err) == OPSDK_ETERMINAL, "let pass: %s", bad[i]);
        ck_assert_str_eq(err.reason, "ConfigInvalid");
    }
}
END_TEST

START_TEST(hash_tells_text_and_port_apart)
{
    config_text a = {.text = "rules: []", .len = 9}, b = {.text = "rules: [ ]", .len = 10};

    ck_assert(config_hash(&a, 9400) == config_hash(&a, 9400));
    ck_assert(config_hash(&a, 9400) != config_hash(&b, 9400));
    ck_assert(config_hash(&a, 9400) != config_hash(&a, 9401));
    ck_assert(config_hash(&a, 0x1234) != config_hash(&a, 0x3412));
}
END_TEST

TESTS("jmx config", usual_configurations_pass, broken_yaml_is_named, deadly_keys_are_refused,
      hash_tells_text_and_port_apart)
