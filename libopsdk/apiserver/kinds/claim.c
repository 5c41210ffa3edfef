/* Persistent volume claims: stored, not bound. */
#include "apiserver/kinds/claim.h"
#include "apiserver/json_clone.h"
#include "apiserver/kinds/check.h"
#include "apiserver/kinds/pod_defaults.h"
#include "apiserver/kinds/strategies.h"
#include "apiserver/meta.h"
#include "apiserver/schema/quantity.h"

#include <string.h>

static void defaults(json_t *obj)
{
    doc_default_text(doc_make(obj, "status"), "phase", "Pending");
    claim_spec_defaults(doc_get(obj, "spec"));
}

/* The older and the newer name of a source are filled in from each other. */
static void normalize_source(json_t *spec)
{
    if (doc_get(spec, "dataSource") && !doc_get(spec, "dataSourceRef"))
        doc_set(spec, "dataSourceRef", json_clone(doc_get(spec, "dataSource")));
    else if (doc_get(spec, "dataSourceRef") && !doc_get(spec, "dataSource") &&
             !doc_get(doc_get(spec, "dataSourceRef"), "namespace"))
        doc_set(spec, "dataSource", json_clone(doc_get(spec, "dataSourceRef")));
}

static int prepare(call *c, json_t *obj, const json_t *old, failure *why)
{
    (void)why;
    if (c->sub) {
        doc_keep(obj, old, "spec");
        return 0;
    }
    normalize_source(doc_get(obj, "spec"));
    if (old)
        doc_keep(obj, old, "status");
    else
        doc_set(obj, "status", json_pack("{s:s}", "phase", "Pending"));
    return 0;
}

static void check_storage(field_errors *errors, const char *path, const json_t *spec)
{
    const char *at = PATH("%s.resources[storage]", path),
               *amount = doc_text(doc_at(spec, "resources.requests"), "storage");

    if (!*amount)
        field_required(errors, at, "");
    else if (quantity_sign(amount) <= 0)
        wrong_text(errors, at, amount, "must be greater than zero");
    else if (!quantity_is_whole(amount))
        wrong_text(errors, at, amount, "must be an integer");
}

static void check_mode_names(field_errors *errors, const char *path, const json_t *modes)
{
    bool single = doc_has(modes, "ReadWriteOncePod");
    size_t i;
    json_t *mode;

    json_array_foreach((json_t *)modes, i, mode)
        check_one_of(errors, path, json_string_value(mode),
                     CHOICE("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"));
    if (single &&
        (doc_has(modes, "ReadOnlyMany") || doc_has(modes, "ReadWriteMany") || doc_has(modes, "ReadWriteOnce")))
        field_forbidden(errors, path, "may not use ReadWriteOncePod with other access modes");
}

void claim_spec_validate(field_errors *errors, const char *path, const json_t *spec)
{
    const char *class = doc_text(spec, "storageClassName"), *modes = PATH("%s.accessModes", path);

    if (!doc_get(spec, "accessModes"))
        field_required(errors, modes, "at least 1 access mode is required");
    check_selector(errors, PATH("%s.selector", path), doc_get(spec, "selector"));
    check_mode_names(errors, modes, doc_get(spec, "accessModes"));
    check_storage(errors, path, spec);
    if (*class)
        name_validate(NAME_DNS_SUBDOMAIN, class, PATH("%s.storageClassName", path), errors);
    if (doc_get(spec, "volumeMode"))
        check_one_of(errors, PATH("%s.volumeMode", path), doc_text(spec, "volumeMode"), CHOICE("Block", "Filesystem"));
}

/* Is what may not change the same?  The volume may be set once; a bound claim may grow. */
static bool is_kept(const json_t *obj, const json_t *old)
{
    json_auto_t *now = json_clone(doc_get(obj, "spec")), *before = json_clone(doc_get(old, "spec"));

    if (!doc_get(before, "volumeName"))
        json_object_del(now, "volumeName");
    if (doc_is(doc_get(obj, "status"), "phase", "Bound")) {
        json_object_del(doc_at(now, "resources.requests"), "storage");
        json_object_del(doc_at(before, "resources.requests"), "storage");
        json_object_del(now, "volumeAttributesClassName");
        json_object_del(before, "volumeAttributesClassName");
    }
    return doc_same(now, before);
}

static void check_change(field_errors *errors, const json_t *obj, const json_t *old)
{
    const char *now = doc_text(doc_at(obj, "spec.resources.requests"), "storage"),
               *before = doc_text(doc_at(old, "spec.resources.requests"), "storage"),
               *had = doc_text(doc_at(old, "status.capacity"), "storage");

    if (!is_kept(obj, old))
        field_forbidden(errors, "spec",
                        "spec is immutable after creation except resources.requests and volumeAttributesClassName for "
                        "bound claims\n");
    if (*now && *before && quantity_compare(now, before) < 0 && *had && quantity_compare(now, had) <= 0)
        field_forbidden(errors, "spec.resources.requests.storage", "field can not be less than status.capacity");
    check_immutable(errors, "volumeMode", doc_at(obj, "spec.volumeMode"), doc_at(old, "spec.volumeMode"));
}

static void validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    if (old)
        meta_validate_update(obj, old, errors);
    if (c->sub)
        return;
    if (old)
        meta_validate(c->res->names, obj, errors);
    claim_spec_validate(errors, "spec", doc_get(obj, "spec"));
    if (old)
        check_change(errors, obj, old);
}

const strategy CLAIM_STRATEGY = {.defaults = defaults, .prepare = prepare, .validate = validate};
