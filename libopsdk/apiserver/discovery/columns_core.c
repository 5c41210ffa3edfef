/* Services, configuration, nodes, events as tables. */
#include "apiserver/discovery/columns.h"
#include "apiserver/limits.h"

#include <ctype.h>
#include <string.h>

/* ---- namespaces, configuration ---- */

TEXT_CELL(phase, "status/phase", "")

const column COLUMNS_NAMESPACE[] = {COLUMN_NAME, COLUMN("Status", "string", phase), COLUMN_AGE, {0}};

/* Members of data, and of what stands beside it. */
static json_t *data(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return json_integer((json_int_t)(json_object_size(json_object_get(obj, "data")) +
                                     json_object_size(json_object_get(obj, "binaryData"))));
}

const column COLUMNS_CONFIG_MAP[] = {COLUMN_NAME, COLUMN("Data", "string", data), COLUMN_AGE, {0}};

TEXT_CELL(type, "type", "")

const column COLUMNS_SECRET[] = {
    COLUMN_NAME, COLUMN("Type", "string", type), COLUMN("Data", "string", data), COLUMN_AGE, {0}};

const column COLUMNS_SERVICE_ACCOUNT[] = {COLUMN_NAME, COLUMN_AGE, {0}};

/* ---- services ---- */

TEXT_CELL(service_type, "spec/type", "")

static json_t *cluster_address(const json_t *obj, int64_t now_s)
{
    const char *first = json_string_value(json_array_get(print_at(obj, "spec/clusterIPs"), 0));

    (void)now_s;
    return json_string(first ? first : "<none>");
}

static void join(const json_t *strings, buf *out)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)strings, i, one) buf_printf(out, "%s%s", out->len ? "," : "", json_string_value(one));
}

static void balancer_addresses(const json_t *obj, buf *out)
{
    json_auto_t *all = json_array(), *sorted = NULL;
    size_t i;
    json_t *one;

    json_array_foreach(print_at(obj, "status/loadBalancer/ingress"), i, one)
    {
        const json_t *ip = json_object_get(one, "ip"), *host = json_object_get(one, "hostname");
        json_array_append(all, (json_t *)(ip ? ip : host));
    }
    sorted = print_sorted(all);
    join(sorted, out);
}

static json_t *external_address(const json_t *obj, int64_t now_s)
{
    const char *kind = print_text(obj, "spec/type");
    bool balanced = strcmp(kind, "LoadBalancer") == 0;
    auto_buf out = BUF_INIT(LIMIT_OBJECT);

    (void)now_s;
    if (strcmp(kind, "ExternalName") == 0)
        return json_string(print_text(obj, "spec/externalName"));
    if (!balanced && strcmp(kind, "ClusterIP") != 0 && strcmp(kind, "NodePort") != 0)
        return json_string("<unknown>");
    if (balanced)
        balancer_addresses(obj, &out);
    join(print_at(obj, "spec/externalIPs"), &out);
    if (out.len == 0)
        buf_puts(&out, balanced ? "<pending>" : "<none>");
    return cell_buf(&out);
}

static json_t *ports(const json_t *obj, int64_t now_s)
{
    auto_buf out = BUF_INIT(LIMIT_OBJECT);
    size_t i;
    json_t *one;

    (void)now_s;
    json_array_foreach(print_at(obj, "spec/ports"), i, one)
    {
        buf_printf(&out, "%s%lld", i ? "," : "", (long long)print_int(one, "port"));
        if (print_int(one, "nodePort") > 0)
            buf_printf(&out, ":%lld", (long long)print_int(one, "nodePort"));
        buf_printf(&out, "/%s", print_text(one, "protocol"));
    }
    if (out.len == 0)
        buf_puts(&out, "<none>");
    return cell_buf(&out);
}

static json_t *selector(const json_t *obj, int64_t now_s)
{
    auto_buf out = BUF_INIT(LIMIT_OBJECT);

    (void)now_s;
    print_labels(print_at(obj, "spec/selector"), &out);
    return cell_buf(&out);
}

const column COLUMNS_SERVICE[] = {COLUMN_NAME,
                                  COLUMN("Type", "string", service_type),
                                  COLUMN("Cluster-IP", "string", cluster_address),
                                  COLUMN("External-IP", "string", external_address),
                                  COLUMN("Port(s)", "string", ports),
                                  COLUMN_AGE,
                                  COLUMN_WIDE("Selector", "string", selector),
                                  {0}};

