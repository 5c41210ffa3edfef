/* The roles and bindings that each server has (k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy): those that people use,
 * without those of components that are not here. */
#include "apiserver/auth/auth_state.h"
#include "apiserver/kinds/doc.h"

#include <stdlib.h>
#include <string.h>

static const char GROUP[] = "rbac.authorization.k8s.io";

#define READ "get list watch"
#define WRITE "create delete deletecollection patch update"
#define ALL_VERBS "create delete deletecollection get list patch update watch"

/* Words; "-" is the group without a name.  A rule belongs to the last role that was named. */
typedef struct line {
    const char *role;
    const char *verbs, *groups, *resources, *urls;
} line;

static const line lines[] = {
    {"cluster-admin", "*", "*", "*", NULL},
    {NULL, "*", NULL, NULL, "*"},
    {"system:discovery", "get", NULL, NULL,
     "/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/"},
    {"system:monitoring", "get", NULL, NULL,
     "/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*"},
    {NULL, "get", "-", "nodes/metrics", NULL},
    {"system:basic-user", "create", "authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews", NULL},
    {NULL, "create", "authentication.k8s.io", "selfsubjectreviews", NULL},
    {"system:public-info-viewer", "get", NULL, NULL, "/healthz /livez /readyz /version /version/"},
    {"system:aggregate-to-admin", "create", "authorization.k8s.io", "localsubjectaccessreviews", NULL},
    {NULL, ALL_VERBS, "rbac.authorization.k8s.io", "rolebindings roles", NULL},
    {"system:aggregate-to-edit", READ, "-", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy",
     NULL},
    {NULL, "impersonate", "-", "serviceaccounts", NULL},
    {NULL, WRITE, "-", "pods pods/attach pods/exec pods/portforward pods/proxy", NULL},
    {NULL, "create", "-", "pods/eviction", NULL},
    {NULL, WRITE, "-",
     "configmaps persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts "
     "services services/proxy",
     NULL},
    {NULL, "create", "-", "serviceaccounts/token", NULL},
    {NULL, WRITE, "- events.k8s.io", "events", NULL},
    {NULL, WRITE, "apps",
     "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets "
     "statefulsets/scale",
     NULL},
    {NULL, WRITE, "autoscaling", "horizontalpodautoscalers", NULL},
    {NULL, WRITE, "batch", "cronjobs jobs", NULL},
    {NULL, WRITE, "extensions",
     "daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets "
     "replicasets/scale replicationcontrollers/scale",
     NULL},
    {NULL, WRITE, "policy", "poddisruptionbudgets", NULL},
    {NULL, WRITE, "networking.k8s.io", "ingresses networkpolicies", NULL},
    {NULL, ALL_VERBS, "coordination.k8s.io", "leases", NULL},
    {NULL, WRITE, "resource.k8s.io", "resourceclaims resourceclaimtemplates", NULL},
    {"system:aggregate-to-view", READ, "-",
     "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers "
     "replicationcontrollers/scale serviceaccounts services services/status",
     NULL},
    {NULL, READ, "-",
     "bindings limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas "
     "resourcequotas/status",
     NULL},
    {NULL, READ, "-", "namespaces", NULL},
    {NULL, READ, "- events.k8s.io", "events", NULL},
    {NULL, READ, "discovery.k8s.io", "endpointslices", NULL},
    {NULL, READ, "apps",
     "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets "
     "replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status",
     NULL},
    {NULL, READ, "autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status", NULL},
    {NULL, READ, "batch", "cronjobs cronjobs/status jobs jobs/status", NULL},
    {NULL, READ, "extensions",
     "daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status "
     "networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale",
     NULL},
    {NULL, READ, "policy", "poddisruptionbudgets poddisruptionbudgets/status", NULL},
    {NULL, READ, "networking.k8s.io", "ingresses ingresses/status networkpolicies", NULL},
    {NULL, READ, "resource.k8s.io", "resourceclaims resourceclaims/status resourceclaimtemplates", NULL},
    {"system:auth-delegator", "create", "authentication.k8s.io", "tokenreviews", NULL},
    {NULL, "create", "authorization.k8s.io", "subjectaccessreviews", NULL},
    {"system:service-account-issuer-discovery", "get", NULL, NULL,
     "/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/"},
};
#define N_LINES (sizeof(lines) / sizeof(lines[0]))

