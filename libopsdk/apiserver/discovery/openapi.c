#include "apiserver/discovery/openapi.h"
#include "apiserver/accept.h"
#include "apiserver/discovery/discovery.h"
#include "apiserver/json_put.h"
#include "apiserver/limits.h"

#include <stdlib.h>
#include <string.h>

/* ---- one document ---- */

json_t *openapi_document(const group_version *g)
{
    json_t *paths = json_object(), *schemas = json_object();

    for (size_t i = 0; i < g->n; i++) {
        openapi_paths(paths, g->resources[i]);
        openapi_schemas(schemas, g->resources[i]);
    }
    return json_pack("{s:s, s:{s:s, s:s}, s:o, s:{s:o}}", "openapi", "3.0.0", "info", "title",
                     g->custom ? "Kubernetes CRD Swagger" : "Kubernetes", "version", g->custom ? "v0.1.0" : "1.35",
                     "paths", paths, "components", "schemas", schemas);
}

/* ---- those that are kept ---- */

typedef struct page {
    struct page *next;
    char *name; /* "api/v1", "apis/apps/v1"; "": the index */
    bool custom;
    buf text;
    char tag[TAG_ROOM];
} page;

struct openapi {
    page *pages;
    uint64_t generation; /* of the registry, when pages were made */
};

static page *page_free(page *p)
{
    buf_clear(&p->text);
    free(p->name);
    free(p);
    return NULL;
}

openapi *openapi_free(openapi *o)
{
    page *next;

    for (page *p = o ? o->pages : NULL; p; p = next) {
        next = p->next;
        page_free(p);
    }
    free(o);
    return NULL;
}

/* Drops what a CRD has to do with, once one has come or gone. */
static openapi *state(apiserver *s)
{
    uint64_t now = registry_generation(s->resources);

    if (!s->openapi)
        s->openapi = calloc(1, sizeof(*s->openapi));
    if (!s->openapi || s->openapi->generation == now)
        return s->openapi;
    s->openapi->generation = now;
    for (page **at = &s->openapi->pages; *at;) {
        page *p = *at;
        if (p->custom) {
            *at = p->next;
            page_free(p);
        } else {
            at = &p->next;
        }
    }
    return s->openapi;
}

static page *find(const openapi *o, const char *name)
{
    page *p = o->pages;

    while (p && strcmp(p->name, name) != 0)
        p = p->next;
    return p;
}

/* Takes doc, which put writes.  NULL: no memory. */
static page *keep(openapi *o, const char *name, bool custom, json_t *doc, int (*put)(const json_t *doc, buf *out))
{
    page *p = calloc(1, sizeof(*p));

    if (p) {
        *p = (page){.name = strdup(name), .custom = custom, .text = BUF_INIT(LIMIT_REPLY)};
        if (!p->name || put(doc, &p->text) < 0)
            p = page_free(p);
    }
    json_decref(doc);
    if (!p)
        return NULL;
    discovery_tag(&p->text, p->tag);
    p->next = o->pages;
    return o->pages = p;
}

static bool is_custom(const group_version *g)
{
    for (size_t i = 0; i < g->n; i++)
        if (g->resources[i]->custom)
            return true;
    return false;
}

static json_t *name_of(const group_version *g)
{
    return *g->group ? json_sprintf("apis/%s/%s", g->group, g->version) : json_sprintf("api/%s", g->version);
}

static page *page_of(openapi *o, const group_version *g)
{
    json_t *name = name_of(g);
    page *p = name ? find(o, json_string_value(name)) : NULL;

    if (name && !p)
        p = keep(o, json_string_value(name), is_custom(g), openapi_document(g), json_put);
    json_decref(name);
    return p;
}

/* The index names each document with its fingerprint, so it takes all of them. */
static page *index_page(apiserver *s, openapi *o)
{
    size_t n = 0;
    group_version *all = groups_list(s->resources, &n);
    json_t *paths = all ? json_object() : NULL;
    page *p = NULL;

    for (size_t i = 0; paths && i < n; i++) {
        p = page_of(o, &all[i]);
        if (p)
            json_object_set_new(
                paths, p->name,
                json_pack("{s:o}", "serverRelativeURL", json_sprintf("/openapi/v3/%s?hash=%s", p->name, p->tag)));
    }
    free(all);
    return paths ? keep(o, "", true, json_pack("{s:o}", "paths", paths), json_put) : NULL;
}

/* NULL: there is none, or no memory. */
static page *group_page(apiserver *s, openapi *o, const char *name)
{
    size_t n = 0;
    group_version *all = groups_list(s->resources, &n);
    page *p = NULL;

    for (size_t i = 0; all && !p && i < n; i++) {
        json_t *own = name_of(&all[i]);
        if (own && strcmp(json_string_value(own), name) == 0)
            p = page_of(o, &all[i]);
        json_decref(own);
    }
    free(all);
    return p;
}

/* ---- answers ---- */

static bool accepts(const call *c, const char *type)
{
    accept_range ranges[ACCEPT_RANGES];
    size_t n = accept_parse(c->rq.accept, ranges);

    for (size_t i = 0; i < n; i++)
        if (accept_allows(&ranges[i], type))
            return true;
    return !*c->rq.accept;
}

int openapi_answer(call *c, const char *rest, failure *why)
{
    bool index = strcmp(c->rq.path, "/openapi/v3") == 0;
    openapi *o = state(c->server);
    page *p = o && (index || *rest) ? find(o, rest) : NULL;
    const char *hash = request_param(&c->rq, "hash");

    if (!o)
        return failure_memory(why);
    if (!p && (index || *rest))
        p = index ? index_page(c->server, o) : group_page(c->server, o, rest);
    if (!p)
        return call_answer_text(c, 404, "", "", 0);
    if (!index && !accepts(c, "application/json"))
        return call_answer_text(c, 406, "", "", 0);
    if (hash && strcmp(hash, p->tag) == 0)
        c->caching = "public, immutable";
    return discovery_answer_tagged(c, index ? "text/plain; charset=utf-8" : "application/json", p->tag, &p->text, why);
}

#define V2_PROTO "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
#define V2_PROTO_SENT "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

int openapi_v2_answer(call *c, const char *rest, failure *why)
{
    bool json = accepts(c, "application/json");
    const char *name = json ? "v2" : "v2 in protobuf";
    openapi *o = state(c->server);
    page *p = o ? find(o, name) : NULL;

    if (*rest)
        return call_answer_text(c, 404, "", "", 0);
    if (!json && !accepts(c, V2_PROTO) && !accepts(c, V2_PROTO_SENT))
        return call_answer_text(c, 406, "", "", 0);
    if (o && !p)
        p = keep(o, name, true, openapi_v2_document(c->server->resources), json ? json_put : openapi_v2_proto);
    if (!p)
        return failure_memory(why);
    return discovery_answer_tagged(c, json ? "application/json" : V2_PROTO_SENT, p->tag, &p->text, why);
}
