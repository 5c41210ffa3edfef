#include "apiserver/fault.h"
#include "apiserver/fault_table.h"
#include "apiserver/http.h"
#include "apiserver/limits.h"
#include "client/clock.h"

#include <stdlib.h>
#include <string.h>

struct faults {
    fault *list;
    int64_t refuse_until_ms;
};

faults *faults_new(void)
{
    return calloc(1, sizeof(faults));
}

static fault *drop(fault *f)
{
    fault *next = f->next;

    free(f->spec);
    free(f);
    return next;
}

faults *faults_free(faults *f)
{
    while (f && f->list)
        f->list = drop(f->list);
    free(f);
    return NULL;
}

void faults_clear(apiserver *s)
{
    while (s->faults->list)
        s->faults->list = drop(s->faults->list);
    s->faults->refuse_until_ms = 0;
    s->skew_ms = 0;
    http_unmangle(s);
}

/* ---- which calls ---- */

static bool fits(const char *want, const char *is)
{
    return !want || strcmp(want, is) == 0;
}

static bool concerns(const fault *f, const call *c)
{
    return fits(f->verb, c->rq.verb) && fits(f->resource, c->rq.plural) && fits(f->ns, c->rq.ns) &&
           fits(f->name, c->rq.name) && (!f->agent || strstr(c->rq.user_agent, f->agent)) &&
           (!f->user || (c->user.name && strcmp(c->user.name, f->user) == 0));
}

/* The first in force of that type for c, counted as used. */
static fault *use(const call *c, enum fault_type type)
{
    for (fault **link = &c->server->faults->list; *link; link = &(*link)->next) {
        fault *f = *link;
        if (f->entry->type != type || f->n == 0 || !concerns(f, c))
            continue;
        if (f->after > 0) {
            f->after--;
            continue;
        }
        if (f->n > 0)
            f->n--;
        return f;
    }
    return NULL;
}

static const fault *look(const call *c, enum fault_type type)
{
    for (const fault *f = c->server->faults->list; f; f = f->next)
        if (f->entry->type == type && f->n != 0 && f->after == 0 && concerns(f, c))
            return f;
    return NULL;
}

/* ---- requests ---- */

static int fail_busy(const fault *f, failure *why)
{
    failure_set(why, 429, "TooManyRequests", "Too many requests, please try again later.");
    failure_retry_after(why, (int)f->retry_after);
    return -1;
}

static int fail_error(const fault *f, failure *why)
{
    if (f->code == 503)
        return failure_set(why, 503, "ServiceUnavailable", "the server is currently unable to handle the request");
    return failure_set(why, (int)f->code, "InternalError", "Internal error occurred: a fault was injected");
}

int fault_request(call *c, failure *why)
{
    const fault *f;

    if (!c->server->faults->list)
        return 0;
    c->mangle.silent = use(c, FAULT_SILENCE) != NULL;
    f = use(c, FAULT_BUSY);
    if (f)
        return fail_busy(f, why);
    f = use(c, FAULT_ERROR);
    if (f)
        return fail_error(f, why);
    if (use(c, FAULT_TOKEN))
        return failure_set(why, 401, "Unauthorized", "Unauthorized");
    if (use(c, FAULT_GONE))
        return failure_set(why, 410, "Expired", "The resourceVersion for the provided watch is too old.");
    return 0;
}

int64_t fault_stale(const call *c)
{
    const fault *f = c->server->faults->list ? use(c, FAULT_STALE) : NULL;

    return f ? f->by : 0;
}

/* ---- answers ---- */

/* Behind the opening quote of a string near the middle, or simply in the middle. */
static size_t cut_place(const fault *f, const char *text, size_t len)
{
    size_t middle = len / 2;

    if (f->at == FAULT_AT_LINE)
        return middle;
    for (size_t i = middle; i + 1 < len; i++)
        if (text[i] == ':' && text[i + 1] == '"')
            return i + 3 < len ? i + 3 : i + 2;
    return middle;
}

/* A member that no client knows, as long as is wanted, at the start of the first metadata. */
static void pad(buf *out, size_t start, size_t bytes)
{
    static const char mark[] = "\"metadata\":{", name[] = "\"padding\":\"", end[] = "\",";
    char *at = out->data ? strstr(out->data + start, mark) : NULL;
    size_t place = at ? (size_t)(at - out->data) + sizeof(mark) - 1 : 0, more = sizeof(name) + sizeof(end) - 2 + bytes;

    if (!at || !buf_reserve(out, more))
        return;
    at = out->data + place;
    memmove(at + more, at, out->len - place + 1);
    memcpy(at, name, sizeof(name) - 1);
    memset(at + sizeof(name) - 1, 'x', bytes);
    memcpy(at + sizeof(name) - 1 + bytes, end, sizeof(end) - 1);
    out->len += more;
}

/* A bracket that does not fit. */
static void spoil(buf *out, size_t start)
{
    for (size_t i = out->len; i-- > start;)
        if (out->data[i] == '}') {
            out->data[i] = ']';
            return;
        }
}

