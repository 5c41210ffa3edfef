#include "apiserver/crd/version.h"
#include "apiserver/json_clone.h"
#include "apiserver/scale.h"

#include "apiserver/crd/custom.h"
#include "apiserver/kinds/doc.h"

#include <stdlib.h>
#include <string.h>

static void version_free(resource *res)
{
    crd_version *v = res->owner;

    built_schema_clear(&v->schema);
    json_decref(v->crd);
    free(v);
}

static void *take(crd_version *v, size_t n, size_t size, bool *failed)
{
    void *p = arena_take(&v->schema.mem, n * size);

    *failed |= !p;
    return p ? memset(p, 0, n * size) : NULL;
}

static const char *const *names_of(crd_version *v, const json_t *list, bool *failed)
{
    size_t n = json_array_size(list), i;
    const char **out = n ? take(v, n + 1, sizeof(*out), failed) : NULL;

    for (i = 0; out && i < n; i++)
        out[i] = json_string_value(json_array_get(list, i));
    return (const char *const *)out;
}

static void set_names(crd_version *v, bool *failed)
{
    const json_t *names = json_object_get(json_object_get(v->crd, "status"), "acceptedNames"),
                 *spec = json_object_get(v->crd, "spec");
    resource *res = &v->res;

    res->group = doc_text(spec, "group");
    res->version = doc_text(v->spec, "name");
    res->plural = doc_text(names, "plural");
    res->singular = doc_text(names, "singular");
    res->kind = doc_text(names, "kind");
    res->list_kind = doc_text(names, "listKind");
    res->short_names = names_of(v, json_object_get(names, "shortNames"), failed);
    res->categories = names_of(v, json_object_get(names, "categories"), failed);
    res->namespaced = strcmp(doc_text(spec, "scope"), "Namespaced") == 0;
    res->hidden = !json_is_true(json_object_get(v->spec, "served"));
}

static void set_subresources(crd_version *v, bool *failed)
{
    const json_t *subs = json_object_get(v->spec, "subresources"), *scale = json_object_get(subs, "scale");
    enum { VERBS = VERB_GET | VERB_UPDATE | VERB_PATCH };
    subresource *list = take(v, 3, sizeof(*list), failed);
    size_t n = 0;

    if (!list)
        return;
    v->status = json_is_object(json_object_get(subs, "status"));
    v->scale = json_is_object(scale) ? scale : NULL;
    if (v->status)
        list[n++] = (subresource){.name = "status", .verbs = VERBS};
    if (v->scale)
        list[n++] = (subresource){.name = "scale",
                                  .group = "autoscaling",
                                  .version = "v1",
                                  .kind = "Scale",
                                  .verbs = VERBS,
                                  .handle = scale_handle};
    v->res.subresources = list;
}

/* ".spec.color" as a pointer. */
static const char *pointer_of(crd_version *v, const char *path, bool *failed)
{
    char *copy = arena_strndup(&v->schema.mem, path, strlen(path)), *p;

    *failed |= !copy;
    for (p = copy; p && *p; p++)
        *p = *p == '.' ? '/' : *p;
    return copy;
}

static void set_selectables(crd_version *v, bool *failed)
{
    const json_t *fields = json_object_get(v->spec, "selectableFields");
    size_t n = json_array_size(fields), i;
    selectable *list = n ? take(v, n + 1, sizeof(*list), failed) : NULL;

    for (i = 0; list && i < n; i++) {
        const char *path = doc_text(json_array_get(fields, i), "jsonPath");
        list[i] = (selectable){.name = path + (*path == '.'), .pointer = pointer_of(v, path, failed), .dflt = ""};
    }
    v->res.selectables = list;
}

static const char *describe(crd_version *v, const json_t *doc, bool *failed)
{
    static const char before[] = "Custom resource definition column (in JSONPath format): ";
    const char *own = doc_text(doc, "description"), *path = doc_text(doc, "jsonPath");
    size_t len = sizeof(before) - 1;
    char *text = *own ? NULL : take(v, len + strlen(path) + 1, 1, failed);

    if (!text)
        return own;
    memcpy(text, before, len);
    memcpy(text + len, path, strlen(path));
    return text;
}

static const column age = {.name = "Age",
                           .type = "date",
                           .format = "",
                           .description = CRD_AGE_DESCRIPTION,
                           .path = ".metadata.creationTimestamp"};

static void set_columns(crd_version *v, bool *failed)
{
    const json_t *docs = json_object_get(v->spec, "additionalPrinterColumns");
    size_t n = json_array_size(docs), i;
    column *list = take(v, n + 3, sizeof(*list), failed);

    if (!list)
        return;
    list[0] = (column){.name = "Name",
                       .type = "string",
                       .format = "name",
                       .description = CRD_NAME_DESCRIPTION,
                       .value = custom_name_cell};
    for (i = 0; i < n; i++) {
        const json_t *doc = json_array_get(docs, i);
        list[i + 1] = (column){.name = doc_text(doc, "name"),
                               .type = doc_text(doc, "type"),
                               .format = doc_text(doc, "format"),
                               .description = describe(v, doc, failed),
                               .priority = (int)json_integer_value(json_object_get(doc, "priority")),
                               .path = doc_text(doc, "jsonPath")};
    }
    if (n == 0)
        list[1] = age;
    v->res.columns = list;
}

static int fill(crd_version *v, apiserver *s, const json_t *crd, size_t index)
{
    bool failed = false;

    v->crd = json_clone(crd);
    if (!v->crd)
        return -1;
    v->spec = json_array_get(json_object_get(json_object_get(v->crd, "spec"), "versions"), index);
    v->crd_name = doc_text(json_object_get(v->crd, "metadata"), "name");
    v->res.openapi = json_object_get(json_object_get(v->spec, "schema"), "openAPIV3Schema");
    if (build_schema(v->res.openapi, &v->schema) < 0)
        return -1;
    set_names(v, &failed);
    set_subresources(v, &failed);
    set_selectables(v, &failed);
    set_columns(v, &failed);
    v->res.custom = v->res.conditional = true;
    v->res.verbs = VERBS_ALL;
    v->res.schema = v->schema.root;
    v->res.strategy = &CUSTOM_STRATEGY;
    v->res.owner = v;
    v->res.refs = 1;
    v->res.free = version_free;
    v->res.born = store_revision(s->objects);
    v->res.objects = failed ? NULL : store_collection(s->objects, &v->res);
    return v->res.objects ? 0 : -1;
}

crd_version *crd_version_new(apiserver *s, const json_t *crd, size_t index)
{
    crd_version *v = calloc(1, sizeof(*v));

    if (v && fill(v, s, crd, index) == 0)
        return v;
    if (v) {
        v->res.owner = v;
        version_free(&v->res);
    }
    return NULL;
}

void crd_version_drop(crd_version *v)
{
    resource_release(&v->res);
}
