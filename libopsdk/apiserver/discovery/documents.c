#include "apiserver/discovery/documents.h"
#include "core/base64.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

/* ---- parts ---- */

static const struct {
    const char *name;
    unsigned bit;
} verbs[] = {
    {"create", VERB_CREATE}, {"delete", VERB_DELETE}, {"deletecollection", VERB_DELETECOLLECTION},
    {"get", VERB_GET},       {"list", VERB_LIST},     {"patch", VERB_PATCH},
    {"update", VERB_UPDATE}, {"watch", VERB_WATCH},
};
#define N_VERBS (sizeof(verbs) / sizeof(verbs[0]))

/* By name; but "create" stands behind "patch" for custom resources. */
static json_t *verb_names(unsigned set, bool custom)
{
    json_t *list = json_array();

    for (size_t i = custom; i < N_VERBS; i++) {
        if (set & verbs[i].bit)
            json_array_append_new(list, json_string(verbs[i].name));
        if (custom && verbs[i].bit == VERB_PATCH && (set & VERB_CREATE))
            json_array_append_new(list, json_string("create"));
    }
    return list;
}

static void set_names(json_t *doc, const char *key, const char *const *names)
{
    json_t *list;

    if (!names || !names[0])
        return;
    list = json_array();
    for (size_t i = 0; names[i]; i++)
        json_array_append_new(list, json_string(names[i]));
    json_object_set_new(doc, key, list);
}

/* A short fingerprint of the type that is stored, which the server shows since a client could see a migration by it. */
static void set_storage_hash(json_t *doc, const registry *r, const resource *res)
{
    storage_type type = groups_storage(r, res);
    unsigned char sum[SHA256_DIGEST_LENGTH];
    auto_buf text = BUF_INIT(4096), hash = BUF_INIT(64);

    if (!(res->verbs & VERB_LIST))
        return;
    buf_printf(&text, "%s/%s/%s", type.group, type.version, type.kind);
    if (text.failed)
        return;
    SHA256((const unsigned char *)text.data, text.len, sum);
    base64_encode(sum, 8, &hash);
    json_object_set_new(doc, "storageVersionHash", json_string(hash.data));
}

/* ---- legacy ---- */

json_t *document_versions(const char *address)
{
    return json_pack("{s:s, s:[s], s:[{s:s, s:s}]}", "kind", "APIVersions", "versions", "v1",
                     "serverAddressByClientCIDRs", "clientCIDR", "0.0.0.0/0", "serverAddress", address);
}

static json_t *version_entry(const group_version *g)
{
    return json_pack("{s:o, s:s}", "groupVersion", json_sprintf("%s/%s", g->group, g->version), "version", g->version);
}

/* The group that begins at g, with its versions. */
static json_t *group_entry(const group_version *g, const group_version *end)
{
    json_t *list = json_array();

    for (const group_version *v = g; v < end && strcmp(v->group, g->group) == 0; v++)
        json_array_append_new(list, version_entry(v));
    return json_pack("{s:s, s:o, s:o}", "name", g->group, "versions", list, "preferredVersion", version_entry(g));
}

static bool begins_group(const group_version *all, size_t i)
{
    return *all[i].group && (i == 0 || strcmp(all[i].group, all[i - 1].group) != 0);
}

json_t *document_groups(const registry *r)
{
    size_t n;
    group_version *all = groups_list(r, &n);
    json_t *list = all ? json_array() : NULL;

    for (size_t i = 0; list && i < n; i++)
        if (begins_group(all, i))
            json_array_append_new(list, group_entry(&all[i], all + n));
    free(all);
    return list ? json_pack("{s:s, s:s, s:o}", "kind", "APIGroupList", "apiVersion", "v1", "groups", list) : NULL;
}

json_t *document_group(const registry *r, const char *group)
{
    size_t n;
    group_version *all = groups_list(r, &n);
    json_t *doc = NULL;

    for (size_t i = 0; all && !doc && i < n; i++)
        if (begins_group(all, i) && strcmp(all[i].group, group) == 0)
            doc = group_entry(&all[i], all + n);
    if (doc)
        json_object_update_new(doc, json_pack("{s:s, s:s}", "kind", "APIGroup", "apiVersion", "v1"));
    free(all);
    return doc;
}

static json_t *resource_entry(const registry *r, const resource *res)
{
    json_t *doc =
        json_pack("{s:s, s:s, s:b, s:s, s:o}", "name", res->plural, "singularName", res->singular, "namespaced",
                  res->namespaced, "kind", res->kind, "verbs", verb_names(res->verbs, res->custom));

    set_names(doc, "shortNames", res->short_names);
    set_names(doc, "categories", res->categories);
    set_storage_hash(doc, r, res);
    return doc;
}

