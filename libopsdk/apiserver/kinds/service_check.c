/* What is wrong with a service. */
#include "apiserver/kinds/pod_check.h"
#include "apiserver/kinds/service.h"

#include <stdio.h>
#include <string.h>

/* ---- ports ---- */

static void name_of_port_check(field_errors *errors, const char *path, const json_t *port, bool wanted, json_t *seen)
{
    const char *name = doc_text(port, "name"), *at = PATH("%s.name", path);

    if (!*name && wanted)
        field_required(errors, at, "");
    if (!*name)
        return;
    name_validate(NAME_DNS_LABEL, name, at, errors);
    if (json_object_get(seen, name))
        duplicate_text(errors, at, name);
    json_object_set_new(seen, name, json_true());
}

static void port_check(field_errors *errors, const char *path, const json_t *port)
{
    check_port(errors, PATH("%s.port", path), doc_int(port, "port", 0));
    check_one_of(errors, PATH("%s.protocol", path), doc_text(port, "protocol"), CHOICE("SCTP", "TCP", "UDP"));
    port_or_name_check(errors, PATH("%s.targetPort", path), doc_get(port, "targetPort"));
    if (doc_get(port, "appProtocol"))
        name_validate(NAME_QUALIFIED, doc_text(port, "appProtocol"), PATH("%s.appProtocol", path), errors);
}

static void ports_check(field_errors *errors, const json_t *spec)
{
    const json_t *ports = doc_get(spec, "ports");
    json_auto_t *seen = json_object();
    size_t i;
    json_t *port;

    json_array_foreach((json_t *)ports, i, port)
    {
        const char *path = PATH("spec.ports[%zu]", i);
        name_of_port_check(errors, path, port, json_array_size(ports) > 1, seen);
        port_check(errors, path, port);
    }
}

/* Is there one before it with the same protocol and number? */
static bool is_repeated(const json_t *ports, size_t index, const char *number)
{
    const json_t *port = json_array_get(ports, index);
    size_t i;

    for (i = 0; i < index; i++) {
        const json_t *one = json_array_get(ports, i);
        if (doc_int(one, number, 0) == doc_int(port, number, 0) && doc_is(one, "protocol", doc_text(port, "protocol")))
            return true;
    }
    return false;
}

static void node_ports_check(field_errors *errors, const json_t *spec)
{
    const json_t *ports = doc_get(spec, "ports");
    size_t i;
    json_t *port;

    if (service_is(spec, SERVICE_CLUSTER_IP))
        json_array_foreach((json_t *)ports, i, port) if (doc_int(port, "nodePort", 0))
            field_forbidden(errors, PATH("spec.ports[%zu].nodePort", i), "may not be used when `type` is 'ClusterIP'");
    json_array_foreach((json_t *)ports, i, port)
    {
        if (doc_int(port, "nodePort", 0) && is_repeated(ports, i, "nodePort"))
            field_invalid(errors, PATH("spec.ports[%zu].nodePort", i), doc_get(port, "nodePort"),
                          "provided port is already allocated");
    }
    json_array_foreach((json_t *)ports, i, port)
    {
        if (is_repeated(ports, i, "port")) {
            char key[160];
            snprintf(key, sizeof(key),
                     "{\"Name\":\"\",\"Protocol\":\"%.16s\",\"AppProtocol\":null,\"Port\":%lld,\"TargetPort\":0,"
                     "\"NodePort\":0}",
                     doc_text(port, "protocol"), (long long)doc_int(port, "port", 0));
            field_duplicate_shown(errors, PATH("spec.ports[%zu]", i), key);
        }
    }
}

/* ---- types ---- */

static void external_name_check(field_errors *errors, const json_t *spec)
{
    static const char *const none[] = {"clusterIPs", "ipFamilies", "ipFamilyPolicy"};
    char name[512];
    size_t len;

    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        if (doc_get(spec, none[i]))
            field_forbidden(errors, PATH("spec.%s", none[i]), "may not be set for ExternalName services");
    snprintf(name, sizeof(name), "%s", doc_text(spec, "externalName"));
    len = strlen(name);
    if (len && name[len - 1] == '.')
        name[len - 1] = '\0';
    if (*name)
        name_validate(NAME_DNS_SUBDOMAIN, name, "spec.externalName", errors);
    else
        field_required(errors, "spec.externalName", "");
}

