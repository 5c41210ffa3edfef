#include "schema_of.h"

#include <string.h>

/* What comes from where: the type's shape, then what typedefs, the struct and the field say, the last one wins. */
static json_t *schema_of_type(project *p, const char *file, const type *t);

static json_t *scalar(enum opsdk_shape shape)
{
    switch (shape) {
    case OPSDK_SHAPE_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case OPSDK_SHAPE_INT32:
        return json_pack("{s:s, s:s}", "type", "integer", "format", "int32");
    case OPSDK_SHAPE_INT64:
        return json_pack("{s:s, s:s}", "type", "integer", "format", "int64");
    case OPSDK_SHAPE_DOUBLE:
        return json_pack("{s:s, s:s}", "type", "number", "format", "double");
    case OPSDK_SHAPE_INT_OR_STRING:
        return json_pack("{s:[{s:s}, {s:s}], s:b}", "anyOf", "type", "integer", "type", "string",
                         "x-kubernetes-int-or-string", 1);
    case OPSDK_SHAPE_JSON:
        return json_pack("{s:b}", "x-kubernetes-preserve-unknown-fields", 1);
    default:
        return json_pack("{s:s}", "type", "string");
    }
}

static void merge(json_t *schema, const json_t *facts)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)facts, name, value)
    {
        json_t *have = json_object_get(schema, name);
        if (strcmp(name, "items") == 0 && have)
            json_object_update(have, value);
        else if (strcmp(name, "x-kubernetes-validations") == 0 && have)
            json_array_extend(have, value);
        else
            json_object_set_new(schema, name, json_deep_copy(value));
    }
}

static void describe(json_t *schema, const char *doc)
{
    json_t *rest;

    if (!doc)
        return;
    rest = json_copy(schema);
    json_object_clear(schema);
    json_object_set_new(schema, "description", json_string(doc));
    json_object_update_missing(schema, rest);
    json_decref(rest);
}

static const field *find_field(const record *r, const char *name)
{
    for (size_t i = 0; i < r->n_fields; i++) {
        if (strcmp(r->fields[i].name, name) == 0)
            return &r->fields[i];
    }
    return NULL;
}

/* What the server demands of lists that it merges by key. */
static void check_keys(project *p, const char *file, const field *f, const json_t *schema)
{
    json_t *keys = json_object_get(schema, "x-kubernetes-list-map-keys"), *key;
    const char *how = json_string_value(json_object_get(schema, "x-kubernetes-list-type"));
    const type *item = f->type->of ? type_inner(f->type->of) : NULL;
    bool is_map = how && strcmp(how, "map") == 0;
    size_t i;

    if (is_map != (json_array_size(keys) > 0))
        problem(p, file, f->line, "%s: +opsdk:listType=map and +opsdk:listMapKey= belong together", f->c_name);
    json_array_foreach(keys, i, key)
    {
        const field *k = item && item->record ? find_field(item->record, json_string_value(key)) : NULL;
        if (!k)
            problem(p, file, f->line, "%s: its items have no field %s", f->c_name, json_string_value(key));
        else if (!field_is_required(k) && !field_has_default(k))
            problem(p, file, f->line, "%s: the key %s must be required or have a default", f->c_name, k->name);
    }
}

static json_t *schema_of_field(project *p, const char *file, const field *f)
{
    json_t *schema = schema_of_type(p, file, f->type);

    merge(schema, f->facts);
    describe(schema, f->doc);
    if (f->type->shape == OPSDK_SHAPE_LIST)
        check_keys(p, file, f, schema);
    return schema;
}

json_t *schema_of_record(project *p, const char *file, const record *r)
{
    json_t *schema = json_object(), *required = json_array(), *properties = json_object();

    json_object_set_new(schema, "type", json_string("object"));
    merge(schema, r->facts);
    for (size_t i = 0; i < r->n_fields; i++) {
        if (field_is_required(&r->fields[i]))
            json_array_append_new(required, json_string(r->fields[i].name));
        json_object_set_new(properties, r->fields[i].name, schema_of_field(p, file, &r->fields[i]));
    }
    if (json_array_size(required) > 0)
        json_object_set(schema, "required", required);
    if (r->n_fields > 0)
        json_object_set(schema, "properties", properties);
    json_decref(required);
    json_decref(properties);
    describe(schema, r->doc);
    return schema;
}

static json_t *schema_of_type(project *p, const char *file, const type *t)
{
    json_t *schema;

    switch (t->shape) {
    case OPSDK_SHAPE_STRUCT:
        schema = schema_of_record(p, file, t->record);
        break;
    case OPSDK_SHAPE_OPTIONAL:
        schema = schema_of_type(p, file, t->of);
        break;
    case OPSDK_SHAPE_LIST:
        schema = json_pack("{s:s, s:o}", "type", "array", "items", schema_of_type(p, file, t->of));
        break;
    case OPSDK_SHAPE_MAP:
        schema = json_pack("{s:s, s:o}", "type", "object", "additionalProperties", schema_of_type(p, file, t->of));
        break;
    default:
        schema = scalar(t->shape);
    }
    merge(schema, t->facts);
    describe(schema, t->doc);
    return schema;
}
