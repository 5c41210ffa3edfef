/* The way of a request: what it names, whether that is allowed, which verb does it; and whatever fails becomes a Status. */
#include "apiserver/apiserver.h"
#include "apiserver/auth/auth.h"
#include "apiserver/debug.h"
#include "apiserver/discovery/groups.h"
#include "apiserver/fault.h"
#include "apiserver/hooks/hooks.h"
#include "apiserver/http.h"
#include "apiserver/limits.h"
#include "apiserver/negotiate.h"
#include "apiserver/options.h"
#include "apiserver/paths.h"
#include "apiserver/recorder.h"
#include "apiserver/verbs.h"
#include "client/clock.h"

#include <string.h>

static const struct {
    const char *verb;
    unsigned bit;
    int (*run)(call *c, failure *why);
} verbs[] = {
    {"get", VERB_GET, verb_get},          {"list", VERB_LIST, verb_list},
    {"watch", VERB_WATCH, verb_watch},    {"create", VERB_CREATE, verb_create},
    {"update", VERB_UPDATE, verb_update}, {"patch", VERB_PATCH, verb_patch},
    {"delete", VERB_DELETE, verb_delete}, {"deletecollection", VERB_DELETECOLLECTION, verb_deletecollection},
};
#define N_VERBS (sizeof(verbs) / sizeof(verbs[0]))

int fail_unknown(failure *why)
{
    failure_set(why, 404, "NotFound", "the server could not find the requested resource");
    if (!why->details)
        why->details = json_object();
    return -1;
}

int fail_method(failure *why)
{
    failure_set(why, 405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
    if (!why->details)
        why->details = json_object();
    return -1;
}

/* Of a group that only CRDs define, or nobody, the server answers as of any path that it does not know. */
static int answer_unknown(call *c, failure *why)
{
    if (c->res && c->res->custom && *c->rq.sub)
        return fail_not_found(c->res, c->rq.name, why);
    return groups_has_builtin(c->server->resources, c->rq.group) ? fail_unknown(why) : path_unknown(c);
}

/* The resource and subresource that the path names; false: there is none. */
static bool find_resource(call *c)
{
    const request *rq = &c->rq;

    c->res = registry_find(c->server->resources, rq->group, rq->version, rq->plural);
    if (c->res)
        resource_hold(c->res); /* the last object of a CRD that goes may take it along */
    if (!c->res || (*rq->sub && !resource_sub(c->res, rq->sub)))
        return false;
    c->sub = *rq->sub ? resource_sub(c->res, rq->sub) : NULL;
    if (strcmp(c->res->plural, "namespaces") == 0 && !*c->res->group)
        return strcmp(rq->ns, rq->name) == 0;
    return !*rq->ns || c->res->namespaced;
}

/* What can be done at a path: to a collection or to what is named. */
static unsigned verbs_at(const call *c)
{
    const unsigned of_collection = VERB_LIST | VERB_WATCH | VERB_CREATE | VERB_DELETECOLLECTION,
                   of_object = VERB_GET | VERB_UPDATE | VERB_PATCH | VERB_DELETE;
    bool everywhere = c->res->namespaced && !*c->rq.ns;

    if (c->rq.watched)
        return *c->rq.sub || (*c->rq.name && everywhere) ? 0 : c->res->verbs & VERB_WATCH;
    if (*c->rq.name)
        return everywhere ? 0 : c->sub ? c->sub->verbs : c->res->verbs & of_object;
    return c->res->verbs & of_collection;
}

/* Over all namespaces one can but look. */
static bool is_allowed(const call *c, unsigned possible, unsigned bit)
{
    bool looks = (bit & (VERB_LIST | VERB_WATCH)) != 0;

    if (strcmp(c->rq.method, "HEAD") == 0 || !(possible & bit))
        return false;
    return *c->rq.ns || !c->res->namespaced || looks;
}

static int call_verb(call *c, size_t verb, failure *why)
{
    return c->sub && c->sub->handle ? c->sub->handle(c, why) : verbs[verb].run(c, why);
}

/* Here, or in a thread that may wait for webhooks. */
static int start_verb(call *c, size_t verb, failure *why)
{
    int taken;

    if (negotiate(c, why) < 0 || options_read(c, why) < 0)
        return -1;
    taken = hooks_take(c, why);
    return taken ? (taken < 0 ? -1 : 0) : call_verb(c, verb, why);
}

static int run_verb(call *c, failure *why)
{
    unsigned possible = verbs_at(c);

    if (possible == 0)
        return fail_unknown(why);
    for (size_t i = 0; i < N_VERBS; i++) {
        if (strcmp(verbs[i].verb, c->rq.verb) != 0)
            continue;
        if (!is_allowed(c, possible, verbs[i].bit))
            return fail_method(why);
        return start_verb(c, i, why);
    }
    return fail_method(why);
}

static int answer(call *c, failure *why)
{
    if (!c->rq.is_resource)
        return path_handle(c, why);
    if (!find_resource(c))
        return answer_unknown(c, why);
    if (c->res->deprecated)
        call_warn(c, "%s", c->res->deprecated);
    return run_verb(c, why);
}

/* The order is the real server's: who it is, whether there is room for him, whether he may. */
static int handle(call *c, bool debug, failure *why)
{
    if (auth_identify(c, why) < 0 || (!debug && fault_request(c, why) < 0) || auth_check(c, why) < 0)
        return -1;
    if (c->rq.cut)
        return failure_bad_request(why, "over TLS this server cannot read line feeds in the query of a request");
    return debug ? debug_handle(c, why) : answer(c, why);
}

/* A stream that was begun before the failure goes. */
static void answer_failure(call *c, const failure *why)
{
    auto_failure again = {0};
    json_int_t after = json_integer_value(json_object_get(why->details, "retryAfterSeconds"));

    c->retry_after_s = (int)after;
    if (call_answer(c, why->code, failure_status(why), &again) < 0)
        call_answer_text(c, 500, "text/plain", "out of memory\n", 14);
}

static void finish(call *c, bool debug)
{
    negotiate_finish(c);
    if (debug)
        return;
    fault_answer(c);
    recorder_add(c->server->recorder, c, c->began_us);
    if (c->res)
        resource_release(c->res);
}

void api_resume(call *c)
{
    auto_failure why = {0};
    size_t verb = 0;

    c->resumes = false;
    while (strcmp(verbs[verb].verb, c->rq.verb) != 0) /* which run_verb has found */
        verb++;
    if (call_verb(c, verb, &why) < 0)
        answer_failure(c, &why);
    finish(c, false);
    http_answer(c);
}

void api_handle(call *c)
{
    auto_failure why = {0};
    bool debug = debug_is(c);

    c->began_us = clock_us();
    c->status = 200;
    c->body.max = LIMIT_REPLY;
    if (handle(c, debug, &why) < 0)
        answer_failure(c, &why);
    if (!c->resumes)
        finish(c, debug);
}
