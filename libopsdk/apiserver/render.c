#include "apiserver/render.h"
#include "apiserver/accept.h"
#include "apiserver/apiserver.h"
#include "apiserver/discovery/table.h"
#include "apiserver/json_put.h"
#include "apiserver/limits.h"
#include "apiserver/version.h"

#include <stdlib.h>
#include <string.h>

/* ---- Accept ---- */

/* Tables and metadata come in two versions, which differ in name alone. */
static bool can_make(const accept_range *r, render *ret)
{
    bool beta = accept_is(r->version, "v1beta1");

    if (!accept_allows(r, "application/json") && !accept_is(r->type, "application/yaml"))
        return false;
    ret->form = FORM_WHOLE;
    if (r->as.len == 0)
        return true;
    if (!accept_is(r->group, "meta.k8s.io") || (!beta && !accept_is(r->version, "v1")))
        return false;
    ret->meta = beta ? "meta.k8s.io/v1beta1" : "meta.k8s.io/v1";
    ret->form = accept_is(r->as, "Table") ? FORM_TABLE : FORM_METADATA;
    ret->as_list = accept_is(r->as, "PartialObjectMetadataList");
    return ret->form == FORM_TABLE || ret->as_list || accept_is(r->as, "PartialObjectMetadata");
}

const char *render_go_package(const resource *res)
{
    static const char *const packages[][2] = {{"", "core."},
                                              {"rbac.authorization.k8s.io", "rbac."},
                                              {"admissionregistration.k8s.io", "admissionregistration."},
                                              {"apiextensions.k8s.io", "apiextensions."},
                                              {"coordination.k8s.io", "coordination."},
                                              {"discovery.k8s.io", "discovery."},
                                              {"events.k8s.io", "core."},
                                              {"apps", "apps."},
                                              {"batch", "batch."},
                                              {"policy", "policy."},
                                              {"networking.k8s.io", "networking."}};

    for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++)
        if (strcmp(packages[i][0], res->group) == 0)
            return packages[i][1];
    return "";
}

static int fail_include(const char *include, failure *why)
{
    return failure_bad_request(why,
                               "Unable to convert to Table as requested: includeObject: Invalid value: \"%s\": must "
                               "be 'Metadata', 'Object', 'None', or empty",
                               include);
}

/* Objects are named as Go has them. */
static int fail_list(const call *c, bool list, failure *why)
{
    const char *type = c->res->custom ? "unstructured.Unstructured" : c->res->kind;

    return failure_set(
        why, 406, "NotAcceptable",
        list ? "you requested PartialObjectMetadata, but the requested object is a list (*%s%s%s)"
             : "you requested PartialObjectMetadataList, but the requested object is not a list (*%s%s%s)",
        c->res->custom ? "" : render_go_package(c->res), type, list ? "List" : "");
}

/* What fits the Accept header must fit the request, too. */
static int check(const call *c, const render *r, failure *why)
{
    static const char *const includes[] = {"", "Metadata", "Object", "None"};
    bool list = strcmp(c->rq.verb, "list") == 0 || strcmp(c->rq.verb, "deletecollection") == 0,
         known = r->form != FORM_TABLE;

    for (size_t i = 0; i < sizeof(includes) / sizeof(includes[0]); i++)
        known |= strcmp(r->include, includes[i]) == 0;
    if (!known)
        return fail_include(r->include, why);
    if (r->form == FORM_METADATA && r->as_list != list && strcmp(c->rq.verb, "watch") != 0)
        return fail_list(c, list, why);
    return 0;
}

int render_choose(const call *c, render *ret, failure *why)
{
    const char *include = request_param(&c->rq, "includeObject");
    accept_range ranges[ACCEPT_RANGES];
    size_t n = accept_parse(c->rq.accept, ranges);

    *ret = (render){.res = c->res, .include = include ? include : "", .meta = "meta.k8s.io/v1"};
    if (!*c->rq.accept)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (can_make(&ranges[i], ret))
            return check(c, ret, why);
    return failure_set(why, 406, "NotAcceptable",
                       "only the following media types are accepted: application/json, application/yaml, "
                       "application/vnd.kubernetes.protobuf");
}

/* ---- forms ---- */

/* Takes doc. */
static int put(json_t *doc, buf *out)
{
    int r = json_put(doc, out);

    json_decref(doc);
    return r;
}

static json_t *metadata_of(const render *r, const json_t *obj)
{
    return json_pack("{s:s, s:s, s:O}", "kind", "PartialObjectMetadata", "apiVersion", r->meta, "metadata",
                     json_object_get(obj, "metadata"));
}

static json_t *table_of(const render *r, const json_t *obj, int64_t now_s, bool header)
{
    json_t *row = table_row(r->res, obj, now_s), *table;

    if (strcmp(r->include, "Object") == 0)
        json_object_set(row, "object", (json_t *)obj);
    else if (strcmp(r->include, "None") == 0)
        json_object_set_new(row, "object", json_null());
    else
        json_object_set_new(row, "object", metadata_of(r, obj));
    table = json_pack(
        "{s:s, s:s, s:{s:O}, s:o, s:[o]}", "kind", "Table", "apiVersion", r->meta, "metadata", "resourceVersion",
        json_object_get(json_object_get(obj, "metadata"), "resourceVersion"), "columnDefinitions",
        header ? table_columns(r->res, json_string_value(json_object_get(obj, "kind"))) : json_null(), "rows", row);
    return table;
}

