/* Some messages show a schema or all versions as the server holds them, in Go's own form: every field, in the order and with the names of its
 * structs. */
#include "apiserver/crd/check_schema.h"
#include "apiserver/go_print.h"
#include "apiserver/kinds/doc.h"

#include <stdlib.h>
#include <string.h>

enum form { TEXT, FLAG, WHOLE, SCHEMA, SCHEMAS, NAMED, ONE_OR_MORE, BOOL_OR, RULES, DOCS, NEEDS };

typedef struct member {
    const char *go, *name;
    enum form form;
} member;

static const member members[] = {
    {"ID", "id", TEXT},
    {"Schema", "$schema", TEXT},
    {"Ref", "$ref", WHOLE},
    {"Description", "description", TEXT},
    {"Type", "type", TEXT},
    {"Nullable", "nullable", FLAG},
    {"Format", "format", TEXT},
    {"Title", "title", TEXT},
    {"Default", "default", WHOLE},
    {"Maximum", "maximum", WHOLE},
    {"ExclusiveMaximum", "exclusiveMaximum", FLAG},
    {"Minimum", "minimum", WHOLE},
    {"ExclusiveMinimum", "exclusiveMinimum", FLAG},
    {"MaxLength", "maxLength", WHOLE},
    {"MinLength", "minLength", WHOLE},
    {"Pattern", "pattern", TEXT},
    {"MaxItems", "maxItems", WHOLE},
    {"MinItems", "minItems", WHOLE},
    {"UniqueItems", "uniqueItems", FLAG},
    {"MultipleOf", "multipleOf", WHOLE},
    {"Enum", "enum", WHOLE},
    {"MaxProperties", "maxProperties", WHOLE},
    {"MinProperties", "minProperties", WHOLE},
    {"Required", "required", WHOLE},
    {"Items", "items", ONE_OR_MORE},
    {"AllOf", "allOf", SCHEMAS},
    {"OneOf", "oneOf", SCHEMAS},
    {"AnyOf", "anyOf", SCHEMAS},
    {"Not", "not", SCHEMA},
    {"Properties", "properties", NAMED},
    {"AdditionalProperties", "additionalProperties", BOOL_OR},
    {"PatternProperties", "patternProperties", NAMED},
    {"Dependencies", "dependencies", NEEDS},
    {"AdditionalItems", "additionalItems", BOOL_OR},
    {"Definitions", "definitions", NAMED},
    {"ExternalDocs", "externalDocs", DOCS},
    {"Example", "example", WHOLE},
    {"XPreserveUnknownFields", "x-kubernetes-preserve-unknown-fields", WHOLE},
    {"XEmbeddedResource", "x-kubernetes-embedded-resource", FLAG},
    {"XIntOrString", "x-kubernetes-int-or-string", FLAG},
    {"XListMapKeys", "x-kubernetes-list-map-keys", WHOLE},
    {"XListType", "x-kubernetes-list-type", WHOLE},
    {"XMapType", "x-kubernetes-map-type", WHOLE},
    {"XValidations", "x-kubernetes-validations", RULES},
};

static void put_schema(buf *out, const json_t *doc);

static void put_text(buf *out, const char *text)
{
    json_auto_t *value = json_string(text);

    go_json(out, value);
}

static void put_schema_or_null(buf *out, const json_t *value)
{
    if (json_is_object(value))
        put_schema(out, value);
    else
        buf_puts(out, "null");
}

typedef void put_fn(buf *out, const json_t *value);

