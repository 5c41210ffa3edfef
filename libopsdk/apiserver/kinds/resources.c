#include "apiserver/auth/reviews.h"
#include "apiserver/crd/crds.h"
#include "apiserver/kinds/schemas.h"
#include "apiserver/kinds/strategies.h"
#include "apiserver/kinds/tables.h"
#include "apiserver/pods/log_request.h"
#include "apiserver/pods/session.h"
#include "apiserver/scale.h"

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
#define SCALE                                                                                             \
    {                                                                                                     \
        .name = "scale", .group = "autoscaling", .version = "v1", .kind = "Scale", .verbs = STATUS_VERBS, \
        .handle = scale_handle                                                                            \
    }

static const subresource status_only[] = {STATUS, {0}};
static const subresource scale_status[] = {SCALE, STATUS, {0}};
static const subresource namespace_subs[] = {{.name = "finalize", .verbs = VERB_UPDATE}, STATUS, {0}};
static const subresource account_subs[] = {{.name = "token",
                                            .group = "authentication.k8s.io",
                                            .version = "v1",
                                            .kind = "TokenRequest",
                                            .verbs = VERB_CREATE,
                                            .handle = token_handle},
                                           {0}};
static const subresource pod_subs[] = {
    {.name = "attach", .version = "v1", .kind = "PodAttachOptions", .verbs = STREAM_VERBS, .handle = session_attach},
    {.name = "binding", .version = "v1", .kind = "Binding", .verbs = VERB_CREATE},
    {.name = "ephemeralcontainers", .verbs = STATUS_VERBS},
    {.name = "eviction", .group = "policy", .version = "v1", .kind = "Eviction", .verbs = VERB_CREATE},
    {.name = "exec", .version = "v1", .kind = "PodExecOptions", .verbs = STREAM_VERBS, .handle = session_exec},
    {.name = "log", .verbs = VERB_GET, .handle = log_request},
    {.name = "portforward",
     .version = "v1",
     .kind = "PodPortForwardOptions",
     .verbs = STREAM_VERBS,
     .handle = session_forward},
    {.name = "resize", .verbs = STATUS_VERBS},
    STATUS,
    {0}};

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define ALL NAMES("all")
#define EXTENSIONS NAMES("api-extensions")
#define NAMESPACED .namespaced = true, .verbs = VERBS_ALL
#define CLUSTER .verbs = VERBS_ALL

#define KIND(g, unit, names, one, k, ...)                                                                             \
    {                                                                                                                 \
        .group = g, .version = "v1", .plural = names, .singular = one, .kind = #k, .schema = &schema_##unit##_v1_##k, \
        __VA_ARGS__                                                                                                   \
    }

