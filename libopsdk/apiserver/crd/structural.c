/* Structural schemas (k8s.io/apiextensions-apiserver/pkg/apiserver/schema): what may stand where, and that all that is validated is also
 * described. */
#include "apiserver/crd/check_schema.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/schema/regex.h"

#include <stdlib.h>
#include <string.h>

enum level { LEVEL_ROOT, LEVEL_ITEM, LEVEL_FIELD };

static const char *const combinators[] = {"allOf", "anyOf", "oneOf"};

static void check_values(spot *at, const json_t *v, bool any, bool first);
static void check_nested(spot *at, const json_t *v, bool any);
static void check_level(spot *at, const json_t *s, enum level level);

static json_t *one_of(const json_t *s, const char *name)
{
    json_t *one = json_object_get(s, name);

    return json_is_object(one) ? one : NULL;
}

/* ---- anyOf: integer or string, as int-or-string may be written ---- */

static bool is_type_alone(const json_t *s, const char *type)
{
    return json_object_size(s) == 1 && strcmp(doc_text(s, "type"), type) == 0;
}

static bool is_int_or_string(const json_t *any)
{
    return json_array_size(any) == 2 && is_type_alone(json_array_get(any, 0), "integer") &&
           is_type_alone(json_array_get(any, 1), "string");
}

/* ---- value validations ---- */

static void check_pattern(spot *at, const json_t *v)
{
    const char *pattern = doc_text(v, "pattern");
    char *why = NULL;
    regex *re = *pattern ? regex_new(pattern, strlen(pattern), &why) : NULL;

    if (*pattern && !re)
        field_invalid(at->errors, spot_at(at, "pattern"), json_object_get(v, "pattern"),
                      "must be a valid regular expression, but isn't: %s", why ? why : "out of memory");
    regex_free(re);
    free(why);
}

static void check_list(spot *at, const json_t *v, const char *name, bool first)
{
    const json_t *list = json_object_get(v, name);
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        size_t back = spot_child(at, name);
        spot_index(at, i);
        check_nested(at, one, first && i == 0);
        spot_back(at, back);
    }
}

/* any: its own anyOf is how int-or-string may be written; first: that of its first allOf is. */
static void check_values(spot *at, const json_t *v, bool any, bool first)
{
    const json_t *not = one_of(v, "not");

    if (!any)
        check_list(at, v, "anyOf", false);
    check_list(at, v, "allOf", first);
    check_list(at, v, "oneOf", false);
    if (not ) {
        size_t back = spot_child(at, "not");
        check_nested(at, not, false);
        spot_back(at, back);
    }
    check_pattern(at, v);
}

static void forbid(spot *at, const json_t *v, const char *name, const char *must)
{
    const json_t *value = json_object_get(v, name);
    bool there = value && !json_is_false(value) && !json_is_null(value) &&
                 !(json_is_string(value) && json_string_length(value) == 0) &&
                 !(json_is_array(value) && json_array_size(value) == 0);

    if (there)
        field_forbidden(at->errors, spot_at(at, name), "must be %s to be structural", must);
}

static void forbid_structure(spot *at, const json_t *v)
{
    const json_t *more = json_object_get(v, "additionalProperties");

    forbid(at, v, "type", "empty");
    if (more && !json_is_false(more))
        field_forbidden(at->errors, spot_at(at, "additionalProperties"), "must be undefined to be structural");
    if (doc_get(v, "default"))
        field_forbidden(at->errors, spot_at(at, "default"), "must be undefined to be structural");
    forbid(at, v, "title", "empty");
    forbid(at, v, "description", "empty");
    forbid(at, v, "nullable", "false");
    forbid(at, v, "x-kubernetes-preserve-unknown-fields", "false");
    forbid(at, v, "x-kubernetes-embedded-resource", "false");
    forbid(at, v, "x-kubernetes-int-or-string", "false");
    forbid(at, v, "x-kubernetes-list-map-keys", "empty");
    forbid(at, v, "x-kubernetes-list-type", "undefined");
    forbid(at, v, "x-kubernetes-map-type", "undefined");
    forbid(at, v, "x-kubernetes-validations", "empty");
}

