#include "apiserver/kinds/tables.h"

#include <stddef.h>

/* What pods and their like may be asked for by field, in the server's names.  An empty table still differs from none: the server then
 * says "field label not supported" where it else says "is not a known field selector". */
static const selectable pod_fields[] = {{"spec.nodeName", "/spec/nodeName", ""},
                                        {"spec.restartPolicy", "/spec/restartPolicy", ""},
                                        {"spec.schedulerName", "/spec/schedulerName", ""},
                                        {"spec.serviceAccountName", "/spec/serviceAccountName", ""},
                                        {"spec.hostNetwork", "/spec/hostNetwork", "false"},
                                        {"status.phase", "/status/phase", ""},
                                        {"status.podIP", "/status/podIPs/0/ip", ""},
                                        {"status.nominatedNodeName", "/status/nominatedNodeName", ""},
                                        {0}};
static const selectable namespace_fields[] = {{"status.phase", "/status/phase", ""}, {0}};
static const selectable node_fields[] = {{"spec.unschedulable", "/spec/unschedulable", "false"}, {0}};
static const selectable secret_fields[] = {{"type", "/type", ""}, {0}};
static const selectable service_fields[] = {
    {"spec.clusterIP", "/spec/clusterIP", ""}, {"spec.type", "/spec/type", ""}, {0}};

/* Both groups' events are one collection, stored as core/v1: the same pointers in the same order. */
static const selectable event_fields[] = {{"involvedObject.kind", "/involvedObject/kind", ""},
                                          {"involvedObject.namespace", "/involvedObject/namespace", ""},
                                          {"involvedObject.name", "/involvedObject/name", ""},
                                          {"involvedObject.uid", "/involvedObject/uid", ""},
                                          {"involvedObject.apiVersion", "/involvedObject/apiVersion", ""},
                                          {"involvedObject.resourceVersion", "/involvedObject/resourceVersion", ""},
                                          {"involvedObject.fieldPath", "/involvedObject/fieldPath", ""},
                                          {"reason", "/reason", ""},
                                          {"reportingComponent", "/reportingComponent", ""},
                                          {"type", "/type", ""},
                                          {"source", "/source/component", ""},
                                          {0}};
static const selectable new_event_fields[] = {{"regarding.kind", "/involvedObject/kind", ""},
                                              {"regarding.namespace", "/involvedObject/namespace", ""},
                                              {"regarding.name", "/involvedObject/name", ""},
                                              {"regarding.uid", "/involvedObject/uid", ""},
                                              {"regarding.apiVersion", "/involvedObject/apiVersion", ""},
                                              {"regarding.resourceVersion", "/involvedObject/resourceVersion", ""},
                                              {"regarding.fieldPath", "/involvedObject/fieldPath", ""},
                                              {"reason", "/reason", ""},
                                              {"reportingController", "/reportingComponent", ""},
                                              {"type", "/type", ""},
                                              {0}};

enum { STATUS_VERBS = VERB_GET | VERB_UPDATE | VERB_PATCH, STREAM_VERBS = VERB_GET | VERB_CREATE };

#define STATUS                                  \
    {                                           \
        .name = "status", .verbs = STATUS_VERBS \
    }
#define SCALE                                                                                            \
    {                                                                                                    \
        .name = "scale", .group = "autoscaling", .version = "v1", .kind = "Scale", .verbs = STATUS_VERBS \
    }

static const subresource status_only[] = {STATUS, {0}};
static const subresource scale_status[] = {SCALE, STATUS, {0}};
static const subresource namespace_subs[] = {{.name = "finalize", .verbs = VERB_UPDATE}, STATUS, {0}};
static const subresource account_subs[] = {
    {.name = "token", .group = "authentication.k8s.io", .version = "v1", .kind = "TokenRequest", .verbs = VERB_CREATE},
    {0}};
static const subresource pod_subs[] = {
    {.name = "attach", .version = "v1", .kind = "PodAttachOptions", .verbs = STREAM_VERBS},
    {.name = "binding", .version = "v1", .kind = "Binding", .verbs = VERB_CREATE},
    {.name = "ephemeralcontainers", .verbs = STATUS_VERBS},
    {.name = "eviction", .group = "policy", .version = "v1", .kind = "Eviction", .verbs = VERB_CREATE},
    {.name = "exec", .version = "v1", .kind = "PodExecOptions", .verbs = STREAM_VERBS},
    {.name = "log", .verbs = VERB_GET},
    {.name = "portforward", .version = "v1", .kind = "PodPortForwardOptions", .verbs = STREAM_VERBS},
    {.name = "resize", .verbs = STATUS_VERBS},
    STATUS,
    {0}};

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define ALL NAMES("all")
#define EXTENSIONS NAMES("api-extensions")
#define NAMESPACED .namespaced = true, .verbs = VERBS_ALL
#define CLUSTER .verbs = VERBS_ALL

#define KIND(g, v, names, one, k, s, ...)                                                                \
    {                                                                                                    \
        .group = g, .version = v, .plural = names, .singular = one, .kind = k, .schema = &s, __VA_ARGS__ \
    }