/* clang-format off */
const resource KINDS[] = {
    KIND("", core, "bindings", "binding", Binding, .namespaced = true, .verbs = VERB_CREATE),
    KIND("", core, "configmaps", "configmap", ConfigMap, .strategy = &CONFIG_MAP_STRATEGY, NAMESPACED, .short_names = NAMES("cm")),
    KIND("", core, "endpoints", "endpoints", Endpoints, .strategy = &ENDPOINTS_STRATEGY, NAMESPACED, .short_names = NAMES("ep"),
         .deprecated = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"),
    KIND("", core, "events", "event", Event, .strategy = &EVENT_STRATEGY, .names = NAME_PATH_SEGMENT, NAMESPACED,
         .short_names = NAMES("ev"), .selectables = event_fields),
    KIND("", core, "namespaces", "namespace", Namespace, .returns_deleted = true, .strategy = &NAMESPACE_STRATEGY, .names = NAME_DNS_LABEL, .verbs = VERBS_ALL & ~VERB_DELETECOLLECTION,
         .short_names = NAMES("ns"), .subresources = namespace_subs, .selectables = namespace_fields),
    KIND("", core, "nodes", "node", Node, .strategy = &NODE_STRATEGY, CLUSTER,
         .short_names = NAMES("no"), .subresources = status_only, .selectables = node_fields),
    KIND("", core, "persistentvolumeclaims", "persistentvolumeclaim", PersistentVolumeClaim, .returns_deleted = true, .strategy = &CLAIM_STRATEGY, NAMESPACED,
         .short_names = NAMES("pvc"), .subresources = status_only),
    KIND("", core, "pods", "pod", Pod, .returns_deleted = true, .strategy = &POD_STRATEGY, NAMESPACED,
         .short_names = NAMES("po"), .categories = ALL, .subresources = pod_subs, .selectables = pod_fields),
    KIND("", core, "secrets", "secret", Secret, .strategy = &SECRET_STRATEGY, NAMESPACED, .selectables = secret_fields),
    KIND("", core, "serviceaccounts", "serviceaccount", ServiceAccount, .returns_deleted = true, .strategy = &ACCOUNT_STRATEGY, NAMESPACED,
         .short_names = NAMES("sa"), .subresources = account_subs),
    KIND("", core, "services", "service", Service, .strategy = &SERVICE_STRATEGY, .returns_deleted = true, .names = NAME_DNS_1035_LABEL, NAMESPACED,
         .short_names = NAMES("svc"), .categories = ALL, .subresources = status_only, .selectables = service_fields),
    KIND("apps", apps, "daemonsets", "daemonset", DaemonSet, .strategy = &DAEMON_SET_STRATEGY, NAMESPACED,
         .short_names = NAMES("ds"), .categories = ALL, .subresources = status_only),
    KIND("apps", apps, "deployments", "deployment", Deployment, .strategy = &DEPLOYMENT_STRATEGY, NAMESPACED,
         .short_names = NAMES("deploy"), .categories = ALL, .subresources = scale_status),
    KIND("apps", apps, "replicasets", "replicaset", ReplicaSet, .strategy = &REPLICA_SET_STRATEGY, NAMESPACED,
         .short_names = NAMES("rs"), .categories = ALL, .subresources = scale_status),
    KIND("apps", apps, "statefulsets", "statefulset", StatefulSet, .strategy = &STATEFUL_SET_STRATEGY, .names = NAME_DNS_LABEL, NAMESPACED,
         .short_names = NAMES("sts"), .categories = ALL, .subresources = scale_status),
    KIND("events.k8s.io", events, "events", "event", Event, .strategy = &NEW_EVENT_STRATEGY, .names = NAME_PATH_SEGMENT, NAMESPACED,
         .short_names = NAMES("ev"), .selectables = new_event_fields, .home = ""),
    KIND("authentication.k8s.io", authentication, "selfsubjectreviews", "selfsubjectreview", SelfSubjectReview, .verbs = VERB_CREATE, .review = review_self),
    KIND("authentication.k8s.io", authentication, "tokenreviews", "tokenreview", TokenReview, .verbs = VERB_CREATE, .review = review_token),
    KIND("authorization.k8s.io", authorization, "localsubjectaccessreviews", "localsubjectaccessreview", LocalSubjectAccessReview, .namespaced = true, .verbs = VERB_CREATE, .review = review_access),
    KIND("authorization.k8s.io", authorization, "selfsubjectaccessreviews", "selfsubjectaccessreview", SelfSubjectAccessReview, .verbs = VERB_CREATE, .review = review_access),
    KIND("authorization.k8s.io", authorization, "selfsubjectrulesreviews", "selfsubjectrulesreview", SelfSubjectRulesReview, .verbs = VERB_CREATE, .review = review_rules),
    KIND("authorization.k8s.io", authorization, "subjectaccessreviews", "subjectaccessreview", SubjectAccessReview, .verbs = VERB_CREATE, .review = review_access),
    KIND("rbac.authorization.k8s.io", rbac, "clusterrolebindings", "clusterrolebinding", ClusterRoleBinding, .strategy = &ROLE_BINDING_STRATEGY, .names = NAME_PATH_SEGMENT, CLUSTER),
    KIND("rbac.authorization.k8s.io", rbac, "clusterroles", "clusterrole", ClusterRole, .strategy = &ROLE_STRATEGY, .names = NAME_PATH_SEGMENT, CLUSTER),
    KIND("rbac.authorization.k8s.io", rbac, "rolebindings", "rolebinding", RoleBinding, .strategy = &ROLE_BINDING_STRATEGY, .names = NAME_PATH_SEGMENT, NAMESPACED),
    KIND("rbac.authorization.k8s.io", rbac, "roles", "role", Role, .strategy = &ROLE_STRATEGY, .names = NAME_PATH_SEGMENT, NAMESPACED),
    KIND("admissionregistration.k8s.io", admissionregistration, "mutatingwebhookconfigurations", "mutatingwebhookconfiguration", MutatingWebhookConfiguration, .strategy = &MUTATING_WEBHOOK_STRATEGY, CLUSTER,
         .categories = EXTENSIONS, .conditional = true),
    KIND("admissionregistration.k8s.io", admissionregistration, "validatingwebhookconfigurations", "validatingwebhookconfiguration", ValidatingWebhookConfiguration, .strategy = &VALIDATING_WEBHOOK_STRATEGY, CLUSTER,
         .categories = EXTENSIONS, .conditional = true),
    KIND("apiextensions.k8s.io", apiextensions, "customresourcedefinitions", "customresourcedefinition", CustomResourceDefinition, CLUSTER,
         .storage_version = "v1beta1", .short_names = NAMES("crd", "crds"), .categories = EXTENSIONS, .subresources = status_only, .strategy = &CRD_STRATEGY, .conditional = true),
    KIND("coordination.k8s.io", coordination, "leases", "lease", Lease, .strategy = &LEASE_STRATEGY, NAMESPACED, .conditional = true),
    KIND("discovery.k8s.io", discovery, "endpointslices", "endpointslice", EndpointSlice, .strategy = &ENDPOINT_SLICE_STRATEGY, NAMESPACED),
    {0}};
/* clang-format on */
