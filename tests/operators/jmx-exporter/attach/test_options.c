#include "operators/jmx-exporter/attach/options.h"

#include <string.h>

#include "tests/support/suite.h"

#define COMMAND(o, text) options_command(o, text, sizeof(text) - 1)
#define WORDS(o, text) options_words(o, text, sizeof(text) - 1)

START_TEST(last_one_counts)
{
    struct options o = {.no_attach = false};

    COMMAND(&o, "java\0-XX:+DisableAttachMechanism\0-XX:-EnableDynamicAgentLoading\0Main\0");
    ck_assert(o.no_attach && o.no_loading);
    WORDS(&o, " -XX:-DisableAttachMechanism\t'-XX:+EnableDynamicAgentLoading'\n");
    ck_assert(!o.no_attach && !o.no_loading);
}
END_TEST

/* What stands behind the main class is the application's. */
START_TEST(application_arguments)
{
    static const char main_class[] = "java\0-cp\0a.jar\0Main\0-XX:+DisableAttachMechanism\0";
    static const char jar[] = "java\0-jar\0a.jar\0-XX:+DisableAttachMechanism\0";
    static const char module[] = "java\0-p\0mods\0-m\0a/b.C\0-XX:+DisableAttachMechanism\0";
    struct options o = {.no_attach = false};

    COMMAND(&o, main_class);
    COMMAND(&o, jar);
    COMMAND(&o, module);
    ck_assert(!o.no_attach);
}
END_TEST

START_TEST(modules)
{
    struct options o = {.no_attach = false};

    COMMAND(&o, "java\0--add-modules\0jdk.httpserver\0--add-modules=java.se,a\0--limit-modules\0x\0Main\0");
    WORDS(&o, "--add-modules ALL-SYSTEM -Dx=y");
    ck_assert(module_listed(o.add_modules, "jdk.httpserver"));
    ck_assert(module_listed(o.add_modules, "java.se"));
    ck_assert(module_listed(o.add_modules, "ALL-SYSTEM"));
    ck_assert(!module_listed(o.add_modules, "java"));
    ck_assert(!module_listed("", "java"));
    ck_assert(o.limited);
}
END_TEST

START_TEST(files_and_agents)
{
    struct options o = {.no_attach = false};

    COMMAND(&o, "java\0@/a/args\0-XX:Flags=/b\0-XX:VMOptionsFile=c\0-javaagent:/x/"
                "jmx_prometheus_javaagent-0.20.0.jar=1:y\0M\0");
    ck_assert_int_eq(o.n_files, 3);
    ck_assert_str_eq(o.files[0], "/a/args");
    ck_assert_str_eq(o.files[2], "c");
    ck_assert_str_eq(o.exporter, "/x/jmx_prometheus_javaagent-0.20.0.jar");
    WORDS(&o, "+DisableAttachMechanism\n");
    ck_assert(o.no_attach);
}
END_TEST

START_TEST(exporter_names)
{
    ck_assert(name_is_exporter("/a/jmx_prometheus_javaagent.jar (deleted)"));
    ck_assert(name_is_exporter("jmx-exporter.jar"));
    ck_assert(!name_is_exporter("/jmx_prometheus/app.jar"));
    ck_assert(!name_is_exporter("/a/jmx-exporter.yaml"));
    ck_assert(!name_is_exporter(""));
}
END_TEST

START_TEST(endless_words)
{
    char text[5000];
    struct options o = {.no_attach = false};

    memset(text, 'a', sizeof(text));
    options_words(&o, text, sizeof(text));
    memset(text, '@', sizeof(text));
    options_words(&o, text, sizeof(text));
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = "@a "[i % 3];
    options_words(&o, text, sizeof(text));
    ck_assert_int_eq(o.n_files, 4);
    text[sizeof(text) - 1] = 0;
    options_command(&o, text, sizeof(text));
    options_command(&o, "", 0);
    COMMAND(&o, "java\0-XX:\0");
    COMMAND(&o, "java\0-XX:\0--add-modules\0");
    WORDS(&o, "-XX: + - @ -XX:Flags= -javaagent:");
}
END_TEST

TESTS("attach options", last_one_counts, application_arguments, modules, files_and_agents, exporter_names,
      endless_words)
