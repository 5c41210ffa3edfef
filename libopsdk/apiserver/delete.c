#include "apiserver/admission/admission.h"
#include "apiserver/delete_options.h"
#include "apiserver/json_clone.h"
#include "apiserver/limits.h"
#include "apiserver/list_options.h"
#include "apiserver/meta.h"
#include "apiserver/page.h"
#include "apiserver/propagation.h"
#include "apiserver/verbs.h"
#include "apiserver/version.h"
#include "apiserver/write.h"
#include "core/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES 5 /* of a delete whose object changes while webhooks are asked */

static bool is_held(const resource *res, const json_t *obj)
{
    return res->strategy && res->strategy->held && res->strategy->held(obj);
}

bool delete_is_due(const resource *res, const json_t *obj)
{
    json_t *meta = meta_of(obj);

    return !is_held(res, obj) && json_object_get(meta, "deletionTimestamp") &&
           json_array_size(json_object_get(meta, "finalizers")) == 0 &&
           json_integer_value(json_object_get(meta, "deletionGracePeriodSeconds")) == 0;
}

/* The kind stands where other conflicts have the resource, as with the real server. */
static int fail_precondition(const resource *res, const char *name, const char *message, failure *why)
{
    const char *home = resource_home(res);

    failure_set(why, 409, "Conflict", "Operation cannot be fulfilled on %s%s%s \"%s\": %s", res->kind, *home ? "." : "",
                home, name, message);
    failure_about(why, name, home, res->kind);
    return -1;
}

static int check_preconditions(const call *c, const item *it, const json_t *opts, failure *why)
{
    json_t *want = json_object_get(opts, "preconditions");
    const char *uid = json_string_value(json_object_get(want, "uid")),
               *version = json_string_value(json_object_get(want, "resourceVersion"));
    char now[24], message[320];

    snprintf(now, sizeof(now), "%lld", (long long)it->revision);
    if (uid && strcmp(uid, it->uid) != 0)
        snprintf(
            message, sizeof(message),
            "the UID in the precondition (%.80s) does not match the UID in record (%.80s). The object might have been "
            "deleted and then recreated",
            uid, it->uid);
    else if (version && strcmp(version, now) != 0)
        snprintf(message, sizeof(message),
                 "the ResourceVersion in the precondition (%.80s) does not match the ResourceVersion in record (%s). "
                 "The object "
                 "might have been modified",
                 version, now);
    else
        return 0;
    return fail_precondition(c->res, it->name, message, why);
}

static int64_t grace_of(const call *c, const json_t *obj, const json_t *opts)
{
    json_t *asked = json_object_get(opts, "gracePeriodSeconds");

    if (!c->res->strategy || !c->res->strategy->grace)
        return 0;
    return c->res->strategy->grace(obj, json_is_integer(asked) ? json_integer_value(asked) : -1);
}

/* Marks it, or brings the end nearer.  The time of the end is the only place where the begin is kept. */
static void set_end(const call *c, json_t *obj, int64_t grace)
{
    json_t *meta = meta_of(obj);
    int64_t before = json_integer_value(json_object_get(meta, "deletionGracePeriodSeconds")), end_ms;
    char when[TIME_TEXT];

    if (!json_object_get(meta, "deletionTimestamp")) {
        apiserver_time_in(c->server, grace, when);
        if (json_object_get(meta, "generation"))
            json_object_set_new(meta, "generation", json_integer(meta_generation(obj) + 1));
    } else {
        if (grace >= before || !c->res->strategy || !c->res->strategy->grace ||
            !time_parse(meta_text(obj, "deletionTimestamp"), &end_ms))
            return;
        time_format(when, end_ms / 1000 - before + grace, -1);
    }
    json_object_set_new(meta, "deletionTimestamp", json_string(when));
    json_object_set_new(meta, "deletionGracePeriodSeconds", json_integer(grace));
}

