/* The types of OpenAPI, from the schemas that the server itself works with.  Descriptions are those of CRDs; built-in kinds have none. */
#include "apiserver/discovery/openapi.h"
#include "apiserver/kinds/kinds.h"
#include "apiserver/kinds/schemas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *openapi_ref(const char *name)
{
    return json_pack("{s:o}", "$ref", json_sprintf("#/components/schemas/%s", name));
}

json_t *openapi_gvk(const char *group, const char *version, const char *kind)
{
    return json_pack("{s:s, s:s, s:s}", "group", group, "version", version, "kind", kind);
}

static void set(json_t *doc, const char *key, json_t *value)
{
    json_object_set_new(doc, key, value);
}

static json_t *names(const char *const *list)
{
    json_t *out = json_array();

    for (size_t i = 0; list[i]; i++)
        json_array_append_new(out, json_string(list[i]));
    return out;
}

/* ---- the use of a type ---- */

static void define(json_t *schemas, const schema *s);
static json_t *use(json_t *schemas, const schema *s);

/* What stands in a list or a map has the zero value of its Go type as its default. */
static json_t *use_item(json_t *schemas, const schema *s)
{
    json_t *doc = use(schemas, s);

    if (s->type == SCHEMA_OBJECT)
        set(doc, "default", json_object());
    else if (s->type == SCHEMA_STRING)
        set(doc, "default", json_string(""));
    else if (s->type == SCHEMA_INTEGER)
        set(doc, "default", json_integer(0));
    return doc;
}

static void set_topology(json_t *doc, const schema *s)
{
    static const char *const list_types[] = {
        [TOPOLOGY_ATOMIC] = "atomic", [TOPOLOGY_SET] = "set", [TOPOLOGY_MAP] = "map"};

    if (s->topology == TOPOLOGY_DEFAULT)
        return;
    if (s->type != SCHEMA_LIST) {
        set(doc, "x-kubernetes-map-type", json_string("atomic"));
        return;
    }
    set(doc, "x-kubernetes-list-type", json_string(list_types[s->topology]));
    if (s->topology == TOPOLOGY_MAP)
        set(doc, "x-kubernetes-list-map-keys", names(s->keys));
}

/* A type without a name, written where it is used. */
static json_t *inline_type(json_t *schemas, const schema *s)
{
    static const char *const types[] = {
        [SCHEMA_OBJECT] = "object",   [SCHEMA_MAP] = "object",      [SCHEMA_LIST] = "array",
        [SCHEMA_STRING] = "string",   [SCHEMA_INTEGER] = "integer", [SCHEMA_NUMBER] = "number",
        [SCHEMA_BOOLEAN] = "boolean", [SCHEMA_BYTES] = "string",    [SCHEMA_ANY] = "object"};
    json_t *doc = json_pack("{s:s}", "type", types[s->type]);

    if (s->format)
        set(doc, "format", json_string(s->format));
    if (s->values)
        set(doc, "enum", names(s->values));
    if (s->type == SCHEMA_LIST)
        set(doc, "items", use_item(schemas, s->items));
    if (s->type == SCHEMA_MAP)
        set(doc, "additionalProperties", use_item(schemas, s->items));
    set_topology(doc, s);
    return doc;
}

/* A reference stands within allOf, so that more can be said beside it. */
static json_t *use(json_t *schemas, const schema *s)
{
    if (!s->name)
        return inline_type(schemas, s);
    define(schemas, s);
    return json_pack("{s:[o]}", "allOf", openapi_ref(s->name));
}

static void set_strategy(json_t *doc, const schema_field *f)
{
    static const struct {
        unsigned bit;
        const char *name;
    } words[] = {{PATCH_MERGE, "merge"}, {PATCH_REPLACE, "replace"}, {PATCH_RETAIN_KEYS, "retainKeys"}};
    char text[64] = "";
    size_t len = 0;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (f->patch & words[i].bit)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", len ? "," : "", words[i].name);
    if (len)
        set(doc, "x-kubernetes-patch-strategy", json_string(text));
    if (f->patch_key)
        set(doc, "x-kubernetes-patch-merge-key", json_string(f->patch_key));
}

static json_t *use_field(json_t *schemas, const schema_field *f)
{
    json_t *doc = use(schemas, f->type);

    if (f->dflt)
        set(doc, "default", json_loads(f->dflt, JSON_DECODE_ANY, NULL));
    if (f->atomic)
        set(doc, "x-kubernetes-map-type", json_string("atomic"));
    set_strategy(doc, f);
    return doc;
}

/* ---- named types ---- */

static json_t *object_type(json_t *schemas, const schema *s)
{
    json_t *doc = json_pack("{s:s}", "type", "object"), *properties = json_object(), *required = json_array();

    for (size_t i = 0; i < s->n; i++) {
        set(properties, s->fields[i].name, use_field(schemas, &s->fields[i]));
        if (s->fields[i].required)
            json_array_append_new(required, json_string(s->fields[i].name));
    }
    if (json_array_size(required))
        json_object_set(doc, "required", required);
    if (s->n)
        json_object_set(doc, "properties", properties);
    json_decref(required);
    json_decref(properties);
    set_topology(doc, s);
    return doc;
}

/* The schemas within a CRD may be anything that JSON has. */
static json_t *free_type(json_t *schemas, const schema *s)
{
    if (s->inner)
        define(schemas, s->inner);
    return strstr(s->name, ".apiextensions.") ? json_object() : json_pack("{s:s}", "type", "object");
}