static void check_nested(spot *at, const json_t *v, bool any)
{
    const json_t *properties = json_object_get(v, "properties");
    size_t back;
    const char *name;
    json_t *one;

    check_values(at, v, any, false);
    if (one_of(v, "items")) {
        back = spot_child(at, "items");
        check_nested(at, one_of(v, "items"), false);
        spot_back(at, back);
    }
    json_object_foreach((json_t *)properties, name, one)
    {
        back = spot_child(at, "properties");
        spot_key(at, name);
        check_nested(at, one, false);
        spot_back(at, back);
    }
    forbid_structure(at, v);
    if (json_object_get(properties, "metadata")) {
        back = spot_child(at, "properties");
        spot_key(at, "metadata");
        field_forbidden(at->errors, spot_now(at), "must not be specified in a nested context");
        spot_back(at, back);
    }
}

/* ---- structure ---- */

static void check_extensions(spot *at, const json_t *s)
{
    json_auto_t *yes = json_true();

    if (!doc_flag(s, "x-kubernetes-int-or-string"))
        return;
    if (doc_flag(s, "x-kubernetes-preserve-unknown-fields"))
        field_invalid(at->errors, spot_at(at, "x-kubernetes-preserve-unknown-fields"), yes,
                      "must be false if x-kubernetes-int-or-string is true");
    if (doc_flag(s, "x-kubernetes-embedded-resource"))
        field_invalid(at->errors, spot_at(at, "x-kubernetes-embedded-resource"), yes,
                      "must be false if x-kubernetes-int-or-string is true");
}

static void check_type(spot *at, const json_t *s, enum level level)
{
    static const char *const missing[] = {"must not be empty at the root",
                                          "must not be empty for specified array items",
                                          "must not be empty for specified object fields"};
    const char *type = doc_text(s, "type");
    bool embedded = doc_flag(s, "x-kubernetes-embedded-resource"), object = strcmp(type, "object") == 0;
    json_auto_t *shown = json_string(type);

    if (embedded && !object && !*type)
        field_required(at->errors, spot_at(at, "type"), "must be object if x-kubernetes-embedded-resource is true");
    else if (embedded && !object)
        field_invalid(at->errors, spot_at(at, "type"), shown,
                      "must be object if x-kubernetes-embedded-resource is true");
    else if (!embedded && !*type && !doc_flag(s, "x-kubernetes-int-or-string") &&
             !doc_flag(s, "x-kubernetes-preserve-unknown-fields"))
        field_required(at->errors, spot_at(at, "type"), missing[level]);
    if (embedded && json_object_get(s, "additionalProperties"))
        field_forbidden(at->errors, spot_at(at, "additionalProperties"),
                        "must not be used if x-kubernetes-embedded-resource is set");
    if (level == LEVEL_ROOT && *type && !object)
        field_invalid(at->errors, spot_at(at, "type"), shown, "must be object at the root");
}

static void check_property_type(spot *at, const json_t *properties, const char *name, const char *want)
{
    const json_t *property = json_object_get(properties, name);
    json_auto_t *shown = json_string(doc_text(property, "type"));
    size_t back;

    if (!property || strcmp(doc_text(property, "type"), want) == 0)
        return;
    back = spot_child(at, "properties");
    spot_key(at, name);
    field_invalid(at->errors, spot_at(at, "type"), shown, "must be %s", want);
    spot_back(at, back);
}

/* Of metadata at the root only the names may be restricted, and its type told. */
static bool is_plain_metadata(const json_t *metadata)
{
    const json_t *properties = json_object_get(metadata, "properties");
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)properties, name, value)
    {
        if (strcmp(name, "name") != 0 && strcmp(name, "generateName") != 0)
            return false;
    }
    json_object_foreach((json_t *)metadata, name, value)
    {
        if (strcmp(name, "type") != 0 && strcmp(name, "properties") != 0 && strcmp(name, "default") != 0)
            return false;
    }
    return true;
}

