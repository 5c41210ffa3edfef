#include "apiserver/crd/check_spec.h"

#include "apiserver/crd/check_schema.h"
#include "apiserver/go_print.h"
#include "apiserver/json_clone.h"
#include "apiserver/kinds/check.h"
#include "apiserver/meta.h"
#include "apiserver/names.h"
#include "apiserver/schema/format.h"
#include "apiserver/schema/rune.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- schemas ---- */

/* Only what holds for the status as well may stand at the root of a schema with the status subresource. */
static void check_root_fields(spot *at, const json_t *doc)
{
    static const char *const forbidden[] = {"id",
                                            "$schema",
                                            "$ref",
                                            "nullable",
                                            "default",
                                            "enum",
                                            "maxProperties",
                                            "minProperties",
                                            "allOf",
                                            "oneOf",
                                            "anyOf",
                                            "not",
                                            "additionalProperties",
                                            "patternProperties",
                                            "dependencies",
                                            "additionalItems",
                                            "definitions",
                                            "x-kubernetes-embedded-resource",
                                            "x-kubernetes-int-or-string",
                                            "x-kubernetes-list-map-keys",
                                            "x-kubernetes-list-type",
                                            "x-kubernetes-map-type"};
    static const char must[] =
        "only [Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength "
        "Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example "
        "XPreserveUnknownFields XValidations] fields are allowed at the root of the schema if the status subresource "
        "is enabled";
    auto_buf shown = BUF_INIT(at->path.max);

    if (json_object_get(doc, "type") && !doc_is(doc, "type", "object")) {
        wrong_text(at->errors, spot_at(at, "type"), doc_text(doc, "type"),
                   "only \"object\" is allowed as the type at the root of the schema if the status subresource is "
                   "enabled");
        return;
    }
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
        if (!json_object_get(doc, forbidden[i]))
            continue;
        internal_schema(&shown, doc);
        field_invalid_text(at->errors, spot_now(at), shown.failed ? "" : shown.data, must);
        return;
    }
}

static void check_structure(spot *at, const json_t *doc)
{
    size_t before = json_array_size(at->errors->list);

    check_structural(at, doc);
    if (json_array_size(at->errors->list) == before)
        check_schema_defaults(at, doc);
}

void check_validation(spot *at, const json_t *validation, bool status)
{
    const json_t *doc = doc_get(validation, "openAPIV3Schema");
    size_t before = json_array_size(at->errors->list), back;
    const char *unsupported;

    if (!doc)
        return;
    back = spot_child(at, "openAPIV3Schema");
    unsupported = schema_unsupported(doc);
    if (status)
        check_root_fields(at, doc);
    if (doc_flag(doc, "nullable"))
        field_forbidden(at->errors, spot_at(at, "nullable"), "nullable cannot be true at the root");
    if (!unsupported)
        check_structure(at, doc);
    check_openapi(at, doc);
    if (unsupported && json_array_size(at->errors->list) == before)
        wrong_text(at->errors, spot_now(at), "", "%s", unsupported);
    spot_back(at, back);
}

/* ---- versions ---- */

static bool is_printable_at(const char *text, size_t at, size_t len, size_t *ret_next)
{
    int32_t rune;
    size_t n = rune_next(text + at, len - at, &rune);

    *ret_next = at + n;
    return rune >= ' ' && rune != 0x7F && !(rune >= 0x80 && rune < 0xA0) && rune != 0xAD &&
           !(rune >= 0x200B && rune <= 0x200F) && !(rune >= 0x2028 && rune <= 0x202E) && rune != 0xA0 && rune != 0x3000;
}

static void wrong_warning(spot *at, const json_t *value, const char *why)
{
    auto_buf shown = BUF_INIT(at->path.max);

    go_json(&shown, value); /* a pointer in Go, and so not quoted as other strings are */
    field_invalid_text(at->errors, spot_at(at, "deprecationWarning"), shown.failed ? "" : shown.data, why);
}

