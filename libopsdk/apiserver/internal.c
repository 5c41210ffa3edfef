/* Requests that the server makes of itself: for manifests, for controllers. */
#include "apiserver/apiserver.h"
#include "apiserver/auth/user.h"
#include "apiserver/json_clone.h"
#include "apiserver/limits.h"
#include "apiserver/meta.h"
#include "apiserver/recorder.h"
#include "apiserver/verbs.h"
#include "apiserver/version.h"
#include "apiserver/write.h"
#include "client/clock.h"

#include <stdlib.h>
#include <string.h>

static int add_user(user_info *u, const char *name)
{
    if (name)
        return user_of(u, name, NULL) < 0 || user_join_authenticated(u) < 0 ? -1 : 0;
    return user_set(u, "system:apiserver") < 0 || user_join(u, GROUP_MASTERS) < 0 ? -1 : 0;
}

static int begin(call *c, apiserver *s, const actor *who, resource *res, const char *sub, failure *why)
{
    *c = (call){.server = s, .res = res, .sub = *sub ? resource_sub(res, sub) : NULL};
    c->rq = (request){.method = "",
                      .path = "",
                      .accept = "",
                      .content_type = "",
                      .user_agent = who->user ? who->manager : "",
                      .authorization = "",
                      .if_none_match = "",
                      .upgrade = "",
                      .impersonation = {"", "", ""},
                      .body = "",
                      .is_resource = true,
                      .group = res->group,
                      .version = res->version,
                      .plural = res->plural,
                      .sub = sub,
                      .ns = "",
                      .name = ""};
    resource_hold(res); /* the last object of a CRD that goes may take it along */
    c->manager = strdup(who->manager);
    return add_user(&c->user, who->user) == 0 && c->manager ? 0 : failure_memory(why);
}

static const char *method_of(const char *verb)
{
    return strcmp(verb, "create") == 0   ? "POST"
           : strcmp(verb, "update") == 0 ? "PUT"
           : strcmp(verb, "patch") == 0  ? "PATCH"
                                         : "DELETE";
}

/* In the log it looks as if it had come in. */
static void note(call *c, int r, const failure *why, int64_t began)
{
    auto_buf path = BUF_INIT(LIMIT_KEY * 4);
    request *rq = &c->rq;

    buf_puts(&path, *rq->group ? "/apis/" : "/api");
    buf_printf(&path, "%s/%s", rq->group, rq->version);
    if (*rq->ns)
        buf_printf(&path, "/namespaces/%s", rq->ns);
    buf_printf(&path, "/%s", rq->plural);
    if (strcmp(rq->verb, "create") != 0)
        buf_printf(&path, "/%s", rq->name);
    if (*rq->sub)
        buf_printf(&path, "/%s", rq->sub);
    rq->path = path.failed || !path.data ? "" : path.data;
    rq->method = method_of(rq->verb);
    c->status = r < 0 ? why->code : strcmp(rq->verb, "create") == 0 ? 201 : 200;
    recorder_add(c->server->recorder, c, began);
}

static int end(call *c, const actor *who, int64_t began, int r, const failure *why)
{
    if (who->user)
        note(c, r, why, began);
    buf_clear(&c->body);
    json_decref(c->warnings);
    json_decref(c->doubles);
    free(c->manager);
    user_info_clear(&c->user);
    resource_release(c->res);
    return r;
}

/* The document with its namespace, as a copy. */
static json_t *place(const resource *res, const char *ns, const json_t *doc)
{
    json_t *obj = json_clone(doc), *meta = meta_of(obj);

    if (obj && !meta)
        json_object_set_new(obj, "metadata", meta = json_object());
    if (res->namespaced)
        json_object_set_new(meta, "namespace", json_string(ns));
    return obj;
}

int actor_create(apiserver *s, const actor *who, resource *res, const char *ns, const json_t *doc, failure *why)
{
    int64_t began = clock_us();
    call c;
    writing w = {.c = &c};
    int r = begin(&c, s, who, res, "", why);

    c.rq.verb = "create";
    c.rq.ns = ns;
    w.obj = place(res, ns, doc);
    if (r == 0 && !w.obj)
        r = failure_memory(why);
    if (r == 0)
        r = write_decode(&c, w.obj, NULL, 0, why);
    if (r == 0)
        r = write_create(&w, why);
    writing_clear(&w);
    return end(&c, who, began, r, why);
}

static int update(writing *w, const json_t *doc, failure *why)
{
    call *c = w->c;
    const item *it = verb_find(c, why);

    if (!it)
        return -1;
    w->revision = it->revision;
    w->old = version_read(c->res, it);
    w->obj = place(c->res, c->rq.ns, doc);
    if (!w->old || !w->obj)
        return failure_memory(why);
    return write_decode(c, w->obj, NULL, 0, why) < 0 ? -1 : write_update(w, why);
}

int actor_update(apiserver *s, const actor *who, const char *verb, resource *res, const char *sub, const json_t *doc,
                 failure *why)
{
    int64_t began = clock_us();
    call c;
    writing w = {.c = &c};
    int r = begin(&c, s, who, res, sub, why);

    c.rq.verb = verb;
    c.rq.ns = meta_text(doc, "namespace");
    c.rq.name = meta_text(doc, "name");
    if (r == 0)
        r = update(&w, doc, why);
    writing_clear(&w);
    return end(&c, who, began, r, why);
}

int actor_delete(apiserver *s, const actor *who, resource *res, const char *ns, const char *name, const json_t *opts,
                 failure *why)
{
    int64_t began = clock_us();
    call c;
    int r = begin(&c, s, who, res, "", why);
    item *it;

    c.rq.verb = "delete";
    c.rq.ns = ns;
    c.rq.name = name;
    it = r == 0 ? verb_find(&c, why) : NULL;
    r = it ? delete_object(&c, it, opts, NULL, why) : -1;
    return end(&c, who, began, r, why);
}

int api_create(apiserver *s, resource *res, const char *ns, const json_t *doc, const char *manager, failure *why)
{
    return actor_create(s, &(actor){NULL, manager}, res, ns, doc, why);
}

int api_update(apiserver *s, resource *res, const char *sub, const json_t *doc, const char *manager, failure *why)
{
    return actor_update(s, &(actor){NULL, manager}, "update", res, sub, doc, why);
}

int api_apply(apiserver *s, resource *res, const char *ns, const json_t *doc, const char *manager, failure *why)
{
    static const param force[] = {{"force", "true"}};
    const actor who = {NULL, manager};
    call c;
    int r = begin(&c, s, &who, res, "", why);
    json_t *obj = place(res, ns, doc);

    c.rq.verb = "patch";
    c.rq.ns = ns;
    c.rq.name = meta_text(doc, "name");
    c.rq.params = force;
    c.rq.n_params = 1;
    if (r == 0 && !obj)
        r = failure_memory(why);
    if (r == 0)
        r = change_apply(&c, obj, why);
    json_decref(obj);
    return end(&c, &who, 0, r, why);
}

int api_delete(apiserver *s, resource *res, const char *ns, const char *name, const char *uid, const char *propagation,
               failure *why)
{
    json_auto_t *opts = json_object();

    if (uid)
        json_object_set_new(opts, "preconditions", json_pack("{s:s}", "uid", uid));
    if (propagation)
        json_object_set_new(opts, "propagationPolicy", json_string(propagation));
    return actor_delete(s, &(actor){NULL, ""}, res, ns, name, opts, why);
}
