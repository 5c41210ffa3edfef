#include "apiserver/fault.h"
#include "apiserver/limits.h"
#include "apiserver/list_options.h"
#include "apiserver/page.h"
#include "apiserver/render.h"
#include "apiserver/verbs.h"

#include <stdlib.h>
#include <string.h>

int fail_not_found(const resource *res, const char *name, failure *why)
{
    char label[320];

    failure_set(why, 404, "NotFound", "%s \"%s\" not found", resource_label(res, label, sizeof(label)), name);
    failure_about(why, name, res->group, res->plural);
    return -1;
}

int fail_conflict(const resource *res, const char *name, const char *message, failure *why)
{
    char label[320];

    failure_set(why, 409, "Conflict", "Operation cannot be fulfilled on %s \"%s\": %s",
                resource_label(res, label, sizeof(label)), name, message);
    failure_about(why, name, res->group, res->plural);
    return -1;
}

/* The revision of what is read: 0 is now.  A fault makes reads lag behind. */
static int64_t read_revision(const call *c)
{
    int64_t by = fault_stale(c), now = store_revision(c->server->objects);

    return by == 0 ? 0 : now > by ? now - by : 1;
}

item *verb_find(call *c, failure *why)
{
    item *it = collection_get(c->res->objects, c->res->namespaced ? c->rq.ns : "", c->rq.name);

    if (!it)
        fail_not_found(c->res, c->rq.name, why);
    return it;
}

int fail_too_large(const apiserver *s, int64_t revision, failure *why)
{
    failure_set(why, 504, "Timeout", "Timeout: Too large resource version: %lld, current: %lld", (long long)revision,
                (long long)store_revision(s->objects));
    failure_cause(why, "ResourceVersionTooLarge", "Too large resource version", NULL);
    failure_retry_after(why, 1);
    return -1;
}

/* ---- get ---- */

int answer_object(call *c, int status, json_t *obj, failure *why)
{
    render form;

    if (render_choose(c, &form, why) < 0)
        return -1;
    c->status = status;
    c->type = "application/json";
    return render_object(&form, c->server, obj, true, &c->body) < 0 ? failure_memory(why) : 0;
}

int verb_get(call *c, failure *why)
{
    const char *version = request_param(&c->rq, "resourceVersion");
    render form;
    int64_t wanted, stale;
    item *it;

    if (render_choose(c, &form, why) < 0 || !revision_parse(version ? version : "", &wanted, why))
        return -1;
    if (wanted > store_revision(c->server->objects))
        return fail_too_large(c->server, wanted, why);
    stale = read_revision(c);
    it = stale ? collection_get_at(c->res->objects, stale, c->res->namespaced ? c->rq.ns : "", c->rq.name)
               : verb_find(c, why);
    if (!it)
        return fail_not_found(c->res, c->rq.name, why);
    c->status = 200;
    c->type = "application/json";
    return render_item(&form, c->server, it, true, &c->body) < 0 ? failure_memory(why) : 0;
}

/* ---- list ---- */

typedef struct listing {
    call *c;
    render form;
    const list_options *opts;
    const char *ns;
    int64_t revision;      /* of the state that is read; 0: now */
    int64_t shown;         /* the list's resourceVersion */
    int64_t limit;         /* 0: none */
    char start[LIMIT_KEY]; /* key after which to begin, or "" */
    char last[LIMIT_KEY];  /* key of the last one */
    size_t n, left;        /* written; beyond the limit, matching or not */
    buf members;
} listing;

static int list_one(item *it, void *user)
{
    listing *l = user;

    if (l->limit > 0 && l->n >= (size_t)l->limit) {
        l->left++;
        return 0;
    }
    if (!selection_match(l->opts->selection, it))
        return 0;
    if (l->n++)
        buf_addc(&l->members, ',');
    if (l->limit)
        snprintf(l->last, sizeof(l->last), "%s", it->key);
    return render_member(&l->form, l->c->server, it, &l->members);
}

static void put_continue(const listing *l, json_t *meta)
{
    char *token = page_token(*l->ns ? l->last + strlen(l->ns) + 1 : l->last, l->shown);

    json_object_set_new(meta, "continue", json_string(token ? token : ""));
    if (!l->opts->selection)
        json_object_set_new(meta, "remainingItemCount", json_integer((json_int_t)l->left));
    free(token);
}

/* Which state is read: the present one, or one of before (a page that continues, or an exact version). */
static int choose_revision(listing *l, failure *why)
{
    const list_options *o = l->opts;
    int64_t now = store_revision(l->c->server->objects), stale = read_revision(l->c), version;
    bool exact = strcmp(o->match, "Exact") == 0 || (!*o->match && o->limit > 0);

    l->shown = now;
    l->limit = strcmp(o->version, "0") == 0 ? 0 : o->limit; /* what may be old comes from the watch cache, whole */
    if (*o->token) {
        if (page_read(o, l->ns, l->start, &l->revision, why) < 0)
            return -1;
        l->shown = l->revision ? l->revision : now;
        return 0;
    }
    if (list_version(o, &version, why) < 0)
        return -1;
    if (version > now)
        return fail_too_large(l->c->server, version, why);
    if (version > 0 && exact)
        l->shown = l->revision = version;
    else if (stale > 0)
        l->shown = l->revision = stale;
    return 0;
}

static int put_list(listing *l, failure *why)
{
    char revision[24];
    json_t *meta;
    int r;

    snprintf(revision, sizeof(revision), "%lld", (long long)l->shown);
    meta = json_pack("{s:s}", "resourceVersion", revision);
    if (l->c->res->custom && l->form.form == FORM_WHOLE) /* an unstructured list always has it */
        json_object_set_new(meta, "continue", json_string(""));
    if (l->left)
        put_continue(l, meta);
    r = render_list_head(&l->form, meta, &l->c->body);
    json_decref(meta);
    if (l->form.form == FORM_METADATA && l->n == 0 && l->c->body.len > 0) {
        l->c->body.len--; /* of no objects the real server makes no list */
        buf_puts(&l->c->body, "null}");
    } else {
        buf_add(&l->c->body, l->members.data, l->members.len);
        buf_puts(&l->c->body, "]}");
    }
    return r < 0 || l->c->body.failed ? failure_memory(why) : 0;
}

static int list_all(listing *l, failure *why)
{
    int r = collection_each(l->c->res->objects, l->revision, l->ns, *l->start ? l->start : NULL, list_one, l, why);

    if (r < 0 && why->code == 410)
        return page_expired(l->opts, why);
    if (r < 0 && !why->code)
        failure_memory(why);
    l->c->status = 200;
    l->c->type = "application/json";
    return r < 0 ? -1 : put_list(l, why);
}

int list_answer(call *c, const list_options *opts, failure *why)
{
    listing l = {.c = c, .opts = opts, .ns = c->res->namespaced ? c->rq.ns : "", .members = BUF_INIT(LIMIT_REPLY)};
    int r = render_choose(c, &l.form, why);

    if (r == 0)
        r = choose_revision(&l, why);
    if (r == 0)
        r = list_all(&l, why);
    buf_clear(&l.members);
    return r;
}

int verb_list(call *c, failure *why)
{
    auto_list_options opts = {0};

    return list_options_read(c, &opts, why) < 0 ? -1 : list_answer(c, &opts, why);
}