static void type_check(field_errors *errors, const json_t *spec)
{
    const char *type = doc_text(spec, "type");

    if (service_is(spec, SERVICE_EXTERNAL_NAME))
        external_name_check(errors, spec);
    else if (service_is_headless(spec) && !service_is(spec, SERVICE_CLUSTER_IP))
        wrong_text(errors, "spec.clusterIPs[0]", "None", "may not be set to 'None' for %s services", type);
}

static void affinity_check(field_errors *errors, const json_t *spec)
{
    const json_t *config = doc_get(spec, "sessionAffinityConfig");
    json_int_t seconds = doc_int(doc_get(config, "clientIP"), "timeoutSeconds", 0);

    check_one_of(errors, "spec.sessionAffinity", doc_text(spec, "sessionAffinity"), CHOICE("ClientIP", "None"));
    if (doc_is(spec, "sessionAffinity", "ClientIP") && (seconds <= 0 || seconds > 86400))
        wrong_int(errors, "spec.sessionAffinityConfig.clientIP.timeoutSeconds", seconds,
                  "must be greater than 0 and less than 86400");
}

/* ---- addresses ---- */

static void families_check(field_errors *errors, const json_t *spec)
{
    const json_t *families = doc_get(spec, "ipFamilies");
    bool open = service_is_headless(spec) && json_object_size(doc_get(spec, "selector")) == 0;
    size_t i;
    json_t *family;

    json_array_foreach((json_t *)families, i, family)
    {
        const char *path = PATH("spec.ipFamilies[%zu]", i), *name = json_string_value(family);
        if (check_one_of(errors, path, name, CHOICE("IPv4", "IPv6")) && strcmp(name, "IPv6") == 0 && !open)
            wrong_text(errors, path, name, "not configured on this cluster");
    }
    if (check_one_of(errors, "spec.ipFamilyPolicy", doc_text(spec, "ipFamilyPolicy"),
                     CHOICE("PreferDualStack", "RequireDualStack", "SingleStack")) &&
        doc_is(spec, "ipFamilyPolicy", "RequireDualStack") && !open)
        wrong_text(errors, "spec.ipFamilyPolicy", "RequireDualStack",
                   "this cluster is not configured for dual-stack services");
}

static void addresses_check(field_errors *errors, const json_t *spec)
{
    const json_t *list = doc_get(spec, "clusterIPs");
    size_t i;
    json_t *one;

    if (*doc_text(spec, "clusterIP") && strcmp(doc_text(spec, "clusterIP"), json_string_value(json_array_get(list, 0))))
        field_invalid(errors, "spec.clusterIPs", list, "first value must match `clusterIP`");
    if (!*doc_text(spec, "clusterIP") && list)
        field_invalid(errors, "spec.clusterIPs", list, "must be empty when `clusterIP` is not specified");
    families_check(errors, spec);
    json_array_foreach((json_t *)list, i, one)
    {
        if (i > 0 || strcmp(json_string_value(one), "None") != 0)
            check_ip(errors, PATH("spec.clusterIPs[%zu]", i), json_string_value(one));
        else if (json_array_size(list) > 1)
            field_invalid(errors, "spec.clusterIPs", list, "'None' must be the first and only value");
    }
}

static void external_ips_check(field_errors *errors, const json_t *spec)
{
    size_t i;
    json_t *one;

    json_array_foreach(doc_get(spec, "externalIPs"), i, one)
    {
        const char *path = PATH("spec.externalIPs[%zu]", i);
        if (check_ip(errors, path, json_string_value(one)))
            check_endpoint_ip(errors, path, json_string_value(one));
    }
}

static void address_change_check(field_errors *errors, const json_t *spec, const json_t *before)
{
    const json_t *now = doc_get(spec, "clusterIPs"), *then = doc_get(before, "clusterIPs");

    if (service_is(spec, SERVICE_EXTERNAL_NAME) || service_is(before, SERVICE_EXTERNAL_NAME))
        return;
    if (json_array_size(then) && !json_equal(json_array_get(now, 0), json_array_get(then, 0)))
        field_invalid(errors, "spec.clusterIPs[0]", now, "may not change once set");
}

/* ---- traffic ---- */

