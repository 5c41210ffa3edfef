/* OpenAPI v2, which older clients read, and kubectl where v3 does not say enough: lists, what it does not know.  The types of v3 in one
 * document; what v2 cannot say is left out, and so are operations. */
#include "apiserver/discovery/openapi.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"

#include <stdlib.h>
#include <string.h>

static json_t *type_of(json_t *v3, int depth);

static json_t *types_of(json_t *all, int depth)
{
    json_t *out = json_object(), *one;
    const char *name;

    json_object_foreach(all, name, one) json_object_set_new(out, name, type_of(one, depth));
    return out;
}

/* "#/components/schemas/a" is "#/definitions/a"; NULL: no reference. */
static json_t *reference_of(const json_t *v3)
{
    const json_t *all = json_object_get(v3, "allOf");
    const char *ref = doc_text(json_array_size(all) == 1 ? json_array_get(all, 0) : v3, "$ref");

    return *ref ? json_sprintf("#/definitions/%s", strrchr(ref, '/') + 1) : NULL;
}

static void copy(json_t *out, const json_t *v3, const char *name)
{
    json_t *value = json_object_get(v3, name);

    if (value)
        json_object_set(out, name, value);
}

static void copy_extensions(json_t *out, json_t *v3)
{
    const char *name;
    json_t *value;

    json_object_foreach(v3, name, value)
    {
        if (strncmp(name, "x-", 2) == 0)
            json_object_set(out, name, value);
    }
}

/* Anything may stand there: v2 cannot say so beside what is known. */
static bool is_open(const json_t *v3)
{
    return doc_flag(v3, "nullable") || doc_flag(v3, "x-kubernetes-preserve-unknown-fields") ||
           doc_flag(v3, "x-kubernetes-int-or-string");
}

static void set_type(json_t *out, json_t *v3, int depth)
{
    json_t *properties = json_object_get(v3, "properties"), *items = json_object_get(v3, "items"),
           *more = json_object_get(v3, "additionalProperties");

    if (json_object_get(v3, "oneOf") && !json_object_get(v3, "type"))
        json_object_set_new(out, "type", json_string("string")); /* quantities, and integers or strings */
    copy(out, v3, "type");
    copy(out, v3, "format");
    copy(out, v3, "required");
    if (json_object_size(properties))
        json_object_set_new(out, "properties", types_of(properties, depth + 1));
    if (items)
        json_object_set_new(out, "items", type_of(items, depth + 1));
    if (json_is_object(more))
        json_object_set_new(out, "additionalProperties", type_of(more, depth + 1));
}

static json_t *type_of(json_t *v3, int depth)
{
    json_t *out = json_object(), *ref = reference_of(v3);

    copy(out, v3, "description");
    copy_extensions(out, v3);
    if (ref)
        json_object_set_new(out, "$ref", ref);
    else if (depth < LIMIT_DEPTH && !is_open(v3))
        set_type(out, v3, depth);
    return out;
}

json_t *openapi_v2_document(const registry *r)
{
    json_t *schemas = json_object(), *definitions;
    resource *res;

    for (size_t at = 0; (res = registry_next(r, &at));)
        if (!res->hidden)
            openapi_schemas(schemas, res);
    definitions = types_of(schemas, 0);
    json_decref(schemas);
    return json_pack("{s:s, s:{s:s, s:s}, s:{}, s:o}", "swagger", "2.0", "info", "title", "Kubernetes", "version",
                     "1.35", "paths", "definitions", definitions);
}
