#include "apiserver/kinds/claim.h"
#include "apiserver/kinds/pod_check.h"
#include "apiserver/schema/quantity.h"

#include <string.h>

/* ---- paths and modes ---- */

static bool has_backstep(const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "/");
        if (len == 2 && strncmp(text, "..", 2) == 0)
            return true;
        text += len + (text[len] == '/');
    }
    return false;
}

static void backstep_check(field_errors *errors, const char *path, const char *text)
{
    if (has_backstep(text))
        wrong_text(errors, path, text, "must not contain '..'");
}

void descending_path_check(field_errors *errors, const char *path, const char *text)
{
    if (*text == '/')
        wrong_text(errors, path, text, "must be a relative path");
    backstep_check(errors, path, text);
}

static void local_path_check(field_errors *errors, const char *path, const char *text)
{
    descending_path_check(errors, path, text);
    if (strncmp(text, "..", 2) == 0 && text[2] != '/')
        wrong_text(errors, path, text, "must not start with '..'");
}

static void mode_check(field_errors *errors, const char *path, const json_t *holder, const char *name)
{
    json_int_t mode = doc_int(holder, name, 0);

    if (mode < 0 || mode > 0777)
        wrong_int(errors, PATH("%s.%s", path, name), mode,
                  "must be a number between 0 and 0777 (octal), both inclusive");
}

static void required(field_errors *errors, const char *path, const json_t *holder, const char *name)
{
    if (!*doc_text(holder, name))
        field_required(errors, PATH("%s.%s", path, name), "");
}

static void item_check(field_errors *errors, const char *path, const json_t *item)
{
    required(errors, path, item, "key");
    required(errors, path, item, "path");
    local_path_check(errors, PATH("%s.path", path), doc_text(item, "path"));
    mode_check(errors, path, item, "mode");
}

/* ---- references to fields ---- */

static const char *const labels_of_pods[] = {"metadata.annotations", "metadata.labels",
                                             "metadata.name",        "metadata.namespace",
                                             "metadata.uid",         "spec.host",
                                             "spec.nodeName",        "spec.restartPolicy",
                                             "spec.schedulerName",   "spec.serviceAccountName",
                                             "status.hostIP",        "status.hostIPs",
                                             "status.phase",         "status.podIP",
                                             "status.podIPs",        NULL};

static bool is_in(const char *const *list, const char *text)
{
    for (; *list; list++)
        if (strcmp(*list, text) == 0)
            return true;
    return false;
}

/* "metadata.labels['key']" */
static void subscripted_check(field_errors *errors, const char *path, const char *text)
{
    size_t len = strcspn(text, "[");
    const char *before = PATH("%.*s", (int)len, text),
               *key = PATH("%.*s", (int)strlen(text + len + 2) - 2, text + len + 2);

    if (strcmp(before, "metadata.annotations") == 0 || strcmp(before, "metadata.labels") == 0)
        name_validate(NAME_QUALIFIED, key, path, errors);
    else
        wrong_text(errors, PATH("%s.fieldPath", path), text,
                   "error converting fieldPath: field label does not support subscript: %s", text);
}

static bool is_subscripted(const char *text)
{
    const char *open = strstr(text, "['");
    size_t len = strlen(text);

    return open && open > text && len > 4 && strcmp(text + len - 2, "']") == 0;
}

void field_ref_check(field_errors *errors, const char *path, const json_t *ref, bool volume)
{
    static const char *const in_env[] = {
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
        "status.hostIP", "status.hostIPs",     "status.podIP", "status.podIPs", NULL};
    static const char *const in_volume[] = {"metadata.annotations", "metadata.labels", "metadata.name",
                                            "metadata.namespace",   "metadata.uid",    NULL};
    const char *text = doc_text(ref, "fieldPath"), *at = PATH("%s.fieldPath", path);

    if (!*text)
        field_required(errors, at, "");
    else if (!doc_is(ref, "apiVersion", "v1"))
        wrong_text(errors, at, text, "error converting fieldPath: unsupported pod version: %s",
                   doc_text(ref, "apiVersion"));
    else if (is_subscripted(text))
        subscripted_check(errors, path, text);
    else if (!is_in(labels_of_pods, text))
        wrong_text(errors, at, text, "error converting fieldPath: field label not supported: %s", text);
    else
        check_one_of(errors, at, text, volume ? in_volume : in_env);
}

/* A divisor of 0 is none. */
static void divisor_check(field_errors *errors, const char *path, const char *name, const char *divisor)
{
    static const char *const bytes[] = {"1",   "1k",  "1M",  "1G",  "1T",  "1P",  "1E",
                                        "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei", NULL};
    const char *dot = strchr(name, '.'), *what = dot ? dot + 1 : "", *at = PATH("%s.divisor", path);
    static const char list[] =
        "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the";

    if (quantity_sign(divisor) == 0)
        return;
    if (strcmp(what, "cpu") == 0) {
        if (strcmp(divisor, "1") != 0 && strcmp(divisor, "1m") != 0)
            wrong_text(errors, at, name, "only divisor's values 1m and 1 are supported with the cpu resource");
    } else if (!is_in(bytes, divisor) && strcmp(what, "memory") == 0) {
        wrong_text(errors, at, name, "%s memory resource", list);
    } else if (!is_in(bytes, divisor) && strcmp(what, "ephemeral-storage") == 0) {
        wrong_text(errors, at, name, "%s local ephemeral storage resource", list);
    } else if (!is_in(bytes, divisor) && strncmp(what, "hugepages-", 10) == 0) {
        wrong_text(errors, at, name, "%s hugepages resource", list);
    }
}

