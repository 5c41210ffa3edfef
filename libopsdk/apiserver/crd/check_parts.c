#include "apiserver/crd/check_schema.h"
#include "apiserver/crd/check_spec.h"
#include "apiserver/json_clone.h"
#include "apiserver/kinds/check.h"
#include "apiserver/kinds/webhook.h"
#include "apiserver/names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* All that is wrong with a name in one message. */
static void check_label(spot *at, const char *path, const char *text, const char *name, const char *before)
{
    const char *wrong[NAME_WRONGS];
    auto_buf all = BUF_INIT(at->path.max);
    size_t n = name_check(NAME_DNS_1035_LABEL, name, wrong);

    for (size_t i = 0; i < n; i++)
        buf_printf(&all, "%s%s", i ? "," : before, wrong[i]);
    if (n)
        wrong_text(at->errors, path, text, "%s", all.failed ? "" : all.data);
}

static void check_kind_name(spot *at, const json_t *names, const char *field)
{
    const char *name = doc_text(names, field);
    char *lower = strdup(name);

    for (char *p = lower; p && *p; p++)
        *p = (char)tolower((unsigned char)*p);
    if (lower && *name)
        check_label(at, spot_at(at, field), name, lower, "may have mixed case, but should otherwise match: ");
    free(lower);
}

static void check_label_list(spot *at, const json_t *names, const char *field)
{
    size_t i;
    json_t *one;

    json_array_foreach(doc_get(names, field), i, one)
    {
        size_t back = spot_child(at, field);
        spot_index(at, i);
        check_label(at, spot_now(at), json_string_value(one), json_string_value(one), "");
        spot_back(at, back);
    }
}

void check_names(spot *at, const json_t *names)
{
    const char *plural = doc_text(names, "plural"), *singular = doc_text(names, "singular"),
               *kind = doc_text(names, "kind");

    if (*plural)
        check_label(at, spot_at(at, "plural"), plural, plural, "");
    if (*singular)
        check_label(at, spot_at(at, "singular"), singular, singular, "");
    check_kind_name(at, names, "kind");
    check_kind_name(at, names, "listKind");
    check_label_list(at, names, "shortNames");
    if (*kind && doc_is(names, "listKind", kind))
        wrong_text(at->errors, spot_at(at, "listKind"), kind, "kind and listKind may not be the same");
    check_label_list(at, names, "categories");
}

/* ---- subresources ---- */

/* A path with dots below one of two roots. */
static void check_path(spot *at, const json_t *scale, const char *field, const char *root, const char *other,
                       const char *must)
{
    const char *path = doc_text(scale, field);

    if (*path != '.')
        wrong_text(at->errors, spot_at(at, field), path, "must be a simple json path starting with .");
    else if (strncmp(path, root, strlen(root)) != 0 && strncmp(path, other, strlen(other)) != 0)
        wrong_text(at->errors, spot_at(at, field), path, "%s", must);
}

void check_subresources(spot *at, const json_t *subresources)
{
    const json_t *scale = doc_get(subresources, "scale");
    size_t back;

    if (!scale)
        return;
    back = spot_child(at, "scale");
    if (!*doc_text(scale, "specReplicasPath"))
        field_required(at->errors, spot_at(at, "specReplicasPath"), "");
    else
        check_path(at, scale, "specReplicasPath", ".spec.", ".spec.", "should be a json path under .spec");
    if (!*doc_text(scale, "statusReplicasPath"))
        field_required(at->errors, spot_at(at, "statusReplicasPath"), "");
    else
        check_path(at, scale, "statusReplicasPath", ".status.", ".status.", "should be a json path under .status");
    if (*doc_text(scale, "labelSelectorPath"))
        check_path(at, scale, "labelSelectorPath", ".spec.", ".status.",
                   "should be a json path under either .spec or .status");
    spot_back(at, back);
}

/* ---- columns ---- */

static bool is_in(const char *text, const char *const *list)
{
    while (*list && strcmp(*list, text) != 0)
        list++;
    return *list != NULL;
}

static void check_column(spot *at, const json_t *doc)
{
    static const char *const types[] = {"boolean", "date", "integer", "number", "string", NULL},
                             *const formats[] = {"byte",  "date",  "date-time", "double", "float",
                                                 "int32", "int64", "password",  NULL};
    static const char one_of[] = "must be one of boolean,date,integer,number,string";
    const char *type = doc_text(doc, "type"), *format = doc_text(doc, "format"), *path = doc_text(doc, "jsonPath");

    if (!*doc_text(doc, "name"))
        field_required(at->errors, spot_at(at, "name"), "");
    if (!*type)
        field_required(at->errors, spot_at(at, "type"), one_of);
    else if (!is_in(type, types))
        wrong_text(at->errors, spot_at(at, "type"), type, "%s", one_of);
    if (*format && !is_in(format, formats))
        wrong_text(at->errors, spot_at(at, "format"), format,
                   "must be one of byte,date,date-time,double,float,int32,int64,password");
    if (!*path)
        field_required(at->errors, spot_at(at, "JSONPath"), "");
    else if (*path != '.')
        wrong_text(at->errors, spot_at(at, "JSONPath"), path, "must be a simple json path starting with .");
}

