#include "apiserver/fault.h"
#include "apiserver/limits.h"
#include "apiserver/render.h"
#include "apiserver/select.h"
#include "apiserver/verbs.h"
#include "core/base64.h"

#include <errno.h>
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

static int fail_version(const char *text, failure *why)
{
    json_t *value = json_string(text);
    auto_field_errors errors = {0};

    field_invalid(&errors, "resourceVersion", value, "strconv.ParseUint: parsing \"%s\": invalid syntax", text);
    json_decref(value);
    return field_errors_result(&errors, "meta.k8s.io", "ListOptions", "", why);
}

int versioned_read(call *c, versioned *ret, failure *why)
{
    const char *text = request_param(&c->rq, "resourceVersion"), *match = request_param(&c->rq, "resourceVersionMatch");
    char *end = NULL;

    *ret = (versioned){.match = match ? match : ""};
    if (!text || !*text)
        return 0;
    errno = 0;
    ret->revision = strtoll(text, &end, 10);
    if (*end || errno || ret->revision < 0)
        return fail_version(text, why);
    ret->any = ret->revision == 0;
    ret->given = !ret->any;
    return 0;
}

int fail_too_large(const apiserver *s, int64_t revision, failure *why)
{
    failure_set(why, 504, "Timeout", "Too large resource version: %lld, current: %lld", (long long)revision,
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
    render form;
    versioned v;
    int64_t stale;
    item *it;

    if (render_choose(c, &form, why) < 0 || versioned_read(c, &v, why) < 0)
        return -1;
    if (v.given && v.revision > store_revision(c->server->objects))
        return fail_too_large(c->server, v.revision, why);
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
    selection *selection;
    const char *ns;
    int64_t revision;      /* of the state that is read; 0: now */
    int64_t shown;         /* the list's resourceVersion */
    int64_t limit;         /* 0: none */
    char start[LIMIT_KEY]; /* key after which to begin, or "" */
    char last[LIMIT_KEY];  /* key of the last one */
    size_t n, left;        /* written; matching beyond the limit */
    buf members;
} listing;

static int list_one(item *it, void *user)
{
    listing *l = user;

    if (!selection_match(l->selection, it))
        return 0;
    if (l->limit && l->n >= (size_t)l->limit) {
        l->left++;
        return 0;
    }
    if (l->n++)
        buf_addc(&l->members, ',');
    if (l->limit)
        snprintf(l->last, sizeof(l->last), "%s", it->key);
    return render_member(&l->form, l->c->server, it, &l->members);
}

/* {"v":"meta.k8s.io/v1","rv":12,"start":"ns/name\u0000"}, as base64url; start is relative to the namespace that is listed. */
static void put_continue(const listing *l, json_t *meta)
{
    auto_buf text = BUF_INIT(4 * LIMIT_KEY);
    const char *start = *l->ns ? l->last + strlen(l->ns) + 1 : l->last;
    json_t *token = json_pack("{s:s, s:I, s:o}", "v", "meta.k8s.io/v1", "rv", (json_int_t)l->shown, "start",
                              json_stringn(start, strlen(start) + 1));
    char *json = token ? json_dumps(token, JSON_COMPACT) : NULL;

    if (json)
        base64url_encode(json, strlen(json), &text);
    json_object_set_new(meta, "continue", json_string(text.data ? text.data : ""));
    if (!l->selection)
        json_object_set_new(meta, "remainingItemCount", json_integer((json_int_t)l->left));
    free(json);
    json_decref(token);
}

static int bad_continue(failure *why)
{
    return failure_bad_request(why, "continue key is not valid");
}

static int read_token(listing *l, const json_t *token, failure *why)
{
    const char *start = json_string_value(json_object_get(token, "start"));
    size_t len = json_string_length(json_object_get(token, "start"));

    l->revision = json_integer_value(json_object_get(token, "rv"));
    if (!start || len == 0 || l->revision < 0 || start[0] == '/')
        return bad_continue(why);
    snprintf(l->start, sizeof(l->start), "%s%s%s", l->ns, *l->ns ? "/" : "", start);
    return 0;
}

static int read_continue(listing *l, const char *text, failure *why)
{
    auto_buf json = BUF_INIT(8 * LIMIT_KEY);
    json_t *token = NULL;
    int r;

    if (base64url_decode(text, strlen(text), &json))
        token = json_loadb(json.data, json.len, JSON_ALLOW_NUL, NULL);
    r = token ? read_token(l, token, why) : bad_continue(why);
    json_decref(token);
    return r;
}

/* Which state is read: the present one, or one of before (a page that continues, or an exact version). */
static int choose_revision(listing *l, failure *why)
{
    const char *token = request_param(&l->c->rq, "continue"), *limit = request_param(&l->c->rq, "limit");
    int64_t now = store_revision(l->c->server->objects), stale;
    versioned v;

    if (versioned_read(l->c, &v, why) < 0)
        return -1;
    l->limit = limit ? strtoll(limit, NULL, 10) : 0;
    l->shown = now;
    if (token && *token) {
        if (read_continue(l, token, why) < 0)
            return -1;
        l->shown = l->revision ? l->revision : now;
        return 0;
    }
    if (v.given && v.revision > now)
        return fail_too_large(l->c->server, v.revision, why);
    stale = read_revision(l->c);
    if (v.given && strcmp(v.match, "Exact") == 0)
        l->shown = l->revision = v.revision;
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
    if (l->c->res->custom) /* an unstructured list always has it */
        json_object_set_new(meta, "continue", json_string(""));
    if (l->left)
        put_continue(l, meta);
    r = render_list_head(&l->form, meta, &l->c->body);
    json_decref(meta);
    buf_add(&l->c->body, l->members.data, l->members.len);
    buf_puts(&l->c->body, "]}");
    return r < 0 || l->c->body.failed ? failure_memory(why) : 0;
}

static int list_all(listing *l, failure *why)
{
    int r = collection_each(l->c->res->objects, l->revision, l->ns, *l->start ? l->start : NULL, list_one, l, why);

    if (r < 0 && !why->code)
        failure_memory(why);
    l->c->status = 200;
    l->c->type = "application/json";
    return r < 0 ? -1 : put_list(l, why);
}

int verb_list(call *c, failure *why)
{
    listing l = {.c = c, .ns = c->res->namespaced ? c->rq.ns : "", .members = BUF_INIT(LIMIT_REPLY)};
    int r = render_choose(c, &l.form, why);

    if (r == 0)
        r = selection_parse(c->res, request_param(&c->rq, "labelSelector"), request_param(&c->rq, "fieldSelector"),
                            &l.selection, why);
    if (r == 0)
        r = choose_revision(&l, why);
    if (r == 0)
        r = list_all(&l, why);
    selection_free(l.selection);
    buf_clear(&l.members);
    return r;
}
