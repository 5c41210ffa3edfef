#include "apiserver/crd/check.h"
#include "apiserver/crd/doc.h"

#include "apiserver/meta.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static json_t *part(json_t *doc, const char *name)
{
    json_t *one = json_object_get(doc, name);

    if (!json_is_object(one)) {
        one = json_object();
        json_object_set_new(doc, name, one);
    }
    return one;
}

/* ---- defaults ---- */

static const char *storage_version(const json_t *crd)
{
    const json_t *versions = json_object_get(json_object_get(crd, "spec"), "versions");
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)versions, i, one)
    {
        if (json_is_true(json_object_get(one, "storage")))
            return doc_text(one, "name");
    }
    return NULL;
}

static void lower(char *text)
{
    for (; *text; text++)
        *text = (char)tolower((unsigned char)*text);
}

static void default_names(json_t *names)
{
    const char *kind = doc_text(names, "kind");
    char *singular;

    if (!*doc_text(names, "singular")) {
        singular = strdup(kind);
        if (singular)
            lower(singular);
        json_object_set_new(names, "singular", json_string(singular ? singular : ""));
        free(singular);
    }
    if (!*doc_text(names, "listKind") && *kind)
        json_object_set_new(names, "listKind", json_sprintf("%sList", kind));
}

static void default_port(json_t *conversion)
{
    json_t *service =
        json_object_get(json_object_get(json_object_get(conversion, "webhook"), "clientConfig"), "service");

    if (json_is_object(service) && !json_object_get(service, "port"))
        json_object_set_new(service, "port", json_integer(443));
}

static void add_stored_version(json_t *crd)
{
    json_t *status = part(crd, "status"), *list = json_object_get(status, "storedVersions");
    const char *storage = storage_version(crd);

    if (!json_is_array(list)) {
        list = json_array();
        json_object_set_new(status, "storedVersions", list);
    }
    if (storage && !doc_has(list, storage))
        json_array_append_new(list, json_string(storage));
}

void crd_default(json_t *crd)
{
    json_t *spec = part(crd, "spec"), *status = part(crd, "status");

    default_names(part(spec, "names"));
    if (!json_is_object(json_object_get(spec, "conversion")))
        json_object_set_new(spec, "conversion", json_pack("{s:s}", "strategy", "None"));
    default_port(json_object_get(spec, "conversion"));
    if (json_array_size(json_object_get(status, "storedVersions")) == 0)
        add_stored_version(crd);
}

/* ---- what a client may not set ---- */

static void prepare_create(json_t *crd)
{
    json_object_set_new(crd, "status",
                        json_pack("{s:n, s:{s:s, s:s}, s:[]}", "conditions", "acceptedNames", "plural", "", "kind", "",
                                  "storedVersions"));
    add_stored_version(crd);
    json_object_set_new(meta_of(crd), "generation", json_integer(1));
}

static void take_over(json_t *crd, const json_t *old, const char *name)
{
    const json_t *value = json_object_get(old, name);

    if (value)
        json_object_set_new(crd, name, json_deep_copy(value));
    else
        json_object_del(crd, name);
}

int crd_prepare(call *c, json_t *crd, const json_t *old, failure *why)
{
    (void)why;
    if (!old) {
        prepare_create(crd);
        return 0;
    }
    if (c->sub && strcmp(c->sub->name, "status") == 0) {
        take_over(crd, old, "spec");
        return 0;
    }
    take_over(crd, old, "status");
    if (!json_equal(json_object_get(crd, "spec"), json_object_get(old, "spec")))
        json_object_set_new(meta_of(crd), "generation", json_integer(meta_generation(old) + 1));
    add_stored_version(crd);
    return 0;
}

void crd_validate(call *c, const json_t *crd, const json_t *old, field_errors *errors)
{
    (void)c, (void)crd, (void)old, (void)errors;
}

void crd_warn(call *c, const json_t *crd, const json_t *old)
{
    (void)c, (void)crd, (void)old;
}
