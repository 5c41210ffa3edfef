/* Namespaces; what happens in one that is deleted: namespace_end.c. */
#include "apiserver/kinds/check.h"
#include "apiserver/kinds/kinds.h"
#include "apiserver/kinds/strategies.h"
#include "apiserver/meta.h"

#include <string.h>

static void label(json_t *obj)
{
    if (*meta_text(obj, "name"))
        doc_set_text(doc_make(meta_of(obj), "labels"), "kubernetes.io/metadata.name", meta_text(obj, "name"));
}

static void defaults(json_t *obj)
{
    doc_default_text(doc_make(obj, "status"), "phase", "Active");
    label(obj);
}

static bool is_sub(const call *c, const char *name)
{
    return c->sub && strcmp(c->sub->name, name) == 0;
}

static int prepare(call *c, json_t *obj, const json_t *old, failure *why)
{
    json_t *spec = doc_make(obj, "spec"), *finalizers;

    (void)why;
    if (!old) {
        doc_set(obj, "status", json_pack("{s:s}", "phase", "Active"));
        finalizers = doc_get(spec, "finalizers");
        if (!finalizers)
            doc_set(spec, "finalizers", json_pack("[s]", "kubernetes"));
        else if (!doc_has(finalizers, "kubernetes"))
            json_array_append_new(finalizers, json_string("kubernetes"));
    } else if (is_sub(c, "status")) {
        doc_keep(obj, old, "spec");
    } else {
        doc_keep(obj, old, "status");
        if (!is_sub(c, "finalize"))
            doc_keep(spec, doc_get(old, "spec"), "finalizers");
    }
    label(obj);
    return 0;
}

static void check_finalizers(field_errors *errors, const json_t *obj)
{
    size_t i;
    json_t *one;

    json_array_foreach(doc_at(obj, "spec.finalizers"), i, one)
    {
        const char *text = json_string_value(one);
        name_validate(NAME_QUALIFIED, text, "spec.finalizers", errors);
        if (!strchr(text, '/') && strcmp(text, "kubernetes") != 0 && strcmp(text, "orphan") != 0 &&
            strcmp(text, "foregroundDeletion") != 0)
            wrong_text(errors, "spec.finalizers", text,
                       "name is neither a standard finalizer name nor is it fully qualified");
    }
}

static void check_phase(field_errors *errors, const json_t *obj)
{
    const char *phase = doc_text(doc_get(obj, "status"), "phase");
    bool ending = *meta_text(obj, "deletionTimestamp");

    if (!ending && strcmp(phase, "Active") != 0)
        wrong_text(errors, "status.Phase", phase, "may only be 'Active' if `deletionTimestamp` is empty");
    if (ending && strcmp(phase, "Terminating") != 0)
        wrong_text(errors, "status.Phase", phase, "may only be 'Terminating' if `deletionTimestamp` is not empty");
}

static void validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    if (is_sub(c, "status")) {
        meta_validate_update(obj, old, errors);
        check_phase(errors, obj);
        return;
    }
    if (old)
        meta_validate(c->res->names, obj, errors);
    check_finalizers(errors, obj);
    if (old)
        meta_validate_update(obj, old, errors);
}

/* Pods need an account, which a controller makes elsewhere. */
static void stored(call *c, const json_t *now, const json_t *old)
{
    json_auto_t *account = NULL;
    auto_failure why = {0};

    if (!now || old)
        return;
    account = json_pack("{s:{s:s}}", "metadata", "name", "default");
    if (account)
        api_create(c->server, kinds_account_resource(c->server->kinds), meta_text(now, "name"), account,
                   "kube-controller-manager", &why);
}

/* The first delete only says so. */
static bool deleting(call *c, json_t *obj)
{
    char now[32];

    doc_set_text(meta_of(obj), "deletionTimestamp", apiserver_time(c->server, now));
    doc_set_text(doc_make(obj, "status"), "phase", "Terminating");
    return true;
}

static bool held(const json_t *obj)
{
    return json_array_size(doc_at(obj, "spec.finalizers")) > 0;
}

const strategy NAMESPACE_STRATEGY = {.defaults = defaults,
                                     .prepare = prepare,
                                     .validate = validate,
                                     .stored = stored,
                                     .deleting = deleting,
                                     .held = held};
