/* Asks the webhooks that match: mutating ones one after the other, validating ones all at once. */
#include "apiserver/admission/admission.h"
#include "apiserver/hooks/hooks.h"
#include "apiserver/hooks/post.h"
#include "apiserver/hooks/review.h"
#include "apiserver/json_clone.h"
#include "apiserver/json_put.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"
#include "apiserver/meta.h"
#include "apiserver/patch/patch.h"
#include "apiserver/write.h"
#include "core/base64.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One webhook that is asked. */
typedef struct asking {
    const json_t *hook;
    resource *as;
    char uid[META_UID], url[LIMIT_HOOK_URL];
    buf ca, body;
    post post;
} asking;

static void asking_clear(asking *k)
{
    buf_clear(&k->ca);
    buf_clear(&k->body);
    buf_clear(&k->post.answer);
}

static const char *name_of(const asking *k)
{
    return doc_text(k->hook, "name");
}

/* ---- the request ---- */

/* A service is where the option says that all are, under its own name. */
static void set_service(asking *k, const apiserver *s, const json_t *service)
{
    const char *name = doc_text(service, "name"), *ns = doc_text(service, "namespace"),
               *path = doc_text(service, "path");
    const resource *services = registry_find(s->resources, "", "v1", "services");

    snprintf(k->url, sizeof(k->url), "https://%s.%s.svc:%lld%s%s?timeout=%llds", name, ns,
             (long long)doc_int(service, "port", 443), *path && *path != '/' ? "/" : "", path,
             (long long)doc_int(k->hook, "timeoutSeconds", 10));
    k->post.to = s->opts.webhooks;
    if (s->opts.webhooks)
        k->post.url = k->url;
    else if (services && collection_get(services->objects, ns, name))
        snprintf(k->post.trouble, sizeof(k->post.trouble), "no endpoints available for service \"%s\"", name);
    else
        snprintf(k->post.trouble, sizeof(k->post.trouble), "service \"%s\" not found", name);
}

static void set_target(asking *k, const apiserver *s)
{
    const json_t *client = doc_get(k->hook, "clientConfig"), *service = doc_get(client, "service");
    const char *ca = doc_text(client, "caBundle");

    base64_decode(ca, strlen(ca), &k->ca);
    if (service) {
        set_service(k, s, service);
        return;
    }
    snprintf(k->url, sizeof(k->url), "%s?timeout=%llds", doc_text(client, "url"),
             (long long)doc_int(k->hook, "timeoutSeconds", 10));
    k->post.url = k->url;
}

static int asking_init(asking *k, const hook_ask *a, const json_t *hook, resource *as)
{
    json_auto_t *review = NULL;

    *k = (asking){.hook = hook, .as = as, .ca = BUF_INIT(LIMIT_OBJECT), .body = BUF_INIT(LIMIT_REVIEW)};
    review = review_make(a, hook, as, k->uid);
    if (!review || json_put(review, &k->body) < 0 || k->body.failed)
        return failure_memory(a->why);
    k->post = (post){.ca = &k->ca,
                     .timeout_ms = (long)doc_int(hook, "timeoutSeconds", 10) * 1000,
                     .body = k->body.data,
                     .len = k->body.len,
                     .answer = BUF_INIT(LIMIT_REVIEW)};
    set_target(k, a->c->server);
    return k->ca.failed ? failure_memory(a->why) : 0;
}

/* Without the lock.  Nobody but a thread of ours may wait here. */
static int send_all(const hook_ask *a, post *list, size_t n, bool *ret_released)
{
    apiserver *s = a->c->server;
    void *curl = a->c->thread ? hook_thread_curl(a->c->thread) : NULL;

    if (!curl)
        return failure_internal(a->why, "no thread is left to call a webhook");
    pthread_mutex_unlock(&s->lock);
    posts_run(curl, list, n, hooks_stopped(s));
    pthread_mutex_lock(&s->lock);
    *ret_released = true;
    return 0;
}

