#include "from_crd.h"

#include "../documents.h"
#include "../generate/names.h"
#include "../new/names.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH 64 /* of schemas in schemas */

/* A struct that is there already, by what it is made of. */
typedef struct shape {
    const char *text; /* the schema without its words */
    record *record;
} shape;

typedef struct import {
    project *project;
    unit *unit;
    const char *prefix; /* of all names */
    shape *shapes;
    size_t n_shapes;
} import;

/* Where we are: names of fields, for names of structs. */
typedef struct path {
    const struct path *up;
    const char *name; /* in C; NULL: the root */
} path;

static const char *string_at(const json_t *map, const char *name)
{
    return json_string_value(json_object_get(map, name));
}

static bool is_true(const json_t *map, const char *name)
{
    return json_is_true(json_object_get(map, name));
}

static bool has(const json_t *list, const char *text)
{
    json_t *item;
    size_t i;

    json_array_foreach((json_t *)list, i, item)
    {
        if (json_is_string(item) && strcmp(json_string_value(item), text) == 0)
            return true;
    }
    return false;
}

/* ---- names of structs ---- */

static bool is_free(const import *m, const char *name)
{
    for (size_t i = 0; i < m->unit->n_records; i++) {
        if (strcmp(m->unit->records[i]->c_name, name) == 0)
            return false;
    }
    return true;
}

/* The shortest that is free: of the field, then with the fields that lead to it, then with a number. */
static const char *record_name(const import *m, const path *at)
{
    pool *mem = m->project->pool;
    const char *tail = "", *name = m->prefix;

    if (!at->name)
        return m->prefix;
    for (const path *p = at; p && p->name; p = p->up) {
        tail = pool_format(mem, "_%s%s", p->name, tail);
        name = pool_format(mem, "%s%s", m->prefix, tail);
        if (is_free(m, name))
            return name;
    }
    for (int n = 2;; n++) {
        const char *numbered = pool_format(mem, "%s_%d", name, n);
        if (is_free(m, numbered))
            return numbered;
    }
}

/* Only the members that decide how the struct looks. */
static json_t *without_words(const json_t *value, bool is_schema)
{
    json_t *copy, *item;
    const char *name;
    size_t i;

    if (json_is_array(value)) {
        copy = json_array();
        json_array_foreach((json_t *)value, i, item) json_array_append_new(copy, without_words(item, is_schema));
        return copy;
    }
    if (!json_is_object(value))
        return json_deep_copy(value);
    copy = json_object();
    json_object_foreach((json_t *)value, name, item)
    {
        bool is_word = is_schema && (strcmp(name, "description") == 0 || strcmp(name, "x-kubernetes-validations") == 0);
        bool is_map = is_schema && strcmp(name, "properties") == 0;
        if (!is_word)
            json_object_set_new(copy, name, without_words(item, !is_map));
    }
    return copy;
}

static const char *shape_text(const import *m, const json_t *schema)
{
    json_t *bare = without_words(schema, true);
    char *text = json_dumps(bare, JSON_COMPACT | JSON_SORT_KEYS);
    const char *kept = pool_format(m->project->pool, "%s", text ? text : "");

    free(text);
    json_decref(bare);
    return kept;
}

/* ---- types ---- */

static const type *type_of(import *m, const json_t *schema, const path *at, int depth);

static const type *make(import *m, type t)
{
    type *made = pool_alloc(m->project->pool, sizeof(*made));

    *made = t;
    return made;
}

static const type *scalar(import *m, const json_t *schema)
{
    const char *name = string_at(schema, "type"), *format = string_at(schema, "format");

    if (is_true(schema, "x-kubernetes-int-or-string"))
        return make(m, (type){.shape = OPSDK_SHAPE_INT_OR_STRING, .c = "opsdk_int_or_string"});
    if (!name)
        return NULL;
    if (strcmp(name, "string") == 0)
        return make(m, (type){.shape = OPSDK_SHAPE_STRING,
                              .c = format && strcmp(format, "date-time") == 0 ? "opsdk_time" : "const char *"});
    if (strcmp(name, "boolean") == 0)
        return make(m, (type){.shape = OPSDK_SHAPE_BOOL, .c = "bool"});
    if (strcmp(name, "number") == 0)
        return make(m, (type){.shape = OPSDK_SHAPE_DOUBLE, .c = "double"});
    if (strcmp(name, "integer") != 0)
        return NULL;
    if (format && strcmp(format, "int32") == 0)
        return make(m, (type){.shape = OPSDK_SHAPE_INT32, .c = "int32_t"});
    return make(m, (type){.shape = OPSDK_SHAPE_INT64, .c = "int64_t"});
}

static const char *field_name(import *m, const record *r, const char *json)
{
    const char *name = names_snake(m->project->pool, json), *wanted = name;
    int n = 1;

    for (size_t i = 0; i < r->n_fields; i++) {
        if (strcmp(r->fields[i].c_name, wanted) != 0)
            continue;
        wanted = pool_format(m->project->pool, "%s_%d", name, ++n);
        i = (size_t)-1; /* again from the first */
    }
    return wanted;
}

static const type *optional(import *m, const type *t)
{
    return type_is_plain(t) ? make(m, (type){.shape = OPSDK_SHAPE_OPTIONAL, .of = t}) : t;
}