static void check_warning(spot *at, const json_t *version)
{
    const json_t *value = doc_get(version, "deprecationWarning");
    const char *text = json_string_value(value);
    size_t len = json_string_length(value), i = 0, next = 0;
    char why[128];

    if (!value)
        return;
    if (!doc_flag(version, "deprecated")) {
        wrong_warning(at, value, "can only be set for deprecated versions");
        return;
    }
    if (len > 256)
        wrong_warning(at, value, "must be <= 256 characters long");
    if (len == 0)
        wrong_warning(at, value, "must not be an empty string");
    for (; i < len && is_printable_at(text, i, len, &next); i = next)
        ;
    if (i == len)
        return;
    snprintf(why, sizeof(why),
             "must only contain printable UTF-8 characters; non-printable character found at index %zu", i);
    wrong_warning(at, value, why);
}

static void check_selection(spot *at, const json_t *fields, const json_t *doc)
{
    const char *unsupported = schema_unsupported(doc);

    if (unsupported)
        wrong_text(at->errors, spot_at(at, "schema.openAPIV3Schema"), "", "%s", unsupported);
    check_selectables(at, fields, unsupported ? NULL : doc);
}

/* By name: of versions of one name the first counts. */
static bool has_status(const json_t *versions, const json_t *version, const json_t *common_subs)
{
    size_t i, others = 0;
    json_t *one;

    json_array_foreach((json_t *)versions, i, one) others += doc_get(one, "subresources") != NULL;
    if (others == 0)
        return doc_get(common_subs, "status") != NULL;
    json_array_foreach((json_t *)versions, i, one)
    {
        if (doc_is(one, "name", doc_text(version, "name")))
            return doc_at(one, "subresources.status") != NULL;
    }
    return false;
}

static void check_version(spot *at, const json_t *versions, const json_t *version, const json_t *common_subs)
{
    const json_t *subs = doc_get(version, "subresources"), *fields = doc_get(version, "selectableFields"),
                 *validation = doc_get(version, "schema");
    bool status = has_status(versions, version, common_subs);
    size_t back;

    name_validate(NAME_DNS_1035_LABEL, doc_text(version, "name"), spot_at(at, "name"), at->errors);
    check_warning(at, version);
    back = spot_child(at, "schema");
    check_validation(at, validation, status);
    spot_back(at, back);
    back = spot_child(at, "subresources");
    check_subresources(at, subs);
    spot_back(at, back);
    check_columns(at, doc_get(version, "additionalPrinterColumns"));
    if (json_array_size(fields) && !doc_get(validation, "openAPIV3Schema"))
        wrong_text(at->errors, spot_at(at, "selectableFields"), "",
                   "may only be set when `version.schema.openAPIV3Schema` is not included");
    else if (json_array_size(fields))
        check_selection(at, fields, doc_get(validation, "openAPIV3Schema"));
}

static void check_versions(spot *at, const json_t *spec, const json_t *common)
{
    const json_t *versions = doc_get(spec, "versions");
    json_auto_t *seen = json_object();
    auto_buf shown = BUF_INIT(at->path.max);
    size_t i, storage = 0;
    json_t *one;

    json_array_foreach((json_t *)versions, i, one)
    {
        size_t back = spot_child(at, "versions");
        storage += doc_flag(one, "storage");
        json_object_set_new(seen, doc_text(one, "name"), json_true());
        spot_index(at, i);
        check_version(at, versions, one, doc_get(common, "subresources"));
        spot_back(at, back);
    }
    internal_versions(&shown, versions);
    if (json_object_size(seen) < json_array_size(versions))
        field_invalid_text(at->errors, spot_at(at, "versions"), shown.failed ? "" : shown.data,
                           "must contain unique version names");
    if (storage != 1)
        field_invalid_text(at->errors, spot_at(at, "versions"), shown.failed ? "" : shown.data,
                           "must have exactly one version marked as storage version");
    if (json_array_size(versions) && *doc_text(json_array_get(versions, 0), "name"))
        name_validate(NAME_DNS_1035_LABEL, doc_text(json_array_get(versions, 0), "name"), spot_at(at, "version"),
                      at->errors);
}

/* ---- the spec ---- */

/* What all versions have alike the server keeps once, beside them, and names it there. */
static void lift(json_t *common, json_t *versions, const char *name, const char *as)
{
    const json_t *first = doc_get(json_array_get(versions, 0), name);
    size_t i;
    json_t *one;

    json_array_foreach(versions, i, one)
    {
        const json_t *here = doc_get(one, name);
        if (!here != !first || (here && !json_equal(here, first)))
            return;
    }
    if (first)
        json_object_set(common, as, (json_t *)first);
    json_array_foreach(versions, i, one) json_object_del(one, name);
}