/* ---- the answer ---- */

/* A reply that is no 2xx, in the words of Go's client. */
static void tell_status(const post *p, char *trouble, size_t room)
{
    static const struct {
        long status;
        const char *text;
    } known[] = {{400, "the server rejected our request for an unknown reason"},
                 {401, "the server has asked for the client to provide credentials"},
                 {404, "the server could not find the requested resource"},
                 {405, "the server does not allow this method on the requested resource"},
                 {409, "the server reported a conflict"},
                 {429, "the server has received too many requests and has asked us to try again later"},
                 {503, "the server is currently unable to handle the request"},
                 {504,
                  "the server was unable to return a response in the time allotted, but may still be processing the "
                  "request"}};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].status == p->status) {
            snprintf(trouble, room, "failed to call webhook: %s", known[i].text);
            return;
        }
    }
    if (p->status >= 500)
        snprintf(trouble, room,
                 "failed to call webhook: an error on the server (\"%.*s\") has prevented the request from succeeding",
                 (int)strcspn(p->answer.data ? p->answer.data : "", "\r\n"), p->answer.data ? p->answer.data : "");
    else
        snprintf(trouble, room,
                 "failed to call webhook: the server responded with the status code %ld but did not return more "
                 "information",
                 p->status);
}

/* The whole answer, the caller's, with *ret_response in it; NULL: trouble says what is wrong. */
static json_t *read_answer(const asking *k, bool mutating, const json_t **ret_response, char *trouble, size_t room)
{
    const post *p = &k->post;
    char text[400];
    json_error_t err;
    json_t *answer;

    if (*p->trouble) {
        snprintf(trouble, room, "failed to call webhook: Post \"%s\": %s", k->url, p->trouble);
        return NULL;
    }
    if (p->status < 200 || p->status > 299) {
        tell_status(p, trouble, room);
        return NULL;
    }
    answer = json_loadb(p->answer.data ? p->answer.data : "", p->answer.len, 0, &err);
    if (!answer) {
        snprintf(trouble, room, "failed to call webhook: couldn't get version/kind; json parse error: %s", err.text);
        return NULL;
    }
    *ret_response = review_read(answer, k->uid, mutating, text, sizeof(text));
    if (*ret_response)
        return answer;
    snprintf(trouble, room, "received invalid webhook response: %s", text);
    json_decref(answer);
    return NULL;
}

/* A webhook that could not be asked. */
static int fail_call(const hook_ask *a, const asking *k, const char *trouble)
{
    if (doc_is(k->hook, "failurePolicy", "Ignore"))
        return 0;
    if (a->why->code)
        return -1;
    return failure_internal(a->why, "failed calling webhook \"%s\": %s", name_of(k), trouble);
}

static void pass_warnings(call *c, const json_t *response)
{
    size_t i;
    json_t *text;

    json_array_foreach(doc_get(response, "warnings"), i, text) if (json_is_string(text))
        call_warn(c, "%s", json_string_value(text));
}

static int decide(const hook_ask *a, const asking *k, const json_t *response)
{
    pass_warnings(a->c, response);
    return doc_flag(response, "allowed") ? 0 : review_deny(name_of(k), response, a->why);
}

/* ---- mutating ---- */

/* In place, since others hold the object. */
static int replace(const hook_ask *a, json_t *now)
{
    json_object_clear(a->obj);
    return json_object_update(a->obj, now) < 0 ? failure_memory(a->why) : 0;
}

static int check_place(const hook_ask *a)
{
    if (a->c->res->namespaced && strcmp(meta_text(a->obj, "namespace"), a->c->rq.ns) != 0)
        return failure_bad_request(
            a->why, "the namespace of the provided object does not match the namespace sent on the request");
    if (a->old && strcmp(meta_text(a->obj, "name"), meta_text(a->old, "name")) != 0)
        return failure_bad_request(a->why, "the name of the object (%s) does not match the name on the URL (%s)",
                                   meta_text(a->obj, "name"), meta_text(a->old, "name"));
    return 0;
}