/* clang-format off */
const resource KINDS[] = {
    KIND("", "v1", "bindings", "binding", "Binding", SCHEMA_ANYTHING, .namespaced = true, .verbs = VERB_CREATE),
    KIND("", "v1", "configmaps", "configmap", "ConfigMap", SCHEMA_ANYTHING, NAMESPACED, .short_names = NAMES("cm")),
    KIND("", "v1", "endpoints", "endpoints", "Endpoints", SCHEMA_ANYTHING, NAMESPACED, .short_names = NAMES("ep")),
    KIND("", "v1", "events", "event", "Event", SCHEMA_ANYTHING, NAMESPACED,
         .short_names = NAMES("ev"), .selectables = event_fields),
    KIND("", "v1", "namespaces", "namespace", "Namespace", SCHEMA_ANYTHING, .verbs = VERBS_ALL & ~VERB_DELETECOLLECTION,
         .short_names = NAMES("ns"), .subresources = namespace_subs, .selectables = namespace_fields),
    KIND("", "v1", "nodes", "node", "Node", SCHEMA_ANYTHING, CLUSTER,
         .short_names = NAMES("no"), .subresources = status_only, .selectables = node_fields),
    KIND("", "v1", "persistentvolumeclaims", "persistentvolumeclaim", "PersistentVolumeClaim", SCHEMA_ANYTHING, NAMESPACED,
         .short_names = NAMES("pvc"), .subresources = status_only),
    KIND("", "v1", "pods", "pod", "Pod", SCHEMA_ANYTHING, NAMESPACED,
         .short_names = NAMES("po"), .categories = ALL, .subresources = pod_subs, .selectables = pod_fields),
    KIND("", "v1", "secrets", "secret", "Secret", SCHEMA_ANYTHING, NAMESPACED, .selectables = secret_fields),
    KIND("", "v1", "serviceaccounts", "serviceaccount", "ServiceAccount", SCHEMA_ANYTHING, NAMESPACED,
         .short_names = NAMES("sa"), .subresources = account_subs),
    KIND("", "v1", "services", "service", "Service", SCHEMA_ANYTHING, NAMESPACED,
         .short_names = NAMES("svc"), .categories = ALL, .subresources = status_only, .selectables = service_fields),
    KIND("apps", "v1", "deployments", "deployment", "Deployment", SCHEMA_ANYTHING, NAMESPACED,
         .short_names = NAMES("deploy"), .categories = ALL, .subresources = scale_status),
    KIND("apps", "v1", "replicasets", "replicaset", "ReplicaSet", SCHEMA_ANYTHING, NAMESPACED,
         .short_names = NAMES("rs"), .categories = ALL, .subresources = scale_status),
    KIND("events.k8s.io", "v1", "events", "event", "Event", SCHEMA_ANYTHING, NAMESPACED,
         .short_names = NAMES("ev"), .selectables = new_event_fields),
    KIND("authentication.k8s.io", "v1", "selfsubjectreviews", "selfsubjectreview", "SelfSubjectReview",
         SCHEMA_ANYTHING, .verbs = VERB_CREATE),
    KIND("authentication.k8s.io", "v1", "tokenreviews", "tokenreview", "TokenReview",
         SCHEMA_ANYTHING, .verbs = VERB_CREATE),
    KIND("authorization.k8s.io", "v1", "localsubjectaccessreviews", "localsubjectaccessreview", "LocalSubjectAccessReview",
         SCHEMA_ANYTHING, .namespaced = true, .verbs = VERB_CREATE),
    KIND("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "selfsubjectaccessreview", "SelfSubjectAccessReview",
         SCHEMA_ANYTHING, .verbs = VERB_CREATE),
    KIND("authorization.k8s.io", "v1", "selfsubjectrulesreviews", "selfsubjectrulesreview", "SelfSubjectRulesReview",
         SCHEMA_ANYTHING, .verbs = VERB_CREATE),
    KIND("authorization.k8s.io", "v1", "subjectaccessreviews", "subjectaccessreview", "SubjectAccessReview",
         SCHEMA_ANYTHING, .verbs = VERB_CREATE),
    KIND("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "clusterrolebinding", "ClusterRoleBinding",
         SCHEMA_ANYTHING, CLUSTER),
    KIND("rbac.authorization.k8s.io", "v1", "clusterroles", "clusterrole", "ClusterRole", SCHEMA_ANYTHING, CLUSTER),
    KIND("rbac.authorization.k8s.io", "v1", "rolebindings", "rolebinding", "RoleBinding", SCHEMA_ANYTHING, NAMESPACED),
    KIND("rbac.authorization.k8s.io", "v1", "roles", "role", "Role", SCHEMA_ANYTHING, NAMESPACED),
    KIND("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "mutatingwebhookconfiguration", "MutatingWebhookConfiguration", SCHEMA_ANYTHING, CLUSTER,
         .categories = EXTENSIONS),
    KIND("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "validatingwebhookconfiguration", "ValidatingWebhookConfiguration", SCHEMA_ANYTHING, CLUSTER,
         .categories = EXTENSIONS),
    KIND("apiextensions.k8s.io", "v1", "customresourcedefinitions", "customresourcedefinition", "CustomResourceDefinition", SCHEMA_ANYTHING, CLUSTER,
         .short_names = NAMES("crd", "crds"), .categories = EXTENSIONS, .subresources = status_only),
    KIND("coordination.k8s.io", "v1", "leases", "lease", "Lease", SCHEMA_ANYTHING, NAMESPACED),
    KIND("discovery.k8s.io", "v1", "endpointslices", "endpointslice", "EndpointSlice", SCHEMA_ANYTHING, NAMESPACED),
    {0}};
/* clang-format on */