/* Has the subresource documents of another group or version? */
static bool is_foreign(const resource *res, const subresource *sub)
{
    return sub->kind &&
           (strcmp(sub->group ? sub->group : "", res->group) != 0 || strcmp(sub->version, res->version) != 0);
}

static json_t *subresource_entry(const resource *res, const subresource *sub)
{
    json_t *doc = json_pack("{s:o, s:s, s:b, s:s, s:o}", "name", json_sprintf("%s/%s", res->plural, sub->name),
                            "singularName", "", "namespaced", res->namespaced, "kind",
                            sub->kind ? sub->kind : res->kind, "verbs", verb_names(sub->verbs, false));

    if (is_foreign(res, sub))
        json_object_update_new(doc, json_pack("{s:s, s:s}", "group", sub->group, "version", sub->version));
    return doc;
}

json_t *document_resources(const registry *r, const group_version *g)
{
    json_t *list = json_array(), *doc;

    for (size_t i = 0; i < g->n; i++) {
        const resource *res = g->resources[i];
        json_array_append_new(list, resource_entry(r, res));
        for (const subresource *s = res->subresources; s && s->name; s++)
            json_array_append_new(list, subresource_entry(res, s));
    }
    doc = json_pack("{s:s, s:o, s:o}", "kind", "APIResourceList", "groupVersion",
                    json_sprintf("%s%s%s", g->group, *g->group ? "/" : "", g->version), "resources", list);
    if (*g->group)
        json_object_set_new(doc, "apiVersion", json_string("v1"));
    return doc;
}

/* ---- aggregated ---- */

static json_t *response_kind(const resource *res, const subresource *sub)
{
    const char *group = res->custom ? res->group : "", *version = res->custom ? res->version : "", *kind = res->kind;

    if (sub && is_foreign(res, sub)) {
        group = sub->group;
        version = sub->version;
    }
    if (sub && sub->kind)
        kind = sub->kind;
    return json_pack("{s:s, s:s, s:s}", "group", group, "version", version, "kind", kind);
}

static json_t *aggregated_resource(const resource *res)
{
    json_t *subs = json_array(),
           *doc = json_pack("{s:s, s:o, s:s, s:s, s:o}", "resource", res->plural, "responseKind",
                            response_kind(res, NULL), "scope", res->namespaced ? "Namespaced" : "Cluster",
                            "singularResource", res->singular, "verbs", verb_names(res->verbs, res->custom));

    set_names(doc, "shortNames", res->short_names);
    set_names(doc, "categories", res->categories);
    for (const subresource *s = res->subresources; s && s->name; s++)
        json_array_append_new(subs, json_pack("{s:s, s:o, s:o}", "subresource", s->name, "responseKind",
                                              response_kind(res, s), "verbs", verb_names(s->verbs, false)));
    if (json_array_size(subs))
        json_object_set(doc, "subresources", subs);
    json_decref(subs);
    return doc;
}

static json_t *aggregated_version(const group_version *g)
{
    json_t *list = json_array();

    for (size_t i = 0; i < g->n; i++)
        json_array_append_new(list, aggregated_resource(g->resources[i]));
    return json_pack("{s:s, s:o, s:s}", "version", g->version, "resources", list, "freshness", "Current");
}

static json_t *aggregated_group(const group_version *g, const group_version *end)
{
    json_t *list = json_array(), *meta = json_object();

    if (*g->group)
        json_object_set_new(meta, "name", json_string(g->group));
    for (const group_version *v = g; v < end && strcmp(v->group, g->group) == 0; v++)
        json_array_append_new(list, aggregated_version(v));
    return json_pack("{s:o, s:o}", "metadata", meta, "versions", list);
}

json_t *document_aggregated(const registry *r, bool core)
{
    size_t n;
    group_version *all = groups_list(r, &n);
    json_t *list = all ? json_array() : NULL;

    for (size_t i = 0; list && i < n; i++)
        if (core ? i == 0 && !*all[i].group : begins_group(all, i))
            json_array_append_new(list, aggregated_group(&all[i], all + n));
    free(all);
    return list ? json_pack("{s:s, s:s, s:{}, s:o}", "kind", "APIGroupDiscoveryList", "apiVersion",
                            "apidiscovery.k8s.io/v2", "metadata", "items", list)
                : NULL;
}
