#include "apiserver/schema/schema.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *name, const void *field)
{
    return strcmp(name, ((const schema_field *)field)->name);
}

const schema_field *schema_field_of(const schema *s, const char *name)
{
    return s && s->n ? bsearch(name, s->fields, s->n, sizeof(*s->fields), by_name) : NULL;
}

const schema *schema_child(const schema *s, const char *key)
{
    const schema_field *field = schema_field_of(s, key);

    return field ? field->type : s ? s->items : NULL;
}

const schema SCHEMA_ANYTHING = {.type = SCHEMA_ANY, .preserve_unknown = true};

static const schema any_string = {.type = SCHEMA_STRING}, int64 = {.type = SCHEMA_INTEGER, .format = "int64"},
                    boolean = {.type = SCHEMA_BOOLEAN}, when = {.type = SCHEMA_TIME, .format = "date-time"},
                    texts = {.type = SCHEMA_MAP, .items = &any_string},
                    finalizers = {.type = SCHEMA_LIST, .topology = TOPOLOGY_SET, .items = &any_string};

static const schema_field owner_fields[] = {
    {.name = "apiVersion", .type = &any_string, .required = true},
    {.name = "blockOwnerDeletion", .type = &boolean},
    {.name = "controller", .type = &boolean},
    {.name = "kind", .type = &any_string, .required = true},
    {.name = "name", .type = &any_string, .required = true},
    {.name = "uid", .type = &any_string, .required = true},
};
static const schema owner = {.type = SCHEMA_OBJECT,
                             .topology = TOPOLOGY_ATOMIC,
                             .name = "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference",
                             .fields = owner_fields,
                             .n = sizeof(owner_fields) / sizeof(owner_fields[0])};
static const char *const owner_keys[] = {"uid", NULL};
static const schema owners = {.type = SCHEMA_LIST, .topology = TOPOLOGY_MAP, .items = &owner, .keys = owner_keys};

static const schema_field managed_fields[] = {
    {.name = "apiVersion", .type = &any_string},
    {.name = "fieldsType", .type = &any_string},
    {.name = "fieldsV1", .type = &SCHEMA_ANYTHING},
    {.name = "manager", .type = &any_string},
    {.name = "operation", .type = &any_string},
    {.name = "subresource", .type = &any_string},
    {.name = "time", .type = &when},
};
static const schema managed_entry = {.type = SCHEMA_OBJECT,
                                     .name = "io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry",
                                     .fields = managed_fields,
                                     .n = sizeof(managed_fields) / sizeof(managed_fields[0])};
static const schema managed = {.type = SCHEMA_LIST, .items = &managed_entry};

static const schema_field meta_fields[] = {
    {.name = "annotations", .type = &texts},
    {.name = "creationTimestamp", .type = &when},
    {.name = "deletionGracePeriodSeconds", .type = &int64},
    {.name = "deletionTimestamp", .type = &when},
    {.name = "finalizers", .type = &finalizers, .patch = PATCH_MERGE},
    {.name = "generateName", .type = &any_string},
    {.name = "generation", .type = &int64},
    {.name = "labels", .type = &texts},
    {.name = "managedFields", .type = &managed},
    {.name = "name", .type = &any_string},
    {.name = "namespace", .type = &any_string},
    {.name = "ownerReferences", .type = &owners, .patch = PATCH_MERGE, .patch_key = "uid"},
    {.name = "resourceVersion", .type = &any_string},
    {.name = "selfLink", .type = &any_string},
    {.name = "uid", .type = &any_string},
};
const schema SCHEMA_OBJECT_META = {.type = SCHEMA_OBJECT,
                                   .name = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta",
                                   .fields = meta_fields,
                                   .n = sizeof(meta_fields) / sizeof(meta_fields[0])};
