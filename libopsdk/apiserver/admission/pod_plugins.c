/* What admission adds to pods: an account and its token, a priority, tolerations. */
#include "apiserver/admission/plugins.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/kinds/kinds.h"
#include "apiserver/meta.h"

#include <stdio.h>
#include <string.h>

static bool is_pod(const admission *a)
{
    return a->obj && admission_is(a, "", "pods", "");
}

/* ---- ServiceAccount ---- */

static const char token_path[] = "/var/run/secrets/kubernetes.io/serviceaccount", token_name[] = "kube-api-access-";

static json_t *token_volume(const char *name)
{
    return json_pack("{s:s, s:{s:i, s:[{s:{s:i, s:s}}, {s:{s:s, s:[{s:s, s:s}]}}, {s:{s:[{s:s, s:{s:s, s:s}}]}}]}}",
                     "name", name, "projected", "defaultMode", 0644, "sources", "serviceAccountToken",
                     "expirationSeconds", 3607, "path", "token", "configMap", "name", "kube-root-ca.crt", "items",
                     "key", "ca.crt", "path", "ca.crt", "downwardAPI", "items", "path", "namespace", "fieldRef",
                     "apiVersion", "v1", "fieldPath", "metadata.namespace");
}

static bool is_mounted(const json_t *container)
{
    size_t i;
    json_t *mount;

    json_array_foreach(doc_get(container, "volumeMounts"), i,
                       mount) if (doc_is(mount, "mountPath", token_path)) return true;
    return false;
}

static json_t *list_of(json_t *obj, const char *name)
{
    if (!doc_get(obj, name))
        doc_set(obj, name, json_array());
    return doc_get(obj, name);
}

static bool mount_in(json_t *spec, const char *list, const char *volume)
{
    bool any = false;
    size_t i;
    json_t *container;

    json_array_foreach(doc_get(spec, list), i, container)
    {
        if (is_mounted(container))
            continue;
        json_array_append_new(list_of(container, "volumeMounts"),
                              json_pack("{s:s, s:b, s:s}", "name", volume, "readOnly", 1, "mountPath", token_path));
        any = true;
    }
    return any;
}

static void mount_token(json_t *spec)
{
    const char *found = NULL;
    char name[META_NAME];
    bool needed;
    size_t i;
    json_t *volume;

    json_array_foreach(doc_get(spec, "volumes"), i,
                       volume) if (!found && strncmp(doc_text(volume, "name"), token_name, strlen(token_name)) == 0)
        found = doc_text(volume, "name");
    if (!found)
        meta_random_name(token_name, name);
    needed = mount_in(spec, "initContainers", found ? found : name);
    needed |= mount_in(spec, "containers", found ? found : name);
    if (!found && needed)
        json_array_append_new(list_of(spec, "volumes"), token_volume(name));
}

static bool wants_token(const json_t *spec, const json_t *account)
{
    const json_t *asked = doc_get(spec, "automountServiceAccountToken");

    if (!asked)
        asked = doc_get(account, "automountServiceAccountToken");
    return !asked || json_is_true(asked);
}

static void take_pull_secrets(json_t *spec, const json_t *account)
{
    size_t i;
    json_t *secret;

    if (doc_get(spec, "imagePullSecrets"))
        return;
    json_array_foreach(doc_get(account, "imagePullSecrets"), i, secret)
        json_array_append_new(list_of(spec, "imagePullSecrets"), json_pack("{s:s}", "name", doc_text(secret, "name")));
}

