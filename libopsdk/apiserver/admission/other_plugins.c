/* What admission does to nodes and claims. */
#include "apiserver/admission/plugins.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/meta.h"
#include "apiserver/schema/quantity.h"

#include <string.h>

/* TaintNodesByCondition: a new node is not ready. */
int plugin_node_taint(const admission *a)
{
    static const char key[] = "node.kubernetes.io/not-ready";
    json_t *spec, *taints, *one;
    size_t i;

    if (!a->obj || a->old || !admission_is(a, "", "nodes", ""))
        return 0;
    spec = doc_make(a->obj, "spec");
    if (!doc_get(spec, "taints"))
        doc_set(spec, "taints", json_array());
    taints = doc_get(spec, "taints");
    json_array_foreach(taints, i, one) if (doc_is(one, "key", key) && doc_is(one, "effect", "NoSchedule")) return 0;
    json_array_append_new(taints, json_pack("{s:s, s:s}", "key", key, "effect", "NoSchedule"));
    return 0;
}

/* StorageObjectInUseProtection */
int plugin_storage_in_use(const admission *a)
{
    static const char finalizer[] = "kubernetes.io/pvc-protection";
    json_t *meta = meta_of(a->obj);

    if (!a->obj || a->old || !admission_is(a, "", "persistentvolumeclaims", ""))
        return 0;
    if (!doc_get(meta, "finalizers"))
        doc_set(meta, "finalizers", json_array());
    if (!doc_has(doc_get(meta, "finalizers"), finalizer))
        json_array_append_new(doc_get(meta, "finalizers"), json_string(finalizer));
    return 0;
}

/* PersistentVolumeClaimResize: there are no storage classes here that could allow it. */
int plugin_claim_resize(const admission *a)
{
    const char *now, *before;

    if (!a->obj || !a->old || !admission_is(a, "", "persistentvolumeclaims", ""))
        return 0;
    now = doc_text(doc_at(a->obj, "spec.resources.requests"), "storage");
    before = doc_text(doc_at(a->old, "spec.resources.requests"), "storage");
    if (quantity_compare(now, before) <= 0)
        return 0;
    if (!doc_is(doc_get(a->old, "status"), "phase", "Bound"))
        return admission_forbid(a, "Only bound persistent volume claims can be expanded");
    return admission_forbid(
        a, "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc "
           "must support resize");
}