static void check_metadata(spot *at, const json_t *s, enum level level)
{
    const json_t *properties = json_object_get(s, "properties"), *metadata = json_object_get(properties, "metadata");
    size_t back;

    if (level == LEVEL_ROOT || doc_flag(s, "x-kubernetes-embedded-resource")) {
        check_property_type(at, properties, "kind", "string");
        check_property_type(at, properties, "apiVersion", "string");
        check_property_type(at, properties, "metadata", "object");
    }
    if (!metadata || level != LEVEL_ROOT || is_plain_metadata(metadata))
        return;
    back = spot_child(at, "properties");
    spot_key(at, "metadata");
    field_forbidden(at->errors, spot_now(at),
                    "must not specify anything other than name and generateName, but metadata is implicitly specified");
    spot_back(at, back);
}

static void descend(spot *at, const json_t *s)
{
    const json_t *properties = json_object_get(s, "properties");
    size_t back;
    const char *name;
    json_t *one;

    if (one_of(s, "items")) {
        back = spot_child(at, "items");
        check_level(at, one_of(s, "items"), LEVEL_ITEM);
        spot_back(at, back);
    }
    json_object_foreach((json_t *)properties, name, one)
    {
        back = spot_child(at, "properties");
        spot_key(at, name);
        check_level(at, one, LEVEL_FIELD);
        spot_back(at, back);
    }
    if (one_of(s, "additionalProperties")) {
        back = spot_child(at, "additionalProperties");
        check_level(at, one_of(s, "additionalProperties"), LEVEL_FIELD);
        spot_back(at, back);
    }
}

static void check_level(spot *at, const json_t *s, enum level level)
{
    const json_t *all = json_object_get(s, "allOf");

    if (strcmp(doc_text(s, "type"), "array") == 0 && !json_object_get(s, "items"))
        field_required(at->errors, spot_at(at, "items"), "must be specified");
    descend(at, s);
    if (level == LEVEL_ROOT && json_object_get(s, "additionalProperties"))
        field_forbidden(at->errors, spot_at(at, "additionalProperties"), "must not be used at the root");
    check_extensions(at, s);
    check_values(at, s, is_int_or_string(json_object_get(s, "anyOf")),
                 is_int_or_string(json_object_get(json_array_get(all, 0), "anyOf")));
    check_type(at, s, level);
    check_metadata(at, s, level);
    if (doc_flag(s, "x-kubernetes-embedded-resource") && !doc_flag(s, "x-kubernetes-preserve-unknown-fields") &&
        json_object_size(json_object_get(s, "properties")) == 0)
        field_required(at->errors, spot_at(at, "properties"),
                       "must not be empty if x-kubernetes-embedded-resource is true without "
                       "x-kubernetes-preserve-unknown-fields");
}

/* ---- completeness: every validation is about something that is described ---- */

typedef struct pair {
    spot *shape; /* where it would have to be described */
    spot *rule;  /* where it is validated */
} pair;

static void complete_nested(const pair *p, const json_t *v, const json_t *s);

static void complete_values(const pair *p, const json_t *v, const json_t *s)
{
    const json_t *not = one_of(v, "not");
    size_t back, i, k;
    json_t *one;

    if (not ) {
        back = spot_child(p->rule, "not");
        complete_nested(p, not, s);
        spot_back(p->rule, back);
    }
    for (k = 0; k < sizeof(combinators) / sizeof(combinators[0]); k++)
        json_array_foreach(json_object_get(v, combinators[k]), i, one)
        {
            back = spot_child(p->rule, combinators[k]);
            spot_index(p->rule, i);
            complete_nested(p, one, s);
            spot_back(p->rule, back);
        }
}

static void complete_property(const pair *p, const char *name, const json_t *v, const json_t *s)
{
    const json_t *property = json_object_get(json_object_get(s, "properties"), name);
    size_t shape = spot_child(p->shape, "properties"), rule = spot_child(p->rule, "properties");

    spot_key(p->shape, name);
    spot_key(p->rule, name);
    complete_nested(p, v, property);
    spot_back(p->shape, shape);
    spot_back(p->rule, rule);
}