int plugin_service_account(const admission *a)
{
    json_t *spec = doc_get(a->obj, "spec");
    json_auto_t *account = NULL;
    const char *ns = meta_text(a->obj, "namespace"), *name;
    const item *it;

    if (!is_pod(a) || a->old || json_object_get(doc_at(a->obj, "metadata.annotations"), "kubernetes.io/config.mirror"))
        return 0;
    if (!*doc_text(spec, "serviceAccountName")) {
        doc_set_text(spec, "serviceAccountName", "default");
        doc_set_text(spec, "serviceAccount", "default");
    }
    name = doc_text(spec, "serviceAccountName");
    it = collection_get(kinds_accounts(a->c->server->kinds), ns, name);
    if (!it)
        return admission_forbid(a, "error looking up service account %s/%s: serviceaccount \"%s\" not found", ns, name,
                                name);
    account = item_json(it);
    if (wants_token(spec, account))
        mount_token(spec);
    take_pull_secrets(spec, account);
    return 0;
}

/* ---- Priority ---- */

static const struct class
{
    const char *name;
    json_int_t value;
} classes[] = {{"system-cluster-critical", 2000000000}, {"system-node-critical", 2000001000}};

static bool find_class(const char *name, json_int_t *ret)
{
    *ret = 0;
    if (!*name)
        return true;
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (strcmp(classes[i].name, name) == 0) {
            *ret = classes[i].value;
            return true;
        }
    return false;
}

int plugin_priority(const admission *a)
{
    json_t *spec = doc_get(a->obj, "spec");
    json_int_t value;

    if (!is_pod(a))
        return 0;
    if (a->old) {
        const json_t *before = doc_get(a->old, "spec");
        if (!doc_get(spec, "priority"))
            doc_keep(spec, before, "priority");
        if (!doc_get(spec, "preemptionPolicy"))
            doc_keep(spec, before, "preemptionPolicy");
        return 0;
    }
    if (!find_class(doc_text(spec, "priorityClassName"), &value))
        return admission_forbid(a, "no PriorityClass with name %s was found", doc_text(spec, "priorityClassName"));
    if (doc_int(spec, "priority", value) != value)
        return admission_forbid(
            a,
            "the integer value of priority (%lld) must not be provided in pod spec; priority admission "
            "controller computed %lld from the given PriorityClass name",
            (long long)doc_int(spec, "priority", 0), (long long)value);
    doc_set(spec, "priority", json_integer(value));
    if (*doc_text(spec, "preemptionPolicy") && !doc_is(spec, "preemptionPolicy", "PreemptLowerPriority"))
        return admission_forbid(a,
                                "the string value of PreemptionPolicy (%s) must not be provided in pod spec; priority "
                                "admission controller computed PreemptLowerPriority from the given PriorityClass name",
                                doc_text(spec, "preemptionPolicy"));
    doc_set_text(spec, "preemptionPolicy", "PreemptLowerPriority");
    return 0;
}

/* ---- DefaultTolerationSeconds ---- */

static bool tolerates(const json_t *list, const char *key)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        const char *have = doc_text(one, "key"), *effect = doc_text(one, "effect");
        if ((!*have || strcmp(have, key) == 0) && (!*effect || strcmp(effect, "NoExecute") == 0))
            return true;
    }
    return false;
}

int plugin_toleration_seconds(const admission *a)
{
    static const char *const keys[] = {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"};
    json_t *spec = doc_get(a->obj, "spec");
    bool there[2];

    if (!is_pod(a))
        return 0;
    for (int i = 0; i < 2; i++)
        there[i] = tolerates(doc_get(spec, "tolerations"), keys[i]);
    for (int i = 0; i < 2; i++)
        if (!there[i])
            json_array_append_new(list_of(spec, "tolerations"),
                                  json_pack("{s:s, s:s, s:s, s:i}", "key", keys[i], "operator", "Exists", "effect",
                                            "NoExecute", "tolerationSeconds", 300));
    return 0;
}

/* RuntimeClass: there are none. */
int plugin_runtime_class(const admission *a)
{
    const char *name = doc_text(doc_get(a->obj, "spec"), "runtimeClassName");

    if (!is_pod(a) || a->old || !*name)
        return 0;
    return admission_forbid(a, "pod rejected: RuntimeClass \"%s\" not found", name);
}