static void traffic_check(field_errors *errors, const json_t *spec)
{
    const char *outside = doc_text(spec, "externalTrafficPolicy");

    if (doc_get(spec, "allocateLoadBalancerNodePorts") && !service_is(spec, SERVICE_LOAD_BALANCER))
        field_forbidden(errors, "spec.allocateLoadBalancerNodePorts", "may only be used when `type` is 'LoadBalancer'");
    if (doc_get(spec, "loadBalancerClass") && !service_is(spec, SERVICE_LOAD_BALANCER))
        field_forbidden(errors, "spec.loadBalancerClass", "may only be used when `type` is 'LoadBalancer'");
    if (service_is_outside(spec))
        check_one_of(errors, "spec.externalTrafficPolicy", outside, CHOICE("Cluster", "Local"));
    else if (*outside)
        wrong_text(errors, "spec.externalTrafficPolicy", outside, "may only be set for externally-accessible services");
    if (!service_needs_health_port(spec) && doc_int(spec, "healthCheckNodePort", 0))
        wrong_int(errors, "spec.healthCheckNodePort", doc_int(spec, "healthCheckNodePort", 0),
                  "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
    if (doc_get(spec, "internalTrafficPolicy"))
        check_one_of(errors, "spec.internalTrafficPolicy", doc_text(spec, "internalTrafficPolicy"),
                     CHOICE("Cluster", "Local"));
}

void service_status_check(field_errors *errors, const json_t *obj)
{
    if (doc_at(obj, "status.loadBalancer.ingress") && !service_is(doc_get(obj, "spec"), SERVICE_LOAD_BALANCER))
        field_forbidden(errors, "status.loadBalancer.ingress", "may only be used when `spec.type` is 'LoadBalancer'");
}

void service_check(field_errors *errors, const json_t *obj, const json_t *old)
{
    const json_t *spec = doc_get(obj, "spec");
    bool away = service_is(spec, SERVICE_EXTERNAL_NAME);

    if (old)
        address_change_check(errors, spec, doc_get(old, "spec"));
    if (!json_array_size(doc_get(spec, "ports")) && !service_is_headless(spec) && !away)
        field_required(errors, "spec.ports", "");
    type_check(errors, spec);
    ports_check(errors, spec);
    labels_validate(doc_get(spec, "selector"), "spec.selector", errors);
    affinity_check(errors, spec);
    if (!away)
        addresses_check(errors, spec);
    external_ips_check(errors, spec);
    check_one_of(errors, "spec.type", doc_text(spec, "type"),
                 CHOICE(SERVICE_CLUSTER_IP, SERVICE_EXTERNAL_NAME, SERVICE_LOAD_BALANCER, SERVICE_NODE_PORT));
    node_ports_check(errors, spec);
    traffic_check(errors, spec);
}

/* ---- warnings ---- */

static void warn_of_list(call *c, const json_t *spec, const char *name)
{
    size_t i;
    json_t *one;

    json_array_foreach(doc_get(spec, name), i, one)
        warn_of_ip(c, PATH("spec.%s[%zu]", name, i), json_string_value(one));
}

static void warn_of_headless(call *c, const json_t *spec)
{
    if (*doc_text(spec, "loadBalancerIP"))
        call_warn(c, "spec.loadBalancerIP is ignored for headless services");
    if (doc_get(spec, "externalIPs"))
        call_warn(c, "spec.externalIPs is ignored for headless services");
    if (!doc_is(spec, "sessionAffinity", "None"))
        call_warn(c, "spec.SessionAffinity is ignored for headless services");
}

void service_warn(call *c, const json_t *obj, const json_t *old)
{
    const json_t *spec = doc_get(obj, "spec");

    (void)old;
    if (c->sub)
        return;
    if (service_is_headless(spec))
        warn_of_headless(c, spec);
    else
        warn_of_list(c, spec, "clusterIPs");
    warn_of_list(c, spec, "externalIPs");
    if (*doc_text(spec, "loadBalancerIP"))
        warn_of_ip(c, "spec.loadBalancerIP", doc_text(spec, "loadBalancerIP"));
    if (service_is(spec, SERVICE_EXTERNAL_NAME) && doc_get(spec, "externalIPs"))
        call_warn(c, "spec.externalIPs is ignored when spec.type is \"ExternalName\"");
    if (!service_is(spec, SERVICE_EXTERNAL_NAME) && *doc_text(spec, "externalName"))
        call_warn(c, "spec.externalName is ignored when spec.type is not \"ExternalName\"");
    if (doc_is(spec, "trafficDistribution", "PreferClose"))
        call_warn(c, "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"");
}
