#include "apiserver/auth/auth_state.h"
#include "apiserver/kinds/check.h"
#include "apiserver/limits.h"
#include "apiserver/meta.h"

#include <stdlib.h>
#include <string.h>

static void add_rules(json_t *to, const json_t *role)
{
    size_t i, k;
    json_t *rule, *before;

    json_array_foreach(doc_get(role, "rules"), i, rule)
    {
        bool there = false;
        json_array_foreach(to, k, before) there |= json_equal(rule, before);
        if (!there)
            json_array_append(to, rule);
    }
}

/* The rules of all that its selectors pick, by name; the caller's. */
static json_t *gather(const policy *p, const json_t *role)
{
    json_t *rules = json_array(), *selector;
    const json_t *other;
    size_t i;

    json_array_foreach(doc_at(role, "aggregationRule.clusterRoleSelectors"), i, selector)
    {
        for (size_t at = 0; (other = policy_cluster_role(p, &at));)
            if (other != role && selector_matches(selector, doc_get(meta_of(other), "labels")))
                add_rules(rules, other);
    }
    return rules;
}

static void apply(apiserver *s, const char *name, json_t *rules)
{
    static const char group[] = "rbac.authorization.k8s.io";
    auto_failure why = {0};
    json_auto_t *doc = json_pack("{s:s, s:s, s:{s:s}}", "apiVersion", "rbac.authorization.k8s.io/v1", "kind",
                                 "ClusterRole", "metadata", "name", name);

    if (json_array_size(rules))
        json_object_set(doc, "rules", rules);
    api_apply(s, registry_find(s->resources, group, "v1", "clusterroles"), "", doc,
              "clusterrole-aggregation-controller", &why);
}

/* What is applied is stored, which leads here again, for those that aggregate it in turn. */
void aggregate(apiserver *s)
{
    const json_t *role;

    if (s->opts.no_controllers || s->auth->depth >= LIMIT_AGGREGATION)
        return;
    s->auth->depth++;
    for (size_t at = 0; (role = policy_cluster_role(s->auth->policy, &at));) {
        json_auto_t *rules = doc_get(role, "aggregationRule") ? gather(s->auth->policy, role) : NULL;
        char *name = rules && !doc_same(rules, doc_get(role, "rules")) ? strdup(meta_text(role, "name")) : NULL;
        if (name)
            apply(s, name, rules);
        free(name);
    }
    s->auth->depth--;
}