void resource_ref_check(field_errors *errors, const char *path, const json_t *ref, bool volume)
{
    static const char *const known[] = {"limits.cpu",
                                        "limits.ephemeral-storage",
                                        "limits.memory",
                                        "requests.cpu",
                                        "requests.ephemeral-storage",
                                        "requests.memory",
                                        NULL};
    const char *name = doc_text(ref, "resource");

    if (volume && !*doc_text(ref, "containerName"))
        field_required(errors, PATH("%s.containerName", path), "");
    else if (!*name)
        field_required(errors, PATH("%s.resource", path), "");
    else if (strncmp(name, "limits.hugepages-", 17) != 0 && strncmp(name, "requests.hugepages-", 19) != 0)
        check_one_of(errors, PATH("%s.resource", path), name, known);
    divisor_check(errors, path, name, doc_text(ref, "divisor"));
}

/* ---- sources ---- */

static void items_check(field_errors *errors, const char *path, const json_t *source)
{
    size_t i;
    json_t *item;

    json_array_foreach(doc_get(source, "items"), i, item) item_check(errors, PATH("%s.items[%zu]", path, i), item);
}

static void secret_check(field_errors *errors, const char *path, const json_t *source)
{
    required(errors, path, source, "secretName");
    mode_check(errors, path, source, "defaultMode");
    items_check(errors, path, source);
}

static void config_check(field_errors *errors, const char *path, const json_t *source)
{
    required(errors, path, source, "name");
    mode_check(errors, path, source, "defaultMode");
    items_check(errors, path, source);
}

