#include "apiserver/kinds/pod_check.h"
#include "apiserver/kinds/affinity.h"

#include <stdlib.h>
#include <string.h>

/* ---- annotations ---- */

static bool is_int32(const char *text)
{
    char *end;
    long long value = strtoll(text, &end, 10);

    return end != text && !*end && value >= INT32_MIN && value <= INT32_MAX && !(text[0] == '0' && text[1]) &&
           text[0] != '+';
}

void pod_annotations_check(field_errors *errors, const char *path, const json_t *annotations, const json_t *spec)
{
    static const char mirror[] = "kubernetes.io/config.mirror", cost[] = "controller.kubernetes.io/pod-deletion-cost";

    if (json_object_get(annotations, mirror) && !*doc_text(spec, "nodeName"))
        wrong_text(errors, PATH("%s[%s]", path, mirror), doc_text(annotations, mirror),
                   "must set spec.nodeName if mirror pod annotation is set");
    if (json_object_get(annotations, cost) && !is_int32(doc_text(annotations, cost)))
        wrong_text(errors, PATH("%s[%s]", path, cost), doc_text(annotations, cost), "must be a 32bit integer");
}

/* ---- tolerations ---- */

static void toleration_operator_check(field_errors *errors, const char *path, const json_t *one)
{
    const char *operator= doc_text(one, "operator"), *value = doc_text(one, "value"), *wrong[NAME_WRONGS];

    if (!*operator|| strcmp(operator, "Equal") == 0) {
        if (name_check(NAME_LABEL_VALUE, value, wrong) > 0)
            wrong_text(errors, path, value, "%s", wrong[0]);
    } else if (strcmp(operator, "Exists") == 0) {
        if (*value)
            wrong_text(errors, path, value, "value must be empty when `operator` is 'Exists'");
    } else if (strcmp(operator, "Lt") == 0 || strcmp(operator, "Gt") == 0) {
        wrong_choice(errors, path, operator, CHOICE("Equal", "Exists", "Lt", "Gt"));
    } else {
        wrong_choice(errors, path, operator, CHOICE("Equal", "Exists"));
    }
}

static void toleration_check(field_errors *errors, const char *path, const json_t *one)
{
    const char *key = doc_text(one, "key"), *effect = doc_text(one, "effect");

    if (*key)
        name_validate(NAME_QUALIFIED, key, PATH("%s.key", path), errors);
    else if (!doc_is(one, "operator", "Exists"))
        wrong_text(errors, PATH("%s.operator", path), doc_text(one, "operator"),
                   "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
    if (doc_get(one, "tolerationSeconds") && strcmp(effect, "NoExecute") != 0)
        wrong_text(errors, PATH("%s.effect", path), effect,
                   "effect must be 'NoExecute' when `tolerationSeconds` is set");
    toleration_operator_check(errors, PATH("%s.operator", path), one);
    if (*effect)
        check_one_of(errors, PATH("%s.effect", path), effect, CHOICE("NoSchedule", "PreferNoSchedule", "NoExecute"));
}

void tolerations_check(field_errors *errors, const char *path, const json_t *list)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one) toleration_check(errors, PATH("%s[%zu]", path, i), one);
}

/* ---- the rest of a spec ---- */

static void host_network_check(const pod_scope *p, const char *path)
{
    size_t i, k;
    json_t *container, *port;

    if (!doc_flag(p->spec, "hostNetwork"))
        return;
    json_array_foreach(doc_get(p->spec, "containers"), i, container)
        json_array_foreach(doc_get(container, "ports"), k, port)
    {
        json_int_t host = doc_int(port, "hostPort", 0);
        if ((p->pod || host != 0) && host != doc_int(port, "containerPort", 0))
            wrong_int(p->errors, PATH("%s.containers[%zu].ports[%zu].hostPort", path, i, k), host,
                      "must match `containerPort` when `hostNetwork` is true");
    }
}

