/* The operations of OpenAPI: for each resource its paths, and on each what may be done with which parameters. */
#include "apiserver/discovery/openapi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- parameters ---- */

enum {
    FOR_LIST = 1,
    FOR_WRITE = 2, /* and patch */
    FOR_PATCH = 4,
    FOR_DELETE = 8,
    FOR_WATCH = 16,
    FOR_ALL = 32 /* that have documents */
};

static const struct {
    const char *name, *type;
    unsigned uses;
} parameters[] = {
    {"allowWatchBookmarks", "boolean", FOR_WATCH},
    {"continue", "string", FOR_LIST},
    {"dryRun", "string", FOR_WRITE | FOR_DELETE},
    {"fieldManager", "string", FOR_WRITE},
    {"fieldSelector", "string", FOR_LIST},
    {"fieldValidation", "string", FOR_WRITE},
    {"force", "boolean", FOR_PATCH},
    {"gracePeriodSeconds", "integer", FOR_DELETE},
    {"ignoreStoreReadErrorWithClusterBreakingPotential", "boolean", FOR_DELETE},
    {"labelSelector", "string", FOR_LIST},
    {"limit", "integer", FOR_LIST},
    {"orphanDependents", "boolean", FOR_DELETE},
    {"pretty", "string", FOR_ALL},
    {"propagationPolicy", "string", FOR_DELETE},
    {"resourceVersion", "string", FOR_LIST},
    {"resourceVersionMatch", "string", FOR_LIST},
    {"sendInitialEvents", "boolean", FOR_LIST},
    {"timeoutSeconds", "integer", FOR_LIST},
    {"watch", "boolean", FOR_WATCH},
};

static json_t *query_parameters(unsigned uses)
{
    json_t *list = json_array();

    for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++)
        if (parameters[i].uses & uses)
            json_array_append_new(list, json_pack("{s:s, s:s, s:{s:s, s:b}}", "name", parameters[i].name, "in", "query",
                                                  "schema", "type", parameters[i].type, "uniqueItems", 1));
    return list;
}

static void add_path_parameter(json_t *list, const char *path, const char *name)
{
    char braced[32];

    snprintf(braced, sizeof(braced), "{%s}", name);
    if (strstr(path, braced))
        json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:{s:s, s:b}}", "name", name, "in", "path", "required",
                                              1, "schema", "type", "string", "uniqueItems", 1));
}

static json_t *path_parameters(const char *path)
{
    json_t *list = json_array();

    add_path_parameter(list, path, "name");
    add_path_parameter(list, path, "namespace");
    return list;
}

/* ---- operations ---- */

/* What is done on a path, and the types that go in and come out; NULL: not described. */
typedef struct operation {
    const char *method, *action;
    unsigned uses;
    const char *in, *out;
    const char *const *media; /* of in; NULL-terminated */
} operation;

static const char *const any_media[] = {"*/*", NULL};
static const char *const patch_media[] = {"application/apply-patch+yaml", "application/json-patch+json",
                                          "application/merge-patch+json", NULL, NULL};
static const char *const builtin_patch_media[] = {"application/apply-patch+yaml", "application/json-patch+json",
                                                  "application/merge-patch+json",
                                                  "application/strategic-merge-patch+json", NULL};
static const char *const answer_media[] = {"application/json", "application/yaml", NULL};

static json_t *content(const char *const *media, const char *type)
{
    json_t *out = json_object();

    for (size_t i = 0; media[i]; i++)
        json_object_set_new(
            out, media[i],
            json_pack("{s:o}", "schema", type ? openapi_ref(type) : json_pack("{s:s}", "type", "string")));
    return out;
}

static void add(json_t *entry, const operation *op, json_t *gvk)
{
    json_t *doc = json_pack("{s:s, s:O, s:o, s:{s:{s:s, s:o}, s:{s:s}}}", "x-kubernetes-action", op->action,
                            "x-kubernetes-group-version-kind", gvk, "parameters", query_parameters(op->uses),
                            "responses", "200", "description", "OK", "content",
                            content(op->out ? answer_media : any_media, op->out), "401", "description", "Unauthorized");

    if (op->in)
        json_object_set_new(doc, "requestBody", json_pack("{s:o}", "content", content(op->media, op->in)));
    json_object_set_new(entry, op->method, doc);
}

/* The operations among those that the verbs allow. */
typedef struct choice {
    unsigned verb;
    operation op;
} choice;

static void add_path(json_t *paths, const char *path, unsigned verbs, const choice *choices, size_t n, json_t *gvk)
{
    json_t *entry = json_object();

    for (size_t i = 0; i < n; i++)
        if (verbs & choices[i].verb)
            add(entry, &choices[i].op, gvk);
    if (json_object_size(entry)) {
        json_object_set_new(entry, "parameters", path_parameters(path));
        json_object_set(paths, path, entry);
    }
    json_decref(entry);
    json_decref(gvk);
}

