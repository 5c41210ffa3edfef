/* Rules for each schema of a CRD beyond structure (apiextensions/validation, ValidateCustomResourceDefinitionOpenAPISchema). */
#include "apiserver/crd/check_schema.h"
#include "apiserver/kinds/doc.h"

#include <stdlib.h>
#include <string.h>

/* What holds for all that is below. */
typedef struct scope {
    bool in_meta;         /* within metadata of a resource */
    const char *defaults; /* why there may be none; NULL: they may */
} scope;

static void check(spot *at, const json_t *s, scope in, bool root);

static json_t *one_of(const json_t *s, const char *name)
{
    json_t *one = json_object_get(s, name);

    return json_is_object(one) ? one : NULL;
}

static bool is(const json_t *s, const char *name, const char *text)
{
    return strcmp(doc_text(s, name), text) == 0;
}

static void unsupported(spot *at, const char *name, const json_t *value, const char *const *choices)
{
    json_auto_t *valid = json_array();

    for (; *choices; choices++)
        json_array_append_new(valid, json_string(*choices));
    field_unsupported(at->errors, spot_at(at, name), value, valid);
}

/* ---- what no schema may have ---- */

static void check_forbidden(spot *at, const json_t *s, scope in)
{
    static const char *const types[] = {"array", "boolean", "integer", "number", "object", "string", NULL};
    static const char *const fields[] = {"id",          "additionalItems", "patternProperties",
                                         "definitions", "dependencies",    "$ref"};
    const char *type = doc_text(s, "type");
    size_t i;

    for (i = 0; types[i] && strcmp(type, types[i]) != 0;)
        i++;
    if (*type && !types[i])
        unsupported(at, "type", json_object_get(s, "type"), types);
    if (json_object_get(s, "default") && in.defaults)
        field_forbidden(at->errors, spot_at(at, "default"), "must not be set%s%s", *in.defaults ? " " : "",
                        in.defaults);
    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (json_object_get(s, fields[i]))
            field_forbidden(at->errors, spot_at(at, fields[i]), "%s is not supported", fields[i]);
    if (strcmp(type, "null") == 0)
        field_forbidden(at->errors, spot_at(at, "type"), "type cannot be set to null, use nullable as an alternative");
    if (json_is_array(json_object_get(s, "items")) && json_array_size(json_object_get(s, "items")))
        field_forbidden(at->errors, spot_at(at, "items"), "items must be a schema object and not an array");
    if (in.in_meta && doc_flag(s, "x-kubernetes-embedded-resource"))
        field_forbidden(at->errors, spot_at(at, "x-kubernetes-embedded-resource"),
                        "must not be used inside of resource meta");
    if (doc_flag(s, "uniqueItems"))
        field_forbidden(at->errors, spot_at(at, "uniqueItems"),
                        "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
}

/* ---- below ---- */

static void check_additional(spot *at, const json_t *s, scope in)
{
    const json_t *more = json_object_get(s, "additionalProperties");
    size_t back;

    if (!more)
        return;
    if (json_object_size(json_object_get(s, "properties")) && !json_is_true(more))
        field_forbidden(at->errors, spot_at(at, "additionalProperties"),
                        "additionalProperties and properties are mutual exclusive");
    if (!json_is_object(more))
        return;
    if (in.in_meta)
        in.defaults = "inside additionalProperties applying to object metadata";
    back = spot_child(at, "additionalProperties");
    check(at, more, in, false);
    spot_back(at, back);
}

static scope scope_of(const json_t *s, const char *property, scope in, bool root)
{
    static const struct {
        const char *name, *reason;
    } fields[] = {{"metadata", "in top-level metadata"},
                  {"kind", "in top-level kind"},
                  {"apiVersion", "in top-level apiVersion"}};

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (strcmp(property, fields[i].name) != 0 || !(root || doc_flag(s, "x-kubernetes-embedded-resource")))
            continue;
        in.in_meta = true;
        if (root)
            in.defaults = fields[i].reason;
    }
    return in;
}

