/* What metadata may be (k8s.io/apimachinery/pkg/api/validation/objectmeta.go). */
#include "apiserver/go_print.h"
#include "apiserver/meta.h"
#include "apiserver/names.h"
#include "core/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const json_t *obj, const char *name)
{
    const char *text = json_string_value(json_object_get(obj, name));

    return text ? text : "";
}

static void validate_owner(const json_t *owner, field_errors *errors)
{
    static const char path[] = "metadata.ownerReferences";
    const char *version = text_of(owner, "apiVersion"), *slash = strchr(version, '/');
    json_auto_t *empty = json_string("");

    if (!*(slash ? slash + 1 : version) || (slash && strchr(slash + 1, '/')))
        field_invalid(errors, "metadata.ownerReferences.apiVersion", json_object_get(owner, "apiVersion"),
                      "version must not be empty");
    if (!*text_of(owner, "kind"))
        field_invalid(errors, "metadata.ownerReferences.kind", empty, "must not be empty");
    if (!*text_of(owner, "name"))
        field_invalid(errors, "metadata.ownerReferences.name", empty, "must not be empty");
    if (!*text_of(owner, "uid"))
        field_invalid(errors, "metadata.ownerReferences.uid", empty, "must not be empty");
    if (strcmp(version, "v1") == 0 && strcmp(text_of(owner, "kind"), "Event") == 0)
        field_invalid(errors, path, owner, "/v1, Kind=Event is disallowed from being an owner");
}

static void validate_owners(const json_t *owners, field_errors *errors)
{
    const json_t *controller = NULL;
    size_t i;
    json_t *owner;

    json_array_foreach(owners, i, owner)
    {
        validate_owner(owner, errors);
        if (!json_is_true(json_object_get(owner, "controller")))
            continue;
        if (controller)
            field_invalid(errors, "metadata.ownerReferences", owners,
                          "Only one reference can have Controller set to true. Found \"true\" in references for %s/%s "
                          "and %s/%s",
                          text_of(controller, "kind"), text_of(controller, "name"), text_of(owner, "kind"),
                          text_of(owner, "name"));
        else
            controller = owner;
    }
}

static bool has(const json_t *list, const char *text)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one) if (strcmp(json_string_value(one), text) == 0) return true;
    return false;
}

static void validate_finalizers(const json_t *finalizers, field_errors *errors)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)finalizers, i, one)
        name_validate(NAME_QUALIFIED, json_string_value(one), "metadata.finalizers", errors);
    if (has(finalizers, "orphan") && has(finalizers, "foregroundDeletion"))
        field_invalid(errors, "metadata.finalizers", finalizers,
                      "finalizer orphan and foregroundDeletion cannot be both set");
}

void meta_validate_finalizers(const json_t *obj, field_errors *errors)
{
    static const char *const standard[] = {"kubernetes", "orphan", "foregroundDeletion"};
    char path[64];
    size_t i;
    json_t *one;

    json_array_foreach(json_object_get(meta_of(obj), "finalizers"), i, one)
    {
        const char *text = json_string_value(one);
        bool known = strchr(text, '/') != NULL;

        for (size_t k = 0; k < sizeof(standard) / sizeof(standard[0]); k++)
            known |= strcmp(text, standard[k]) == 0;
        snprintf(path, sizeof(path), "metadata.finalizers[%zu]", i);
        if (!known)
            field_invalid(errors, path, one, "name is neither a standard finalizer name nor is it fully qualified");
    }
}

static void validate_common(const json_t *meta, field_errors *errors)
{
    labels_validate(json_object_get(meta, "labels"), "metadata.labels", errors);
    annotations_validate(json_object_get(meta, "annotations"), "metadata.annotations", errors);
    validate_owners(json_object_get(meta, "ownerReferences"), errors);
}

static void validate_names(enum name_rule rule, const json_t *meta, field_errors *errors)
{
    const char *prefix = text_of(meta, "generateName"), *name = text_of(meta, "name");

    if (*prefix)
        name_validate_prefix(rule, prefix, "metadata.generateName", errors);
    if (*name)
        name_validate(rule, name, "metadata.name", errors);
    else
        field_required(errors, "metadata.name", "name or generateName is required");
}

/* The real server looks several times, and then tells several times of what it finds.  Nothing is found again where nothing was. */
void meta_validate(enum name_rule rule, const json_t *obj, field_errors *errors)
{
    const json_t *meta = meta_of(obj);
    size_t before;

    validate_names(rule, meta, errors);
    if (errors->sound == obj)
        return;
    before = json_array_size(errors->list);
    if (json_integer_value(json_object_get(meta, "generation")) < 0)
        field_invalid(errors, "metadata.generation", json_object_get(meta, "generation"),
                      "must be greater than or equal to 0");
    validate_common(meta, errors);
    validate_finalizers(json_object_get(meta, "finalizers"), errors);
    if (json_array_size(errors->list) == before)
        errors->sound = obj;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

#define SHOWN 64 /* new finalizers that a message lists */

/* []string{"a", "b"}, sorted. */
static void no_new_finalizers(const json_t *now, const json_t *before, field_errors *errors)
{
    const char *fresh[SHOWN];
    auto_buf text = BUF_INIT(LIMIT_OBJECT);
    size_t n = 0, i;
    json_t *one;

    json_array_foreach((json_t *)now, i, one) if (!has(before, json_string_value(one)) && n < SHOWN) fresh[n++] =
        json_string_value(one);
    if (n == 0)
        return;
    qsort(fresh, n, sizeof(fresh[0]), by_text);
    for (i = 0; i < n; i++) {
        buf_puts(&text, i ? ", " : "");
        go_quote(&text, fresh[i], strlen(fresh[i]));
    }
    field_forbidden(errors, "metadata.finalizers",
                    "no new finalizers can be added if the object is being deleted, found new finalizers []string{%s}",
                    text.failed ? "" : text.data);
}

static bool same(const json_t *a, const json_t *b)
{
    return a == b || json_equal(a, b);
}

void meta_validate_update(const json_t *obj, const json_t *old, field_errors *errors)
{
    static const char *const fixed[] = {
        "name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"};
    const json_t *meta = meta_of(obj), *before = meta_of(old);
    char path[64];

    if (*text_of(before, "deletionTimestamp"))
        no_new_finalizers(json_object_get(meta, "finalizers"), json_object_get(before, "finalizers"), errors);
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
        if (same(json_object_get(meta, fixed[i]), json_object_get(before, fixed[i])))
            continue;
        snprintf(path, sizeof(path), "metadata.%s", fixed[i]);
        field_invalid(errors, path, json_object_get(meta, fixed[i]), "field is immutable");
    }
    if (errors->sound != obj)
        validate_common(meta, errors);
}
