/* Access control, leases, network, volumes and the rest as tables. */
#include "apiserver/discovery/columns.h"
#include "apiserver/limits.h"

#include <string.h>

/* ---- rbac.authorization.k8s.io ---- */

static json_t *role(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return json_sprintf("%s/%s", print_text(obj, "roleRef/kind"), print_text(obj, "roleRef/name"));
}

static json_t *subjects(const json_t *obj, const char *kind)
{
    bool account = strcmp(kind, "ServiceAccount") == 0;
    auto_buf out = BUF_INIT(LIMIT_OBJECT);
    size_t i;
    json_t *one;

    json_array_foreach(json_object_get(obj, "subjects"), i, one)
    {
        if (strcmp(print_text(one, "kind"), kind) != 0)
            continue;
        if (out.len)
            buf_puts(&out, ", ");
        if (account)
            buf_printf(&out, "%s/", print_text(one, "namespace"));
        buf_puts(&out, print_text(one, "name"));
    }
    return cell_buf(&out);
}

static json_t *users(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return subjects(obj, "User");
}

static json_t *groups(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return subjects(obj, "Group");
}

static json_t *accounts(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return subjects(obj, "ServiceAccount");
}

const column COLUMNS_BINDING[] = {COLUMN_NAME,
                                  COLUMN("Role", "string", role),
                                  COLUMN_AGE,
                                  COLUMN_WIDE("Users", "string", users),
                                  COLUMN_WIDE("Groups", "string", groups),
                                  COLUMN_WIDE("ServiceAccounts", "string", accounts),
                                  {0}};

/* ---- coordination, admission ---- */

TEXT_CELL(holder, "spec/holderIdentity", "")

const column COLUMNS_LEASE[] = {COLUMN_NAME, COLUMN("Holder", "string", holder), COLUMN_AGE, {0}};

static json_t *webhooks(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return json_integer((json_int_t)json_array_size(json_object_get(obj, "webhooks")));
}

const column COLUMNS_WEBHOOKS[] = {COLUMN_NAME, COLUMN("Webhooks", "integer", webhooks), COLUMN_AGE, {0}};

/* ---- discovery.k8s.io ---- */

#define SHOWN 3 /* the rest is counted */

static json_t *with_more(buf *out, size_t n)
{
    if (n > SHOWN)
        buf_printf(out, " + %zu more...", n - SHOWN);
    if (out->len == 0)
        buf_puts(out, "<unset>");
    return cell_buf(out);
}

TEXT_CELL(address_type, "addressType", "")

static json_t *slice_ports(const json_t *obj, int64_t now_s)
{
    auto_buf out = BUF_INIT(LIMIT_OBJECT);
    const json_t *list = json_object_get(obj, "ports");

    (void)now_s;
    for (size_t i = 0; i < json_array_size(list) && i < SHOWN; i++) {
        const json_t *one = json_array_get(list, i), *name = json_object_get(one, "name");
        buf_puts(&out, i ? "," : "");
        if (json_object_get(one, "port"))
            buf_printf(&out, "%lld", (long long)print_int(one, "port"));
        else
            buf_puts(&out, json_is_string(name) ? json_string_value(name) : "*");
    }
    return with_more(&out, json_array_size(list));
}

static json_t *slice_endpoints(const json_t *obj, int64_t now_s)
{
    auto_buf out = BUF_INIT(LIMIT_OBJECT);
    size_t n = 0, i, k;
    json_t *endpoint, *address;

    (void)now_s;
    json_array_foreach(json_object_get(obj, "endpoints"), i, endpoint)
        json_array_foreach(json_object_get(endpoint, "addresses"), k, address)
    {
        if (n < SHOWN)
            buf_printf(&out, "%s%s", n ? "," : "", json_string_value(address));
        n++;
    }
    return with_more(&out, n);
}

const column COLUMNS_ENDPOINT_SLICE[] = {COLUMN_NAME,
                                         COLUMN("AddressType", "string", address_type),
                                         COLUMN("Ports", "string", slice_ports),
                                         COLUMN("Endpoints", "string", slice_endpoints),
                                         COLUMN_AGE,
                                         {0}};

/* ---- networking.k8s.io ---- */

TEXT_CELL(ingress_class, "spec/ingressClassName", "<none>")

static json_t *hosts(const json_t *obj, int64_t now_s)
{
    const json_t *rules = print_at(obj, "spec/rules");
    auto_buf out = BUF_INIT(LIMIT_OBJECT);
    size_t n = json_array_size(rules), shown = 0, i = 0;

    (void)now_s;
    for (; i < n && shown < SHOWN; i++) {
        const char *host = print_text(json_array_get(rules, i), "host");
        if (*host)
            buf_printf(&out, "%s%s", shown++ ? "," : "", host);
    }
    if (out.len == 0)
        buf_addc(&out, '*');
    if (i < n)
        buf_printf(&out, " + %zu more...", n - SHOWN);
    return cell_buf(&out);
}

