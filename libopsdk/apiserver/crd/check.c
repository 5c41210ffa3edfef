#include "apiserver/crd/check.h"
#include "apiserver/json_clone.h"
#include "apiserver/kinds/doc.h"

#include "apiserver/crd/check_spec.h"
#include "apiserver/crd/conditions.h"
#include "apiserver/kinds/check.h"
#include "apiserver/meta.h"
#include "apiserver/schema/format.h"

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
        json_object_set_new(crd, name, json_clone(value));
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

/* ---- checks ---- */

static void check_status(const json_t *crd, field_errors *errors)
{
    spot at;

    spot_init(&at, "status.acceptedNames", errors);
    check_names(&at, doc_at(crd, "status.acceptedNames"));
    spot_clear(&at);
}

static void check_name(const json_t *crd, field_errors *errors)
{
    const char *name = meta_text(crd, "name"), *group = doc_text(doc_get(crd, "spec"), "group"),
               *plural = doc_text(doc_at(crd, "spec.names"), "plural");
    size_t n = strlen(plural);

    if (strncmp(name, plural, n) != 0 || name[n] != '.' || strcmp(name + n + 1, group) != 0)
        wrong_text(errors, "metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
}

static void check_immutables(const json_t *crd, const json_t *old, field_errors *errors)
{
    const json_t *now = doc_get(crd, "spec"), *before = doc_get(old, "spec");

    if (crd_condition_true(old, "Established")) {
        check_immutable(errors, "spec.scope", doc_get(now, "scope"), doc_get(before, "scope"));
        check_immutable(errors, "spec.names.kind", doc_at(now, "names.kind"), doc_at(before, "names.kind"));
    }
    check_immutable(errors, "spec.group", doc_get(now, "group"), doc_get(before, "group"));
    check_immutable(errors, "spec.names.plural", doc_at(now, "names.plural"), doc_at(before, "names.plural"));
}

static void check_preserve(const json_t *crd, const json_t *old, field_errors *errors)
{
    const json_t *preserve = doc_at(crd, "spec.preserveUnknownFields");

    if (!doc_flag(doc_get(old, "spec"), "preserveUnknownFields") && json_is_true(preserve))
        field_invalid(errors, "spec.preserveUnknownFields", preserve,
                      "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema "
                      "instead");
}

void crd_validate(call *c, const json_t *crd, const json_t *old, field_errors *errors)
{
    spot at;

    if (old && c->sub && strcmp(c->sub->name, "status") == 0) {
        check_status(crd, errors);
        return;
    }
    if (!old)
        check_name(crd, errors);
    spot_init(&at, "spec", errors);
    at.no_rules = c->server->opts.refuse_cel;
    check_spec(&at, doc_get(crd, "spec"));
    if (old)
        check_immutables(crd, old, errors);
    check_status(crd, errors);
    buf_reset(&at.path);
    buf_puts(&at.path, "status.storedVersions");
    check_stored_versions(&at, crd);
    check_approval(&at, crd, old);
    check_preserve(crd, old, errors);
    spot_clear(&at);
}

/* ---- warnings ---- */

/* Formats of strings that mean nothing to the server, at any depth, in the order of its walk. */
static void find_formats(const json_t *doc, json_t *found)
{
    static const char *const below[] = {
        "items", "allOf", "anyOf", "oneOf", "not", "properties", "additionalProperties"};
    const char *name_of = doc_text(doc, "format"), *name;
    size_t i, k;
    json_t *one;

    if (*name_of && doc_is(doc, "type", "string") && !format_find(name_of))
        json_array_append_new(found, json_string(name_of));
    for (k = 0; k < sizeof(below) / sizeof(below[0]); k++) {
        const json_t *child = doc_get(doc, below[k]);
        if (strcmp(below[k], "properties") == 0)
            json_object_foreach((json_t *)child, name, one) find_formats(one, found);
        else if (json_is_object(child))
            find_formats(child, found);
        else
            json_array_foreach((json_t *)child, i, one) find_formats(one, found);
    }
}

static json_t *formats_of(const json_t *crd)
{
    json_t *found = json_array(), *version;
    size_t i;

    json_array_foreach(doc_at(crd, "spec.versions"), i, version)
        find_formats(doc_at(version, "schema.openAPIV3Schema"), found);
    return found;
}

/* Rules of CEL, at any depth. */
static bool has_rules(const json_t *doc)
{
    const char *name;
    size_t i;
    json_t *one;

    if (json_array_size(json_object_get(doc, "x-kubernetes-validations")))
        return true;
    json_object_foreach((json_t *)doc, name, one) if (has_rules(one)) return true;
    json_array_foreach((json_t *)doc, i, one) if (has_rules(one)) return true;
    return false;
}

void crd_warn(call *c, const json_t *crd, const json_t *old)
{
    json_auto_t *now = NULL, *before = NULL;
    size_t i;
    json_t *one;

    if (c->sub)
        return;
    if (has_rules(doc_at(crd, "spec.versions")) && !has_rules(doc_at(old, "spec.versions")))
        call_warn(c, "x-kubernetes-validations: the embedded API server keeps CEL rules, but does not evaluate them");
    now = formats_of(crd);
    before = formats_of(old);
    json_array_foreach(now, i, one)
    {
        if (!doc_has(before, json_string_value(one)))
            call_warn(c, "unrecognized format \"%s\"", json_string_value(one));
    }
}
