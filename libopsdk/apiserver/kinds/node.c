/* Nodes. */
#include "apiserver/json_clone.h"
#include "apiserver/kinds/check.h"
#include "apiserver/kinds/strategies.h"
#include "apiserver/meta.h"

#include <string.h>

static void defaults(json_t *obj)
{
    json_t *status = doc_get(obj, "status"), *spec = doc_get(obj, "spec");

    if (!doc_get(spec, "podCIDRs") && *doc_text(spec, "podCIDR"))
        doc_set(spec, "podCIDRs", json_pack("[s]", doc_text(spec, "podCIDR")));
    else if (doc_get(spec, "podCIDRs"))
        doc_set_text(spec, "podCIDR", json_string_value(json_array_get(doc_get(spec, "podCIDRs"), 0)));
    if (doc_get(status, "capacity") && !doc_get(status, "allocatable"))
        doc_set(status, "allocatable", json_clone(doc_get(status, "capacity")));
}

/* What is created may have a status; afterwards each part has a way of its own. */
static int prepare(call *c, json_t *obj, const json_t *old, failure *why)
{
    (void)why;
    if (old)
        doc_keep(obj, old, c->sub ? "spec" : "status");
    json_object_del(doc_get(obj, "spec"), "configSource");
    return 0;
}

static void check_taints(field_errors *errors, const json_t *obj)
{
    size_t i;
    json_t *taint;

    json_array_foreach(doc_at(obj, "spec.taints"), i, taint)
    {
        const char *path = PATH("metadata.taints[%zu]", i);
        name_validate(NAME_QUALIFIED, doc_text(taint, "key"), PATH("%s.key", path), errors);
        name_validate(NAME_LABEL_VALUE, doc_text(taint, "value"), PATH("%s.value", path), errors);
        if (!*doc_text(taint, "effect"))
            field_required(errors, PATH("%s.effect", path), "");
        else
            check_one_of(errors, PATH("%s.effect", path), doc_text(taint, "effect"),
                         CHOICE("NoSchedule", "PreferNoSchedule", "NoExecute"));
    }
}

static void validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    const json_t *spec = doc_get(obj, "spec"), *before = doc_get(old, "spec");

    if (old && !c->sub)
        meta_validate(c->res->names, obj, errors);
    if (!c->sub)
        check_taints(errors, obj);
    if (!old)
        return;
    meta_validate_update(obj, old, errors);
    if (doc_get(before, "podCIDRs") && !doc_same(doc_get(before, "podCIDRs"), doc_get(spec, "podCIDRs")))
        field_forbidden(errors, "spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid");
    if (*doc_text(before, "providerID") && strcmp(doc_text(before, "providerID"), doc_text(spec, "providerID")) != 0)
        field_forbidden(errors, "spec.providerID", "node updates may not change providerID except from \"\" to valid");
}

const strategy NODE_STRATEGY = {.defaults = defaults, .prepare = prepare, .validate = validate};