static json_t *named_type(json_t *schemas, const schema *s)
{
    switch (s->type) {
    case SCHEMA_OBJECT:
        return object_type(schemas, s);
    case SCHEMA_ANY:
        return free_type(schemas, s);
    case SCHEMA_INT_OR_STRING:
        return json_pack("{s:s, s:[{s:s}, {s:s}]}", "format", "int-or-string", "oneOf", "type", "integer", "type",
                         "string");
    case SCHEMA_QUANTITY:
        return json_pack("{s:[{s:s}, {s:s}]}", "oneOf", "type", "string", "type", "number");
    case SCHEMA_TIME:
    case SCHEMA_MICROTIME:
        return json_pack("{s:s, s:s}", "type", "string", "format", "date-time");
    default:
        return json_pack("{s:s}", "type", "string");
    }
}

/* Types may be made of themselves, so the name is there before the type. */
static void define(json_t *schemas, const schema *s)
{
    if (json_object_get(schemas, s->name))
        return;
    set(schemas, s->name, json_null());
    set(schemas, s->name, named_type(schemas, s));
}

/* ---- of a resource ---- */

static char *custom_name(const resource *res, const char *kind)
{
    auto_buf out = BUF_INIT(4096);
    const char *end = res->group + strlen(res->group);

    while (end > res->group) {
        const char *part = end;
        while (part > res->group && part[-1] != '.')
            part--;
        buf_add(&out, part, (size_t)(end - part));
        buf_addc(&out, '.');
        end = part > res->group ? part - 1 : part;
    }
    buf_printf(&out, "%s.%s", res->version, kind);
    return out.failed ? NULL : strdup(out.data);
}

char *openapi_name(const resource *res)
{
    return res->custom ? custom_name(res, res->kind) : strdup(res->schema->name);
}

char *openapi_list_name(const resource *res)
{
    char *name;

    if (res->custom)
        return custom_name(res, res->list_kind);
    return asprintf(&name, "%sList", res->schema->name) < 0 ? NULL : name;
}

const schema *openapi_sub_schema(const subresource *sub)
{
    return sub->kind ? kinds_document(sub->kind) : NULL;
}

static void set_gvk(json_t *doc, const char *group, const char *version, const char *kind)
{
    set(doc, "x-kubernetes-group-version-kind", json_pack("[o]", openapi_gvk(group, version, kind)));
}

/* The metadata of lists, which the server writes itself and never reads. */
static void define_list_meta(json_t *schemas)
{
    set(schemas, OPENAPI_META "ListMeta",
        json_pack("{s:s, s:{s:{s:s}, s:{s:s, s:s}, s:{s:s}, s:{s:s}}}", "type", "object", "properties", "continue",
                  "type", "string", "remainingItemCount", "type", "integer", "format", "int64", "resourceVersion",
                  "type", "string", "selfLink", "type", "string"));
}

static json_t *list_type(const resource *res, const char *entry)
{
    json_t *doc = json_pack("{s:s, s:[s], s:{s:{s:s}, s:{s:s, s:{s:[o]}}, s:{s:s}, s:{s:[o]}}}", "type", "object",
                            "required", "items", "properties", "apiVersion", "type", "string", "items", "type", "array",
                            "items", "allOf", openapi_ref(entry), "kind", "type", "string", "metadata", "allOf",
                            openapi_ref(OPENAPI_META "ListMeta"));
    json_t *kind = res->list_kind ? json_string(res->list_kind) : json_sprintf("%sList", res->kind),
           *properties = json_object_get(doc, "properties");

    set_gvk(doc, res->group, res->version, json_string_value(kind));
    json_decref(kind);
    if (!res->custom) {
        set(json_object_get(json_object_get(properties, "items"), "items"), "default", json_object());
        set(json_object_get(properties, "metadata"), "default", json_object());
    }
    return doc;
}

/* The fields of a CRD that field selectors can name. */
static void set_selectables(json_t *doc, const resource *res)
{
    json_t *list = res->custom && res->selectables && res->selectables[0].name ? json_array() : NULL;

    for (const selectable *f = res->selectables; list && f->name; f++)
        json_array_append_new(list, json_pack("{s:s}", "fieldPath", f->name));
    if (list)
        set(doc, "x-kubernetes-selectable-fields", list);
}

static void define_subresources(json_t *schemas, const resource *res)
{
    for (const subresource *sub = res->subresources; sub && sub->name; sub++) {
        const schema *s = openapi_sub_schema(sub);
        if (!s)
            continue;
        define(schemas, s);
        set_gvk(json_object_get(schemas, s->name), sub->group ? sub->group : "", sub->version, sub->kind);
    }
}

/* What stands around objects that can be listed and deleted. */
static void define_common(json_t *schemas)
{
    define(schemas, &schema_meta_v1_DeleteOptions);
    define(schemas, &schema_meta_v1_Status);
    set_gvk(json_object_get(schemas, OPENAPI_META "DeleteOptions"), "", "v1", "DeleteOptions");
    set_gvk(json_object_get(schemas, OPENAPI_META "Status"), "", "v1", "Status");
    set(schemas, OPENAPI_META "Patch", json_pack("{s:s}", "type", "object"));
    define_list_meta(schemas);
}

void openapi_schemas(json_t *schemas, const resource *res)
{
    char *name = openapi_name(res), *list = openapi_list_name(res);

    if (name && list) {
        define(schemas, &SCHEMA_OBJECT_META);
        if (res->custom)
            set(schemas, name, openapi_custom(res));
        else
            define(schemas, res->schema);
        set_gvk(json_object_get(schemas, name), res->group, res->version, res->kind);
        set_selectables(json_object_get(schemas, name), res);
        if (res->verbs & VERB_LIST) {
            define_common(schemas);
            set(schemas, list, list_type(res, name));
            set_selectables(json_object_get(schemas, list), res);
        }
        define_subresources(schemas, res);
    }
    free(name);
    free(list);
}