static void add_field(import *m, record *r, const char *name, const json_t *schema, bool is_required, const path *at,
                      int depth)
{
    const char *c_name = field_name(m, r, name);
    const type *t = type_of(m, schema, &(path){at, c_name}, depth + 1);
    field *f;

    /* What the server fills in is missing until it has. */
    if (!is_required || is_true(schema, "nullable") || json_object_get(schema, "default"))
        t = optional(m, t);
    f = pool_add(m->project->pool, r->fields, r->n_fields);
    *f = (field){.c_name = c_name, .name = name, .doc = string_at(schema, "description"), .type = t};
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* By their names, as the API server has them too: the same from a file and from a cluster. */
static void add_fields(import *m, record *r, const json_t *schema, const path *at, int depth)
{
    json_t *properties = json_object_get(schema, "properties"), *required = json_object_get(schema, "required");
    const char **names = pool_alloc(m->project->pool, (json_object_size(properties) + 1) * sizeof(*names)), *name;
    size_t n = 0;
    json_t *item;

    json_object_foreach(properties, name, item)
    {
        bool is_meta = !at->name &&
                       (strcmp(name, "apiVersion") == 0 || strcmp(name, "kind") == 0 || strcmp(name, "metadata") == 0);
        if (!is_meta)
            names[n++] = name;
    }
    qsort(names, n, sizeof(*names), by_text);
    for (size_t i = 0; i < n; i++)
        add_field(m, r, names[i], json_object_get(properties, names[i]), has(required, names[i]), at, depth);
}

static record *record_of(import *m, const json_t *schema, const path *at, int depth)
{
    const char *text = shape_text(m, schema);
    record *r;

    for (size_t i = 0; i < m->n_shapes; i++) {
        if (strcmp(m->shapes[i].text, text) == 0)
            return m->shapes[i].record;
    }
    r = pool_alloc(m->project->pool, sizeof(*r));
    add_fields(m, r, schema, at, depth);
    r->c_name = record_name(m, at);
    r->table = pool_format(m->project->pool, "%s_schema", r->c_name);
    r->doc = at->name ? NULL : string_at(schema, "description"); /* the field that uses it has the words */
    *pool_add(m->project->pool, m->unit->records, m->unit->n_records) = r;
    *pool_add(m->project->pool, m->shapes, m->n_shapes) = (shape){text, r};
    return r;
}

/* Unions, free-form parts and whole objects are JSON. */
static bool is_free_form(const json_t *schema, int depth)
{
    const char *name = string_at(schema, "type");

    return depth > DEPTH || is_true(schema, "x-kubernetes-preserve-unknown-fields") ||
           is_true(schema, "x-kubernetes-embedded-resource") || !name;
}

static const type *type_of(import *m, const json_t *schema, const path *at, int depth)
{
    json_t *items = json_object_get(schema, "items"), *values = json_object_get(schema, "additionalProperties");
    const type *t =
        is_free_form(schema, depth) && !is_true(schema, "x-kubernetes-int-or-string") ? NULL : scalar(m, schema);
    const type *of;

    if (t)
        return t;
    if (is_free_form(schema, depth))
        return make(m, (type){.shape = OPSDK_SHAPE_JSON, .c = "json_t *"});
    if (json_is_object(items) || json_is_object(values)) {
        of = type_of(m, items ? items : values, at, depth + 1);
        if (is_true(items ? items : values, "nullable"))
            of = optional(m, of);
        return make(m, (type){.shape = items ? OPSDK_SHAPE_LIST : OPSDK_SHAPE_MAP, .of = of});
    }
    if (json_object_size(json_object_get(schema, "properties")) > 0) {
        const record *r = record_of(m, schema, at, depth);
        return make(m, (type){.shape = OPSDK_SHAPE_STRUCT, .record = r, .c = r->c_name});
    }
    return make(m, (type){.shape = OPSDK_SHAPE_JSON, .c = "json_t *"});
}

/* ---- the definition ---- */

static const json_t *find_version(const json_t *crd, const char *version)
{
    json_t *list = json_object_get(json_object_get(crd, "spec"), "versions"), *item;
    size_t i;

    json_array_foreach(list, i, item)
    {
        const char *name = string_at(item, "name");
        if (version ? name && strcmp(name, version) == 0 : is_true(item, "storage"))
            return item;
    }
    return NULL;
}

int from_crd(project *p, const json_t *crd, const char *version, unit **ret, opsdk_error *err)
{
    const char *name = documents_string(crd, "metadata", "name", NULL),
               *group = documents_string(crd, "spec", "group", NULL),
               *named = documents_string(crd, "spec", "names", "kind", NULL),
               *plural = documents_string(crd, "spec", "names", "plural", NULL),
               *scope = documents_string(crd, "spec", "scope", NULL);
    const json_t *v = find_version(crd, version),
                 *schema = json_object_get(json_object_get(v, "schema"), "openAPIV3Schema");
import m = {.project = p };
    kind *k;

    if (!name || !group || !named || !plural || !scope)
        return opsdk_error_set(err, OPSDK_EINVAL, "no CustomResourceDefinition of apiextensions.k8s.io/v1");
    if (!v || !string_at(v, "name") || !schema)
        return opsdk_error_set(err, OPSDK_EINVAL, "%s has no %s with a schema", name,
                               version ? version : "stored version");
    m.unit = pool_alloc(p->pool, sizeof(*m.unit));
    m.prefix = resource_c_name(p->pool, named);
    *m.unit = (unit){.path = name, .real = name, .group = group, .version = string_at(v, "name"), .skip = true};
    k = pool_alloc(p->pool, sizeof(*k));
    *k = (kind){.kind = named, .plural = plural, .cluster_scoped = strcmp(scope, "Cluster") == 0};
    k->record = record_of(&m, schema, &(path){0}, 0);
    if (k->record->n_fields == 0)
        return opsdk_error_set(err, OPSDK_EINVAL, "%s says nothing of its fields: read them with opsdk_at()", name);
    *pool_add(p->pool, m.unit->kinds, m.unit->n_kinds) = k;
    *ret = m.unit;
    return 0;
}
