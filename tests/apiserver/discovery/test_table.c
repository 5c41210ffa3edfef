#include "apiserver/discovery/table.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

static const resource pods = {.group = "", .version = "v1", .plural = "pods", .kind = "Pod"};

/* What a document prints in one cell; ages as of one minute after 1970. */
static void cell_is(const resource *res, const char *json, size_t i, const char *want)
{
    json_t *doc = json_loads(json, 0, NULL), *row = table_row(res, doc, 60), *cell;
    char *text;

    ck_assert_ptr_nonnull(doc);
    cell = json_array_get(json_object_get(row, "cells"), i);
    text = json_dumps(cell, JSON_ENCODE_ANY | JSON_COMPACT);
    ck_assert_str_eq(text, want);
    free(text);
    json_decref(row);
    json_decref(doc);
}

START_TEST(states_of_pods)
{
    cell_is(&pods, "{\"spec\":{\"containers\":[{}]},\"status\":{\"phase\":\"Pending\"}}", 1, "\"0/1\"");
    cell_is(&pods, "{\"status\":{\"phase\":\"Pending\"}}", 2, "\"Pending\"");
    cell_is(&pods, "{\"metadata\":{\"deletionTimestamp\":\"x\"},\"status\":{\"phase\":\"Running\"}}", 2,
            "\"Terminating\"");
    cell_is(&pods, "{\"metadata\":{\"deletionTimestamp\":\"x\"},\"status\":{\"phase\":\"Failed\"}}", 2, "\"Failed\"");
    cell_is(&pods,
            "{\"status\":{\"containerStatuses\":[{\"restartCount\":1,\"state\":{\"waiting\":{\"reason\":"
            "\"CrashLoopBackOff\"}},\"lastState\":{\"terminated\":{\"finishedAt\":\"1970-01-01T00:00:30Z\"}}}]}}",
            3, "\"1 (30s ago)\"");
    cell_is(&pods,
            "{\"spec\":{\"initContainers\":[{},{}]},\"status\":{\"initContainerStatuses\":[{\"state\":{\"terminated\":"
            "{\"exitCode\":0}}},{\"state\":{\"running\":{}}}]}}",
            2, "\"Init:1/2\"");
}
END_TEST

START_TEST(conditions_of_pods_that_have_ended)
{
    json_t *doc = json_pack("{s:{s:s}}", "status", "phase", "Failed"), *row = table_row(&pods, doc, 0);

    ck_assert_uint_eq(json_array_size(json_object_get(row, "conditions")), 1);
    json_decref(row);
    json_object_set_new(json_object_get(doc, "status"), "phase", json_string("Running"));
    row = table_row(&pods, doc, 0);
    ck_assert_ptr_null(json_object_get(row, "conditions"));
    json_decref(row);
    json_decref(doc);
}
END_TEST

START_TEST(cells_by_path)
{
    static const column columns[] = {
        {.name = "T", .type = "string", .path = ".v"}, {.name = "I", .type = "integer", .path = ".v"},
        {.name = "N", .type = "number", .path = ".v"}, {.name = "B", .type = "boolean", .path = ".v"},
        {.name = "D", .type = "date", .path = ".v"},   {0}};
    static const resource res = {.group = "g", .version = "v1", .plural = "p", .kind = "K", .columns = columns};
    static const struct {
        const char *doc, *cells[5];
    } cases[] = {{"{}", {"null", "null", "null", "null", "null"}},
                 {"{\"v\":null}", {"\"<no value>\"", "null", "null", "null", "null"}},
                 {"{\"v\":\"x\"}", {"\"x\"", "null", "null", "null", "\"<invalid>\""}},
                 {"{\"v\":\"\"}", {"\"\"", "null", "null", "null", "\"<unknown>\""}},
                 {"{\"v\":3}", {"\"3\"", "3", "3", "null", "null"}},
                 {"{\"v\":2.5}", {"\"2.5\"", "2", "2.5", "null", "null"}},
                 {"{\"v\":1e30}", {"\"1e+30\"", "-9223372036854775808", "1e30", "null", "null"}},
                 {"{\"v\":true}", {"\"true\"", "null", "null", "true", "null"}},
                 {"{\"v\":{\"b\":[1],\"a\":\"<\"}}",
                  {"\"{\\\"a\\\":\\\"\\\\u003c\\\",\\\"b\\\":[1]}\"", "null", "null", "null", "null"}},
                 {"{\"v\":\"1970-01-01T00:00:50Z\"}", {"\"1970-01-01T00:00:50Z\"", "null", "null", "null", "\"10s\""}}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t k = 0; k < 5; k++)
            cell_is(&res, cases[i].doc, k, cases[i].cells[k]);
}
END_TEST

START_TEST(what_has_no_columns_shows_name_and_time)
{
    static const resource roles = {
        .group = "rbac.authorization.k8s.io", .version = "v1", .plural = "roles", .kind = "Role"};
    static const char doc[] = "{\"metadata\":{\"name\":\"a\",\"creationTimestamp\":\"1970-01-01T00:00:00Z\"}}";
    json_t *columns = table_columns(&roles, "Role");

    ck_assert_uint_eq(json_array_size(columns), 2);
    cell_is(&roles, doc, 0, "\"a\"");
    cell_is(&roles, doc, 1, "\"1970-01-01T00:00:00Z\"");
    json_decref(columns);
}
END_TEST

START_TEST(a_scale_has_columns_of_its_own)
{
    static const resource deployments = {
        .group = "apps", .version = "v1", .plural = "deployments", .kind = "Deployment"};
    json_t *columns = table_columns(&deployments, "Scale");

    ck_assert_uint_eq(json_array_size(columns), 4);
    json_decref(columns);
    cell_is(&deployments, "{\"kind\":\"Scale\",\"spec\":{\"replicas\":3}}", 1, "3");
    cell_is(&deployments, "{\"kind\":\"Deployment\",\"spec\":{\"replicas\":3}}", 1, "\"0/3\"");
}
END_TEST

TESTS("table", states_of_pods, conditions_of_pods_that_have_ended, cells_by_path,
      what_has_no_columns_shows_name_and_time, a_scale_has_columns_of_its_own)
