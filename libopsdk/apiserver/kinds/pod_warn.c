#include "apiserver/kinds/pod_warn.h"
#include "apiserver/kinds/check.h"
#include "apiserver/schema/quantity.h"

#include <stdio.h>
#include <string.h>

/* ---- labels of nodes that have gone out of use ---- */

static const char *old_label(const char *key)
{
    static const struct old {
        const char *key, *message;
    } labels[] = {
        {"beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"},
        {"beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"},
        {"failure-domain.beta.kubernetes.io/region",
         "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead"},
        {"failure-domain.beta.kubernetes.io/zone",
         "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead"},
        {"beta.kubernetes.io/instance-type",
         "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead"},
        {"app.kubernetes.io/created-by", "deprecated since v1.9"},
        {"scheduler.alpha.kubernetes.io/preferAvoidPods", "deprecated since v1.22; use Taints and Tolerations instead"},
        {"node-role.kubernetes.io/master", "use \"node-role.kubernetes.io/control-plane\" instead"},
    };

    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
        if (strcmp(labels[i].key, key) == 0)
            return labels[i].message;
    return NULL;
}

static void warn_term(call *c, const char *path, const json_t *term)
{
    size_t i;
    json_t *one;

    json_array_foreach(doc_get(term, "matchExpressions"), i, one)
    {
        const char *key = doc_text(one, "key"), *message = old_label(key);
        if (message)
            call_warn(c, "%s.matchExpressions[%zu].key: %s is %s", path, i, key, message);
    }
}

static void warn_nodes(call *c, const char *before, const json_t *spec)
{
    const json_t *affinity = doc_at(spec, "affinity.nodeAffinity");
    const char *key;
    size_t i;
    json_t *one;

    json_object_foreach(doc_get(spec, "nodeSelector"), key, one) if (old_label(key))
        call_warn(c, "%sspec.nodeSelector[%s]: %s", before, key, old_label(key));
    json_array_foreach(doc_at(affinity, "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"), i, one)
        warn_term(
            c,
            PATH("%sspec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[%zu]",
                 before, i),
            one);
    json_array_foreach(doc_get(affinity, "preferredDuringSchedulingIgnoredDuringExecution"), i, one) warn_term(
        c,
        PATH("%sspec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[%zu].preference", before, i),
        doc_get(one, "preference"));
    json_array_foreach(doc_get(spec, "topologySpreadConstraints"), i, one)
    {
        const char *path = PATH("%sspec.topologySpreadConstraints[%zu]", before, i),
                   *topology = doc_text(one, "topologyKey");
        if (old_label(topology))
            call_warn(c, "%s.topologyKey: %s is %s", path, topology, old_label(topology));
        if (!doc_get(one, "labelSelector"))
            call_warn(c, "%s.labelSelector: a null labelSelector results in matching no pod", path);
    }
}

/* ---- what no longer works ---- */

static void warn_old(call *c, const char *before, const json_t *pod)
{
    static const struct old {
        const char *name, *shown, *message;
    } volumes[] = {{"photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"},
                   {"gitRepo", "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"},
                   {"scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"},
                   {"flocker", "flocker", "deprecated in v1.22, non-functional in v1.25+"},
                   {"storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"},
                   {"quobyte", "quobyte", "deprecated in v1.22, non-functional in v1.25+"},
                   {"glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"},
                   {"cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"},
                   {"rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"}},
      annotations[] = {
          {"scheduler.alpha.kubernetes.io/critical-pod", "",
           "non-functional in v1.16+; use the \"priorityClassName\" field instead"},
          {"security.alpha.kubernetes.io/sysctls", "", "non-functional in v1.11+; use the \"sysctls\" field instead"},
          {"security.alpha.kubernetes.io/unsafe-sysctls", "",
           "non-functional in v1.11+; use the \"sysctls\" field instead"}};
    const json_t *have = doc_at(pod, "metadata.annotations");
    size_t i;
    json_t *volume;

    for (i = 0; i < sizeof(annotations) / sizeof(annotations[0]); i++)
        if (json_object_get(have, annotations[i].name))
            call_warn(c, "%smetadata.annotations[%s]: %s", before, annotations[i].name, annotations[i].message);
    json_array_foreach(doc_at(pod, "spec.volumes"), i, volume) for (size_t k = 0;
                                                                    k < sizeof(volumes) / sizeof(volumes[0]);
                                                                    k++) if (doc_get(volume, volumes[k].name))
        call_warn(c, "%sspec.volumes[%zu].%s: %s", before, i, volumes[k].shown, volumes[k].message);
}

