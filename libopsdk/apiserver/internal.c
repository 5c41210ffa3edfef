/* Requests that the server makes of itself: for manifests, for controllers. */
#include "apiserver/apiserver.h"
#include "apiserver/auth/user.h"
#include "apiserver/meta.h"
#include "apiserver/verbs.h"
#include "apiserver/version.h"
#include "apiserver/write.h"

#include <stdlib.h>
#include <string.h>

static int begin(call *c, apiserver *s, resource *res, const char *sub, const char *manager, failure *why)
{
    *c = (call){.server = s, .res = res, .sub = *sub ? resource_sub(res, sub) : NULL};
    c->rq = (request){.method = "",
                      .path = "",
                      .accept = "",
                      .content_type = "",
                      .user_agent = "",
                      .authorization = "",
                      .if_none_match = "",
                      .impersonation = {"", "", ""},
                      .body = "",
                      .is_resource = true,
                      .group = res->group,
                      .version = res->version,
                      .plural = res->plural,
                      .sub = sub,
                      .ns = "",
                      .name = ""};
    c->manager = strdup(manager);
    if (!c->manager || user_set(&c->user, "system:apiserver") < 0 || user_join(&c->user, GROUP_MASTERS) < 0)
        return failure_memory(why);
    return 0;
}

static void end(call *c)
{
    buf_clear(&c->body);
    json_decref(c->warnings);
    free(c->manager);
    user_info_clear(&c->user);
}

/* The document with its namespace, as a copy. */
static json_t *place(const resource *res, const char *ns, const json_t *doc)
{
    json_t *obj = json_deep_copy(doc), *meta = meta_of(obj);

    if (obj && !meta)
        json_object_set_new(obj, "metadata", meta = json_object());
    if (res->namespaced)
        json_object_set_new(meta, "namespace", json_string(ns));
    return obj;
}

int api_create(apiserver *s, resource *res, const char *ns, const json_t *doc, const char *manager, failure *why)
{
    call c;
    writing w = {.c = &c};
    int r = begin(&c, s, res, "", manager, why);

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
    end(&c);
    return r;
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

int api_update(apiserver *s, resource *res, const char *sub, const json_t *doc, const char *manager, failure *why)
{
    call c;
    writing w = {.c = &c};
    int r = begin(&c, s, res, sub, manager, why);

    c.rq.verb = "update";
    c.rq.ns = meta_text(doc, "namespace");
    c.rq.name = meta_text(doc, "name");
    if (r == 0)
        r = update(&w, doc, why);
    writing_clear(&w);
    end(&c);
    return r;
}

int api_apply(apiserver *s, resource *res, const char *ns, const json_t *doc, const char *manager, failure *why)
{
    static const param force[] = {{"force", "true"}};
    call c;
    int r = begin(&c, s, res, "", manager, why);
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
    end(&c);
    return r;
}

int api_delete(apiserver *s, resource *res, const char *ns, const char *name, const char *uid, const char *propagation,
               failure *why)
{
    call c;
    json_auto_t *opts = json_object();
    int r = begin(&c, s, res, "", "", why);
    item *it;

    c.rq.verb = "delete";
    c.rq.ns = ns;
    c.rq.name = name;
    if (uid)
        json_object_set_new(opts, "preconditions", json_pack("{s:s}", "uid", uid));
    if (propagation)
        json_object_set_new(opts, "propagationPolicy", json_string(propagation));
    it = r == 0 ? verb_find(&c, why) : NULL;
    r = it ? delete_object(&c, it, opts, NULL, why) : -1;
    end(&c);
    return r;
}