static void context_check(field_errors *errors, const char *path, const json_t *context)
{
    static const char *const ids[] = {"fsGroup", "runAsUser", "runAsGroup"};
    size_t i;
    json_t *group;

    for (i = 0; i < 3; i++)
        if (doc_get(context, ids[i]))
            check_between(errors, PATH("%s.%s", path, ids[i]), doc_int(context, ids[i], 0), 0, INT32_MAX);
    json_array_foreach(doc_get(context, "supplementalGroups"), i, group)
        check_between(errors, PATH("%s.supplementalGroups[%zu]", path, i), json_integer_value(group), 0, INT32_MAX);
    if (doc_get(context, "fsGroupChangePolicy"))
        check_one_of(errors, PATH("%s.fsGroupChangePolicy", path), doc_text(context, "fsGroupChangePolicy"),
                     CHOICE("Always", "OnRootMismatch"));
}

static void dns_check(field_errors *errors, const char *path, const json_t *spec)
{
    const json_t *config = doc_get(spec, "dnsConfig");
    const char *at = PATH("%s.dnsConfig", path);
    size_t i;
    json_t *one;

    if (doc_is(spec, "dnsPolicy", "None") && !config) {
        field_required(errors, at, "must provide `dnsConfig` when `dnsPolicy` is None");
        return;
    }
    if (doc_is(spec, "dnsPolicy", "None") && !doc_get(config, "nameservers")) {
        field_required(errors, PATH("%s.nameservers", at),
                       "must provide at least one DNS nameserver when `dnsPolicy` is None");
        return;
    }
    if (json_array_size(doc_get(config, "nameservers")) > 3)
        field_invalid(errors, PATH("%s.nameservers", at), doc_get(config, "nameservers"),
                      "must not have more than 3 nameservers");
    json_array_foreach(doc_get(config, "nameservers"), i, one)
        check_ip(errors, PATH("%s.nameservers[%zu]", at, i), json_string_value(one));
    json_array_foreach(doc_get(config, "options"), i, one) if (!*doc_text(one, "name"))
        field_required(errors, PATH("%s.options[%zu]", at, i), "must not be empty");
}

static void gates_check(field_errors *errors, const char *path, const json_t *spec)
{
    json_auto_t *seen = json_object();
    size_t i;
    json_t *gate;

    json_array_foreach(doc_get(spec, "readinessGates"), i, gate) name_validate(
        NAME_QUALIFIED, doc_text(gate, "conditionType"), PATH("%s.readinessGates[%zu].conditionType", path, i), errors);
    json_array_foreach(doc_get(spec, "schedulingGates"), i, gate)
    {
        const char *at = PATH("%s.schedulingGates[%zu]", path, i), *name = doc_text(gate, "name");
        name_validate(NAME_QUALIFIED, name, at, errors);
        if (json_object_get(seen, name))
            duplicate_text(errors, at, name);
        json_object_set_new(seen, name, json_true());
    }
}

static void spread_check(field_errors *errors, const char *path, const json_t *list)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        const char *at = PATH("%s[%zu]", path, i), *when = doc_text(one, "whenUnsatisfiable");
        if (doc_int(one, "maxSkew", 0) <= 0)
            wrong_int(errors, PATH("%s.maxSkew", at), doc_int(one, "maxSkew", 0), "must be greater than zero");
        if (!*doc_text(one, "topologyKey"))
            field_required(errors, PATH("%s.topologyKey", at), "can not be empty");
        else
            name_validate(NAME_QUALIFIED, doc_text(one, "topologyKey"), PATH("%s.topologyKey", at), errors);
        check_one_of(errors, PATH("%s.whenUnsatisfiable", at), when, CHOICE("DoNotSchedule", "ScheduleAnyway"));
        check_selector(errors, PATH("%s.labelSelector", at), doc_get(one, "labelSelector"));
    }
}