static bool is_converted(const resource *res)
{
    return res->strategy && res->strategy->read;
}

/* Most are stored as they are wanted: kind and apiVersion stand first in the text.  False: nothing was added. */
static bool put_stored(const render *r, const item *it, buf *out)
{
    size_t start = out->len, len;
    char head[LIMIT_KEY];

    if (r->res->stale)
        return false;
    len = (size_t)snprintf(head, sizeof(head), "{\"kind\":\"%s\",\"apiVersion\":\"%s/%s\",", r->res->kind,
                           r->res->group, r->res->version);
    item_text(it, out);
    if (out->failed || (out->len - start > len && memcmp(out->data + start, head, len) == 0))
        return true;
    out->len = start;
    return false;
}

int render_item(const render *r, const apiserver *s, const item *it, bool header, buf *out)
{
    json_t *obj;
    int result;

    if (r->form == FORM_WHOLE && !r->res->custom && !is_converted(r->res)) {
        item_text(it, out);
        return out->failed ? -1 : 0;
    }
    if (r->form == FORM_WHOLE && put_stored(r, it, out))
        return out->failed ? -1 : 0;
    obj = version_read(r->res, it);
    if (!obj)
        return -1;
    result = render_object(r, s, obj, header, out);
    json_decref(obj);
    return result;
}

int render_object(const render *r, const apiserver *s, json_t *obj, bool header, buf *out)
{
    if (r->form == FORM_WHOLE)
        return put(json_incref(obj), out);
    if (r->form == FORM_METADATA)
        return put(metadata_of(r, obj), out);
    return put(table_of(r, obj, apiserver_now_us(s) / 1000000, header), out);
}

/* A list names the kind of its items once, except for custom resources. */
static int put_bare(const render *r, const item *it, buf *out)
{
    size_t start = out->len, len;
    auto_buf lead = BUF_INIT(LIMIT_KEY);

    item_text(it, out);
    buf_printf(&lead, "{\"kind\":\"%s\",\"apiVersion\":\"%s%s%s\",", r->res->kind, r->res->group,
               *r->res->group ? "/" : "", r->res->version);
    if (out->failed || lead.failed)
        return -1;
    len = lead.len - 1;
    if (out->len - start > len && memcmp(out->data + start, lead.data, lead.len) == 0) {
        memmove(out->data + start + 1, out->data + start + lead.len, out->len - start - len);
        out->len -= len;
    }
    return 0;
}

/* Likewise, of what is stored otherwise. */
static int put_converted(const render *r, const item *it, buf *out)
{
    json_t *obj = version_read(r->res, it);

    json_object_del(obj, "kind");
    json_object_del(obj, "apiVersion");
    return put(obj, out);
}

int render_member(const render *r, const apiserver *s, const item *it, buf *out)
{
    json_t *obj, *table;
    int result;

    if (r->form == FORM_WHOLE && !r->res->custom)
        return is_converted(r->res) ? put_converted(r, it, out) : put_bare(r, it, out);
    if (r->form != FORM_TABLE)
        return render_item(r, s, it, false, out);
    obj = version_read(r->res, it);
    table = obj ? table_of(r, obj, apiserver_now_us(s) / 1000000, false) : NULL;
    result = put(json_incref(json_array_get(json_object_get(table, "rows"), 0)), out);
    json_decref(table);
    json_decref(obj);
    return result;
}

int render_list_head(const render *r, const json_t *meta, buf *out)
{
    char *text = json_dumps(meta, JSON_COMPACT);
    json_t *columns = r->form == FORM_TABLE ? table_columns(r->res, r->res->kind) : NULL;

    if (r->form == FORM_TABLE)
        buf_printf(out, "{\"kind\":\"Table\",\"apiVersion\":\"%s\",\"metadata\":", r->meta);
    else if (r->form == FORM_METADATA)
        buf_printf(out, "{\"kind\":\"PartialObjectMetadataList\",\"apiVersion\":\"%s\",\"metadata\":", r->meta);
    else
        buf_printf(out, "{\"kind\":\"%s%s\",\"apiVersion\":\"%s%s%s\",\"metadata\":",
                   r->res->list_kind ? r->res->list_kind : r->res->kind, r->res->list_kind ? "" : "List", r->res->group,
                   *r->res->group ? "/" : "", r->res->version);
    buf_puts(out, text ? text : "{}");
    free(text);
    if (columns) {
        buf_puts(out, ",\"columnDefinitions\":");
        put(columns, out);
    }
    buf_puts(out, r->form == FORM_TABLE ? ",\"rows\":[" : ",\"items\":[");
    return out->failed ? -1 : 0;
}