/* ---- what is there twice ---- */

static void warn_twice(call *c, const char *path, const json_t *list, const char *field)
{
    json_auto_t *seen = json_object();
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        const char *text = doc_text(one, field);
        if (json_object_get(seen, text))
            call_warn(c, "%s[%zu].%s: duplicate %s \"%s\"", path, i, field, field, text);
        json_object_set_new(seen, text, json_true());
    }
}

static void warn_lists(call *c, const char *before, const json_t *spec)
{
    size_t i;
    json_t *one;

    warn_twice(c, PATH("%sspec.hostAliases", before), doc_get(spec, "hostAliases"), "ip");
    warn_twice(c, PATH("%sspec.imagePullSecrets", before), doc_get(spec, "imagePullSecrets"), "name");
    json_array_foreach(doc_get(spec, "imagePullSecrets"), i, one) if (!*doc_text(one, "name"))
        call_warn(c, "%sspec.imagePullSecrets[%zu].name: invalid empty name \"\"", before, i);
}

/* Defined before, and nothing of it left? */
static bool is_hidden(const json_t *var)
{
    const char *ref = PATH("$(%s)", doc_text(var, "name")), *value = doc_text(var, "value");

    return doc_get(var, "valueFrom") || strcmp(value, ref) == 0 || !strstr(value, ref);
}

static void warn_env(call *c, const char *path, const json_t *env)
{
    json_auto_t *seen = json_object();
    size_t i;
    json_t *var;

    json_array_foreach((json_t *)env, i, var)
    {
        const char *name = doc_text(var, "name");
        if (json_object_get(seen, name) && is_hidden(var))
            call_warn(c, "%s[%zu]: hides previous definition of \"%s\", which may be dropped when using apply", path, i,
                      name);
        json_object_set_new(seen, name, json_true());
    }
}

static void warn_amounts(call *c, const char *path, const json_t *container)
{
    static const char *const names[] = {"memory", "ephemeral-storage"}, *const lists[] = {"limits", "requests"};

    for (int n = 0; n < 2; n++)
        for (int l = 0; l < 2; l++) {
            const char *amount = doc_text(doc_get(doc_get(container, "resources"), lists[l]), names[n]);
            if (*amount && !quantity_is_whole(amount))
                call_warn(c, "%s.resources.%s[%s]: fractional byte value \"%s\" is invalid, must be an integer", path,
                          lists[l], names[n], amount);
        }
}

/* ---- ports, over all containers ---- */

typedef struct ports {
    call *c;
    json_t *numbers; /* "80/TCP": list of {"path", "port"} */
    json_t *names;   /* name: path */
} ports;

static void warn_port_pair(call *c, const char *path, const json_t *port, const json_t *other)
{
    const json_t *before = json_object_get(other, "port");
    const char *ip = doc_text(port, "hostIP"), *ip_before = doc_text(before, "hostIP"),
               *where = doc_text(other, "path");
    json_int_t host = doc_int(port, "hostPort", 0), host_before = doc_int(before, "hostPort", 0);

    if (strcmp(ip, ip_before) == 0 && host == host_before)
        call_warn(c, "%s: duplicate port definition with %s", path, where);
    else if (host == 0 || host_before == 0)
        call_warn(c, "%s: overlapping port definition with %s", path, where);
    else if (host == host_before && !*ip != !*ip_before)
        call_warn(c, "%s: dangerously ambiguous port definition with %s", path, where);
}

