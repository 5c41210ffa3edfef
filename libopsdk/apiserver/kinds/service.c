/* Services: what they are given (addresses, node ports), though nothing is behind it.  The cluster has IPv4 alone. */
#include "apiserver/kinds/service.h"
#include "apiserver/apiserver.h"
#include "apiserver/kinds/kinds.h"
#include "apiserver/kinds/strategies.h"
#include "apiserver/meta.h"

#include <stdio.h>
#include <string.h>

bool service_is(const json_t *spec, const char *type)
{
    return doc_is(spec, "type", type);
}

bool service_is_headless(const json_t *spec)
{
    const json_t *first = json_array_get(doc_get(spec, "clusterIPs"), 0);

    return first && strcmp(json_string_value(first), "None") == 0;
}

bool service_is_outside(const json_t *spec)
{
    return service_is(spec, SERVICE_LOAD_BALANCER) || service_is(spec, SERVICE_NODE_PORT) ||
           (service_is(spec, SERVICE_CLUSTER_IP) && json_array_size(doc_get(spec, "externalIPs")));
}

bool service_needs_health_port(const json_t *spec)
{
    return service_is(spec, SERVICE_LOAD_BALANCER) && doc_is(spec, "externalTrafficPolicy", "Local");
}

static bool needs_address(const json_t *spec)
{
    return !service_is(spec, SERVICE_EXTERNAL_NAME);
}

static bool needs_node_ports(const json_t *spec)
{
    const json_t *wanted = doc_get(spec, "allocateLoadBalancerNodePorts");

    return service_is(spec, SERVICE_NODE_PORT) ||
           (service_is(spec, SERVICE_LOAD_BALANCER) && (!wanted || json_is_true(wanted)));
}

/* ---- defaults ---- */

static void affinity_defaults(json_t *spec)
{
    const json_t *seconds;

    doc_default_text(spec, "sessionAffinity", "None");
    seconds = doc_get(doc_at(spec, "sessionAffinityConfig.clientIP"), "timeoutSeconds");
    if (doc_is(spec, "sessionAffinity", "None"))
        doc_set(spec, "sessionAffinityConfig", NULL);
    else if (doc_is(spec, "sessionAffinity", "ClientIP") && !seconds)
        doc_set(spec, "sessionAffinityConfig", json_pack("{s:{s:i}}", "clientIP", "timeoutSeconds", 10800));
}

static bool is_empty_port(const json_t *port)
{
    return !port || (json_is_integer(port) && json_integer_value(port) == 0) ||
           (json_is_string(port) && json_string_length(port) == 0);
}

static void ports_defaults(const json_t *ports)
{
    size_t i;
    json_t *port;

    json_array_foreach((json_t *)ports, i, port)
    {
        doc_default_text(port, "protocol", "TCP");
        if (is_empty_port(doc_get(port, "targetPort")))
            doc_set(port, "targetPort", json_integer(doc_int(port, "port", 0)));
    }
}

/* How an address of a load balancer is to be taken. */
static void ingress_defaults(const json_t *obj)
{
    size_t i;
    json_t *one;

    json_array_foreach(doc_at(obj, "status.loadBalancer.ingress"), i, one)
    {
        if (*doc_text(one, "ip"))
            doc_default_text(one, "ipMode", "VIP");
    }
}

static void defaults(json_t *obj)
{
    json_t *spec = doc_make(obj, "spec");

    affinity_defaults(spec);
    doc_default_text(spec, "type", SERVICE_CLUSTER_IP);
    ports_defaults(doc_get(spec, "ports"));
    if (service_is_outside(spec))
        doc_default_text(spec, "externalTrafficPolicy", "Cluster");
    if (service_is(spec, SERVICE_NODE_PORT) || service_is(spec, SERVICE_LOAD_BALANCER) ||
        service_is(spec, SERVICE_CLUSTER_IP))
        doc_default_text(spec, "internalTrafficPolicy", "Cluster");
    if (!service_is(spec, SERVICE_LOAD_BALANCER))
        return;
    doc_default_flag(spec, "allocateLoadBalancerNodePorts", true);
    ingress_defaults(obj);
}

/* ---- what an update keeps ---- */

/* The node port that the port had before. */
static json_int_t port_before(const json_t *ports, const json_t *port)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)ports, i, one)
    {
        if (doc_int(one, "port", 0) == doc_int(port, "port", 0) && doc_is(one, "protocol", doc_text(port, "protocol")))
            return doc_int(one, "nodePort", 0);
    }
    return 0;
}

/* A client need not repeat what it was given. */
static void keep_given(json_t *spec, const json_t *before)
{
    size_t i;
    json_t *port;

    if (needs_address(before) && needs_address(spec) && !*doc_text(spec, "clusterIP") && !doc_get(spec, "clusterIPs")) {
        doc_keep(spec, before, "clusterIP");
        doc_keep(spec, before, "clusterIPs");
    }
    if (needs_node_ports(before) && needs_node_ports(spec))
        json_array_foreach(doc_get(spec, "ports"), i, port)
            doc_default_int(port, "nodePort", port_before(doc_get(before, "ports"), port));
    if (service_needs_health_port(before) && service_needs_health_port(spec))
        doc_default_int(spec, "healthCheckNodePort", doc_int(before, "healthCheckNodePort", 0));
    if (needs_address(spec) && !doc_get(spec, "ipFamilyPolicy"))
        doc_keep(spec, before, "ipFamilyPolicy");
}

