/* Endpoints and endpoint slices. */
#include "apiserver/kinds/check.h"
#include "apiserver/kinds/strategies.h"
#include "apiserver/meta.h"

#include <string.h>

#define PROTOCOLS CHOICE("SCTP", "TCP", "UDP")

/* ---- endpoints ---- */

static void endpoints_defaults(json_t *obj)
{
    size_t i, j;
    json_t *subset, *port;

    json_array_foreach(doc_get(obj, "subsets"), i, subset) json_array_foreach(doc_get(subset, "ports"), j, port)
        doc_default_text(port, "protocol", "TCP");
}

static void check_address(field_errors *errors, const char *path, const json_t *address)
{
    const char *ip = doc_text(address, "ip");

    check_ip(errors, PATH("%s.ip", path), ip);
    if (*doc_text(address, "hostname"))
        name_validate(NAME_DNS_LABEL, doc_text(address, "hostname"), PATH("%s.hostname", path), errors);
    if (doc_get(address, "nodeName"))
        name_validate(NAME_DNS_SUBDOMAIN, doc_text(address, "nodeName"), PATH("%s.nodeName", path), errors);
    check_endpoint_ip(errors, PATH("%s.ip", path), ip);
}

static void check_addresses(field_errors *errors, const char *path, const json_t *list)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one) check_address(errors, PATH("%s[%zu]", path, i), one);
}

static void check_endpoint_port(field_errors *errors, const char *path, const json_t *port, bool named)
{
    const char *name = doc_text(port, "name");

    if (named && !*name)
        field_required(errors, PATH("%s.name", path), "");
    else if (*name)
        name_validate(NAME_DNS_LABEL, name, PATH("%s.name", path), errors);
    check_port(errors, PATH("%s.port", path), doc_int(port, "port", 0));
    check_one_of(errors, PATH("%s.protocol", path), doc_text(port, "protocol"), PROTOCOLS);
    if (doc_get(port, "appProtocol"))
        name_validate(NAME_QUALIFIED, doc_text(port, "appProtocol"), PATH("%s.appProtocol", path), errors);
}

static void check_subset(field_errors *errors, const char *path, const json_t *subset)
{
    const json_t *ready = doc_get(subset, "addresses"), *others = doc_get(subset, "notReadyAddresses"),
                 *ports = doc_get(subset, "ports");
    size_t i;
    json_t *port;

    if (!ready && !others)
        field_required(errors, path, "must specify `addresses` or `notReadyAddresses`");
    check_addresses(errors, PATH("%s.addresses", path), ready);
    check_addresses(errors, PATH("%s.notReadyAddresses", path), others);
    json_array_foreach((json_t *)ports, i, port)
        check_endpoint_port(errors, PATH("%s.ports[%zu]", path, i), port, json_array_size(ports) > 1);
}

static void endpoints_validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    size_t i;
    json_t *subset;

    if (old) {
        meta_validate_update(obj, old, errors);
        meta_validate(c->res->names, obj, errors);
        if (doc_same(doc_get(obj, "subsets"), doc_get(old, "subsets")))
            return;
    }
    json_array_foreach(doc_get(obj, "subsets"), i, subset) check_subset(errors, PATH("subsets[%zu]", i), subset);
}

static void warn_addresses(call *c, const char *path, const json_t *list)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one) warn_of_ip(c, PATH("%s[%zu].ip", path, i), doc_text(one, "ip"));
}

static void endpoints_warn(call *c, const json_t *obj, const json_t *old)
{
    size_t i;
    json_t *subset;

    (void)old;
    json_array_foreach(doc_get(obj, "subsets"), i, subset)
    {
        warn_addresses(c, PATH("subsets[%zu].addresses", i), doc_get(subset, "addresses"));
        warn_addresses(c, PATH("subsets[%zu].notReadyAddresses", i), doc_get(subset, "notReadyAddresses"));
    }
}

const strategy ENDPOINTS_STRATEGY = {
    .defaults = endpoints_defaults, .validate = endpoints_validate, .warn = endpoints_warn, .creates_on_update = true};

/* ---- slices ---- */

static void slice_defaults(json_t *obj)
{
    size_t i;
    json_t *port;

    json_array_foreach(doc_get(obj, "ports"), i, port)
    {
        if (!doc_get(port, "name"))
            doc_set_text(port, "name", "");
        doc_default_text(port, "protocol", "TCP");
    }
}

static bool is_changed(const json_t *obj, const json_t *old)
{
    return !doc_same(doc_get(obj, "addressType"), doc_get(old, "addressType")) ||
           !doc_same(doc_get(obj, "endpoints"), doc_get(old, "endpoints")) ||
           !doc_same(doc_get(obj, "ports"), doc_get(old, "ports")) ||
           !doc_same(doc_at(obj, "metadata.labels"), doc_at(old, "metadata.labels"));
}

