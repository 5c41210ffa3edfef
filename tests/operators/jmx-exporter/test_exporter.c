#include "operators/jmx-exporter/exporter.h"
#include "tests/support/objects.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

static opsdk_object *with_spec(const char *spec)
{
    return object_of(&PROMETHEUS_JMX_EXPORTER, "{'metadata':{'name':'e','namespace':'n'},'spec':%s}", spec);
}

#define CONFIG "\"config\":{\"configMapName\":\"c\",\"configMapKey\":\"k\"},\"port\":9400"

START_TEST(reads_the_seeds_resource)
{
    opsdk_auto_object *obj = with_spec("{\"labelSelector\":{\"app\":\"x\"}," CONFIG "}");
    exporter e;

    ck_assert_int_eq(exporter_read(obj, &e, NULL), 0);
    ck_assert_str_eq(e.config_map, "c");
    ck_assert_str_eq(e.config_key, "k");
    ck_assert_int_eq(e.port, 9400);
}
END_TEST

START_TEST(names_the_wrong_field)
{
    static const struct {
        const char *spec, *field;
    } cases[] = {
        {"{" CONFIG "}", "/spec/labelSelector"},
        {"{\"labelSelector\":{},\"config\":{\"configMapKey\":\"k\"},\"port\":1}", "/spec/config/configMapName"},
        {"{\"labelSelector\":{},\"config\":{\"configMapName\":\"k\"},\"port\":1}", "/spec/config/configMapKey"},
        {"{\"labelSelector\":{},\"config\":{\"configMapName\":\"k\",\"configMapKey\":\"k\"}}", "/spec/port"},
        {"{\"labelSelector\":{},\"config\":{\"configMapName\":\"k\",\"configMapKey\":\"k\"},\"port\":70000}",
         "/spec/port"},
        {"{\"labelSelector\":{},\"config\":{\"configMapName\":\"k\",\"configMapKey\":\"k\"},\"port\":\"80\"}",
         "/spec/port"},
        {"null", "/spec is null"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        opsdk_auto_object *obj = with_spec(cases[i].spec);
        opsdk_error err = {0};
        exporter e;

        ck_assert_int_eq(exporter_read(obj, &e, &err), OPSDK_ETERMINAL);
        ck_assert_str_eq(err.reason, "SpecInvalid");
        ck_assert_msg(strstr(err.message, cases[i].field) != NULL, "%s", err.message);
    }
}
END_TEST

static int selects(const char *selectors, const char *ns, const char *labels)
{
    char spec[512];
    exporter e;

    snprintf(spec, sizeof(spec), "{%s," CONFIG "}", selectors);
    opsdk_auto_object *obj = with_spec(spec);
    opsdk_auto_object *p = object_of(&OPSDK_POD, "{'metadata':{'name':'p','namespace':'%s','labels':%s}}", ns, labels);
    ck_assert_int_eq(exporter_read(obj, &e, NULL), 0);
    return exporter_selects(&e, p, NULL);
}

START_TEST(selects_by_every_selector_that_is_given)
{
    const char *map = "\"labelSelector\":{\"app\":\"x\"}";
    const char *full =
        "\"selector\":{\"matchExpressions\":[{\"key\":\"tier\",\"operator\":\"In\",\"values\":[\"a\",\"b\"]}]}";
    char both[512];

    snprintf(both, sizeof(both), "%s,%s", map, full);
    ck_assert_int_eq(selects(map, "n", "{\"app\":\"x\",\"z\":\"1\"}"), 1);
    ck_assert_int_eq(selects(map, "n", "{\"app\":\"y\"}"), 0);
    ck_assert_int_eq(selects(map, "other", "{\"app\":\"x\"}"), 0);
    ck_assert_int_eq(selects(full, "n", "{\"tier\":\"b\"}"), 1);
    ck_assert_int_eq(selects(full, "n", "{\"tier\":\"c\"}"), 0);
    ck_assert_int_eq(selects(both, "n", "{\"app\":\"x\",\"tier\":\"a\"}"), 1);
    ck_assert_int_eq(selects(both, "n", "{\"app\":\"x\"}"), 0);
    ck_assert_int_eq(selects("\"labelSelector\":{}", "n", "{\"any\":\"y\"}"), 1);
}
END_TEST

TESTS("jmx exporter", reads_the_seeds_resource, names_the_wrong_field, selects_by_every_selector_that_is_given)
