/* Defaults in a CRD's schema fit the schema (apiserver/schema/defaulting, ValidateDefaults). */
#include "apiserver/crd/build.h"
#include "apiserver/crd/check_schema.h"
#include "apiserver/crd/embedded.h"
#include "apiserver/json_clone.h"
#include "apiserver/schema/custom.h"
#include "apiserver/schema/decode.h"

#include <string.h>

/* The way down from the resource that a default is in. */
typedef struct way {
    const struct way *up;
    const char *name; /* NULL: an item of a list */
    const schema *resource;
    bool in_meta; /* below apiVersion, kind or metadata */
} way;

static void check(spot *at, const schema *s, const way *here);

/* value as it would stand in the resource, whose kind is made up. */
static json_t *surround(const way *here, json_t *value)
{
    for (; here->up; here = here->up)
        value = here->name ? json_pack("{s:o}", here->name, value) : json_pack("[o]", value);
    if (!json_object_get(value, "kind"))
        json_object_set_new(value, "kind", json_string("Validation"));
    if (!json_object_get(value, "apiVersion"))
        json_object_set_new(value, "apiVersion", json_string("validation/v1"));
    return value;
}

/* "[a, b]", or the only one. */
static void put_all(buf *out, const field_errors *errors)
{
    size_t n = json_array_size(errors->list), i;
    json_t *one;

    json_array_foreach(errors->list, i, one) buf_printf(out, "%s%s: %s",
                                                        i       ? ", "
                                                        : n > 1 ? "["
                                                                : "",
                                                        json_string_value(json_object_get(one, "field")),
                                                        json_string_value(json_object_get(one, "message")));
    buf_puts(out, n > 1 ? "]" : "");
}

static void check_in_meta(spot *at, const schema *s, const way *here)
{
    json_auto_t *whole = surround(here, json_clone(s->rules->dflt));
    auto_field_errors wrong = {0};
    auto_buf text = BUF_INIT(at->path.max);
    schema resource = *here->resource;

    resource.embedded = true;
    if (custom_coerce(&resource, whole, "", NULL, &wrong) == 0)
        embedded_check(&resource, whole, "", true, &wrong);
    if (!wrong.list) {
        schema_validate(s, s->rules->dflt, NULL, spot_at(at, "default"), at->errors);
        return;
    }
    put_all(&text, &wrong);
    field_invalid(at->errors, spot_at(at, "default"), s->rules->dflt, "must result in valid metadata: %s",
                  text.failed ? "" : text.data);
}

static void check_value(spot *at, const schema *s, bool resource)
{
    json_auto_t *pruned = json_clone(s->rules->dflt), *value = json_clone(s->rules->dflt);
    auto_field_errors wrong = {0};

    custom_prune(s, pruned, resource, NULL);
    if (!json_equal(pruned, s->rules->dflt))
        field_invalid(at->errors, spot_at(at, "default"), s->rules->dflt, "must not have unknown fields");
    if (custom_coerce(s, value, spot_at(at, "default"), NULL, &wrong) == 0)
        embedded_check(s, value, spot_at(at, "default"), resource, &wrong);
    if (!wrong.list)
        schema_validate(s, value, NULL, spot_at(at, "default"), &wrong);
    if (!wrong.list)
        return;
    if (!at->errors->list)
        at->errors->list = json_array();
    json_array_extend(at->errors->list, wrong.list);
}

static bool is_type_meta(const char *name)
{
    return strcmp(name, "metadata") == 0 || strcmp(name, "apiVersion") == 0 || strcmp(name, "kind") == 0;
}

static void check_fields(spot *at, const schema *s, const way *here)
{
    for (size_t i = 0; i < s->n; i++) {
        const char *name = s->fields[i].name;
        const schema *child = rules_child(s, name);
        way below = {here, name, here->resource, here->in_meta || (s == here->resource && is_type_meta(name))};
        size_t back;
        if (!child || !child->rules)
            continue;
        back = spot_child(at, "properties");
        spot_key(at, name);
        check(at, child, &below);
        spot_back(at, back);
    }
}

static void check(spot *at, const schema *s, const way *here)
{
    way top = {NULL, NULL, s, false}, item = {here, NULL, here->resource, here->in_meta};

    if (s->embedded) {
        here = &top;
        item = (way){here, NULL, s, false};
    }
    if (s->rules->dflt && here->in_meta)
        check_in_meta(at, s, here);
    else if (s->rules->dflt)
        check_value(at, s, s == here->resource);
    if (s->items && s->items->rules && !s->rules->keyed) {
        size_t back = spot_child(at, "items");
        check(at, s->items, &item);
        spot_back(at, back);
    }
    check_fields(at, s, here);
}

void check_schema_defaults(spot *at, const json_t *doc)
{
    built_schema b;
    way top;

    if (build_schema_of_defaults(doc, &b) < 0)
        return;
    top = (way){NULL, NULL, b.root, false};
    if (b.root->rules)
        check(at, b.root, &top);
    built_schema_clear(&b);
}