/* ---- endpoints ---- */

#define SHOWN 3 /* the rest is counted */

static void put_endpoint(const char *ip, const json_t *port, size_t n, buf *out)
{
    bool v6 = strchr(ip, ':') && port;

    if (n >= SHOWN)
        return;
    buf_printf(out, "%s%s%s%s", n ? "," : "", v6 ? "[" : "", ip, v6 ? "]" : "");
    if (port)
        buf_printf(out, ":%lld", (long long)json_integer_value(port));
}

static size_t put_subset(const json_t *subset, size_t n, buf *out)
{
    const json_t *addresses = json_object_get(subset, "addresses"), *list = json_object_get(subset, "ports");
    size_t n_ports = json_array_size(list), i;
    json_t *one;

    for (size_t k = 0; k < (n_ports ? n_ports : 1); k++)
        json_array_foreach((json_t *)addresses, i, one)
            put_endpoint(print_text(one, "ip"), print_at(json_array_get(list, k), "port"), n++, out);
    return n;
}

static json_t *endpoints(const json_t *obj, int64_t now_s)
{
    const json_t *subsets = json_object_get(obj, "subsets");
    auto_buf out = BUF_INIT(LIMIT_OBJECT);
    size_t n = 0, i;
    json_t *subset;

    (void)now_s;
    json_array_foreach((json_t *)subsets, i, subset) n = put_subset(subset, n, &out);
    if (json_array_size(subsets) == 0)
        buf_puts(&out, "<none>");
    if (n > SHOWN)
        buf_printf(&out, " + %zu more...", n - SHOWN);
    return cell_buf(&out);
}

const column COLUMNS_ENDPOINTS[] = {COLUMN_NAME, COLUMN("Endpoints", "string", endpoints), COLUMN_AGE, {0}};

/* ---- nodes ---- */

static json_t *node_status(const json_t *obj, int64_t now_s)
{
    const json_t *ready = print_find(print_at(obj, "status/conditions"), "type", "Ready");
    const char *status = !ready ? "Unknown" : strcmp(print_text(ready, "status"), "True") == 0 ? "Ready" : "NotReady";

    (void)now_s;
    return json_sprintf("%s%s", status, print_true(obj, "spec/unschedulable") ? ",SchedulingDisabled" : "");
}

/* Labels "node-role.kubernetes.io/ROLE", and "kubernetes.io/role" with a role as its value. */
static json_t *roles(const json_t *obj, int64_t now_s)
{
    static const char prefix[] = "node-role.kubernetes.io/";
    json_auto_t *all = json_array(), *sorted = NULL;
    auto_buf out = BUF_INIT(LIMIT_OBJECT);
    const char *key;
    json_t *value;

    (void)now_s;
    json_object_foreach(print_at(obj, "metadata/labels"), key, value)
    {
        if (strncmp(key, prefix, sizeof(prefix) - 1) == 0 && key[sizeof(prefix) - 1])
            json_array_append_new(all, json_string(key + sizeof(prefix) - 1));
        else if (strcmp(key, "kubernetes.io/role") == 0 && json_string_length(value))
            json_array_append(all, value);
    }
    sorted = print_sorted(all);
    join(sorted, &out);
    if (out.len == 0)
        buf_puts(&out, "<none>");
    return cell_buf(&out);
}

static json_t *node_address(const json_t *obj, const char *kind)
{
    const json_t *one = print_find(print_at(obj, "status/addresses"), "type", kind);

    return json_string(one ? print_text(one, "address") : "<none>");
}

static json_t *internal_address(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return node_address(obj, "InternalIP");
}

static json_t *node_external_address(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return node_address(obj, "ExternalIP");
}

TEXT_CELL(kubelet, "status/nodeInfo/kubeletVersion", "")
TEXT_CELL(image, "status/nodeInfo/osImage", "<unknown>")
TEXT_CELL(kernel, "status/nodeInfo/kernelVersion", "<unknown>")
TEXT_CELL(container_runtime, "status/nodeInfo/containerRuntimeVersion", "<unknown>")