void check_columns(spot *at, const json_t *columns)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)columns, i, one)
    {
        size_t back = spot_child(at, "additionalPrinterColumns");
        spot_index(at, i);
        check_column(at, one);
        spot_back(at, back);
    }
}

/* ---- selectable fields ---- */

#define MOST_SELECTABLES 8 /* MaxSelectableFields */

static void check_selectable(spot *at, const char *path, const json_t *doc, json_t *seen)
{
    const json_t *found = NULL;
    char *why = schema_path(doc, path, false, &found);
    const char *type = doc_text(found, "type"), *here = spot_at(at, "jsonPath");

    if (why)
        wrong_text(at->errors, here, path, "is an invalid path: %s", why);
    free(why);
    if (why)
        return;
    if (strncmp(path, ".metadata", 9) == 0 && (path[9] == '.' || !path[9]))
        wrong_text(at->errors, here, path, "must not point to fields in metadata");
    if (strcmp(type, "string") != 0 && strcmp(type, "boolean") != 0 && strcmp(type, "integer") != 0)
        wrong_text(at->errors, here, path,
                   "must point to a field of type string, boolean or integer. Enum string fields and strings with "
                   "formats are allowed.");
    if (json_object_get(seen, path))
        duplicate_text(at->errors, here, path);
    json_object_set_new(seen, path, json_true());
}

void check_selectables(spot *at, const json_t *fields, const json_t *doc)
{
    json_auto_t *seen = json_object();
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)fields, i, one)
    {
        const char *path = doc_text(one, "jsonPath");
        size_t back = spot_child(at, "selectableFields");
        spot_index(at, i);
        if (!*path)
            field_required(at->errors, spot_at(at, "jsonPath"), "");
        else
            check_selectable(at, path, doc, seen);
        spot_back(at, back);
    }
    if (json_object_size(seen) > MOST_SELECTABLES)
        field_too_many(at->errors, spot_at(at, "selectableFields"), (int)json_object_size(seen), MOST_SELECTABLES);
}

/* ---- conversion ---- */

static void check_review_versions(spot *at, const json_t *versions)
{
    json_auto_t *seen = json_object();
    size_t i, back = spot_child(at, "conversionReviewVersions");
    json_t *one;

    if (json_array_size(versions) == 0)
        field_required(at->errors, spot_now(at), "");
    json_array_foreach((json_t *)versions, i, one)
    {
        const char *name = json_string_value(one);
        size_t inner = spot_index(at, i);
        if (json_object_get(seen, name))
            wrong_text(at->errors, spot_now(at), name, "duplicate version");
        else
            name_validate(NAME_DNS_1035_LABEL, name, spot_now(at), at->errors);
        json_object_set_new(seen, name, json_true());
        spot_back(at, inner);
    }
    if (json_array_size(versions) && !doc_has(versions, "v1") && !doc_has(versions, "v1beta1"))
        field_invalid(at->errors, spot_now(at), versions, "must include at least one of v1, v1beta1");
    spot_back(at, back);
}

/* The server takes the two names of the service for each other, and so says the wrong one is missing. */
static void check_service(spot *at, const json_t *service)
{
    json_auto_t *swapped = json_clone(service);

    json_object_set(swapped, "name", doc_get(service, "namespace"));
    json_object_set(swapped, "namespace", doc_get(service, "name"));
    webhook_service_validate(at->errors, spot_at(at, "service"), swapped);
}

static void check_client(spot *at, const json_t *client)
{
    const json_t *url = doc_get(client, "url"), *service = doc_get(client, "service");
    size_t back;

    if (!client) {
        field_required(at->errors, spot_at(at, "webhookClientConfig"), "required when strategy is set to Webhook");
        return;
    }
    back = spot_child(at, "webhookClientConfig");
    if (!url == !service)
        field_required(at->errors, spot_now(at), "exactly one of url or service is required");
    else if (url)
        webhook_url_validate(at->errors, spot_at(at, "url"), json_string_value(url));
    else
        check_service(at, service);
    spot_back(at, back);
}

void check_conversion(spot *at, const json_t *conversion, bool more_versions)
{
    const json_t *webhook = doc_get(conversion, "webhook"), *client = doc_get(webhook, "clientConfig"),
                 *versions = doc_get(webhook, "conversionReviewVersions");
    const char *how = doc_text(conversion, "strategy");
    size_t back = spot_child(at, "conversion");

    if (!*how)
        field_required(at->errors, spot_at(at, "strategy"), "");
    else
        check_one_of(at->errors, spot_at(at, "strategy"), how, CHOICE("None", "Webhook"));
    if (strcmp(how, "Webhook") == 0) {
        check_client(at, client);
        check_review_versions(at, versions);
        if (more_versions)
            field_forbidden(at->errors, spot_at(at, "strategy"),
                            "the embedded API server does not call conversion webhooks; use None, or a single version");
    } else {
        if (client)
            field_forbidden(at->errors, spot_at(at, "webhookClientConfig"),
                            "should not be set when strategy is not set to Webhook");
        if (json_array_size(versions))
            field_forbidden(at->errors, spot_at(at, "conversionReviewVersions"),
                            "should not be set when strategy is not set to Webhook");
    }
    spot_back(at, back);
}