/* ---- paths ---- */

#define STATUS OPENAPI_META "Status"
#define OPTIONS OPENAPI_META "DeleteOptions"
#define PATCH OPENAPI_META "Patch"

static void add_collection(json_t *paths, const resource *res, const char *path, unsigned verbs, const char *type,
                           const char *list)
{
    const choice choices[] = {
        {VERB_LIST, {"get", "list", FOR_ALL | FOR_LIST | FOR_WATCH, NULL, list, NULL}},
        {VERB_CREATE, {"post", "post", FOR_ALL | FOR_WRITE, type, type, any_media}},
        {VERB_DELETECOLLECTION,
         {"delete", "deletecollection", FOR_ALL | FOR_LIST | FOR_DELETE, OPTIONS, STATUS, any_media}},
    };

    add_path(paths, path, verbs, choices, sizeof(choices) / sizeof(choices[0]),
             openapi_gvk(res->group, res->version, res->kind));
}

static void add_object(json_t *paths, const resource *res, const char *path, unsigned verbs, const char *type,
                       json_t *gvk)
{
    const choice choices[] = {
        {VERB_GET, {"get", "get", FOR_ALL, NULL, type, NULL}},
        {VERB_UPDATE, {"put", "put", FOR_ALL | FOR_WRITE, type, type, any_media}},
        {VERB_CREATE, {"post", "post", FOR_ALL | FOR_WRITE, type, type, any_media}},
        {VERB_PATCH,
         {"patch", "patch", FOR_ALL | FOR_WRITE | FOR_PATCH, PATCH, type,
          res->custom ? patch_media : builtin_patch_media}},
        {VERB_DELETE,
         {"delete", "delete", FOR_ALL | FOR_DELETE, OPTIONS, res->returns_deleted ? type : STATUS, any_media}},
    };

    add_path(paths, path, verbs, choices, sizeof(choices) / sizeof(choices[0]), gvk);
}

/* What is no document: the text of a log, or a connection (exec, proxy).  Its parameters are not described. */
static void add_connection(json_t *paths, const char *path, const subresource *sub, json_t *gvk)
{
    const char *action = sub->kind ? "connect" : "get";
    const choice choices[] = {
        {VERB_GET, {"get", action, 0, NULL, NULL, NULL}},       {VERB_UPDATE, {"put", action, 0, NULL, NULL, NULL}},
        {VERB_CREATE, {"post", action, 0, NULL, NULL, NULL}},   {VERB_PATCH, {"patch", action, 0, NULL, NULL, NULL}},
        {VERB_DELETE, {"delete", action, 0, NULL, NULL, NULL}},
    };

    add_path(paths, path, sub->verbs, choices, sizeof(choices) / sizeof(choices[0]), gvk);
}

static void add_subresource(json_t *paths, const resource *res, const char *path, const subresource *sub,
                            const char *type)
{
    const schema *own = openapi_sub_schema(sub);
    json_t *gvk = sub->kind ? openapi_gvk(sub->group ? sub->group : "", sub->version, sub->kind)
                            : openapi_gvk(res->group, res->version, res->kind);

    if (own || (!sub->kind && (sub->verbs & VERB_UPDATE)))
        add_object(paths, res, path, sub->verbs, own ? own->name : type, gvk);
    else
        add_connection(paths, path, sub, gvk);
}

/* base: up to and with the plural. */
static void add_all(json_t *paths, const resource *res, const char *base, const char *type, const char *list)
{
    enum { ONE = VERB_GET | VERB_UPDATE | VERB_PATCH | VERB_DELETE };
    json_t *path = json_sprintf("%s/{name}", base);

    add_collection(paths, res, base, res->verbs, type, list);
    add_object(paths, res, json_string_value(path), res->verbs & ONE, type,
               openapi_gvk(res->group, res->version, res->kind));
    json_decref(path);
    for (const subresource *sub = res->subresources; sub && sub->name; sub++) {
        path = json_sprintf("%s/{name}/%s", base, sub->name);
        add_subresource(paths, res, json_string_value(path), sub, type);
        json_decref(path);
    }
}

void openapi_paths(json_t *paths, const resource *res)
{
    char *type = openapi_name(res), *list = openapi_list_name(res);
    json_t *root = *res->group ? json_sprintf("/apis/%s/%s", res->group, res->version)
                               : json_sprintf("/api/%s", res->version),
           *all = json_sprintf("%s/%s", json_string_value(root), res->plural),
           *base = json_sprintf("%s/namespaces/{namespace}/%s", json_string_value(root), res->plural);

    if (type && list && root && all && base) {
        if (res->namespaced)
            add_collection(paths, res, json_string_value(all), res->verbs & VERB_LIST, type, list);
        add_all(paths, res, json_string_value(res->namespaced ? base : all), type, list);
    }
    json_decref(root);
    json_decref(all);
    json_decref(base);
    free(type);
    free(list);
}