static int slice_prepare(call *c, json_t *obj, const json_t *old, failure *why)
{
    json_t *meta = meta_of(obj), *endpoint;
    size_t i;

    (void)c, (void)why;
    if (!old)
        doc_set(meta, "generation", json_integer(1));
    else if (is_changed(obj, old))
        doc_set(meta, "generation", json_integer(meta_generation(old) + 1));
    if (!doc_same(doc_get(obj, "endpoints"), doc_get(old, "endpoints")))
        json_array_foreach(doc_get(obj, "endpoints"), i, endpoint) json_object_del(endpoint, "deprecatedTopology");
    return 0;
}

#define ENDPOINTS_MAX 1000
#define ADDRESSES_MAX 100

static void check_slice_address(field_errors *errors, const char *path, size_t i, const char *text, const char *type)
{
    const char *at = PATH("%s[%zu]", path, i);
    bool v4 = strcmp(type, "IPv4") == 0;

    if (!v4 && strcmp(type, "IPv6") != 0)
        return;
    if (!check_ip(errors, at, text))
        return;
    if (v4 ? !ip_is_v4(text) : !ip_is_v6(text))
        wrong_text(errors, path, text, "must be an %s address", type);
    check_endpoint_ip(errors, at, text);
}

static void check_endpoint(field_errors *errors, const char *path, const json_t *endpoint, const char *type)
{
    const json_t *addresses = doc_get(endpoint, "addresses");
    const char *at = PATH("%s.addresses", path);
    size_t i;
    json_t *one;

    if (json_array_size(addresses) == 0)
        field_required(errors, at, "must contain at least 1 address");
    else if (json_array_size(addresses) > ADDRESSES_MAX)
        field_too_many(errors, at, (int)json_array_size(addresses), ADDRESSES_MAX);
    json_array_foreach((json_t *)addresses, i, one) check_slice_address(errors, at, i, json_string_value(one), type);
    if (doc_get(endpoint, "nodeName"))
        name_validate(NAME_DNS_SUBDOMAIN, doc_text(endpoint, "nodeName"), PATH("%s.nodeName", path), errors);
    if (doc_get(endpoint, "hostname"))
        name_validate(NAME_DNS_LABEL, doc_text(endpoint, "hostname"), PATH("%s.hostname", path), errors);
}

static void check_slice_ports(field_errors *errors, const json_t *ports)
{
    json_auto_t *names = json_object();
    size_t i;
    json_t *port;

    json_array_foreach((json_t *)ports, i, port)
    {
        const char *path = PATH("ports[%zu]", i), *name = doc_text(port, "name");
        if (*name)
            name_validate(NAME_DNS_LABEL, name, PATH("%s.name", path), errors);
        if (json_object_get(names, name))
            duplicate_text(errors, PATH("%s.name", path), name);
        json_object_set_new(names, name, json_true());
        check_one_of(errors, PATH("%s.protocol", path), doc_text(port, "protocol"), PROTOCOLS);
        if (doc_get(port, "appProtocol"))
            name_validate(NAME_QUALIFIED, doc_text(port, "appProtocol"), PATH("%s.appProtocol", path), errors);
    }
}

static void slice_validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    const json_t *endpoints = doc_get(obj, "endpoints");
    const char *type = doc_text(obj, "addressType");
    size_t i;
    json_t *one;

    if (old)
        meta_validate(c->res->names, obj, errors);
    if (!*type)
        field_required(errors, "addressType", "");
    else
        check_one_of(errors, "addressType", type, CHOICE("FQDN", "IPv4", "IPv6"));
    check_slice_ports(errors, doc_get(obj, "ports"));
    if (json_array_size(endpoints) > ENDPOINTS_MAX)
        field_too_many(errors, "endpoints", (int)json_array_size(endpoints), ENDPOINTS_MAX);
    else if (!old || !doc_same(endpoints, doc_get(old, "endpoints")))
        json_array_foreach((json_t *)endpoints, i, one) check_endpoint(errors, PATH("endpoints[%zu]", i), one, type);
    if (old)
        check_immutable(errors, "addressType", doc_get(obj, "addressType"), doc_get(old, "addressType"));
}

static void slice_warn(call *c, const json_t *obj, const json_t *old)
{
    size_t i, j;
    json_t *endpoint, *address;

    if (!old && doc_is(obj, "addressType", "FQDN"))
        call_warn(c, "spec.addressType: FQDN endpoints are deprecated");
    json_array_foreach(doc_get(obj, "endpoints"), i, endpoint)
        json_array_foreach(doc_get(endpoint, "addresses"), j, address)
            warn_of_ip(c, PATH("endpoints[%zu].addresses[%zu]", i, j), json_string_value(address));
}

const strategy ENDPOINT_SLICE_STRATEGY = {
    .defaults = slice_defaults, .prepare = slice_prepare, .validate = slice_validate, .warn = slice_warn};