/* The object lives on, marked. */
static int mark(call *c, json_t *obj, json_t *old, int64_t grace, failure *why)
{
    set_end(c, obj, grace);
    if (c->dry_run || json_equal(obj, old))
        return 0;
    if (version_store(c->res, obj, NULL, why) < 0)
        return -1;
    if (c->res->strategy && c->res->strategy->stored)
        c->res->strategy->stored(c, obj, old);
    return 0;
}

static int remove_stored(call *c, const json_t *old, item **ret_last, failure *why)
{
    if (collection_remove(c->res->objects, meta_text(old, "namespace"), meta_text(old, "name"), ret_last, why) < 0)
        return -1;
    if (c->res->strategy && c->res->strategy->stored)
        c->res->strategy->stored(c, NULL, old);
    return 0;
}

int delete_now(call *c, const json_t *old, failure *why)
{
    return remove_stored(c, old, NULL, why);
}

/* obj gets the version of its removal. */
static int take_out(call *c, json_t *obj, const json_t *old, failure *why)
{
    item *last = NULL;

    if (c->dry_run)
        return 0;
    if (remove_stored(c, old, &last, why) < 0)
        return -1;
    json_object_set_new(meta_of(obj), "resourceVersion", json_sprintf("%lld", (long long)last->revision));
    return 0;
}

/* What can have a grace period is marked even when it goes at once. */
static int do_delete(call *c, const json_t *opts, json_t *obj, json_t *old, bool *ret_gone, failure *why)
{
    int64_t grace = grace_of(c, obj, opts);
    const strategy *s = c->res->strategy;
    bool first = !json_object_get(meta_of(obj), "deletionTimestamp"), lives;

    if (!first && is_held(c->res, obj))
        return 0;
    lives = first && s && s->deleting && s->deleting(c, obj);
    if (!lives || s->held)
        propagation_set(c->res, obj, opts);
    *ret_gone = !lives && grace == 0 && json_array_size(json_object_get(meta_of(obj), "finalizers")) == 0;
    if ((!*ret_gone || (s && s->grace)) && mark(c, obj, old, grace, why) < 0)
        return -1;
    return *ret_gone ? take_out(c, obj, old, why) : 0;
}

static int admit(call *c, const json_t *old, bool *ret_released, failure *why)
{
    if (hooks_mutate(c, NULL, old, ret_released, why) < 0)
        return -1;
    return hooks_validate(c, NULL, old, ret_released, why);
}

/* One look: what is stored now, and webhooks let it go.  *ret_again: while they were asked it became *it. */
static int look(call *c, item **it, const json_t *opts, json_t **ret, bool *ret_again, failure *why)
{
    int64_t revision = (*it)->revision;
    bool released = false;

    *ret_again = false;
    if (check_preconditions(c, *it, opts, why) < 0)
        return -1;
    *ret = version_tree(c->res, *it);
    if (!*ret)
        return failure_memory(why);
    if (admit(c, *ret, &released, why) < 0)
        return -1;
    if (!released)
        return 0;
    *it = collection_get(c->res->objects, meta_text(*ret, "namespace"), meta_text(*ret, "name"));
    if (!*it)
        return fail_not_found(c->res, meta_text(*ret, "name"), why);
    *ret_again = (*it)->revision != revision;
    return 0;
}

/* The object as it is stored when all have agreed; the caller's. */
static int load_agreed(call *c, item *it, const json_t *opts, json_t **ret, failure *why)
{
    bool again = true;

    for (int i = 0; again; i++) {
        json_decref(*ret);
        *ret = NULL;
        if (look(c, &it, opts, ret, &again, why) < 0)
            return -1;
        if (again && i + 1 == TRIES)
            return fail_conflict(c->res, meta_text(*ret, "name"),
                                 "the object has been modified; please apply your changes to the latest version and "
                                 "try again",
                                 why);
    }
    return 0;
}