const column COLUMNS_NODE[] = {COLUMN_NAME,
                               COLUMN("Status", "string", node_status),
                               COLUMN("Roles", "string", roles),
                               COLUMN_AGE,
                               COLUMN("Version", "string", kubelet),
                               COLUMN_WIDE("Internal-IP", "string", internal_address),
                               COLUMN_WIDE("External-IP", "string", node_external_address),
                               COLUMN_WIDE("OS-Image", "string", image),
                               COLUMN_WIDE("Kernel-Version", "string", kernel),
                               COLUMN_WIDE("Container-Runtime", "string", container_runtime),
                               {0}};

/* ---- events: core/v1, and events.k8s.io/v1 which has other names for the same ---- */

static const char *either(const json_t *obj, const char *path, const char *other)
{
    const char *text = print_text(obj, path);

    return *text ? text : print_text(obj, other);
}

static const json_t *either_time(const json_t *obj, const char *path, const char *other)
{
    const json_t *time = print_at(obj, path);

    return json_is_string(time) ? time : print_at(obj, other);
}

static const json_t *first_time(const json_t *obj)
{
    const json_t *time = either_time(obj, "firstTimestamp", "deprecatedFirstTimestamp");

    return json_is_string(time) ? time : print_at(obj, "eventTime");
}

static json_t *first_seen(const json_t *obj, int64_t now_s)
{
    char room[DURATION_ROOM];

    return json_string(print_since(first_time(obj), now_s, room));
}

static json_t *last_seen(const json_t *obj, int64_t now_s)
{
    const json_t *time = either_time(obj, "lastTimestamp", "deprecatedLastTimestamp"),
                 *series = print_at(obj, "series");
    char room[DURATION_ROOM];

    if (!json_is_string(time))
        time = first_time(obj);
    if (json_is_object(series))
        time = json_object_get(series, "lastObservedTime");
    return json_string(print_since(time, now_s, room));
}

static json_t *event_object(const json_t *obj, int64_t now_s)
{
    const char *name = either(obj, "involvedObject/name", "regarding/name");
    auto_buf out = BUF_INIT(LIMIT_OBJECT);

    (void)now_s;
    for (const char *p = either(obj, "involvedObject/kind", "regarding/kind"); *p; p++)
        buf_addc(&out, (char)tolower((unsigned char)*p));
    if (*name)
        buf_printf(&out, "/%s", name);
    return cell_buf(&out);
}

static json_t *event_part(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return json_string(either(obj, "involvedObject/fieldPath", "regarding/fieldPath"));
}

static json_t *event_source(const json_t *obj, int64_t now_s)
{
    const char *who = either(obj, "source/component", "deprecatedSource/component"),
               *where = either(obj, "source/host", "deprecatedSource/host");

    (void)now_s;
    who = *who ? who : either(obj, "reportingComponent", "reportingController");
    where = *where ? where : print_text(obj, "reportingInstance");
    return json_sprintf("%s%s%s", who, *where ? ", " : "", where);
}

static json_t *message(const json_t *obj, int64_t now_s)
{
    const char *text = either(obj, "message", "note");
    size_t len;

    (void)now_s;
    while (isspace((unsigned char)*text))
        text++;
    len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    return json_stringn(text, len);
}

static json_t *count(const json_t *obj, int64_t now_s)
{
    json_int_t n = print_int(obj, "count");

    (void)now_s;
    if (n == 0)
        n = print_int(obj, "deprecatedCount");
    if (print_at(obj, "series"))
        return json_integer(print_int(obj, "series/count"));
    return json_integer(n ? n : 1);
}

TEXT_CELL(reason, "reason", "")

const column COLUMNS_EVENT[] = {COLUMN("Last Seen", "string", last_seen),
                                COLUMN("Type", "string", type),
                                COLUMN("Reason", "string", reason),
                                COLUMN("Object", "string", event_object),
                                COLUMN_WIDE("Subobject", "string", event_part),
                                COLUMN_WIDE("Source", "string", event_source),
                                COLUMN("Message", "string", message),
                                COLUMN_WIDE("First Seen", "string", first_seen),
                                COLUMN_WIDE("Count", "string", count),
                                {.name = "Name", .type = "string", .format = "name", .priority = 1, .value = cell_name},
                                {0}};
