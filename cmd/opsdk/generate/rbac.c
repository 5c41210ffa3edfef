#include "rbac.h"

#include <stdlib.h>
#include <string.h>

#define API "rbac.authorization.k8s.io"

static int order_text(const char *a, const char *b)
{
    return !a || !b ? (a != NULL) - (b != NULL) : strcmp(a, b);
}

static int rank(const char *verb)
{
    static const char *const order[] = {"get", "list", "watch", "create", "update", "patch", "delete"};
    int n = sizeof(order) / sizeof(order[0]);

    for (int i = 0; i < n; i++) {
        if (strcmp(verb, order[i]) == 0)
            return i;
    }
    return n;
}

static int same_rule(const right *x, const right *y)
{
    int order = order_text(x->url, y->url);

    order = order ? order : order_text(x->group, y->group);
    order = order ? order : order_text(x->resource, y->resource);
    return order ? order : order_text(x->name, y->name);
}

static int by_rule(const void *a, const void *b)
{
    const right *x = a, *y = b;
    int order = same_rule(x, y);

    order = order ? order : rank(x->verb) - rank(y->verb);
    return order ? order : strcmp(x->verb, y->verb);
}

static json_t *rule_of(const right *r)
{
    json_t *rule = json_object();

    if (r->url) {
        json_object_set_new(rule, "nonResourceURLs", json_pack("[s]", r->url));
    } else {
        json_object_set_new(rule, "apiGroups", json_pack("[s]", r->group));
        json_object_set_new(rule, "resources", json_pack("[s]", r->resource));
    }
    if (r->name)
        json_object_set_new(rule, "resourceNames", json_pack("[s]", r->name));
    json_object_set_new(rule, "verbs", json_array());
    return rule;
}

/* One rule per resource, with each verb once. */
static json_t *rules_of(project *p)
{
    json_t *rules = json_array(), *rule = NULL;
    const right *last = NULL;

    if (p->n_rights > 0)
        qsort(p->rights, p->n_rights, sizeof(*p->rights), by_rule);
    for (const right *r = p->rights; r < p->rights + p->n_rights; r++) {
        if (!last || same_rule(last, r) != 0) {
            rule = rule_of(r);
            json_array_append_new(rules, rule);
        } else if (strcmp(last->verb, r->verb) == 0) {
            continue;
        }
        json_array_append_new(json_object_get(rule, "verbs"), json_string(r->verb));
        last = r;
    }
    return rules;
}

json_t *rbac_all(project *p)
{
    json_t *all = pool_json(p->pool, json_array()), *subject;
    const char *role = p->cluster_scope ? "ClusterRole" : "Role", *ns = p->ns ? p->ns : "default";

    if (!p->name) {
        problem(p, "rbac.yaml", 1,
                "nobody says how the operator is called: put /* +opsdk:operator:name=NAME */ into main.c");
        return all;
    }
    if (p->cluster_file && !p->cluster_scope) {
        problem(p, p->cluster_file, p->cluster_line,
                "%s are not in a namespace, but the operator is (%s:%d): give +opsdk:operator scope=Cluster",
                p->cluster_kind, p->name_file, p->name_line);
        return all;
    }
    subject = json_pack("{s:s, s:s}", "kind", "ServiceAccount", "name", p->name);
    json_array_append_new(all, json_pack("{s:s, s:s, s:{s:s}}", "apiVersion", "v1", "kind", "ServiceAccount",
                                         "metadata", "name", p->name));
    if (p->cluster_scope) {
        json_object_set_new(json_object_get(json_array_get(all, 0), "metadata"), "namespace", json_string(ns));
        json_object_set_new(subject, "namespace", json_string(ns));
    }
    json_array_append_new(all, json_pack("{s:s, s:s, s:{s:s}, s:o}", "apiVersion", API "/v1", "kind", role, "metadata",
                                         "name", p->name, "rules", rules_of(p)));
    json_array_append_new(all,
                          json_pack("{s:s, s:o, s:{s:s}, s:{s:s, s:s, s:s}, s:[o]}", "apiVersion", API "/v1", "kind",
                                    json_sprintf("%sBinding", role), "metadata", "name", p->name, "roleRef", "apiGroup",
                                    API, "kind", role, "name", p->name, "subjects", subject));
    return all;
}
