#include "apiserver/apply/last_applied.h"

#include "apiserver/go_print.h"
#include "apiserver/json_clone.h"
#include "apiserver/limits.h"

#include <string.h>

#define ANNOTATION "kubectl.kubernetes.io/last-applied-configuration"

static json_t *annotations_of(const json_t *obj)
{
    return json_object_get(json_object_get(obj, "metadata"), "annotations");
}

/* What the client applied and nobody has changed since. */
static const fields *untouched(pool *mem, const managed_write *w, const json_t *live, const json_t *last)
{
    auto_buf problems = BUF_INIT(LIMIT_REQUEST_BODY);
    const fields *set;
    comparison c;

    if (!typed_check(mem, w->schema, last, false, &problems) || typed_compare(mem, w->schema, last, live, &c) < 0)
        return NULL;
    set = typed_fields(mem, w->schema, last);
    return fields_without(mem, fields_without(mem, fields_without(mem, set, c.modified), c.added), c.removed);
}

bool last_applied_allows(pool *mem, const managed_write *w, const json_t *live, conflicts *found)
{
    const char *text = json_string_value(json_object_get(annotations_of(live), ANNOTATION));
    json_t *last = text ? json_loads(text, JSON_ALLOW_NUL, NULL) : NULL;
    const char *version = json_string_value(json_object_get(last, "apiVersion"));
    const fields *allowed;
    size_t left = 0;

    if (!version || strcmp(version, w->api_version) != 0) {
        json_decref(last);
        return false;
    }
    allowed = untouched(mem, w, live, last);
    for (size_t i = 0; i < found->n; i++) {
        const fields *rest = fields_without(mem, found->v[i].set, allowed);
        if (rest)
            found->v[left++] = (conflict){found->v[i].owner, rest};
    }
    found->n = left;
    json_decref(last); /* the texts of allowed go with it, which nothing refers to any more */
    return left == 0;
}

/* config as the annotation has it; NULL: no memory. */
static json_t *without_annotation(const json_t *config)
{
    json_t *copy = json_clone(config);

    json_object_del(annotations_of(copy), ANNOTATION);
    return copy;
}

/* All annotations together may be so long. */
static bool fits(const json_t *annotations, size_t more)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)annotations, name, value)
    {
        if (strcmp(name, ANNOTATION) != 0)
            more += strlen(name) + json_string_length(value);
    }
    return more + strlen(ANNOTATION) <= LIMIT_ANNOTATIONS;
}

void last_applied_sync(json_t *obj, const json_t *config)
{
    json_t *annotations = annotations_of(obj), *copy;
    auto_buf text = BUF_INIT(LIMIT_REQUEST_BODY * 4);

    if (json_string_length(json_object_get(annotations, ANNOTATION)) == 0)
        return;
    copy = without_annotation(config);
    go_json(&text, copy);
    buf_addc(&text, '\n');
    json_decref(copy);
    if (!text.failed && fits(annotations, text.len))
        json_object_set_new_nocheck(annotations, ANNOTATION, json_stringn_nocheck(text.data, text.len));
    else
        json_object_del(annotations, ANNOTATION);
}