static int apply_patch(const hook_ask *a, const asking *k, const json_t *ops, bool *ret_changed)
{
    json_auto_t *shown = review_convert(a->obj, k->as), *now = NULL, *before = json_clone(a->obj);
    auto_failure again = {0};

    if (!shown || !before)
        return failure_memory(a->why);
    if (patch_json(shown, ops, NULL, &now, &again) < 0)
        return failure_internal(a->why, "%s", again.message ? again.message : "");
    if (!json_is_object(now) || !json_is_object(meta_of(now)))
        return failure_internal(a->why, "admission webhook \"%s\" left no object", name_of(k));
    if (replace(a, now) < 0)
        return -1;
    json_decref(now);
    now = review_convert(a->obj, a->c->res);
    if (!now)
        return failure_memory(a->why);
    if (replace(a, now) < 0)
        return -1;
    if (write_settle(a->c, a->obj, &again) < 0)
        return failure_internal(a->why, "%s", again.message ? again.message : "");
    *ret_changed = !json_equal(a->obj, before);
    return check_place(a);
}

static int mutate_by(const hook_ask *a, const asking *k, const json_t *response, bool *ret_changed)
{
    const char *text = doc_text(response, "patch");
    auto_buf decoded = BUF_INIT(LIMIT_OBJECT);
    json_auto_t *ops = NULL;

    if (!*text)
        return 0;
    if (base64_decode(text, strlen(text), &decoded))
        ops = json_loadb(decoded.data ? decoded.data : "", decoded.len, JSON_ALLOW_NUL, NULL);
    if (!json_is_array(ops))
        return fail_call(a, k, "received undecodable patch in webhook response: it is no JSON patch");
    if (json_array_size(ops) == 0)
        return 0;
    if (!a->obj)
        return failure_internal(
            a->why,
            "admission webhook \"%s\" attempted to modify the object, which is not supported for this operation",
            name_of(k));
    return apply_patch(a, k, ops, ret_changed);
}

static int mutate_one(const hook_ask *a, const json_t *hook, resource *as, bool *ret_changed, bool *ret_released)
{
    const json_t *response = NULL;
    json_auto_t *answer = NULL;
    char trouble[LIMIT_HOOK_URL + 1024];
    asking k;
    int r = asking_init(&k, a, hook, as);

    resource_hold(as);
    if (r == 0)
        r = send_all(a, &k.post, 1, ret_released);
    if (r == 0) {
        answer = read_answer(&k, true, &response, trouble, sizeof(trouble));
        r = answer ? decide(a, &k, response) : fail_call(a, &k, trouble);
        if (r == 0 && answer)
            r = mutate_by(a, &k, response, ret_changed);
    }
    resource_release(as);
    asking_clear(&k);
    return r;
}

/* Who is asked again when somebody changes the object after him. */
typedef struct turns {
    json_t *list;
    bool *asked, *again; /* by their number in the list */
    bool second;         /* only those of again are asked */
    bool changed;
} turns;

static void note_change(turns *r)
{
    r->changed = true;
    for (size_t i = 0; i < json_array_size(r->list); i++) {
        r->again[i] |= r->asked[i];
        r->asked[i] = false;
    }
}

static int mutate_round(const hook_ask *a, turns *r, bool *ret_released)
{
    size_t i;
    json_t *hook;

    json_array_foreach(r->list, i, hook)
    {
        resource *as;
        bool changed = false;
        if (match_hook(a, hook, &as) < 0)
            return -1;
        if (!as || (r->second && !r->again[i]))
            continue;
        if (mutate_one(a, hook, as, &changed, ret_released) < 0)
            return -1;
        if (changed)
            note_change(r);
        r->asked[i] = doc_is(hook, "reinvocationPolicy", "IfNeeded");
    }
    return 0;
}