static void names_check(field_errors *errors, const char *path, const json_t *spec)
{
    static const struct named {
        const char *field;
        enum name_rule rule;
    } names[] = {{"serviceAccountName", NAME_DNS_SUBDOMAIN}, {"nodeName", NAME_DNS_SUBDOMAIN}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (*doc_text(spec, names[i].field))
            name_validate(names[i].rule, doc_text(spec, names[i].field), PATH("%s.%s", path, names[i].field), errors);
    if (doc_get(spec, "activeDeadlineSeconds"))
        check_between(errors, PATH("%s.activeDeadlineSeconds", path), doc_int(spec, "activeDeadlineSeconds", 0), 1,
                      INT32_MAX);
    if (*doc_text(spec, "hostname"))
        name_validate(NAME_DNS_LABEL, doc_text(spec, "hostname"), PATH("%s.hostname", path), errors);
    if (*doc_text(spec, "subdomain"))
        name_validate(NAME_DNS_LABEL, doc_text(spec, "subdomain"), PATH("%s.subdomain", path), errors);
}

static void late_check(field_errors *errors, const char *path, const json_t *spec)
{
    size_t i, k;
    json_t *alias, *host;

    tolerations_check(errors, PATH("%s.tolerations", path), doc_get(spec, "tolerations"));
    json_array_foreach(doc_get(spec, "hostAliases"), i, alias)
    {
        check_ip(errors, PATH("%s.hostAliases[%zu].ip", path, i), doc_text(alias, "ip"));
        json_array_foreach(doc_get(alias, "hostnames"), k, host)
            name_validate(NAME_DNS_SUBDOMAIN, json_string_value(host),
                          PATH("%s.hostAliases[%zu].hostnames[%zu]", path, i, k), errors);
    }
    if (*doc_text(spec, "priorityClassName"))
        name_validate(NAME_DNS_SUBDOMAIN, doc_text(spec, "priorityClassName"), PATH("%s.priorityClassName", path),
                      errors);
    if (doc_get(spec, "runtimeClassName"))
        name_validate(NAME_DNS_SUBDOMAIN, doc_text(spec, "runtimeClassName"), PATH("%s.runtimeClassName", path),
                      errors);
    if (doc_get(spec, "preemptionPolicy"))
        check_one_of(errors, PATH("%s.preemptionPolicy", path), doc_text(spec, "preemptionPolicy"),
                     CHOICE("PreemptLowerPriority", "Never"));
}

void pod_spec_check(field_errors *errors, const char *path, const json_t *spec, bool pod)
{
    pod_scope p = {errors, spec, json_object(), pod};

    volumes_check(&p, PATH("%s.volumes", path), doc_get(spec, "volumes"));
    containers_check(&p, path);
    host_network_check(&p, path);
    check_one_of(errors, PATH("%s.restartPolicy", path), doc_text(spec, "restartPolicy"),
                 CHOICE("Always", "OnFailure", "Never"));
    check_one_of(errors, PATH("%s.dnsPolicy", path), doc_text(spec, "dnsPolicy"),
                 CHOICE("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"));
    labels_validate(doc_get(spec, "nodeSelector"), PATH("%s.nodeSelector", path), errors);
    context_check(errors, PATH("%s.securityContext", path), doc_get(spec, "securityContext"));
    affinity_check(errors, PATH("%s.affinity", path), doc_get(spec, "affinity"));
    dns_check(errors, path, spec);
    gates_check(errors, path, spec);
    spread_check(errors, PATH("%s.topologySpreadConstraints", path), doc_get(spec, "topologySpreadConstraints"));
    names_check(errors, path, spec);
    late_check(errors, path, spec);
    json_decref(p.volumes);
}

void pod_template_check(field_errors *errors, const char *path, const json_t *template)
{
    const json_t *meta = doc_get(template, "metadata"), *annotations = doc_get(meta, "annotations"),
                 *spec = doc_get(template, "spec");

    labels_validate(doc_get(meta, "labels"), PATH("%s.labels", path), errors);
    annotations_validate(annotations, PATH("%s.annotations", path), errors);
    pod_annotations_check(errors, PATH("%s.annotations", path), annotations, spec);
    pod_spec_check(errors, PATH("%s.spec", path), spec, false);
    if (doc_get(spec, "ephemeralContainers"))
        field_forbidden(errors, PATH("%s.spec.ephemeralContainers", path),
                        "ephemeral containers not allowed in pod template");
}