static void check_properties(spot *at, const json_t *s, scope in, bool root)
{
    const json_t *properties = json_object_get(s, "properties");
    const char *name;
    json_t *one;

    json_object_foreach((json_t *)properties, name, one)
    {
        size_t back = spot_child(at, "properties");
        spot_key(at, name);
        check(at, one, scope_of(s, name, in, root), false);
        spot_back(at, back);
    }
}

static void check_list(spot *at, const json_t *s, const char *name, scope in)
{
    const json_t *list = json_object_get(s, name);
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        size_t back = spot_child(at, name);
        spot_index(at, i);
        check(at, one, in, false);
        spot_back(at, back);
    }
}

static void check_one(spot *at, const json_t *s, const char *name, scope in)
{
    size_t back = spot_child(at, name);

    if (one_of(s, name))
        check(at, one_of(s, name), in, false);
    spot_back(at, back);
}

/* ---- kinds of lists and maps ---- */

static void check_topology(spot *at, const json_t *s, const char *extension, const char *type)
{
    if (!json_object_get(s, extension) || is(s, "type", type))
        return;
    if (!*doc_text(s, "type"))
        field_required(at->errors, spot_at(at, "type"),
                       strcmp(type, "object") == 0 ? "must be object if x-kubernetes-map-type is specified"
                                                   : "must be array if x-kubernetes-list-type is specified");
    else
        field_invalid(at->errors, spot_at(at, "type"), json_object_get(s, "type"), "must be %s if %s is specified",
                      type, extension);
}

/* Elements of a set are compared whole. */
static void check_set(spot *at, const json_t *s)
{
    const json_t *items = one_of(s, "items"), *list = json_object_get(items, "x-kubernetes-list-type");
    json_auto_t *null = json_null();
    const char *map = doc_text(items, "x-kubernetes-map-type");
    size_t back;

    if (!items || !is(s, "type", "array") || !is(s, "x-kubernetes-list-type", "set"))
        return;
    back = spot_child(at, "items");
    if (is(items, "type", "array") && list && !is(items, "x-kubernetes-list-type", "atomic"))
        field_invalid(at->errors, spot_at(at, "x-kubernetes-list-type"), list,
                      "must be atomic as item of a list with x-kubernetes-list-type=set");
    if (is(items, "type", "object") && strcmp(map, "atomic") != 0)
        field_invalid(at->errors, spot_at(at, "x-kubernetes-map-type"), list ? list : null,
                      "must be atomic as item of a list with x-kubernetes-list-type=set");
    spot_back(at, back);
}

static void check_keys_place(spot *at, const json_t *s)
{
    const json_t *type = json_object_get(s, "x-kubernetes-list-type");

    if (json_array_size(json_object_get(s, "x-kubernetes-list-map-keys")) == 0)
        return;
    if (!type)
        field_required(at->errors, spot_at(at, "x-kubernetes-list-type"),
                       "must be map if x-kubernetes-list-map-keys is non-empty");
    else if (!is(s, "x-kubernetes-list-type", "map"))
        field_invalid(at->errors, spot_at(at, "x-kubernetes-list-type"), type,
                      "must be map if x-kubernetes-list-map-keys is non-empty");
}

static void check_key_type(spot *at, const json_t *items, const char *key)
{
    const json_t *property = json_object_get(json_object_get(items, "properties"), key);
    size_t back;

    if (!is(property, "type", "array") && !is(property, "type", "object"))
        return;
    back = spot_child(at, "items");
    spot_child(at, "properties");
    spot_key(at, key);
    field_invalid(at->errors, spot_at(at, "type"), json_object_get(items, "type"),
                  "must be a scalar type if parent array's x-kubernetes-list-type is map");
    spot_back(at, back);
}

static void check_keys(spot *at, const json_t *s, const json_t *items)
{
    const json_t *keys = json_object_get(s, "x-kubernetes-list-map-keys");
    size_t i, k;
    json_t *key;

    json_array_foreach((json_t *)keys, i, key)
    {
        const char *name = json_string_value(key);
        if (json_object_get(json_object_get(items, "properties"), name))
            check_key_type(at, items, name);
        else
            field_invalid(at->errors, spot_at(at, "x-kubernetes-list-map-keys"), keys,
                          "entries must all be names of item properties");
        for (k = 0; k < i && !json_equal(json_array_get(keys, k), key);)
            k++;
        if (k < i)
            field_invalid(at->errors, spot_at(at, "x-kubernetes-list-map-keys"), keys,
                          "must not contain duplicate entries");
    }
}