/* Those that are made of others come behind what they are made of. */
static const struct {
    const char *name, *from,
        *part_of; /* labels "aggregate-to-..." of what it takes, and of what it is a part; part_of NULL: of none */
} aggregated[] = {{"view", "view", "edit"}, {"edit", "edit", "admin"}, {"admin", "admin", NULL}};

static const struct {
    const char *role, *groups;
} bindings[] = {
    {"cluster-admin", "system:masters"},
    {"system:basic-user", "system:authenticated"},
    {"system:discovery", "system:authenticated"},
    {"system:monitoring", "system:monitoring"},
    {"system:public-info-viewer", "system:authenticated system:unauthenticated"},
    {"system:service-account-issuer-discovery", "system:serviceaccounts"},
};

static json_t *split(const char *words)
{
    json_t *list = json_array();

    while (words && *words) {
        size_t len = strcspn(words, " ");
        json_array_append_new(list, len == 1 && *words == '-' ? json_string("") : json_stringn(words, len));
        words += len + (words[len] == ' ');
    }
    return list;
}

static json_t *rule_of(const line *l)
{
    json_t *rule = json_pack("{s:o}", "verbs", split(l->verbs));

    if (l->groups) {
        doc_set(rule, "apiGroups", split(l->groups));
        doc_set(rule, "resources", split(l->resources));
    }
    if (l->urls)
        doc_set(rule, "nonResourceURLs", split(l->urls));
    return rule;
}

static json_t *document(const char *name)
{
    return json_pack("{s:{s:s, s:{s:s}, s:{s:s}}}", "metadata", "name", name, "labels", "kubernetes.io/bootstrapping",
                     "rbac-defaults", "annotations", "rbac.authorization.kubernetes.io/autoupdate", "true");
}

static void add_label(json_t *doc, const char *target)
{
    char key[64];

    snprintf(key, sizeof(key), "%s/aggregate-to-%s", GROUP, target);
    doc_set_text(doc_at(doc, "metadata.labels"), key, "true");
}

/* doc is consumed. */
static int create(apiserver *s, const char *plural, json_t *doc)
{
    auto_failure why = {0};
    int r = doc ? api_create(s, registry_find(s->resources, GROUP, "v1", plural), "", doc, "apiserver", &why) : -1;

    json_decref(doc);
    return r;
}

/* The rules from *at on, up to the next role. */
static int create_role(apiserver *s, size_t *at)
{
    static const char part[] = "system:aggregate-to-";
    const char *name = lines[*at].role;
    json_t *doc = document(name), *rules = json_array();

    do
        json_array_append_new(rules, rule_of(&lines[(*at)++]));
    while (*at < N_LINES && !lines[*at].role);
    doc_set(doc, "rules", rules);
    if (strncmp(name, part, sizeof(part) - 1) == 0)
        add_label(doc, name + sizeof(part) - 1);
    return create(s, "clusterroles", doc);
}

static int create_aggregated(apiserver *s, size_t i)
{
    json_t *doc = document(aggregated[i].name);
    char key[64];

    snprintf(key, sizeof(key), "%s/aggregate-to-%s", GROUP, aggregated[i].from);
    doc_set(doc, "aggregationRule", json_pack("{s:[{s:{s:s}}]}", "clusterRoleSelectors", "matchLabels", key, "true"));
    if (aggregated[i].part_of)
        add_label(doc, aggregated[i].part_of);
    return create(s, "clusterroles", doc);
}

static int create_binding(apiserver *s, const char *role, const char *groups)
{
    json_t *doc = document(role), *subjects = json_array(), *name;
    json_auto_t *names = split(groups);
    size_t i;

    json_array_foreach(names, i, name)
        json_array_append_new(subjects, json_pack("{s:s, s:s, s:O}", "kind", "Group", "apiGroup", GROUP, "name", name));
    doc_set(doc, "subjects", subjects);
    doc_set(doc, "roleRef", json_pack("{s:s, s:s, s:s}", "apiGroup", GROUP, "kind", "ClusterRole", "name", role));
    return create(s, "clusterrolebindings", doc);
}

int auth_populate(apiserver *s)
{
    int r = 0;

    if (!s->opts.rbac)
        return 0;
    for (size_t at = 0; r == 0 && at < N_LINES;)
        r = create_role(s, &at);
    for (size_t i = 0; r == 0 && i < sizeof(aggregated) / sizeof(aggregated[0]); i++)
        r = create_aggregated(s, i);
    for (size_t i = 0; r == 0 && i < sizeof(bindings) / sizeof(bindings[0]); i++)
        r = create_binding(s, bindings[i].role, bindings[i].groups);
    return r;
}
