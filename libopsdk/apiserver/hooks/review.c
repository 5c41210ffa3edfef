#include "apiserver/hooks/review.h"
#include "apiserver/auth/user.h"
#include "apiserver/json_clone.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/meta.h"
#include "apiserver/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the question ---- */

static json_t *kind_of(const resource *res)
{
    return json_pack("{s:s, s:s, s:s}", "group", res->group, "version", res->version, "kind", res->kind);
}

static json_t *resource_of(const resource *res)
{
    return json_pack("{s:s, s:s, s:s}", "group", res->group, "version", res->version, "resource", res->plural);
}

/* Versions that nothing is told of how to convert differ in their name only. */
json_t *review_convert(const json_t *obj, const resource *as)
{
    json_t *copy = json_clone(obj);
    char version[320];

    if (json_object_set_new(copy, "apiVersion", json_string(version_name(as, version, sizeof(version)))) == 0)
        return copy;
    json_decref(copy);
    return NULL;
}

/* These return -1 when there is no memory: what a webhook is asked is whole, or not asked. */
static int add_object(json_t *asked, const char *name, const json_t *obj, const resource *as)
{
    return json_object_set_new(asked, name, obj ? review_convert(obj, as) : json_null());
}

static int add_text(json_t *map, const char *name, const char *text)
{
    return text && *text ? json_object_set_new(map, name, json_string(text)) : 0;
}

static int add_missing(json_t *map, const json_t *more)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)more, name, value)
    {
        if (!json_object_get(map, name) && json_object_set(map, name, value) < 0)
            return -1;
    }
    return 0;
}

static int add_options(json_t *opts, const hook_ask *a)
{
    const request *rq = &a->c->rq;
    bool forced = strcmp(rq->verb, "patch") == 0 && request_param(rq, "force");

    if (a->c->dry_run && json_object_set_new(opts, "dryRun", json_pack("[s]", "All")) < 0)
        return -1;
    if (strcmp(ask_operation(a), "DELETE") == 0)
        return add_missing(opts, a->c->options);
    if (add_text(opts, "fieldManager", request_param(rq, "fieldManager")) < 0 ||
        add_text(opts, "fieldValidation", request_param(rq, "fieldValidation")) < 0)
        return -1;
    return forced ? json_object_set_new(opts, "force", json_boolean(request_flag(rq, "force"))) : 0;
}

/* What the verb's options were, whether they came as parameters or as a body. */
static json_t *options(const hook_ask *a)
{
    const char *op = ask_operation(a), *verb = a->c->rq.verb,
               *kind = strcmp(op, "DELETE") == 0    ? "DeleteOptions"
                       : strcmp(verb, "patch") == 0 ? "PatchOptions"
                       : strcmp(op, "CREATE") == 0  ? "CreateOptions"
                                                    : "UpdateOptions";
    json_t *opts = json_pack("{s:s, s:s}", "kind", kind, "apiVersion", "meta.k8s.io/v1");

    if (opts && add_options(opts, a) == 0)
        return opts;
    json_decref(opts);
    return NULL;
}

static int add_names(json_t *asked, const hook_ask *a)
{
    const char *sub = a->c->sub ? a->c->sub->name : "";

    if (add_text(asked, "subResource", sub) < 0 || add_text(asked, "requestSubResource", sub) < 0 ||
        add_text(asked, "namespace", ask_namespace(a)) < 0)
        return -1;
    return add_text(asked, "name",
                    *a->c->rq.name ? a->c->rq.name
                    : a->old       ? meta_text(a->old, "name")
                                   : a->c->name_asked);
}

static json_t *request_of(const hook_ask *a, const resource *as, const char *uid)
{
    const resource *res = a->c->res;
    json_t *asked =
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:s, s:o, s:b, s:o}", "uid", uid, "kind", kind_of(as), "resource",
                  resource_of(as), "requestKind", kind_of(res), "requestResource", resource_of(res), "operation",
                  ask_operation(a), "userInfo", user_json(&a->c->user), "dryRun", a->c->dry_run, "options", options(a));

    if (asked && add_names(asked, a) == 0 && add_object(asked, "object", a->obj, as) == 0 &&
        add_object(asked, "oldObject", a->old, as) == 0)
        return asked;
    json_decref(asked);
    return NULL;
}