static void drop_when_kept(json_t *spec, const json_t *before, const char *name)
{
    if (doc_same(doc_get(spec, name), doc_get(before, name)))
        doc_set(spec, name, NULL);
}

static void drop_node_ports(json_t *spec, const json_t *before)
{
    size_t i;
    json_t *port;

    json_array_foreach(doc_get(spec, "ports"), i, port)
    {
        if (doc_int(port, "nodePort", 0) == port_before(doc_get(before, "ports"), port))
            doc_set(port, "nodePort", NULL);
    }
}

/* What another type of service does not have goes, unless the client changes it as well. */
static void drop_for_type(json_t *spec, const json_t *before)
{
    if (needs_address(before) && !needs_address(spec)) {
        drop_when_kept(spec, before, "clusterIP");
        drop_when_kept(spec, before, "clusterIPs");
        drop_when_kept(spec, before, "ipFamilies");
        drop_when_kept(spec, before, "ipFamilyPolicy");
    }
    if (needs_node_ports(before) && !needs_node_ports(spec))
        drop_node_ports(spec, before);
    if (service_needs_health_port(before) && !service_needs_health_port(spec))
        drop_when_kept(spec, before, "healthCheckNodePort");
    if (service_is(before, SERVICE_LOAD_BALANCER) && !service_is(spec, SERVICE_LOAD_BALANCER)) {
        drop_when_kept(spec, before, "allocateLoadBalancerNodePorts");
        drop_when_kept(spec, before, "loadBalancerClass");
    }
    if (service_is_outside(before) && !service_is_outside(spec))
        drop_when_kept(spec, before, "externalTrafficPolicy");
}

/* ---- what is given ---- */

static void give_families(json_t *spec)
{
    bool dual = service_is_headless(spec) && json_object_size(doc_get(spec, "selector")) == 0;

    doc_default_text(spec, "ipFamilyPolicy", dual ? "RequireDualStack" : "SingleStack");
    if (!doc_get(spec, "ipFamilies"))
        doc_set(spec, "ipFamilies", json_pack("[s]", "IPv4"));
    if (dual && !doc_is(spec, "ipFamilyPolicy", "SingleStack") && json_array_size(doc_get(spec, "ipFamilies")) == 1)
        json_array_append_new(doc_get(spec, "ipFamilies"),
                              json_string(doc_has(doc_get(spec, "ipFamilies"), "IPv4") ? "IPv6" : "IPv4"));
}

/* One of 10.96.0.0/12, in turn; the first are those of the cluster itself. */
static void give_address(kinds *k, json_t *spec)
{
    unsigned number = kinds_number(k);
    char text[32];

    if (*doc_text(spec, "clusterIP") || doc_get(spec, "clusterIPs"))
        return;
    number = number % 0xfff00 + 0x100;
    snprintf(text, sizeof(text), "10.%u.%u.%u", 96 + (number >> 16), number >> 8 & 255, number & 255);
    doc_set_text(spec, "clusterIP", text);
    doc_set(spec, "clusterIPs", json_pack("[s]", text));
}

static void give_port(kinds *k, json_t *holder, const char *name)
{
    if (doc_int(holder, name, 0) == 0)
        doc_set(holder, name, json_integer(30000 + kinds_number(k) % 2768));
}

static void give(kinds *k, json_t *spec)
{
    size_t i;
    json_t *port;

    if (!needs_address(spec)) {
        doc_set(spec, "internalTrafficPolicy", NULL);
        return;
    }
    give_families(spec);
    give_address(k, spec);
    if (needs_node_ports(spec))
        json_array_foreach(doc_get(spec, "ports"), i, port) give_port(k, port, "nodePort");
    if (service_needs_health_port(spec))
        give_port(k, spec, "healthCheckNodePort");
}

/* The older field is the first of the newer one. */
static void pair_addresses(json_t *spec, const json_t *before)
{
    const char *one = doc_text(spec, "clusterIP");
    bool kept = before && doc_same(doc_get(spec, "clusterIPs"), doc_get(before, "clusterIPs"));

    if (*one && (!doc_get(spec, "clusterIPs") || (kept && !doc_is(before, "clusterIP", one))))
        doc_set(spec, "clusterIPs", json_pack("[s]", one));
}

static int prepare(call *c, json_t *obj, const json_t *old, failure *why)
{
    json_t *spec = doc_get(obj, "spec"), *before = doc_get(old, "spec");

    (void)why;
    if (c->sub) {
        doc_keep(obj, old, "spec");
        return 0;
    }
    if (old)
        doc_keep(obj, old, "status");
    else
        doc_set(obj, "status", json_pack("{s:{}}", "loadBalancer"));
    pair_addresses(spec, before);
    if (old) {
        keep_given(spec, before);
        drop_for_type(spec, before);
        if (!service_is(spec, SERVICE_LOAD_BALANCER))
            doc_set(obj, "status", json_pack("{s:{}}", "loadBalancer"));
    }
    give(c->server->kinds, spec);
    return 0;
}

static void validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    if (old)
        meta_validate_update(obj, old, errors);
    if (c->sub)
        service_status_check(errors, obj);
    else
        service_check(errors, obj, old);
}

const strategy SERVICE_STRATEGY = {
    .defaults = defaults, .prepare = prepare, .validate = validate, .warn = service_warn};