static void put_list(buf *out, const json_t *list, put_fn *put)
{
    size_t i;
    json_t *one;

    if (!list) {
        buf_puts(out, "null");
        return;
    }
    buf_addc(out, '[');
    json_array_foreach((json_t *)list, i, one)
    {
        buf_puts(out, i ? "," : "");
        put(out, one);
    }
    buf_addc(out, ']');
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What a property needs beside it: a schema or names of others. */
static void put_need(buf *out, const json_t *need)
{
    buf_puts(out, "{\"Schema\":");
    put_schema_or_null(out, need);
    buf_puts(out, ",\"Property\":");
    go_json(out, json_is_array(need) ? need : NULL);
    buf_addc(out, '}');
}

static void put_named(buf *out, const json_t *map, put_fn *put)
{
    size_t n = json_object_size(map), i = 0;
    const char **names = calloc(n + 1, sizeof(*names)), *name;
    json_t *one;

    if (!map || !names) {
        buf_puts(out, "null");
        free(names);
        return;
    }
    json_object_foreach((json_t *)map, name, one) names[i++] = name;
    qsort(names, n, sizeof(*names), by_name);
    buf_addc(out, '{');
    for (i = 0; i < n; i++) {
        buf_puts(out, i ? "," : "");
        put_text(out, names[i]);
        buf_addc(out, ':');
        put(out, json_object_get(map, names[i]));
    }
    buf_addc(out, '}');
    free(names);
}

/* "Name": value, with a comma before all but the first. */
static void put_name(buf *out, const char *name)
{
    buf_printf(out, "%s\"%s\":", out->len && out->data[out->len - 1] != '{' ? "," : "", name);
}

static void put_text_member(buf *out, const char *go, const json_t *doc, const char *name)
{
    put_name(out, go);
    put_text(out, doc_text(doc, name));
}

static void put_member(buf *out, const char *go, const json_t *doc, const char *name)
{
    put_name(out, go);
    go_json(out, json_object_get(doc, name));
}

static void put_flag_member(buf *out, const char *go, const json_t *doc, const char *name)
{
    put_name(out, go);
    buf_puts(out, doc_flag(doc, name) ? "true" : "false");
}

static void put_rule(buf *out, const json_t *rule)
{
    buf_addc(out, '{');
    put_text_member(out, "Rule", rule, "rule");
    put_text_member(out, "Message", rule, "message");
    put_text_member(out, "MessageExpression", rule, "messageExpression");
    put_member(out, "Reason", rule, "reason");
    put_text_member(out, "FieldPath", rule, "fieldPath");
    put_member(out, "OptionalOldSelf", rule, "optionalOldSelf");
    buf_addc(out, '}');
}

static void put_docs(buf *out, const json_t *docs)
{
    buf_addc(out, '{');
    put_text_member(out, "Description", docs, "description");
    put_text_member(out, "URL", docs, "url");
    buf_addc(out, '}');
}

static void put_one_or_more(buf *out, const json_t *value)
{
    buf_puts(out, "{\"Schema\":");
    put_schema_or_null(out, value);
    buf_puts(out, ",\"JSONSchemas\":");
    put_list(out, json_is_array(value) ? value : NULL, put_schema);
    buf_addc(out, '}');
}

static void put_bool_or(buf *out, const json_t *value)
{
    buf_printf(out, "{\"Allows\":%s,\"Schema\":", json_is_false(value) ? "false" : "true");
    put_schema_or_null(out, value);
    buf_addc(out, '}');
}

static void put_value(buf *out, const json_t *value, enum form form)
{
    switch (form) {
    case TEXT:
        put_text(out, json_is_string(value) ? json_string_value(value) : "");
        break;
    case FLAG:
        buf_puts(out, json_is_true(value) ? "true" : "false");
        break;
    case SCHEMA:
        put_schema_or_null(out, value);
        break;
    case SCHEMAS:
        put_list(out, value, put_schema);
        break;
    case NAMED:
        put_named(out, value, put_schema);
        break;
    case NEEDS:
        put_named(out, value, put_need);
        break;
    case RULES:
        put_list(out, value, put_rule);
        break;
    default:
        (!value                ? go_json
         : form == ONE_OR_MORE ? put_one_or_more
         : form == BOOL_OR     ? put_bool_or
         : form == DOCS        ? put_docs
                               : go_json)(out, value);
    }
}

static void put_schema(buf *out, const json_t *doc)
{
    buf_addc(out, '{');
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        put_name(out, members[i].go);
        put_value(out, json_object_get(doc, members[i].name), members[i].form);
    }
    buf_addc(out, '}');
}

void internal_schema(buf *out, const json_t *doc)
{
    put_schema(out, doc);
}

void internal_items(buf *out, const json_t *items)
{
    put_one_or_more(out, items);
}

/* ---- versions ---- */

static void put_column(buf *out, const json_t *column)
{
    buf_addc(out, '{');
    put_text_member(out, "Name", column, "name");
    put_text_member(out, "Type", column, "type");
    put_text_member(out, "Format", column, "format");
    put_text_member(out, "Description", column, "description");
    put_name(out, "Priority");
    buf_printf(out, "%lld", (long long)json_integer_value(json_object_get(column, "priority")));
    put_text_member(out, "JSONPath", column, "jsonPath");
    buf_addc(out, '}');
}

static void put_selectable(buf *out, const json_t *field)
{
    buf_addc(out, '{');
    put_text_member(out, "JSONPath", field, "jsonPath");
    buf_addc(out, '}');
}

static void put_subresources(buf *out, const json_t *subs)
{
    const json_t *scale = json_object_get(subs, "scale");

    if (!subs) {
        buf_puts(out, "null");
        return;
    }
    buf_printf(out, "{\"Status\":%s,\"Scale\":%s", json_object_get(subs, "status") ? "{}" : "null",
               scale ? "{" : "null");
    if (scale) {
        put_text_member(out, "SpecReplicasPath", scale, "specReplicasPath");
        put_text_member(out, "StatusReplicasPath", scale, "statusReplicasPath");
        put_member(out, "LabelSelectorPath", scale, "labelSelectorPath");
        buf_addc(out, '}');
    }
    buf_addc(out, '}');
}

static void put_version(buf *out, const json_t *v)
{
    const json_t *doc = json_object_get(v, "schema");

    buf_addc(out, '{');
    put_text_member(out, "Name", v, "name");
    put_flag_member(out, "Served", v, "served");
    put_flag_member(out, "Storage", v, "storage");
    put_flag_member(out, "Deprecated", v, "deprecated");
    put_member(out, "DeprecationWarning", v, "deprecationWarning");
    put_name(out, "Schema");
    buf_puts(out, doc ? "{\"OpenAPIV3Schema\":" : "null");
    if (doc) {
        put_schema_or_null(out, json_object_get(doc, "openAPIV3Schema"));
        buf_addc(out, '}');
    }
    put_name(out, "Subresources");
    put_subresources(out, json_object_get(v, "subresources"));
    put_name(out, "AdditionalPrinterColumns");
    put_list(out, json_object_get(v, "additionalPrinterColumns"), put_column);
    put_name(out, "SelectableFields");
    put_list(out, json_object_get(v, "selectableFields"), put_selectable);
    buf_addc(out, '}');
}

void internal_versions(buf *out, const json_t *versions)
{
    put_list(out, versions, put_version);
}
