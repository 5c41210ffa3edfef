#include "apiserver/discovery/groups.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

static int by_version(const void *a, const void *b)
{
    return version_compare(*(const char *const *)a, *(const char *const *)b);
}

START_TEST(versions_come_as_kubernetes_ranks_them)
{
    const char *list[] = {"foo10",   "v1alpha1", "v1",  "foo1",    "v12alpha1", "v10",      "v2",
                          "v1beta1", "v01",      "v1x", "v3beta1", "v11alpha2", "v11beta2", "v"},
               *want[] = {"v10",       "v2",       "v1",   "v11beta2", "v3beta1", "v1beta1", "v12alpha1",
                          "v11alpha2", "v1alpha1", "foo1", "foo10",    "v",       "v01",     "v1x"};

    qsort(list, sizeof(list) / sizeof(list[0]), sizeof(list[0]), by_version);
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
        ck_assert_str_eq(list[i], want[i]);
}
END_TEST

static resource builtin(const char *group, const char *version, const char *plural)
{
    return (resource){.group = group, .version = version, .plural = plural, .kind = "K", .singular = "k"};
}

static resource custom(const char *group, const char *version, const char *plural)
{
    resource res = builtin(group, version, plural);

    res.custom = true;
    return res;
}

START_TEST(builtin_groups_first_then_custom_ones_by_name)
{
    resource all[] = {custom("z.example.com", "v1beta1", "b"), builtin("", "v1", "pods"),
                      custom("z.example.com", "v1", "b"),      builtin("apps", "v1", "deployments"),
                      custom("a.example.com", "v1", "x"),      builtin("apps", "v1", "daemonsets"),
                      custom("z.example.com", "v1", "a"),      custom("apps", "v2", "extras")};
    static const char *const want[] = {"/v1 pods",           "apps/v1 deployments",    "apps/v1 daemonsets",
                                       "apps/v2 extras",     "a.example.com/v1 x",     "z.example.com/v1 a",
                                       "z.example.com/v1 b", "z.example.com/v1beta1 b"};
    registry *r = registry_new();
    size_t n, seen = 0;
    group_version *groups;
    char text[128];

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        ck_assert_int_eq(registry_add(r, &all[i]), 0);
    groups = groups_list(r, &n);
    ck_assert_uint_eq(n, 6);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < groups[i].n; k++) {
            snprintf(text, sizeof(text), "%s/%s %s", groups[i].group, groups[i].version,
                     groups[i].resources[k]->plural);
            ck_assert_str_eq(text, want[seen++]);
        }
    ck_assert_uint_eq(seen, sizeof(want) / sizeof(want[0]));
    ck_assert(groups_has_builtin(r, "apps") && !groups_has_builtin(r, "z.example.com"));
    free(groups);
    registry_free(r);
}
END_TEST

START_TEST(hidden_versions_do_not_show)
{
    resource res = custom("a.example.com", "v1", "x");
    registry *r = registry_new();
    size_t n;

    res.hidden = true;
    ck_assert_int_eq(registry_add(r, &res), 0);
    free(groups_list(r, &n));
    ck_assert_uint_eq(n, 0);
    registry_free(r);
}
END_TEST

TESTS("groups", versions_come_as_kubernetes_ranks_them, builtin_groups_first_then_custom_ones_by_name,
      hidden_versions_do_not_show)