static void host_path_check(field_errors *errors, const char *path, const json_t *source)
{
    const char *text = doc_text(source, "path");

    if (!*text) {
        field_required(errors, PATH("%s.path", path), "");
        return;
    }
    backstep_check(errors, PATH("%s.path", path), text);
    check_one_of(
        errors, PATH("%s.type", path), doc_text(source, "type"),
        CHOICE("", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"));
}

static void claim_check(field_errors *errors, const char *path, const json_t *source)
{
    required(errors, path, source, "claimName");
}

static void empty_dir_check(field_errors *errors, const char *path, const json_t *source)
{
    if (quantity_sign(doc_text(source, "sizeLimit")) < 0)
        field_forbidden(errors, PATH("%s.sizeLimit", path), "SizeLimit field must be a valid resource quantity");
}

static void downward_file_check(field_errors *errors, const char *path, const json_t *file)
{
    const json_t *field = doc_get(file, "fieldRef"), *amount = doc_get(file, "resourceFieldRef");

    required(errors, path, file, "path");
    local_path_check(errors, PATH("%s.path", path), doc_text(file, "path"));
    if (field) {
        field_ref_check(errors, PATH("%s.fieldRef", path), field, true);
        if (amount)
            wrong_text(errors, path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
    } else if (amount) {
        resource_ref_check(errors, PATH("%s.resourceFieldRef", path), amount, true);
    } else {
        field_required(errors, path, "one of fieldRef and resourceFieldRef is required");
    }
    mode_check(errors, path, file, "mode");
}

static void downward_check(field_errors *errors, const char *path, const json_t *source)
{
    size_t i;
    json_t *file;

    mode_check(errors, path, source, "defaultMode");
    json_array_foreach(doc_get(source, "items"), i, file) downward_file_check(errors, path, file);
}

static void nfs_check(field_errors *errors, const char *path, const json_t *source)
{
    required(errors, path, source, "server");
    required(errors, path, source, "path");
    if (*doc_text(source, "path") && *doc_text(source, "path") != '/')
        wrong_text(errors, PATH("%s.path", path), doc_text(source, "path"), "must be an absolute path");
}

static void csi_check(field_errors *errors, const char *path, const json_t *source)
{
    required(errors, path, source, "driver");
}

static void ephemeral_check(field_errors *errors, const char *path, const json_t *source)
{
    const json_t *template = doc_get(source, "volumeClaimTemplate");

    if (!template)
        field_required(errors, PATH("%s.volumeClaimTemplate", path), "");
    else
        claim_spec_validate(errors, PATH("%s.volumeClaimTemplate.spec", path), doc_get(template, "spec"));
}

/* ---- projections ---- */

/* Each path may be there once in the whole volume; what is told of is the source. */
static void unique_check(field_errors *errors, const char *path, json_t *seen, const char *file, const char *source)
{
    if (!*file)
        return;
    if (json_object_get(seen, file))
        wrong_text(errors, path, source, "conflicting duplicate paths");
    json_object_set_new(seen, file, json_true());
}

static void named_source_check(field_errors *errors, const char *path, const char *at, const json_t *source,
                               json_t *seen)
{
    size_t i;
    json_t *item;

    required(errors, at, source, "name");
    json_array_foreach(doc_get(source, "items"), i, item)
    {
        item_check(errors, PATH("%s.items[%zu]", at, i), item);
        unique_check(errors, path, seen, doc_text(item, "path"), doc_text(source, "name"));
    }
}

static void token_check(field_errors *errors, const char *path, const char *at, const json_t *token)
{
    json_int_t seconds = doc_int(token, "expirationSeconds", 0);

    if (seconds < 600)
        wrong_int(errors, PATH("%s.expirationSeconds", at), seconds, "may not specify a duration less than 10 minutes");
    if (seconds > (json_int_t)1 << 32)
        wrong_int(errors, PATH("%s.expirationSeconds", at), seconds,
                  "may not specify a duration larger than 2^32 seconds");
    if (!*doc_text(token, "path"))
        field_required(errors, PATH("%s.path", path), "");
    else
        local_path_check(errors, PATH("%s.path", path), doc_text(token, "path"));
}

static void projection_check(field_errors *errors, const char *path, const char *at, const json_t *source, json_t *seen)
{
    const json_t *secret = doc_get(source, "secret"), *config = doc_get(source, "configMap"),
                 *downward = doc_get(source, "downwardAPI"), *token = doc_get(source, "serviceAccountToken");
    size_t i;
    json_t *file;

    if (secret)
        named_source_check(errors, path, PATH("%s.secret", at), secret, seen);
    if (config)
        named_source_check(errors, path, PATH("%s.configMap", at), config, seen);
    json_array_foreach(doc_get(downward, "items"), i, file)
    {
        downward_file_check(errors, PATH("%s.downwardAPI", at), file);
        unique_check(errors, path, seen, doc_text(file, "path"), doc_text(file, "path"));
    }
    if (token)
        token_check(errors, path, PATH("%s.serviceAccountToken", at), token);
    if (json_object_size(source) > 1)
        field_forbidden(errors, at, "may not specify more than 1 volume type per source");
}

static void projected_check(field_errors *errors, const char *path, const json_t *source)
{
    json_auto_t *seen = json_object();
    size_t i;
    json_t *one;

    mode_check(errors, path, source, "defaultMode");
    json_array_foreach(doc_get(source, "sources"), i, one)
        projection_check(errors, path, PATH("%s.sources[%zu]", path, i), one, seen);
}

/* ---- volumes ---- */

/* In the order in which the server looks at them.  What has no check here is taken as it is. */
static const struct source {
    const char *name;
    void (*check)(field_errors *errors, const char *path, const json_t *source);
} sources[] = {{"emptyDir", empty_dir_check},
               {"hostPath", host_path_check},
               {"gitRepo", NULL},
               {"gcePersistentDisk", NULL},
               {"awsElasticBlockStore", NULL},
               {"secret", secret_check},
               {"nfs", nfs_check},
               {"iscsi", NULL},
               {"glusterfs", NULL},
               {"flocker", NULL},
               {"persistentVolumeClaim", claim_check},
               {"rbd", NULL},
               {"cinder", NULL},
               {"cephfs", NULL},
               {"quobyte", NULL},
               {"downwardAPI", downward_check},
               {"fc", NULL},
               {"flexVolume", NULL},
               {"configMap", config_check},
               {"azureFile", NULL},
               {"vsphereVolume", NULL},
               {"photonPersistentDisk", NULL},
               {"portworxVolume", NULL},
               {"azureDisk", NULL},
               {"storageos", NULL},
               {"projected", projected_check},
               {"scaleIO", NULL},
               {"csi", csi_check},
               {"ephemeral", ephemeral_check},
               {"image", NULL}};

static void source_check(field_errors *errors, const char *path, const json_t *volume)
{
    bool found = false;

    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        const json_t *source = doc_get(volume, sources[i].name);
        if (!source)
            continue;
        if (found)
            field_forbidden(errors, PATH("%s.%s", path, sources[i].name), "may not specify more than 1 volume type");
        else if (sources[i].check)
            sources[i].check(errors, PATH("%s.%s", path, sources[i].name), source);
        found = true;
    }
    if (!found)
        field_required(errors, path, "must specify a volume type");
}

void volumes_check(const pod_scope *p, const char *path, const json_t *volumes)
{
    size_t i;
    json_t *volume;

    json_array_foreach((json_t *)volumes, i, volume)
    {
        const char *at = PATH("%s[%zu]", path, i), *name = doc_text(volume, "name");
        size_t before = json_array_size(p->errors->list);
        source_check(p->errors, at, volume);
        if (!*name)
            field_required(p->errors, PATH("%s.name", at), "");
        else
            name_validate(NAME_DNS_LABEL, name, PATH("%s.name", at), p->errors);
        if (json_object_get(p->volumes, name))
            duplicate_text(p->errors, PATH("%s.name", at), name);
        if (json_array_size(p->errors->list) == before)
            json_object_set(p->volumes, name, volume);
    }
}
