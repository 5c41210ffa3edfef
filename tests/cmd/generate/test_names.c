#include "cmd/opsdk/generate/names.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

START_TEST(plurals)
{
    static const struct {
        const char *kind, *plural;
    } all[] = {{"Cache", "caches"},     {"Redis", "redises"},   {"Box", "boxes"},     {"Batch", "batches"},
               {"Mesh", "meshes"},      {"Policy", "policies"}, {"A", "as"},          {"Y", "ys"},
               {"Gateway", "gateways"}, {"S", "ses"},           {"Proxy", "proxies"}, {"ETCDCluster", "etcdclusters"}};
    auto_pool *p = pool_new();

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        ck_assert_str_eq(names_plural(p, all[i].kind), all[i].plural);
}
END_TEST

START_TEST(spellings)
{
    static const struct {
        const char *json, *c;
    } all[] = {{"podLabels", "pod_labels"},
               {"podIP", "pod_ip"},
               {"JMXExporter", "jmx_exporter"},
               {"a", "a"},
               {"$ref", "ref"},
               {"a-b.c", "a_b_c"},
               {"class", "class_"},
               {"int", "int_"},
               {"default", "default_"},
               {"3d", "n3d"},
               {"$", "field"},
               {"x_y", "x_y"},
               {"hostIPs", "host_i_ps"},
               {"caBundle64", "ca_bundle64"}};
    auto_pool *p = pool_new();

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        ck_assert_str_eq(names_snake(p, all[i].json), all[i].c);
    ck_assert_str_eq(names_json(p, "pod_labels"), "podLabels");
    ck_assert_str_eq(names_json(p, "class_"), "class");
    ck_assert_str_eq(names_json(p, "x"), "x");
    ck_assert_str_eq(names_kind(p, "jmx_exporter"), "JmxExporter");
    ck_assert_str_eq(names_upper(p, "jmx_exporter"), "JMX_EXPORTER");
}
END_TEST

START_TEST(limits)
{
    char text[300];

    memset(text, 'a', sizeof(text));
    text[63] = '\0';
    ck_assert_ptr_null(names_check_resource(text));
    text[63] = 'a';
    text[64] = '\0';
    ck_assert_str_eq(names_check_resource(text), "is longer than 63 characters");
    text[64] = 'a';
    for (size_t i = 50; i < 253; i += 50)
        text[i] = '.';
    text[253] = '\0';
    ck_assert_ptr_null(names_check_group(text));
    text[253] = 'a';
    text[254] = '\0';
    ck_assert_str_eq(names_check_group(text), "is longer than 253 characters");
    ck_assert_ptr_nonnull(names_check_group("example"));
    ck_assert_ptr_nonnull(names_check_group("a..b"));
    ck_assert_ptr_nonnull(names_check_group("a.b."));
    ck_assert_ptr_nonnull(names_check_version("1"));
    ck_assert_ptr_nonnull(names_check_version("V1"));
    ck_assert_ptr_null(names_check_version("v1alpha1"));
    ck_assert_ptr_null(names_check_kind("A"));
    ck_assert_ptr_nonnull(names_check_kind("A-b"));
}
END_TEST

TESTS("names", plurals, spellings, limits)