/* A change brings a second round: of the plug-ins, and of the webhooks that want it. */
static int mutate_rounds(const hook_ask *a, turns *r, bool *ret_released)
{
    json_auto_t *last = NULL;

    if (mutate_round(a, r, ret_released) < 0)
        return -1;
    if (!r->changed)
        return 0;
    last = json_clone(a->obj);
    if (a->obj && !last)
        return failure_memory(a->why);
    if (admission_builtin(a->c, a->obj, a->old, a->why) < 0)
        return -1;
    if (!json_equal(last, a->obj))
        note_change(r);
    r->second = true;
    return mutate_round(a, r, ret_released);
}

/* Of what the server asks of itself webhooks are not told. */
static int list_for(call *c, bool mutating, json_t **ret, failure *why)
{
    *ret = NULL;
    return c->conn && match_possible(c) ? hooks_list(c->server, mutating, ret, why) : 0;
}

/* Before the server has made it of generateName. */
static int note_name(call *c, const json_t *obj, const json_t *old, failure *why)
{
    if (!obj || old || !c->conn)
        return 0;
    free(c->name_asked);
    c->name_asked = strdup(meta_text(obj, "name"));
    return c->name_asked ? 0 : failure_memory(why);
}

int hooks_mutate(call *c, json_t *obj, const json_t *old, bool *ret_released, failure *why)
{
    const hook_ask a = {c, obj, old, why};
    turns r = {0};
    size_t n;
    int result;

    if (note_name(c, obj, old, why) < 0 || list_for(c, true, &r.list, why) < 0)
        return -1;
    n = json_array_size(r.list);
    if (n == 0)
        return 0;
    r.asked = calloc(2 * n, sizeof(*r.asked));
    r.again = r.asked ? r.asked + n : NULL;
    result = r.asked ? mutate_rounds(&a, &r, ret_released) : failure_memory(why);
    free(r.asked);
    json_decref(r.list);
    return result;
}

/* ---- validating ---- */

/* The first that objects counts; warnings come from all. */
static int judge(const hook_ask *a, const asking *all, size_t n)
{
    int r = 0;

    for (size_t i = 0; i < n; i++) {
        const json_t *response = NULL;
        char trouble[LIMIT_HOOK_URL + 1024];
        json_auto_t *answer = read_answer(&all[i], false, &response, trouble, sizeof(trouble));
        if ((answer ? decide(a, &all[i], response) : fail_call(a, &all[i], trouble)) < 0)
            r = -1;
    }
    return r;
}

static int send_and_judge(const hook_ask *a, asking *all, size_t n, bool *ret_released)
{
    post *posts = calloc(n, sizeof(*posts));
    int r;

    if (!posts)
        return failure_memory(a->why);
    for (size_t i = 0; i < n; i++)
        posts[i] = all[i].post;
    r = send_all(a, posts, n, ret_released);
    for (size_t i = 0; i < n; i++)
        all[i].post = posts[i];
    free(posts);
    return r == 0 ? judge(a, all, n) : -1;
}

static int validate_by(const hook_ask *a, json_t *list, asking *all, bool *ret_released)
{
    size_t i, n = 0;
    json_t *hook;
    int r = 0;

    json_array_foreach(list, i, hook)
    {
        resource *as;
        if (r == 0)
            r = match_hook(a, hook, &as);
        if (r == 0 && as)
            r = asking_init(&all[n++], a, hook, as);
    }
    if (r == 0 && n)
        r = send_and_judge(a, all, n, ret_released);
    for (i = 0; i < n; i++)
        asking_clear(&all[i]);
    return r;
}

int hooks_validate(call *c, const json_t *obj, const json_t *old, bool *ret_released, failure *why)
{
    const hook_ask a = {c, (json_t *)obj, old, why};
    json_t *list;
    asking *all;
    int r = list_for(c, false, &list, why);

    if (!list)
        return r;
    all = calloc(json_array_size(list), sizeof(*all));
    r = all ? validate_by(&a, list, all, ret_released) : failure_memory(why);
    free(all);
    json_decref(list);
    return r;
}