static json_t *lift_all(json_t *spec)
{
    json_t *common = json_object(), *versions = doc_get(spec, "versions");

    lift(common, versions, "subresources", "subresources");
    lift(common, versions, "schema", "validation");
    lift(common, versions, "additionalPrinterColumns", "additionalPrinterColumns");
    lift(common, versions, "selectableFields", "selectableFields");
    return common;
}

static void check_group(spot *at, const char *group)
{
    const char *wrong[NAME_WRONGS];
    auto_buf all = BUF_INIT(at->path.max);
    size_t n = name_check(NAME_DNS_SUBDOMAIN, group, wrong);

    for (size_t i = 0; i < n; i++)
        buf_printf(&all, "%s%s", i ? "," : "", wrong[i]);
    if (!*group)
        field_required(at->errors, spot_at(at, "group"), "");
    else if (n)
        wrong_text(at->errors, spot_at(at, "group"), group, "%s", all.failed ? "" : all.data);
    else if (!strchr(group, '.'))
        wrong_text(at->errors, spot_at(at, "group"), group, "should be a domain with at least one dot");
}

static void check_presence(spot *at, const json_t *versions, const json_t *common)
{
    size_t i;
    json_t *one;

    if (doc_at(common, "validation.openAPIV3Schema"))
        return;
    json_array_foreach((json_t *)versions, i, one)
    {
        size_t back = spot_child(at, "versions");
        spot_index(at, i);
        if (!doc_at(one, "schema.openAPIV3Schema"))
            field_required(at->errors, spot_at(at, "schema.openAPIV3Schema"), "");
        spot_back(at, back);
    }
}

static bool has_defaults(const json_t *doc)
{
    const char *name;
    json_t *one;
    size_t i;
    bool found = false;

    if (json_is_array(doc))
        json_array_foreach((json_t *)doc, i, one) found |= has_defaults(one);
    else if (doc_get(doc, "default"))
        return true;
    else
        json_object_foreach((json_t *)doc, name, one)
        {
            if (strcmp(name, "properties") == 0 && json_is_object(one)) {
                const char *property;
                json_t *child;
                json_object_foreach(one, property, child) found |= has_defaults(child);
            } else if (strcmp(name, "enum") != 0 && strcmp(name, "example") != 0) {
                found |= has_defaults(one);
            }
        }
    return found;
}

static void check_preserve(spot *at, const json_t *spec)
{
    const json_t *preserve = doc_get(spec, "preserveUnknownFields");
    bool found = false;
    size_t i;
    json_t *version;

    json_array_foreach(doc_get(spec, "versions"), i, version) found |=
        has_defaults(doc_at(version, "schema.openAPIV3Schema"));
    if (found && json_is_true(preserve))
        field_invalid(at->errors, spot_at(at, "preserveUnknownFields"), preserve,
                      "must be false in order to use defaults in the schema");
}

static void check_required_names(spot *at, const json_t *names)
{
    static const char *const fields[] = {"plural", "singular", "kind", "listKind"};
    size_t back = spot_child(at, "names");

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (!*doc_text(names, fields[i]))
            field_required(at->errors, spot_at(at, fields[i]), "");
    check_names(at, names);
    spot_back(at, back);
}

static bool any_status(const json_t *versions, const json_t *common)
{
    bool found = doc_at(common, "subresources.status") != NULL;
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)versions, i, one) found |= doc_at(one, "subresources.status") != NULL;
    return found;
}

static void check_common(spot *at, const json_t *versions, const json_t *common)
{
    const json_t *fields = doc_get(common, "selectableFields");
    size_t back = spot_child(at, "validation");

    check_validation(at, doc_get(common, "validation"), any_status(versions, common));
    spot_back(at, back);
    back = spot_child(at, "subresources");
    check_subresources(at, doc_get(common, "subresources"));
    spot_back(at, back);
    check_columns(at, doc_get(common, "additionalPrinterColumns"));
    if (json_array_size(fields) && !doc_get(common, "validation"))
        wrong_text(at->errors, spot_at(at, "selectableFields"), "",
                   "may only be set when validations.schema is included");
    else if (json_array_size(fields))
        check_selection(at, fields, doc_at(common, "validation.openAPIV3Schema"));
}

