#include "apiserver/discovery/columns.h"

#include <string.h>

/* Custom resource definitions, roles and whatever is not in the list: name and time. */
static json_t *created(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return json_string(print_text(obj, "metadata/creationTimestamp"));
}

static const column plain[] = {
    COLUMN_NAME, {.name = "Created At", .type = "date", .description = TABLE_TIME_DESCRIPTION, .value = created}, {0}};

static const struct {
    const char *group, *kind;
    const column *columns;
} tables[] = {
    {"", "ConfigMap", COLUMNS_CONFIG_MAP},
    {"", "Endpoints", COLUMNS_ENDPOINTS},
    {"", "Event", COLUMNS_EVENT},
    {"", "Namespace", COLUMNS_NAMESPACE},
    {"", "Node", COLUMNS_NODE},
    {"", "PersistentVolume", COLUMNS_VOLUME},
    {"", "PersistentVolumeClaim", COLUMNS_VOLUME_CLAIM},
    {"", "Pod", COLUMNS_POD},
    {"", "PodTemplate", COLUMNS_POD_TEMPLATE},
    {"", "ReplicationController", COLUMNS_CONTROLLER},
    {"", "ResourceQuota", COLUMNS_QUOTA},
    {"", "Secret", COLUMNS_SECRET},
    {"", "Service", COLUMNS_SERVICE},
    {"", "ServiceAccount", COLUMNS_SERVICE_ACCOUNT},
    {"admissionregistration.k8s.io", "MutatingWebhookConfiguration", COLUMNS_WEBHOOKS},
    {"admissionregistration.k8s.io", "ValidatingWebhookConfiguration", COLUMNS_WEBHOOKS},
    {"apps", "DaemonSet", COLUMNS_DAEMON_SET},
    {"apps", "Deployment", COLUMNS_DEPLOYMENT},
    {"apps", "ReplicaSet", COLUMNS_REPLICA_SET},
    {"apps", "StatefulSet", COLUMNS_STATEFUL_SET},
    {"batch", "CronJob", COLUMNS_CRON_JOB},
    {"batch", "Job", COLUMNS_JOB},
    {"coordination.k8s.io", "Lease", COLUMNS_LEASE},
    {"discovery.k8s.io", "EndpointSlice", COLUMNS_ENDPOINT_SLICE},
    {"events.k8s.io", "Event", COLUMNS_EVENT},
    {"networking.k8s.io", "Ingress", COLUMNS_INGRESS},
    {"networking.k8s.io", "IngressClass", COLUMNS_INGRESS_CLASS},
    {"networking.k8s.io", "NetworkPolicy", COLUMNS_NETWORK_POLICY},
    {"policy", "PodDisruptionBudget", COLUMNS_BUDGET},
    {"rbac.authorization.k8s.io", "ClusterRoleBinding", COLUMNS_BINDING},
    {"rbac.authorization.k8s.io", "RoleBinding", COLUMNS_BINDING},
    {"scheduling.k8s.io", "PriorityClass", COLUMNS_PRIORITY_CLASS},
    {"storage.k8s.io", "StorageClass", COLUMNS_STORAGE_CLASS},
};

const column *columns_of(const resource *res, const char *kind)
{
    if (kind && strcmp(kind, "Scale") == 0)
        return COLUMNS_SCALE;
    if (res->columns)
        return res->columns;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        if (strcmp(tables[i].kind, res->kind) == 0 && strcmp(tables[i].group, res->group) == 0)
            return tables[i].columns;
    return plain;
}