static void warn_port_number(ports *p, const char *path, const json_t *port)
{
    const char *key = PATH("%lld/%s", (long long)doc_int(port, "containerPort", 0), doc_text(port, "protocol"));
    json_t *others = json_object_get(p->numbers, key), *other;
    size_t i;

    json_array_foreach(others, i, other) warn_port_pair(p->c, path, port, other);
    if (!others) {
        others = json_array();
        json_object_set_new(p->numbers, key, others);
    }
    json_array_append_new(others, json_pack("{s:s, s:O}", "path", path, "port", port));
}

static void warn_port_name(ports *p, const char *path, const json_t *port)
{
    const char *name = doc_text(port, "name"), *other = json_string_value(json_object_get(p->names, name));

    if (*name && other)
        call_warn(p->c,
                  "%s: duplicate port name \"%s\" with %s, services and probes that select ports by name will use %s",
                  path, name, other, other);
    else if (*name)
        json_object_set_new(p->names, name, json_string(path));
}

static const char *const lists[] = {"initContainers", "containers", "ephemeralContainers"};

static void each_port(ports *p, const char *before, const json_t *spec,
                      void (*look)(ports *, const char *, const json_t *))
{
    size_t i, k;
    json_t *container, *port;

    for (int list = 0; list < 3; list++)
        json_array_foreach(doc_get(spec, lists[list]), i, container)
            json_array_foreach(doc_get(container, "ports"), k, port)
                look(p, PATH("%sspec.%s[%zu].ports[%zu]", before, lists[list], i, k), port);
}

static void warn_ports(call *c, const char *before, const json_t *spec)
{
    json_auto_t *numbers = json_object(), *names = json_object();
    ports p = {c, numbers, names};

    each_port(&p, before, spec, warn_port_number);
    each_port(&p, before, spec, warn_port_name);
}

/* ---- the whole ---- */

static void warn_containers(call *c, const char *before, const json_t *spec)
{
    size_t i;
    json_t *container;

    for (int list = 0; list < 3; list++)
        json_array_foreach(doc_get(spec, lists[list]), i, container)
        {
            const char *path = PATH("%sspec.%s[%zu]", before, lists[list], i);
            warn_amounts(c, path, container);
            warn_env(c, PATH("%s.env", path), doc_get(container, "env"));
        }
}

static void warn_terms(call *c, const char *before, const json_t *spec, const char *kind)
{
    const json_t *affinity = doc_get(doc_get(spec, "affinity"), kind);
    size_t i;
    json_t *term;

    json_array_foreach(doc_get(affinity, "requiredDuringSchedulingIgnoredDuringExecution"), i,
                       term) if (!doc_get(term, "labelSelector"))
        call_warn(c,
                  "%sspec.affinity.%s.requiredDuringSchedulingIgnoredDuringExecution[%zu].labelSelector: a null "
                  "labelSelector results in matching no pod",
                  before, kind, i);
    json_array_foreach(doc_get(affinity, "preferredDuringSchedulingIgnoredDuringExecution"), i,
                       term) if (!doc_at(term, "podAffinityTerm.labelSelector"))
        call_warn(
            c,
            "%sspec.affinity.%s.preferredDuringSchedulingIgnoredDuringExecution[%zu].podAffinityTerm.labelSelector: a "
            "null labelSelector results in matching no pod",
            before, kind, i);
}

void pod_warn(call *c, const char *before, const json_t *pod)
{
    const json_t *spec = doc_get(pod, "spec");
    size_t i;
    json_t *one;

    warn_nodes(c, before, spec);
    warn_old(c, before, pod);
    warn_lists(c, before, spec);
    warn_containers(c, before, spec);
    warn_ports(c, before, spec);
    if (doc_int(spec, "terminationGracePeriodSeconds", 0) < 0)
        call_warn(
            c,
            "%sspec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1",
            before);
    warn_terms(c, before, spec, "podAffinity");
    warn_terms(c, before, spec, "podAntiAffinity");
    json_array_foreach(doc_at(spec, "dnsConfig.nameservers"), i, one)
        warn_of_ip(c, PATH("%sspec.dnsConfig.nameservers[%zu]", before, i), json_string_value(one));
    json_array_foreach(doc_get(spec, "hostAliases"), i, one)
        warn_of_ip(c, PATH("%sspec.hostAliases[%zu].ip", before, i), doc_text(one, "ip"));
}