void check_spec(spot *at, const json_t *given)
{
    json_auto_t *spec = json_clone(given), *common = lift_all(spec);
    const json_t *versions = doc_get(spec, "versions");

    check_group(at, doc_text(spec, "group"));
    if (!*doc_text(spec, "scope"))
        field_required(at->errors, spot_at(at, "scope"), "");
    else
        check_one_of(at->errors, spot_at(at, "scope"), doc_text(spec, "scope"), CHOICE("Cluster", "Namespaced"));
    check_presence(at, versions, common);
    check_preserve(at, given);
    check_versions(at, spec, common);
    check_required_names(at, doc_get(spec, "names"));
    check_common(at, versions, common);
    if (doc_flag(spec, "preserveUnknownFields") && !doc_is(doc_get(spec, "conversion"), "strategy", "None"))
        wrong_text(at->errors, spot_at(at, "conversion.strategy"), doc_text(doc_get(spec, "conversion"), "strategy"),
                   "must be None if spec.preserveUnknownFields is true");
    check_conversion(at, doc_get(spec, "conversion"), json_array_size(versions) > 1);
}

/* ---- beside it ---- */

void check_stored_versions(spot *at, const json_t *crd)
{
    const json_t *stored = doc_at(crd, "status.storedVersions"), *versions = doc_at(crd, "spec.versions");
    json_auto_t *left = json_object();
    size_t i;
    json_t *one;

    if (json_array_size(stored) == 0) {
        field_invalid(at->errors, spot_now(at), json_array_size(stored) ? stored : NULL,
                      "must have at least one stored version");
        return;
    }
    json_array_foreach((json_t *)stored, i, one)
        json_object_set_new(left, json_string_value(one), json_integer((json_int_t)i));
    json_array_foreach((json_t *)versions, i, one)
    {
        const char *name = doc_text(one, "name");
        if (doc_flag(one, "storage") && !json_object_get(left, name))
            field_invalid(at->errors, spot_now(at), stored, "must have the storage version %s", name);
        json_object_del(left, name);
    }
    json_array_foreach((json_t *)stored, i, one)
    {
        const char *name = json_string_value(one);
        size_t back;
        if (!json_object_get(left, name))
            continue;
        back = spot_index(at, i);
        wrong_text(at->errors, spot_now(at), name,
                   "missing from spec.versions; %s was previously a storage version, and must remain in spec.versions "
                   "until a storage migration ensures no data remains persisted in %s and removes %s from "
                   "status.storedVersions",
                   name, name, name);
        spot_back(at, back);
    }
}

#define APPROVAL "api-approved.kubernetes.io"

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);

    return n >= m && strcmp(text + n - m, end) == 0;
}

static bool is_community(const char *group)
{
    return strcmp(group, "k8s.io") == 0 || ends_with(group, ".k8s.io") || strcmp(group, "kubernetes.io") == 0 ||
           ends_with(group, ".kubernetes.io");
}

enum approval { APPROVAL_INVALID, APPROVED, BYPASSED, MISSING };

static enum approval approval_of(const json_t *crd)
{
    const char *text = doc_text(json_object_get(meta_of(crd), "annotations"), APPROVAL);
    bool host = false;

    if (!*text)
        return MISSING;
    if (strncmp(text, "unapproved", 10) == 0)
        return BYPASSED;
    return format_is_uri(text, strlen(text), &host) && host ? APPROVED : APPROVAL_INVALID;
}

void check_approval(spot *at, const json_t *crd, const json_t *old)
{
    static const char path[] = "metadata.annotations[" APPROVAL "]";
    enum approval now = approval_of(crd);

    if (!is_community(doc_text(doc_get(crd, "spec"), "group")) || (old && approval_of(old) == now))
        return;
    if (now == MISSING)
        field_required(at->errors, path,
                       "protected groups must have approval annotation \"" APPROVAL
                       "\", see https://github.com/kubernetes/enhancements/pull/1111");
    else if (now == APPROVAL_INVALID)
        wrong_text(at->errors, path, doc_text(json_object_get(meta_of(crd), "annotations"), APPROVAL),
                   "protected groups must have approval annotation \"" APPROVAL
                   "\" with either a URL or a reason starting with \"unapproved\", see "
                   "https://github.com/kubernetes/enhancements/pull/1111");
}
