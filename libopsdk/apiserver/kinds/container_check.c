#include "apiserver/json_clone.h"
#include "apiserver/kinds/pod_check.h"
#include "apiserver/schema/quantity.h"

#include <string.h>

/* ---- environment ---- */

static void key_ref_check(field_errors *errors, const char *path, const json_t *ref)
{
    name_validate(NAME_DNS_SUBDOMAIN, doc_text(ref, "name"), PATH("%s.name", path), errors);
    if (!*doc_text(ref, "key"))
        field_required(errors, PATH("%s.key", path), "");
    else
        name_validate(NAME_CONFIG_KEY, doc_text(ref, "key"), PATH("%s.key", path), errors);
}

static size_t count_sources(const json_t *from, const char *const *names)
{
    size_t n = 0;

    for (; *names; names++)
        n += doc_get(from, *names) != NULL;
    return n;
}

static void value_from_check(field_errors *errors, const char *path, const json_t *var)
{
    const json_t *from = doc_get(var, "valueFrom");
    size_t n =
        count_sources(from, CHOICE("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"));

    if (!from)
        return;
    if (doc_get(from, "fieldRef"))
        field_ref_check(errors, PATH("%s.fieldRef", path), doc_get(from, "fieldRef"), false);
    if (doc_get(from, "resourceFieldRef"))
        resource_ref_check(errors, PATH("%s.resourceFieldRef", path), doc_get(from, "resourceFieldRef"), false);
    if (doc_get(from, "configMapKeyRef"))
        key_ref_check(errors, PATH("%s.configMapKeyRef", path), doc_get(from, "configMapKeyRef"));
    if (doc_get(from, "secretKeyRef"))
        key_ref_check(errors, PATH("%s.secretKeyRef", path), doc_get(from, "secretKeyRef"));
    if (n == 0)
        wrong_text(
            errors, path, "",
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`");
    else if (*doc_text(var, "value"))
        wrong_text(errors, path, "", "may not be specified when `value` is not empty");
    else if (n > 1)
        wrong_text(errors, path, "", "may not have more than one field specified at a time");
}

static void env_check(field_errors *errors, const char *path, const json_t *env)
{
    size_t i;
    json_t *var;

    json_array_foreach((json_t *)env, i, var)
    {
        const char *at = PATH("%s[%zu]", path, i);
        if (!*doc_text(var, "name"))
            field_required(errors, PATH("%s.name", at), "");
        else
            name_validate(NAME_ENVIRONMENT, doc_text(var, "name"), PATH("%s.name", at), errors);
        value_from_check(errors, PATH("%s.valueFrom", at), var);
    }
}

static void env_source_check(field_errors *errors, const char *path, const json_t *source)
{
    if (!source)
        return;
    if (!*doc_text(source, "name"))
        field_required(errors, PATH("%s.name", path), "");
    else
        name_validate_prefix(NAME_DNS_SUBDOMAIN, doc_text(source, "name"), PATH("%s.name", path), errors);
}

static void env_from_check(field_errors *errors, const char *path, const json_t *list)
{
    size_t i;
    json_t *from;

    json_array_foreach((json_t *)list, i, from)
    {
        const char *at = PATH("%s[%zu]", path, i);
        size_t n = count_sources(from, CHOICE("configMapRef", "secretRef"));
        if (*doc_text(from, "prefix"))
            name_validate(NAME_ENVIRONMENT, doc_text(from, "prefix"), PATH("%s.prefix", at), errors);
        env_source_check(errors, PATH("%s.configMapRef", at), doc_get(from, "configMapRef"));
        env_source_check(errors, PATH("%s.secretRef", at), doc_get(from, "secretRef"));
        if (n == 0)
            wrong_text(errors, path, "", "must specify one of: `configMapRef` or `secretRef`");
        else if (n > 1)
            wrong_text(errors, path, "", "may not have more than one field specified at a time");
    }
}

/* ---- ports ---- */

static void port_name_check(field_errors *errors, const char *path, const char *name, json_t *seen)
{
    if (!name_is(NAME_PORT, name))
        name_validate(NAME_PORT, name, path, errors);
    else if (json_object_get(seen, name))
        duplicate_text(errors, path, name);
    else
        json_object_set_new(seen, name, json_true());
}

static void ports_check(field_errors *errors, const char *path, const json_t *ports)
{
    json_auto_t *seen = json_object();
    size_t i;
    json_t *port;

    json_array_foreach((json_t *)ports, i, port)
    {
        const char *at = PATH("%s[%zu]", path, i);
        json_int_t number = doc_int(port, "containerPort", 0), host = doc_int(port, "hostPort", 0);
        if (*doc_text(port, "name"))
            port_name_check(errors, PATH("%s.name", at), doc_text(port, "name"), seen);
        if (number == 0)
            field_required(errors, PATH("%s.containerPort", at), "");
        else
            check_port(errors, PATH("%s.containerPort", at), number);
        if (host != 0)
            check_port(errors, PATH("%s.hostPort", at), host);
        check_one_of(errors, PATH("%s.protocol", at), doc_text(port, "protocol"), CHOICE("SCTP", "TCP", "UDP"));
    }
}

static void host_ports_check(field_errors *errors, const char *path, const json_t *container, json_t *seen)
{
    size_t i;
    json_t *port;

    json_array_foreach(doc_get(container, "ports"), i, port)
    {
        const char *key = PATH("%s/%s/%lld", doc_text(port, "protocol"), doc_text(port, "hostIP"),
                               (long long)doc_int(port, "hostPort", 0));
        if (!doc_int(port, "hostPort", 0))
            continue;
        if (json_object_get(seen, key))
            duplicate_text(errors, PATH("%s.ports[%zu].hostPort", path, i), key);
        json_object_set_new(seen, key, json_true());
    }
}

/* ---- mounts ---- */

static void mount_check(const pod_scope *p, const char *path, size_t i, const json_t *mount, const json_t *container)
{
    static const char *const propagations[] = {"Bidirectional", "HostToContainer", "None", NULL};
    const char *at = PATH("%s[%zu]", path, i), *sub = doc_text(mount, "subPath"),
               *expr = doc_text(mount, "subPathExpr"), *propagation = doc_text(mount, "mountPropagation");

    if (*sub)
        descending_path_check(p->errors, PATH("%s.subPath", path), sub);
    if (*expr && *sub)
        wrong_text(p->errors, PATH("%s.subPathExpr", at), expr, "subPathExpr and subPath are mutually exclusive");
    if (*expr)
        descending_path_check(p->errors, PATH("%s.subPathExpr", path), expr);
    if (!*propagation)
        return;
    check_one_of(p->errors, PATH("%s.mountPropagation", path), propagation, propagations);
    if (strcmp(propagation, "Bidirectional") == 0 && !doc_flag(doc_get(container, "securityContext"), "privileged"))
        field_forbidden(p->errors, PATH("%s.mountPropagation", path),
                        "Bidirectional mount propagation is available only to privileged containers");
}

static void not_found(field_errors *errors, const char *path, const char *name)
{
    json_auto_t *value = json_string(name);

    field_not_found(errors, path, value);
}

static void mounts_check(const pod_scope *p, const char *path, const json_t *container)
{
    json_auto_t *seen = json_object();
    size_t i;
    json_t *mount;

    json_array_foreach(doc_get(container, "volumeMounts"), i, mount)
    {
        const char *at = PATH("%s[%zu]", path, i), *name = doc_text(mount, "name"),
                   *where = doc_text(mount, "mountPath");
        if (!*name)
            field_required(p->errors, PATH("%s.name", at), "");
        if (!json_object_get(p->volumes, name))
            not_found(p->errors, PATH("%s.name", at), name);
        if (!*where)
            field_required(p->errors, PATH("%s.mountPath", at), "");
        if (json_object_get(seen, where))
            wrong_text(p->errors, PATH("%s.mountPath", at), where, "must be unique");
        json_object_set_new(seen, where, json_true());
        mount_check(p, path, i, mount, container);
    }
}

static void devices_check(const pod_scope *p, const char *path, const json_t *devices)
{
    size_t i;
    json_t *device;

    json_array_foreach((json_t *)devices, i, device)
    {
        const char *at = PATH("%s[%zu]", path, i), *name = doc_text(device, "name");
        const json_t *volume = json_object_get(p->volumes, name);
        if (!*name)
            field_required(p->errors, PATH("%s.name", at), "");
        if (!volume)
            not_found(p->errors, PATH("%s.name", at), name);
        else if (!doc_get(volume, "persistentVolumeClaim") && !doc_get(volume, "ephemeral"))
            wrong_text(p->errors, PATH("%s.name", at), name,
                       "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
        if (!*doc_text(device, "devicePath"))
            field_required(p->errors, PATH("%s.devicePath", at), "");
    }
}

/* ---- resources ---- */

static bool is_huge(const char *name)
{
    return strncmp(name, "hugepages-", 10) == 0;
}

static bool is_standard(const char *name)
{
    return strcmp(name, "cpu") == 0 || strcmp(name, "memory") == 0 || strcmp(name, "ephemeral-storage") == 0 ||
           is_huge(name);
}

/* What any object can have, without a domain. */
static bool is_known(const char *name)
{
    static const char *const names[] = {"storage",
                                        "pods",
                                        "replicationcontrollers",
                                        "resourcequotas",
                                        "secrets",
                                        "services",
                                        "persistentvolumeclaims",
                                        "configmaps",
                                        "services.nodeports",
                                        "services.loadbalancers",
                                        "requests.cpu",
                                        "requests.memory",
                                        "limits.cpu",
                                        "limits.memory"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return is_standard(name);
}

static bool is_native(const char *name)
{
    return !strchr(name, '/') || strstr(name, "kubernetes.io/");
}

static void resource_name_check(field_errors *errors, const char *path, const char *name)
{
    if (!name_is(NAME_QUALIFIED, name)) {
        name_validate(NAME_QUALIFIED, name, path, errors);
        if (!strchr(name, '/'))
            wrong_text(errors, path, name, "must be a standard resource for containers");
        return;
    }
    if (strchr(name, '/')) {
        if (!is_native(name) && strncmp(name, "requests.", 9) == 0)
            wrong_text(errors, path, name, "doesn't follow extended resource name standard");
        return;
    }
    if (!is_known(name))
        wrong_text(errors, path, name, "must be a standard resource type or fully qualified");
    if (!is_standard(name))
        wrong_text(errors, path, name, "must be a standard resource for containers");
}

static void amount_check(field_errors *errors, const char *path, const char *name, const char *amount)
{
    bool whole = !is_native(name);

    if (quantity_sign(amount) < 0)
        wrong_text(errors, path, amount, "must be greater than or equal to 0");
    if (whole && !quantity_is_whole(amount))
        wrong_text(errors, path, amount, "must be an integer");
}

/* A request of name against its limit. */
static void request_check(field_errors *errors, const char *path, const char *name, const char *amount,
                          const char *limit)
{
    bool overcommits = is_native(name) && !is_huge(name);
    const char *at = PATH("%s.requests", path);

    if (!*limit) {
        if (!overcommits)
            field_required(errors, PATH("%s.limits", path), "Limit must be set for non overcommitable resources");
        return;
    }
    if (quantity_compare(amount, limit) != 0 && !overcommits)
        wrong_text(errors, at, amount, "must be equal to %s limit of %s", name, limit);
    else if (quantity_compare(amount, limit) > 0)
        wrong_text(errors, at, amount, "must be less than or equal to %s limit of %s", name, limit);
}

void resources_check(field_errors *errors, const char *path, const json_t *resources)
{
    const json_t *limits = doc_get(resources, "limits"), *requests = doc_get(resources, "requests");
    bool compute =
        doc_get(limits, "cpu") || doc_get(limits, "memory") || doc_get(requests, "cpu") || doc_get(requests, "memory");
    bool huge = false;
    const char *name;
    json_t *amount;

    json_object_foreach((json_t *)limits, name, amount)
    {
        const char *at = PATH("%s.limits[%s]", path, name);
        resource_name_check(errors, at, name);
        amount_check(errors, at, name, json_string_value(amount));
        huge |= is_huge(name);
    }
    json_object_foreach((json_t *)requests, name, amount)
    {
        const char *at = PATH("%s.requests[%s]", path, name);
        resource_name_check(errors, at, name);
        amount_check(errors, at, name, json_string_value(amount));
        request_check(errors, path, name, json_string_value(amount), doc_text(limits, name));
        huge |= is_huge(name);
    }
    if (huge && !compute)
        field_forbidden(errors, path, "HugePages require cpu or memory");
}

/* ---- containers ---- */

static void security_check(field_errors *errors, const char *path, const json_t *context)
{
    static const char *const ids[] = {"runAsUser", "runAsGroup"};

    for (int i = 0; i < 2; i++)
        if (doc_get(context, ids[i]))
            check_between(errors, PATH("%s.%s", path, ids[i]), doc_int(context, ids[i], 0), 0, INT32_MAX);
    if (doc_get(context, "procMount"))
        check_one_of(errors, PATH("%s.procMount", path), doc_text(context, "procMount"), CHOICE("Default", "Unmasked"));
}

static void common_check(const pod_scope *p, const char *path, const json_t *container)
{
    field_errors *errors = p->errors;
    const char *name = doc_text(container, "name");

    if (!*name)
        field_required(errors, PATH("%s.name", path), "");
    else
        name_validate(NAME_DNS_LABEL, name, PATH("%s.name", path), errors);
    if (!*doc_text(container, "image"))
        field_required(errors, PATH("%s.image", path), "");
    check_one_of(errors, PATH("%s.terminationMessagePolicy", path), doc_text(container, "terminationMessagePolicy"),
                 CHOICE("File", "FallbackToLogsOnError"));
    ports_check(errors, PATH("%s.ports", path), doc_get(container, "ports"));
    env_check(errors, PATH("%s.env", path), doc_get(container, "env"));
    env_from_check(errors, PATH("%s.envFrom", path), doc_get(container, "envFrom"));
    mounts_check(p, PATH("%s.volumeMounts", path), container);
    devices_check(p, PATH("%s.volumeDevices", path), doc_get(container, "volumeDevices"));
    check_one_of(errors, PATH("%s.imagePullPolicy", path), doc_text(container, "imagePullPolicy"),
                 CHOICE("Always", "IfNotPresent", "Never"));
    resources_check(errors, PATH("%s.resources", path), doc_get(container, "resources"));
    security_check(errors, PATH("%s.securityContext", path), doc_get(container, "securityContext"));
}

static void restart_check(field_errors *errors, const char *path, const json_t *container)
{
    if (doc_get(container, "restartPolicy"))
        check_one_of(errors, PATH("%s.restartPolicy", path), doc_text(container, "restartPolicy"),
                     CHOICE("Always", "Never", "OnFailure"));
}

/* Names are unique; an empty one counts among containers only. */
static void unique_check(field_errors *errors, const char *path, const char *name, json_t *seen)
{
    if (json_object_get(seen, name))
        duplicate_text(errors, PATH("%s.name", path), name);
    json_object_set_new(seen, name, json_true());
}

static void main_check(const pod_scope *p, const char *path, json_t *names)
{
    json_auto_t *host_ports = json_object();
    const json_t *list = doc_get(p->spec, "containers");
    size_t i;
    json_t *one;

    if (json_array_size(list) == 0)
        field_required(p->errors, path, "");
    json_array_foreach((json_t *)list, i, one)
    {
        const char *at = PATH("%s[%zu]", path, i);
        common_check(p, at, one);
        unique_check(p->errors, at, doc_text(one, "name"), names);
        if (doc_get(one, "lifecycle"))
            lifecycle_check(p, PATH("%s.lifecycle", at), doc_get(one, "lifecycle"));
        probes_check(p, at, one);
        restart_check(p->errors, at, one);
    }
    json_array_foreach((json_t *)list, i, one) host_ports_check(p->errors, PATH("%s[%zu]", path, i), one, host_ports);
}

static void never_in_init(field_errors *errors, const char *path, const json_t *container)
{
    static const char *const names[] = {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (doc_get(container, names[i]))
            field_forbidden(errors, PATH("%s.%s", path, names[i]),
                            "may not be set for init containers without restartPolicy=Always");
}

static void init_check(const pod_scope *p, const char *path, json_t *names)
{
    size_t i;
    json_t *one;

    json_array_foreach(doc_get(p->spec, "initContainers"), i, one)
    {
        const char *at = PATH("%s[%zu]", path, i);
        json_auto_t *host_ports = json_object();
        common_check(p, at, one);
        restart_check(p->errors, at, one);
        if (*doc_text(one, "name"))
            unique_check(p->errors, at, doc_text(one, "name"), names);
        host_ports_check(p->errors, PATH("%s[0]", path), one, host_ports);
        if (!doc_is(one, "restartPolicy", "Always")) {
            never_in_init(p->errors, at, one);
            continue;
        }
        if (doc_get(one, "lifecycle"))
            lifecycle_check(p, PATH("%s.lifecycle", at), doc_get(one, "lifecycle"));
        probes_check(p, at, one);
    }
}

static void ephemeral_fields_check(field_errors *errors, const char *path, const json_t *one)
{
    static const struct name {
        const char *field, *go;
    } names[] = {{"ports", "Ports"},
                 {"livenessProbe", "LivenessProbe"},
                 {"readinessProbe", "ReadinessProbe"},
                 {"startupProbe", "StartupProbe"},
                 {"lifecycle", "Lifecycle"}};
    size_t i;
    json_t *mount;

    if (json_object_size(doc_get(one, "resources")) > 0)
        field_forbidden(errors, PATH("%s.Resources", path), "cannot be set for an Ephemeral Container");
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (doc_get(one, names[i].field))
            field_forbidden(errors, PATH("%s.%s", path, names[i].field), "cannot be set for an Ephemeral Container");
    json_array_foreach(doc_get(one, "volumeMounts"), i, mount)
    {
        if (*doc_text(mount, "subPath"))
            field_forbidden(errors, PATH("%s.volumeMounts[%zu].subPath", path, i),
                            "cannot be set for an Ephemeral Container");
    }
}

static void ephemeral_check(const pod_scope *p, const char *path, json_t *names)
{
    json_auto_t *others = json_clone_top(names);
    size_t i;
    json_t *one;

    json_array_foreach(doc_get(p->spec, "ephemeralContainers"), i, one)
    {
        const char *at = PATH("%s[%zu]", path, i), *target = doc_text(one, "targetContainerName");
        common_check(p, at, one);
        unique_check(p->errors, at, doc_text(one, "name"), names);
        if (*target && !json_object_get(others, target))
            not_found(p->errors, PATH("%s.targetContainerName", at), target);
        ephemeral_fields_check(p->errors, at, one);
    }
}

void containers_check(const pod_scope *p, const char *path)
{
    json_auto_t *names = json_object();

    main_check(p, PATH("%s.containers", path), names);
    init_check(p, PATH("%s.initContainers", path), names);
    ephemeral_check(p, PATH("%s.ephemeralContainers", path), names);
}