/* The first version of what it reads that is known. */
static const char *version_of(const json_t *hook)
{
    size_t i;
    json_t *one;

    json_array_foreach(doc_get(hook, "admissionReviewVersions"), i, one)
    {
        if (strcmp(json_string_value(one), "v1beta1") == 0)
            return "admission.k8s.io/v1beta1";
        if (strcmp(json_string_value(one), "v1") == 0)
            break;
    }
    return "admission.k8s.io/v1";
}

json_t *review_make(const hook_ask *a, const json_t *hook, const resource *as, char uid[META_UID])
{
    meta_random_uid(uid);
    return json_pack("{s:s, s:s, s:o}", "kind", "AdmissionReview", "apiVersion", version_of(hook), "request",
                     request_of(a, as, uid));
}

/* ---- the answer ---- */

static const char *check_patch(const json_t *response, bool mutating, char *trouble, size_t room)
{
    bool patch = *doc_text(response, "patch"), type = json_is_string(doc_get(response, "patchType"));

    if (!mutating && patch)
        return "validating webhook may not return response.patch";
    if (!mutating && type)
        return "validating webhook may not return response.patchType";
    if (patch && !type)
        return "webhook returned response.patch but not response.patchType";
    if (!patch && type)
        return "webhook returned response.patchType but not response.patch";
    if (patch && !*doc_text(response, "patchType"))
        return "webhook returned invalid response.patchType of \"\"";
    if (patch && !doc_is(response, "patchType", "JSONPatch")) {
        snprintf(trouble, room, "unsupported patch type \"%.100s\"", doc_text(response, "patchType"));
        return trouble;
    }
    return NULL;
}

const json_t *review_read(const json_t *answer, const char *uid, bool mutating, char *trouble, size_t room)
{
    const json_t *response = doc_get(answer, "response");
    const char *version = doc_text(answer, "apiVersion"), *kind = doc_text(answer, "kind"), *wrong;

    *trouble = '\0';
    if (!json_is_object(response)) {
        snprintf(trouble, room, "webhook response was absent");
        return NULL;
    }
    if (strcmp(version, "admission.k8s.io/v1beta1") == 0) /* of which nothing is checked */
        return response;
    if (!doc_is(response, "uid", uid)) {
        snprintf(trouble, room, "expected response.uid=\"%s\", got \"%.100s\"", uid, doc_text(response, "uid"));
        return NULL;
    }
    if (strcmp(version, "admission.k8s.io/v1") != 0 || strcmp(kind, "AdmissionReview") != 0) {
        snprintf(trouble, room,
                 "expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got %.100s, Kind=%.100s",
                 *version ? version : "/", kind);
        return NULL;
    }
    wrong = check_patch(response, mutating, trouble, room);
    if (wrong && wrong != trouble)
        snprintf(trouble, room, "%s", wrong);
    return wrong ? NULL : response;
}

int review_deny(const char *hook, const json_t *response, failure *why)
{
    const json_t *status = doc_get(response, "status");
    const char *reason = doc_text(status, "reason"), *message = doc_text(status, "message");
    int code = (int)doc_int(status, "code", 0);

    if (why->code)
        return -1;
    message = *message ? message : reason;
    if (*message)
        failure_set(why, code < 400 ? 400 : code, "", "admission webhook \"%s\" denied the request: %s", hook, message);
    else
        failure_set(why, code < 400 ? 400 : code, "", "admission webhook \"%s\" denied the request without explanation",
                    hook);
    failure_reason(why, reason);
    if (json_is_object(doc_get(status, "details")) && !why->details)
        why->details = json_clone(doc_get(status, "details"));
    return -1;
}