static json_t *ingress_addresses(const json_t *obj, int64_t now_s)
{
    json_auto_t *all = json_array(), *sorted = NULL;
    auto_buf out = BUF_INIT(LIMIT_OBJECT);
    size_t i;
    json_t *one;

    (void)now_s;
    json_array_foreach(print_at(obj, "status/loadBalancer/ingress"), i, one)
    {
        json_t *ip = json_object_get(one, "ip");
        json_array_append(all, ip ? ip : json_object_get(one, "hostname"));
    }
    sorted = print_sorted(all);
    json_array_foreach(sorted, i, one) buf_printf(&out, "%s%s", i ? "," : "", json_string_value(one));
    return cell_buf(&out);
}

static json_t *ingress_ports(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return json_string(json_array_size(print_at(obj, "spec/tls")) ? "80, 443" : "80");
}

const column COLUMNS_INGRESS[] = {COLUMN_NAME,
                                  COLUMN("Class", "string", ingress_class),
                                  COLUMN("Hosts", "string", hosts),
                                  COLUMN("Address", "string", ingress_addresses),
                                  COLUMN("Ports", "string", ingress_ports),
                                  COLUMN_AGE,
                                  {0}};

TEXT_CELL(controller, "spec/controller", "")

static json_t *parameters(const json_t *obj, int64_t now_s)
{
    const json_t *p = print_at(obj, "spec/parameters"), *group = json_object_get(p, "apiGroup");

    (void)now_s;
    if (!p)
        return json_string("<none>");
    return json_sprintf("%s%s%s/%s", print_text(p, "kind"), group ? "." : "", print_text(p, "apiGroup"),
                        print_text(p, "name"));
}

const column COLUMNS_INGRESS_CLASS[] = {COLUMN_NAME,
                                        COLUMN("Controller", "string", controller),
                                        COLUMN("Parameters", "string", parameters),
                                        COLUMN_AGE,
                                        {0}};

static json_t *pod_selector(const json_t *obj, int64_t now_s)
{
    auto_buf out = BUF_INIT(LIMIT_OBJECT);

    (void)now_s;
    print_selector(print_at(obj, "spec/podSelector"), &out);
    if (out.len == 0)
        buf_puts(&out, "<none>");
    return cell_buf(&out);
}

const column COLUMNS_NETWORK_POLICY[] = {COLUMN_NAME, COLUMN("Pod-Selector", "string", pod_selector), COLUMN_AGE, {0}};

/* ---- volumes ---- */

static json_t *access_modes(const json_t *modes)
{
    static const char *const names[][2] = {
        {"ReadWriteOnce", "RWO"}, {"ReadOnlyMany", "ROX"}, {"ReadWriteMany", "RWX"}, {"ReadWriteOncePod", "RWOP"}};
    auto_buf out = BUF_INIT(LIMIT_OBJECT);
    size_t k;
    json_t *mode;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        json_array_foreach((json_t *)modes, k, mode)
        {
            if (strcmp(json_string_value(mode), names[i][0]) != 0)
                continue;
            buf_printf(&out, "%s%s", out.len ? "," : "", names[i][1]);
            break;
        }
    return cell_buf(&out);
}

static json_t *volume_phase(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return json_string(print_at(obj, "metadata/deletionTimestamp") ? "Terminating" : print_text(obj, "status/phase"));
}

/* The old annotation stands before the field. */
static json_t *storage_class(const json_t *obj, int64_t now_s)
{
    const json_t *old =
        json_object_get(print_at(obj, "metadata/annotations"), "volume.beta.kubernetes.io/storage-class");

    (void)now_s;
    return json_string(json_is_string(old) ? json_string_value(old) : print_text(obj, "spec/storageClassName"));
}

TEXT_CELL(attributes_class, "spec/volumeAttributesClassName", "<unset>")
TEXT_CELL(volume_mode, "spec/volumeMode", "<unset>")
TEXT_CELL(volume_name, "spec/volumeName", "")
TEXT_CELL(volume_reason, "status/reason", "")
TEXT_CELL(reclaim_policy, "spec/persistentVolumeReclaimPolicy", "")

static json_t *claim_capacity(const json_t *obj, int64_t now_s)
{
    const char *size = print_text(obj, "status/capacity/storage");

    (void)now_s;
    return json_string(!*print_text(obj, "spec/volumeName") ? "" : *size ? size : "0");
}

static json_t *claim_modes(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return access_modes(*print_text(obj, "spec/volumeName") ? print_at(obj, "status/accessModes") : NULL);
}

