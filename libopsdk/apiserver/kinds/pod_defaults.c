#include "apiserver/kinds/pod_defaults.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/kinds/image.h"
#include "apiserver/schema/quantity.h"

#include <stdlib.h>
#include <string.h>

/* ---- volumes ---- */

void resource_list_defaults(json_t *list)
{
    const char *key;
    json_t *value;
    char room[QUANTITY_TEXT];

    json_object_foreach(list, key, value)
    {
        if (!quantity_thousandths(json_string_value(value), room) && strcmp(room, json_string_value(value)) != 0)
            json_object_set_new_nocheck(list, key, json_string_nocheck(room)); /* not in place: texts are shared */
    }
}

static void field_ref_defaults(json_t *holder)
{
    doc_default_text(doc_get(holder, "fieldRef"), "apiVersion", "v1");
}

static void downward_defaults(json_t *source)
{
    size_t i;
    json_t *item;

    json_array_foreach(doc_get(source, "items"), i, item) field_ref_defaults(item);
}

static void projected_defaults(json_t *source)
{
    size_t i;
    json_t *one;

    doc_default_int(source, "defaultMode", 0644);
    json_array_foreach(doc_get(source, "sources"), i, one)
    {
        downward_defaults(doc_get(one, "downwardAPI"));
        doc_default_int(doc_get(one, "serviceAccountToken"), "expirationSeconds", 3600);
    }
}

void claim_spec_defaults(json_t *spec)
{
    json_t *resources = doc_get(spec, "resources");

    doc_default_text(spec, "volumeMode", "Filesystem");
    resource_list_defaults(doc_get(resources, "limits"));
    resource_list_defaults(doc_get(resources, "requests"));
}

static void network_disk_defaults(json_t *volume)
{
    json_t *rbd = doc_get(volume, "rbd"), *azure = doc_get(volume, "azureDisk"), *scale = doc_get(volume, "scaleIO");

    doc_default_text(doc_get(volume, "iscsi"), "iscsiInterface", "default");
    doc_default_text(rbd, "pool", "rbd");
    doc_default_text(rbd, "user", "admin");
    doc_default_text(rbd, "keyring", "/etc/ceph/keyring");
    doc_default_text(azure, "cachingMode", "ReadWrite");
    doc_default_text(azure, "fsType", "ext4");
    doc_default_flag(azure, "readOnly", false);
    doc_default_text(azure, "kind", "Shared");
    doc_default_text(scale, "storageMode", "ThinProvisioned");
    doc_default_text(scale, "fsType", "xfs");
}

static void volume_defaults(json_t *volume)
{
    json_t *path = doc_get(volume, "hostPath");

    if (json_object_size(volume) == 1 && doc_get(volume, "name"))
        doc_make(volume, "emptyDir");
    if (path && !doc_get(path, "type"))
        doc_set_text(path, "type", "");
    doc_default_int(doc_get(volume, "secret"), "defaultMode", 0644);
    doc_default_int(doc_get(volume, "configMap"), "defaultMode", 0644);
    doc_default_int(doc_get(volume, "downwardAPI"), "defaultMode", 0644);
    downward_defaults(doc_get(volume, "downwardAPI"));
    if (doc_get(volume, "projected"))
        projected_defaults(doc_get(volume, "projected"));
    claim_spec_defaults(doc_at(volume, "ephemeral.volumeClaimTemplate.spec"));
    network_disk_defaults(volume);
    if (doc_get(volume, "image"))
        doc_default_text(doc_get(volume, "image"), "pullPolicy",
                         image_is_latest(doc_text(doc_get(volume, "image"), "reference")) ? "Always" : "IfNotPresent");
}

/* ---- containers ---- */

static void http_defaults(json_t *action)
{
    doc_default_text(action, "path", "/");
    doc_default_text(action, "scheme", "HTTP");
}

static void probe_defaults(json_t *probe)
{
    json_t *grpc = doc_get(probe, "grpc");

    if (!probe)
        return;
    doc_default_int(probe, "timeoutSeconds", 1);
    doc_default_int(probe, "periodSeconds", 10);
    doc_default_int(probe, "successThreshold", 1);
    doc_default_int(probe, "failureThreshold", 3);
    http_defaults(doc_get(probe, "httpGet"));
    if (grpc && !doc_get(grpc, "service"))
        doc_set_text(grpc, "service", "");
}