void fault_answer(call *c)
{
    const fault *f;

    if (!c->server->faults->list || c->stream)
        return;
    f = use(c, FAULT_OVERSIZE);
    if (f)
        pad(&c->body, 0, (size_t)f->bytes);
    if (use(c, FAULT_MALFORMED))
        spoil(&c->body, 0);
    f = use(c, FAULT_SLOW);
    if (f) {
        c->mangle.slow_bytes = (size_t)f->bytes;
        c->mangle.slow_ms = f->ms;
    }
    f = use(c, FAULT_CUT);
    if (f) {
        c->mangle.cut = true;
        c->mangle.keep = cut_place(f, c->body.data ? c->body.data : "", c->body.len);
    }
}

static void repeat(buf *out, size_t start)
{
    size_t len = out->len - start;

    if (buf_reserve(out, len)) {
        memcpy(out->data + out->len, out->data + start, len);
        out->len += len;
    }
}

void fault_stream(call *c, buf *out, size_t start)
{
    const fault *f;

    if (!c->server->faults->list || out->len == start || out->failed)
        return;
    if (use(c, FAULT_DUPLICATE))
        repeat(out, start);
    f = use(c, FAULT_OVERSIZE);
    if (f)
        pad(out, start, (size_t)f->bytes);
    if (use(c, FAULT_MALFORMED))
        spoil(out, start);
    f = use(c, FAULT_CUT);
    if (f) {
        c->mangle.cut = true;
        out->len = start + cut_place(f, out->data + start, out->len - start);
    }
}

int64_t fault_delay(const call *c)
{
    const fault *f = c->server->faults->list ? look(c, FAULT_DELAY) : NULL;

    return f ? f->ms : 0;
}

/* ---- at once ---- */

bool fault_refuses(const apiserver *s)
{
    return s->faults->refuse_until_ms > clock_ms();
}

static bool is_stream_of(const call *c, const void *user)
{
    return c->stream && concerns(user, c);
}

static bool is_any(const call *c, const void *user)
{
    (void)c, (void)user;
    return true;
}

static int lose_lease(apiserver *s, const fault *f, failure *why)
{
    resource *res = registry_find(s->resources, "coordination.k8s.io", "v1", "leases");
    const char *ns = f->ns ? f->ns : "default";
    const item *it = f->name ? collection_get(res->objects, ns, f->name) : NULL;
    json_t *obj = it ? item_json(it) : NULL;
    char now[32];
    int r;

    if (!obj)
        return failure_bad_request(why, "lease-loss: no lease %s in %s; want name= and ns=", f->name ? f->name : "",
                                   ns);
    json_object_set_new(json_object_get(obj, "spec"), "holderIdentity", json_string("somebody-else"));
    apiserver_time(s, now);
    json_object_set_new(json_object_get(obj, "spec"), "renewTime", json_sprintf("%.19s.000000Z", now));
    r = api_update(s, res, "", obj, "somebody-else", why);
    json_decref(obj);
    return r;
}

/* What is done now and leaves nothing in force; false: it is no such fault. */
static bool do_now(apiserver *s, const fault *f, int *ret, failure *why)
{
    *ret = 0;
    switch (f->entry->type) {
    case FAULT_DROP:
        http_cut(s, is_stream_of, f);
        return true;
    case FAULT_COMPACT:
        store_compact(s->objects, store_revision(s->objects));
        http_cut(s, is_stream_of, f);
        return true;
    case FAULT_SKEW:
        s->skew_ms = f->ms;
        return true;
    case FAULT_REWIND:
        store_set_revision(s->objects, store_revision(s->objects) > f->by ? store_revision(s->objects) - f->by : 1);
        http_cut(s, is_stream_of, f);
        return true;
    case FAULT_LEASE:
        *ret = lose_lease(s, f, why);
        return true;
    case FAULT_REFUSE:
        s->faults->refuse_until_ms = clock_ms() + f->ms;
        http_cut(s, is_any, f);
        return true;
    default:
        return false;
    }
}

int fault_inject(apiserver *s, const char *spec, failure *why)
{
    fault *f = NULL, **last = &s->faults->list;
    int r;

    if (fault_parse(spec, &f, why) < 0)
        return -1;
    if (do_now(s, f, &r, why)) {
        drop(f);
        return r;
    }
    if (f->entry->type == FAULT_SILENCE)
        http_silence(s, is_stream_of, f);
    while (*last)
        last = &(*last)->next;
    *last = f;
    return 0;
}

static int result(const failure *why, int r, opsdk_error *err)
{
    return r < 0 ? opsdk_error_set(err, OPSDK_EINVAL, "%s", why->message ? why->message : "out of memory") : 0;
}

int opsdk_apiserver_fault(opsdk_apiserver *s, const char *spec, opsdk_error *err)
{
    auto_failure why = {0};
    int r;

    pthread_mutex_lock(&s->lock);
    r = fault_inject(s, spec, &why);
    pthread_mutex_unlock(&s->lock);
    return result(&why, r, err);
}

void opsdk_apiserver_heal(opsdk_apiserver *s)
{
    pthread_mutex_lock(&s->lock);
    faults_clear(s);
    pthread_mutex_unlock(&s->lock);
}