int delete_object(call *c, item *it, const json_t *opts, json_t **ret, failure *why)
{
    json_auto_t *old = NULL, *obj = NULL;
    bool gone = false;
    int r;

    c->options = opts;
    r = load_agreed(c, it, opts, &old, why);
    c->options = NULL;
    if (r < 0)
        return -1;
    obj = old ? json_clone(old) : NULL;
    if (!obj)
        return failure_memory(why);
    r = do_delete(c, opts, obj, old, &gone, why);
    if (r == 0 && ret)
        *ret = gone && !c->res->returns_deleted ? NULL : json_incref(obj);
    return r;
}

static json_t *success(const resource *res, const char *name, const char *uid)
{
    json_t *status =
        json_pack("{s:s, s:s, s:{}, s:s, s:{s:s, s:s, s:s}}", "kind", "Status", "apiVersion", "v1", "metadata",
                  "status", "Success", "details", "name", name, "kind", res->plural, "uid", uid);

    if (*res->group)
        json_object_set_new(json_object_get(status, "details"), "group", json_string(res->group));
    return status;
}

int verb_delete(call *c, failure *why)
{
    json_auto_t *opts = NULL, *left = NULL;
    char name[LIMIT_KEY], uid[64];
    item *it;

    if (delete_options_read(c, &opts, why) < 0 || admission_builtin(c, NULL, NULL, why) < 0)
        return -1;
    it = verb_find(c, why);
    if (!it)
        return -1;
    snprintf(name, sizeof(name), "%s", it->name);
    snprintf(uid, sizeof(uid), "%s", it->uid);
    if (delete_object(c, it, opts, &left, why) < 0)
        return -1;
    return left ? answer_object(c, 200, left, why) : call_answer(c, 200, success(c->res, name, uid), why);
}

/* ---- deletecollection ---- */

typedef struct gathering {
    const selection *selection;
    item **items;
    size_t n, cap, limit; /* limit: of the page that is deleted; 0: none */
} gathering;

static int gather(item *it, void *user)
{
    gathering *g = user;
    item **more;

    if (!selection_match(g->selection, it) || (g->limit && g->n == g->limit))
        return 0;
    if (g->n == g->cap) {
        more = reallocarray(g->items, g->cap ? 2 * g->cap : 64, sizeof(*more));
        if (!more)
            return -1;
        g->items = more;
        g->cap = g->cap ? 2 * g->cap : 64;
    }
    g->items[g->n++] = item_ref(it);
    return 0;
}

static int delete_gathered(call *c, const gathering *g, const json_t *opts, failure *why)
{
    for (size_t i = 0; i < g->n; i++) {
        if (collection_get(c->res->objects, g->items[i]->ns, g->items[i]->name) != g->items[i] ||
            delete_object(c, g->items[i], opts, NULL, why) == 0)
            continue;
        if (why->code != 404) /* somebody else was faster */
            return -1;
        failure_clear(why);
    }
    return 0;
}

/* With a limit, a page of them. */
static int gather_all(call *c, const list_options *o, gathering *g, failure *why)
{
    const char *ns = c->res->namespaced ? c->rq.ns : "";
    char start[LIMIT_KEY] = "";
    int64_t revision;
    int r;

    if (*o->token && page_read(o, ns, start, &revision, why) < 0)
        return -1;
    g->selection = o->selection;
    g->limit = o->limit > 0 ? (size_t)o->limit : 0;
    r = collection_each(c->res->objects, 0, ns, *start ? start : NULL, gather, g, why);
    return r < 0 && !why->code ? failure_memory(why) : r;
}

/* The answer is what there was. */
int verb_deletecollection(call *c, failure *why)
{
    auto_list_options listed = {0};
    json_auto_t *opts = NULL;
    gathering g = {0};
    int r = list_options_read(c, &listed, why);

    if (r == 0)
        r = delete_options_read(c, &opts, why);
    if (r == 0)
        r = gather_all(c, &listed, &g, why);
    if (r == 0)
        r = list_answer(c, &listed, why);
    if (r == 0)
        r = delete_gathered(c, &g, opts, why);
    for (size_t i = 0; i < g.n; i++)
        item_unref(g.items[i]);
    free(g.items);
    return r;
}