const column COLUMNS_VOLUME_CLAIM[] = {COLUMN_NAME,
                                       COLUMN("Status", "string", volume_phase),
                                       COLUMN("Volume", "string", volume_name),
                                       COLUMN("Capacity", "string", claim_capacity),
                                       COLUMN("Access Modes", "string", claim_modes),
                                       COLUMN("StorageClass", "string", storage_class),
                                       COLUMN("VolumeAttributesClass", "string", attributes_class),
                                       COLUMN_AGE,
                                       COLUMN_WIDE("VolumeMode", "string", volume_mode),
                                       {0}};

TEXT_CELL(volume_capacity, "spec/capacity/storage", "0")

static json_t *volume_modes(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return access_modes(print_at(obj, "spec/accessModes"));
}

static json_t *claim(const json_t *obj, int64_t now_s)
{
    const json_t *ref = print_at(obj, "spec/claimRef");

    (void)now_s;
    return ref ? json_sprintf("%s/%s", print_text(ref, "namespace"), print_text(ref, "name")) : json_string("");
}

const column COLUMNS_VOLUME[] = {COLUMN_NAME,
                                 COLUMN("Capacity", "string", volume_capacity),
                                 COLUMN("Access Modes", "string", volume_modes),
                                 COLUMN("Reclaim Policy", "string", reclaim_policy),
                                 COLUMN("Status", "string", volume_phase),
                                 COLUMN("Claim", "string", claim),
                                 COLUMN("StorageClass", "string", storage_class),
                                 COLUMN("VolumeAttributesClass", "string", attributes_class),
                                 COLUMN("Reason", "string", volume_reason),
                                 COLUMN_AGE,
                                 COLUMN_WIDE("VolumeMode", "string", volume_mode),
                                 {0}};

static json_t *storage_class_name(const json_t *obj, int64_t now_s)
{
    const json_t *notes = print_at(obj, "metadata/annotations");
    const json_t *now = json_object_get(notes, "storageclass.kubernetes.io/is-default-class"),
                 *beta = json_object_get(notes, "storageclass.beta.kubernetes.io/is-default-class");
    json_auto_t *yes = json_string("true");

    (void)now_s;
    return json_sprintf("%s%s", print_text(obj, "metadata/name"),
                        json_equal(now, yes) || json_equal(beta, yes) ? " (default)" : "");
}

TEXT_CELL(provisioner, "provisioner", "")
TEXT_CELL(class_reclaim_policy, "reclaimPolicy", "Delete")
TEXT_CELL(binding_mode, "volumeBindingMode", "Immediate")

static json_t *expansion(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return json_boolean(print_true(obj, "allowVolumeExpansion"));
}

const column COLUMNS_STORAGE_CLASS[] = {
    {.name = "Name", .type = "string", .format = "name", .value = storage_class_name},
    COLUMN("Provisioner", "string", provisioner),
    COLUMN("ReclaimPolicy", "string", class_reclaim_policy),
    COLUMN("VolumeBindingMode", "string", binding_mode),
    COLUMN("AllowVolumeExpansion", "string", expansion),
    COLUMN_AGE,
    {0}};

/* ---- scheduling ---- */

INT_CELL(priority, "value")
TEXT_CELL(preemption, "preemptionPolicy", "")

static json_t *global(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return json_boolean(print_true(obj, "globalDefault"));
}

const column COLUMNS_PRIORITY_CLASS[] = {COLUMN_NAME,
                                         COLUMN("Value", "integer", priority),
                                         COLUMN("Global-Default", "boolean", global),
                                         COLUMN_AGE,
                                         COLUMN("PreemptionPolicy", "string", preemption),
                                         {0}};

/* ---- quotas ---- */

static json_t *quota(const json_t *obj, bool limits)
{
    const json_t *hard = print_at(obj, "status/hard"), *used = print_at(obj, "status/used");
    json_auto_t *keys = json_array(), *sorted = NULL;
    auto_buf out = BUF_INIT(LIMIT_OBJECT);
    const char *key;
    json_t *value;
    size_t i;

    json_object_foreach((json_t *)hard, key, value) json_array_append_new(keys, json_string(key));
    sorted = print_sorted(keys);
    json_array_foreach(sorted, i, value)
    {
        const json_t *have;
        key = json_string_value(value);
        have = json_object_get(used, key);
        if ((strncmp(key, "limits.", 7) == 0) == limits)
            buf_printf(&out, "%s%s: %s/%s", out.len ? ", " : "", key, have ? json_string_value(have) : "0",
                       json_string_value(json_object_get(hard, key)));
    }
    return cell_buf(&out);
}

static json_t *quota_requests(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return quota(obj, false);
}

static json_t *quota_limits(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return quota(obj, true);
}

const column COLUMNS_QUOTA[] = {
    COLUMN_NAME, COLUMN("Request", "string", quota_requests), COLUMN("Limit", "string", quota_limits), COLUMN_AGE, {0}};