static void complete_nested(const pair *p, const json_t *v, const json_t *s)
{
    const char *name;
    json_t *one;

    if (!s) {
        auto_buf why = BUF_INIT(p->rule->path.max);
        buf_printf(&why, "because it is defined in %s", spot_now(p->rule));
        field_required(p->shape->errors, spot_now(p->shape), why.failed ? "" : why.data);
        return;
    }
    complete_values(p, v, s);
    if (one_of(v, "items")) {
        size_t shape = spot_child(p->shape, "items"), rule = spot_child(p->rule, "items");
        complete_nested(p, one_of(v, "items"), one_of(s, "items"));
        spot_back(p->shape, shape);
        spot_back(p->rule, rule);
    }
    json_object_foreach(json_object_get(v, "properties"), name, one) complete_property(p, name, one, s);
}

/* ---- all of it ---- */

/* As "field: message" compares. */
static int by_text(const void *a, const void *b)
{
    const char *x = doc_text(*(json_t *const *)a, "field"), *y = doc_text(*(json_t *const *)b, "field");
    size_t n = 0;

    while (x[n] && x[n] == y[n])
        n++;
    if (x[n] || y[n])
        return (x[n] ? x[n] : ':') - (y[n] ? y[n] : ':');
    return strcmp(doc_text(*(json_t *const *)a, "message"), doc_text(*(json_t *const *)b, "message"));
}

/* In the order of their text. */
static void add_sorted(field_errors *to, const json_t *found)
{
    size_t n = json_array_size(found), i;
    json_t **list = n ? calloc(n, sizeof(*list)) : NULL;

    for (i = 0; list && i < n; i++)
        list[i] = json_array_get(found, i);
    if (list)
        qsort(list, n, sizeof(*list), by_text);
    if (n && !to->list)
        to->list = json_array();
    for (i = 0; list && i < n; i++)
        json_array_append(to->list, list[i]);
    free(list);
}

void check_structural(spot *at, const json_t *doc)
{
    field_errors *errors = at->errors;
    auto_field_errors found = {0};
    spot rule;
    pair p = {at, &rule};

    at->errors = &found;
    check_level(at, doc, LEVEL_ROOT);
    spot_init(&rule, spot_now(at), &found);
    complete_values(&p, doc, doc);
    spot_clear(&rule);
    at->errors = errors;
    add_sorted(errors, found.list);
}

/* ---- what cannot be structural at all ---- */

static const char *unsupported_below(const json_t *s, const char *name)
{
    const json_t *below = json_object_get(s, name);
    const char *why = NULL, *key;
    size_t i;
    json_t *one;

    if (json_is_array(below))
        json_array_foreach((json_t *)below, i, one) why = why ? why : schema_unsupported(one);
    else if (strcmp(name, "properties") == 0)
        json_object_foreach((json_t *)below, key, one) why = why ? why : schema_unsupported(one);
    else if (json_is_object(below))
        why = schema_unsupported(below);
    return why;
}

const char *schema_unsupported(const json_t *s)
{
    static const struct {
        const char *name, *why;
    } fields[] = {{"id", "OpenAPIV3Schema 'id' is not supported"},
                  {"$schema", "OpenAPIV3Schema 'schema' is not supported"},
                  {"$ref", "OpenAPIV3Schema '$ref' is not supported"},
                  {"patternProperties", "OpenAPIV3Schema 'patternProperties' is not supported"},
                  {"dependencies", "OpenAPIV3Schema 'dependencies' is not supported"},
                  {"additionalItems", "OpenAPIV3Schema 'additionalItems' is not supported"},
                  {"definitions", "OpenAPIV3Schema 'definitions' is not supported"}};
    static const char *const combined[] = {"not", "allOf", "anyOf", "oneOf"}, *const inner[] = {"items", "properties",
                                                                                                "additionalProperties"};
    const char *why = NULL;

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (json_object_get(s, fields[i].name) && !why)
            why = fields[i].why;
    for (size_t i = 0; i < sizeof(combined) / sizeof(combined[0]) && !why; i++)
        why = unsupported_below(s, combined[i]);
    if (!why && json_is_false(json_object_get(s, "x-kubernetes-preserve-unknown-fields")))
        why = "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
    if (!why && json_is_array(json_object_get(s, "items")))
        why = "OpenAPIV3Schema 'items' must be a schema, but is an array";
    for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]) && !why; i++)
        why = unsupported_below(s, inner[i]);
    return why;
}
