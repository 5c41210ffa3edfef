#include "crd.h"

#include "names.h"
#include "schema_of.h"

#include <stdlib.h>
#include <string.h>

typedef struct version {
    const unit *unit;
    const kind *kind;
} version;

static json_t *root_schema(project *p, const version *v)
{
    json_t *schema = schema_of_record(p, v->unit->path, v->kind->record), *properties, *theirs;

    theirs = json_incref(json_object_get(schema, "properties"));
    properties = json_pack("{s:{s:s}, s:{s:s}, s:{s:s}}", "apiVersion", "type", "string", "kind", "type", "string",
                           "metadata", "type", "object");
    json_object_update(properties, theirs);
    json_decref(theirs);
    json_object_set_new(schema, "properties", properties);
    return schema;
}

static bool flag(const kind *k, const char *name)
{
    return json_is_true(json_object_get(k->version, name));
}

static json_t *version_of(project *p, const version *v, bool is_only)
{
    json_t *one = json_object(), *value;
    const char *name;

    json_object_set_new(one, "name", json_string(v->unit->version));
    json_object_set_new(one, "served", json_boolean(!flag(v->kind, "unserved")));
    json_object_set_new(one, "storage", json_boolean(is_only || flag(v->kind, "storage")));
    json_object_foreach(v->kind->version, name, value)
    {
        if (strcmp(name, "unserved") != 0 && strcmp(name, "storage") != 0)
            json_object_set(one, name, value);
    }
    json_object_set_new(one, "schema", json_pack("{s:o}", "openAPIV3Schema", root_schema(p, v)));
    return one;
}

static bool same_names(const kind *a, const kind *b)
{
    return strcmp(a->plural, b->plural) == 0 && strcmp(a->singular, b->singular) == 0 &&
           a->cluster_scoped == b->cluster_scoped && json_equal(a->names, b->names);
}

static void check_versions(project *p, const version *v, size_t n)
{
    size_t storage = 0;

    for (size_t i = 0; i < n; i++) {
        storage += flag(v[i].kind, "storage");
        if (!same_names(v[0].kind, v[i].kind))
            problem(p, v[i].unit->path, v[i].kind->line, "names and scope of %s differ from those in %s:%d",
                    v[0].kind->kind, v[0].unit->path, v[0].kind->line);
        if (i > 0 && strcmp(v[i].unit->version, v[i - 1].unit->version) == 0)
            problem(p, v[i].unit->path, v[i].kind->line, "%s is in version %s twice: also in %s:%d", v[0].kind->kind,
                    v[i].unit->version, v[i - 1].unit->path, v[i - 1].kind->line);
    }
    if (storage != 1 && n > 1)
        problem(p, v[0].unit->path, v[0].kind->line,
                "%s has %zu versions: exactly one of them needs +opsdk:storageversion", v[0].kind->kind, n);
}

static json_t *names_of(const kind *k)
{
    json_t *names = json_pack("{s:s, s:o, s:s, s:s}", "kind", k->kind, "listKind", json_sprintf("%sList", k->kind),
                              "plural", k->plural, "singular", k->singular);

    json_object_update(names, k->names);
    return names;
}

static json_t *definition(project *p, const version *v, size_t n)
{
    const kind *k = v[0].kind;
    const char *name = pool_format(p->pool, "%s.%s", k->plural, v[0].unit->group), *why = names_check_crd(name),
               *plural = names_check_resource(k->plural);
    json_t *metadata = json_pack("{s:s}", "name", name), *versions = json_array();

    if (plural || why)
        problem(p, v[0].unit->path, k->line,
                "resource name \"%s\" %s: give another one with +opsdk:resource:path=", plural ? k->plural : name,
                plural ? plural : why);
    check_versions(p, v, n);
    for (size_t i = 0; i < n; i++) {
        json_object_update(metadata, v[i].kind->metadata);
        json_array_append_new(versions, version_of(p, &v[i], n == 1));
    }
    return json_pack("{s:s, s:s, s:o, s:{s:s, s:s, s:o, s:o}}", "apiVersion", "apiextensions.k8s.io/v1", "kind",
                     "CustomResourceDefinition", "metadata", metadata, "spec", "group", v[0].unit->group, "scope",
                     k->cluster_scoped ? "Cluster" : "Namespaced", "names", names_of(k), "versions", versions);
}

static int by_name(const void *a, const void *b)
{
    const version *x = a, *y = b;
    int order = strcmp(x->kind->kind, y->kind->kind);

    order = order ? order : strcmp(x->unit->group, y->unit->group);
    return order ? order : strcmp(x->unit->version, y->unit->version);
}

static bool same_kind(const version *a, const version *b)
{
    return strcmp(a->kind->kind, b->kind->kind) == 0 && strcmp(a->unit->group, b->unit->group) == 0;
}

json_t *crd_all(project *p)
{
    json_t *all = pool_json(p->pool, json_array());
    version *list = NULL;
    size_t n = 0;

    for (size_t i = 0; i < p->n_units; i++) {
        for (size_t k = 0; !p->units[i]->skip && k < p->units[i]->n_kinds; k++)
            *pool_add(p->pool, list, n) = (version){p->units[i], p->units[i]->kinds[k]};
    }
    if (n > 0)
        qsort(list, n, sizeof(*list), by_name);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && same_kind(&list[i], &list[end]);)
            end++;
        json_array_append_new(all, definition(p, &list[i], end - i));
    }
    return all;
}