static void check_map_list(spot *at, const json_t *s)
{
    const json_t *items = json_object_get(s, "items");
    json_auto_t *shown = NULL;

    if (!is(s, "x-kubernetes-list-type", "map"))
        return;
    if (json_array_size(json_object_get(s, "x-kubernetes-list-map-keys")) == 0)
        field_required(at->errors, spot_at(at, "x-kubernetes-list-map-keys"),
                       "must not be empty if x-kubernetes-list-type is map");
    if (!items)
        field_required(at->errors, spot_at(at, "items"), "must have a schema if x-kubernetes-list-type is map");
    if (json_is_array(items)) {
        auto_buf all = BUF_INIT(at->path.max);
        internal_items(&all, items);
        field_invalid_text(at->errors, spot_at(at, "items"), all.failed ? "" : all.data,
                           "must only have a single schema if x-kubernetes-list-type is map");
    }
    if (!json_is_object(items))
        return;
    shown = json_string(doc_text(items, "type"));
    if (!is(items, "type", "object")) {
        size_t back = spot_child(at, "items");
        field_invalid(at->errors, spot_at(at, "type"), shown,
                      "must be object if parent array's x-kubernetes-list-type is map");
        spot_back(at, back);
        return;
    }
    check_keys(at, s, items);
}

/* Keys are always there, and nothing that lists hold is null. */
static void check_presence(spot *at, const json_t *s)
{
    const char *type = doc_text(s, "x-kubernetes-list-type");
    const json_t *items = one_of(s, "items"), *keys = json_object_get(s, "x-kubernetes-list-map-keys");
    size_t i, back;
    json_t *key;

    if (!items || (strcmp(type, "set") != 0 && strcmp(type, "map") != 0))
        return;
    back = spot_child(at, "items");
    if (doc_flag(items, "nullable"))
        field_forbidden(at->errors, spot_at(at, "nullable"), "cannot be nullable when x-kubernetes-list-type is %s",
                        type);
    json_array_foreach((json_t *)(strcmp(type, "map") == 0 ? keys : NULL), i, key)
    {
        const char *name = json_string_value(key);
        const json_t *property = json_object_get(json_object_get(items, "properties"), name);
        size_t inner;
        if (!property)
            continue;
        inner = spot_child(at, "properties");
        spot_key(at, name);
        if (!doc_has(json_object_get(items, "required"), name) && !json_object_get(property, "default"))
            field_required(at->errors, spot_at(at, "default"),
                           "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required "
                           "property");
        if (doc_flag(property, "nullable"))
            field_forbidden(at->errors, spot_at(at, "nullable"),
                            "this property is in x-kubernetes-list-map-keys, so it cannot be nullable");
        spot_back(at, inner);
    }
    spot_back(at, back);
}

static void check_extensions(spot *at, const json_t *s)
{
    static const char *const maps[] = {"atomic", "granular", NULL}, *const lists[] = {"atomic", "set", "map", NULL};
    const json_t *preserve = json_object_get(s, "x-kubernetes-preserve-unknown-fields"),
                 *map = json_object_get(s, "x-kubernetes-map-type"),
                 *list = json_object_get(s, "x-kubernetes-list-type");

    if (json_is_false(preserve))
        field_invalid(at->errors, spot_at(at, "x-kubernetes-preserve-unknown-fields"), preserve,
                      "must be true or undefined");
    check_topology(at, s, "x-kubernetes-map-type", "object");
    if (map && !is(s, "x-kubernetes-map-type", "atomic") && !is(s, "x-kubernetes-map-type", "granular"))
        unsupported(at, "x-kubernetes-map-type", map, maps);
    check_topology(at, s, "x-kubernetes-list-type", "array");
    check_set(at, s);
    if (list && !is(s, "x-kubernetes-list-type", "atomic") && !is(s, "x-kubernetes-list-type", "set") &&
        !is(s, "x-kubernetes-list-type", "map"))
        unsupported(at, "x-kubernetes-list-type", list, lists);
    check_keys_place(at, s);
    check_map_list(at, s);
    check_presence(at, s);
}