static void container_defaults(json_t *container)
{
    json_t *lifecycle = doc_get(container, "lifecycle"), *resources = doc_get(container, "resources"), *one;
    size_t i;

    doc_default_text(container, "imagePullPolicy",
                     image_is_latest(doc_text(container, "image")) ? "Always" : "IfNotPresent");
    doc_default_text(container, "terminationMessagePath", "/dev/termination-log");
    doc_default_text(container, "terminationMessagePolicy", "File");
    json_array_foreach(doc_get(container, "ports"), i, one) doc_default_text(one, "protocol", "TCP");
    json_array_foreach(doc_get(container, "env"), i, one) field_ref_defaults(doc_get(one, "valueFrom"));
    resource_list_defaults(doc_get(resources, "limits"));
    resource_list_defaults(doc_get(resources, "requests"));
    probe_defaults(doc_get(container, "livenessProbe"));
    probe_defaults(doc_get(container, "readinessProbe"));
    probe_defaults(doc_get(container, "startupProbe"));
    http_defaults(doc_at(lifecycle, "postStart.httpGet"));
    http_defaults(doc_at(lifecycle, "preStop.httpGet"));
}

static const char *const container_lists[] = {"initContainers", "containers", "ephemeralContainers"};

/* Both names of the account are served; the old one counts when it is alone. */
static void account_defaults(json_t *spec)
{
    if (*doc_text(spec, "serviceAccountName"))
        doc_keep(spec, spec, "serviceAccountName");
    else if (*doc_text(spec, "serviceAccount"))
        doc_set_text(spec, "serviceAccountName", doc_text(spec, "serviceAccount"));
    if (*doc_text(spec, "serviceAccountName"))
        doc_set_text(spec, "serviceAccount", doc_text(spec, "serviceAccountName"));
}

void pod_spec_defaults(json_t *spec)
{
    size_t i;
    json_t *one;

    if (!spec)
        return;
    doc_default_text(spec, "dnsPolicy", "ClusterFirst");
    doc_default_text(spec, "restartPolicy", "Always");
    doc_make(spec, "securityContext");
    doc_default_int(spec, "terminationGracePeriodSeconds", 30);
    doc_default_text(spec, "schedulerName", "default-scheduler");
    account_defaults(spec);
    json_array_foreach(doc_get(spec, "volumes"), i, one) volume_defaults(one);
    for (size_t list = 0; list < 3; list++)
        json_array_foreach(doc_get(spec, container_lists[list]), i, one) container_defaults(one);
    resource_list_defaults(doc_get(spec, "overhead"));
    resource_list_defaults(doc_at(spec, "resources.limits"));
    resource_list_defaults(doc_at(spec, "resources.requests"));
}

/* ---- what templates do not get ---- */

static void requests_of_limits(json_t *container)
{
    json_t *resources = doc_get(container, "resources"), *limits = doc_get(resources, "limits"), *requests, *value;
    const char *key;

    if (!limits)
        return;
    requests = doc_make(resources, "requests");
    json_object_foreach(limits, key, value) if (!doc_get(requests, key)) doc_keep(requests, limits, key);
}

static void host_ports(json_t *container)
{
    size_t i;
    json_t *port;

    json_array_foreach(doc_get(container, "ports"), i, port) if (!doc_int(port, "hostPort", 0))
        doc_set(port, "hostPort", json_integer(doc_int(port, "containerPort", 0)));
}

void pod_defaults(json_t *pod)
{
    json_t *spec = doc_get(pod, "spec"), *one;
    size_t i;

    if (!spec)
        return;
    for (size_t list = 0; list < 2; list++)
        json_array_foreach(doc_get(spec, container_lists[list]), i, one)
        {
            requests_of_limits(one);
            if (doc_flag(spec, "hostNetwork"))
                host_ports(one);
        }
    doc_default_flag(spec, "enableServiceLinks", true);
    if (doc_int(spec, "terminationGracePeriodSeconds", 0) < 0)
        doc_set(spec, "terminationGracePeriodSeconds", json_integer(1));
    pod_spec_defaults(spec);
}
