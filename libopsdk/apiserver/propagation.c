#include "apiserver/propagation.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/meta.h"

#include <string.h>

static const char orphan[] = "orphan", foreground[] = "foregroundDeletion";

void propagation_check(const json_t *opts, field_errors *errors)
{
    json_t *policy = json_object_get(opts, "propagationPolicy");
    const char *text = doc_text(opts, "propagationPolicy");
    json_auto_t *valid = NULL;

    if (!policy)
        return;
    if (doc_get(opts, "orphanDependents"))
        field_invalid(errors, "propagationPolicy", policy,
                      "orphanDependents and deletionPropagation cannot be both set");
    if (strcmp(text, "Foreground") != 0 && strcmp(text, "Background") != 0 && strcmp(text, "Orphan") != 0) {
        valid = json_pack("[s, s, s, s]", "Foreground", "Background", "Orphan", "nil");
        field_unsupported(errors, "propagationPolicy", policy, valid);
    }
}

/* The finalizer that obj is to have; NULL: none. */
static const char *choose(const resource *res, const json_t *finalizers, const json_t *opts)
{
    const char *policy = doc_text(opts, "propagationPolicy");

    if (strcmp(res->plural, "events") == 0 && !res->custom)
        return NULL;
    if (doc_get(opts, "orphanDependents"))
        return doc_flag(opts, "orphanDependents") ? orphan : NULL;
    if (*policy)
        return strcmp(policy, "Orphan") == 0 ? orphan : strcmp(policy, "Foreground") == 0 ? foreground : NULL;
    if (doc_has(finalizers, orphan))
        return orphan;
    return doc_has(finalizers, foreground) ? foreground : NULL;
}

void propagation_set(const resource *res, json_t *obj, const json_t *opts)
{
    json_t *meta = meta_of(obj), *list = doc_get(meta, "finalizers");
    const char *want = choose(res, list, opts);

    if (!want && !doc_has(list, orphan) && !doc_has(list, foreground))
        return;
    if (!list) {
        list = json_array();
        doc_set(meta, "finalizers", list);
    }
    for (size_t i = json_array_size(list); i-- > 0;) {
        const char *one = json_string_value(json_array_get(list, i));
        if (strcmp(one, orphan) == 0 || strcmp(one, foreground) == 0)
            json_array_remove(list, i);
    }
    if (want)
        json_array_append_new(list, json_string(want));
    if (json_array_size(list) == 0)
        doc_set(meta, "finalizers", NULL);
}