/* ---- x-kubernetes-validations, the form of them ---- */

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\n\v\f\r")] == '\0';
}

/* Line breaks within, not around. */
static bool has_breaks(const char *text)
{
    size_t len = strlen(text);

    text += strspn(text, " \t\n\v\f\r");
    len = strlen(text);
    while (len && strchr(" \t\n\v\f\r", text[len - 1]))
        len--;
    return memchr(text, '\n', len) || memchr(text, '\r', len);
}

static void check_rule_text(spot *at, const json_t *rule)
{
    const char *text = doc_text(rule, "rule"), *message = doc_text(rule, "message");

    if (is_blank(text))
        field_required(at->errors, spot_at(at, "rule"), "rule is not specified");
    else if (*message && is_blank(message))
        field_invalid(at->errors, spot_at(at, "message"), json_object_get(rule, "message"),
                      "must be non-empty if specified");
    else if (has_breaks(message))
        field_invalid(at->errors, spot_at(at, "message"), json_object_get(rule, "message"),
                      "must not contain line breaks");
    else if (has_breaks(text) && is_blank(message))
        field_required(at->errors, spot_at(at, "message"), "message must be specified if rule contains line breaks");
    if (*doc_text(rule, "messageExpression") && is_blank(doc_text(rule, "messageExpression")))
        field_required(at->errors, spot_at(at, "messageExpression"),
                       "messageExpression must be non-empty if specified");
}

static void check_rule_path(spot *at, const json_t *s, const json_t *rule)
{
    const json_t *value = json_object_get(rule, "fieldPath"), *found;
    const char *path = doc_text(rule, "fieldPath");
    char *why;

    if (!*path)
        return;
    if (is_blank(path))
        field_invalid(at->errors, spot_at(at, "fieldPath"), value, "must be non-empty if specified");
    if (strpbrk(path, "\n\r"))
        field_invalid(at->errors, spot_at(at, "fieldPath"), value, "must not contain line breaks");
    why = schema_unsupported(s) ? NULL : schema_path(s, path, true, &found);
    if (why)
        field_invalid(at->errors, spot_at(at, "fieldPath"), value, "must be a valid path");
    free(why);
}

static void check_rules(spot *at, const json_t *s)
{
    static const char *const reasons[] = {"FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid",
                                          "FieldValueRequired", NULL};
    const json_t *rules = json_object_get(s, "x-kubernetes-validations");
    size_t i, k;
    json_t *rule;

    if (at->no_rules && json_array_size(rules))
        field_forbidden(at->errors, spot_at(at, "x-kubernetes-validations"),
                        "CEL rules are not supported by the embedded API server");
    json_array_foreach((json_t *)rules, i, rule)
    {
        const json_t *reason = json_object_get(rule, "reason");
        size_t back = spot_child(at, "x-kubernetes-validations");
        spot_index(at, i);
        check_rule_text(at, rule);
        for (k = 0; reasons[k] && strcmp(reasons[k], doc_text(rule, "reason")) != 0;)
            k++;
        if (reason && !reasons[k])
            unsupported(at, "reason", reason, reasons);
        check_rule_path(at, s, rule);
        spot_back(at, back);
    }
}

static void check(spot *at, const json_t *s, scope in, bool root)
{
    check_forbidden(at, s, in);
    check_additional(at, s, in);
    check_properties(at, s, in, root);
    check_one(at, s, "not", in);
    check_list(at, s, "allOf", in);
    check_list(at, s, "oneOf", in);
    check_list(at, s, "anyOf", in);
    check_one(at, s, "items", in);
    check_list(at, s, "items", in);
    check_extensions(at, s);
    check_rules(at, s);
}

void check_openapi(spot *at, const json_t *schema)
{
    check(at, schema, (scope){0}, true);
}
