#include "apiserver/auth/reviews.h"
#include "apiserver/auth/auth_state.h"
#include "apiserver/auth/authorize.h"
#include "apiserver/auth/token.h"
#include "apiserver/auth/user.h"
#include "apiserver/json_clone.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"
#include "apiserver/meta.h"
#include "apiserver/owners.h"

#include <stdlib.h>
#include <string.h>

/* As a create does it, though nothing is kept. */
static int own_fields(call *c, json_t *obj, failure *why)
{
    writing w = {.c = c, .obj = obj};

    return owners_update(&w, why);
}

/* ---- may he? ---- */

static void check_metadata(const json_t *obj, bool local, field_errors *errors)
{
    json_auto_t *rest = json_clone(meta_of(obj));

    json_object_del(rest, "managedFields");
    if (local)
        json_object_del(rest, "namespace");
    if (json_object_size(rest))
        field_invalid(errors, "metadata", meta_of(obj), "must be empty%s", local ? " except for namespace" : "");
}

static void check_kinds(const json_t *spec, field_errors *errors)
{
    const json_t *url = doc_get(spec, "nonResourceAttributes");
    json_auto_t *shown = NULL;

    if (doc_get(spec, "resourceAttributes") && url) {
        shown = json_pack("{s:s, s:s}", "Path", doc_text(url, "path"), "Verb", doc_text(url, "verb"));
        field_invalid(errors, "spec.nonResourceAttributes", shown,
                      "cannot be specified in combination with resourceAttributes");
    }
    if (!doc_get(spec, "resourceAttributes") && !url)
        field_invalid(errors, "spec.resourceAttributes", NULL,
                      "exactly one of nonResourceAttributes or resourceAttributes must be specified");
}

static void check_local(const json_t *obj, field_errors *errors)
{
    const json_t *spec = doc_get(obj, "spec"), *asked = doc_get(spec, "resourceAttributes"),
                 *url = doc_get(spec, "nonResourceAttributes");
    json_auto_t *ns = json_string(doc_text(asked, "namespace")), *shown = NULL;

    if (asked && !doc_is(asked, "namespace", meta_text(obj, "namespace")))
        field_invalid(errors, "spec.resourceAttributes.namespace", ns, "must match metadata.namespace");
    if (!url)
        return;
    shown = json_pack("{s:s, s:s}", "Path", doc_text(url, "path"), "Verb", doc_text(url, "verb"));
    field_invalid(errors, "spec.nonResourceAttributes", shown, "disallowed on this kind of request");
}

static int check_access(const call *c, const json_t *obj, failure *why)
{
    const json_t *spec = doc_get(obj, "spec");
    bool self = strcmp(c->res->kind, "SelfSubjectAccessReview") == 0;
    json_auto_t *user = json_string("");
    auto_field_errors errors = {0};

    check_kinds(spec, &errors);
    if (!self && !*doc_text(spec, "user") && json_array_size(doc_get(spec, "groups")) == 0)
        field_invalid(&errors, "spec.user", user, "at least one of user or group must be specified");
    check_metadata(obj, c->res->namespaced, &errors);
    if (c->res->namespaced)
        check_local(obj, &errors);
    return field_errors_result(&errors, c->res->group, "", "", why);
}

static int read_user(const json_t *spec, user_info *ret)
{
    size_t i;
    json_t *group;
    int r = user_set(ret, doc_text(spec, "user"));

    json_array_foreach(doc_get(spec, "groups"), i, group) if (r == 0) r = user_join(ret, json_string_value(group));
    return r;
}

static attributes read_attributes(const json_t *spec, const user_info *user)
{
    const json_t *asked = doc_get(spec, "resourceAttributes"), *url = doc_get(spec, "nonResourceAttributes");

    return (attributes){.user = user,
                        .verb = doc_text(asked ? asked : url, "verb"),
                        .is_resource = asked != NULL,
                        .group = doc_text(asked, "group"),
                        .resource = doc_text(asked, "resource"),
                        .sub = doc_text(asked, "subresource"),
                        .ns = doc_text(asked, "namespace"),
                        .name = doc_text(asked, "name"),
                        .path = doc_text(url, "path")};
}

static int judge(call *c, json_t *obj, const user_info *user, failure *why)
{
    attributes a = read_attributes(doc_get(obj, "spec"), user);
    auto_buf reason = BUF_INIT(LIMIT_REASON);
    json_t *status = json_pack("{s:b}", "allowed", authorize(c->server, &a, &reason));

    if (reason.len)
        doc_set_text(status, "reason", reason.data);
    return !status || json_object_set_new(obj, "status", status) < 0 ? failure_memory(why) : 0;
}

int review_access(call *c, json_t *obj, failure *why)
{
    user_info other = {0};
    int r;

    if (own_fields(c, obj, why) < 0 || check_access(c, obj, why) < 0)
        return -1;
    if (strcmp(c->res->kind, "SelfSubjectAccessReview") == 0)
        return judge(c, obj, &c->user, why);
    r = read_user(doc_get(obj, "spec"), &other) < 0 ? failure_memory(why) : judge(c, obj, &other, why);
    user_info_clear(&other);
    return r;
}

/* ---- what may I? ---- */

typedef struct summary {
    json_t *resources, *urls;
    lost lost;
} summary;

static void add_copy(json_t *list, const json_t *rule, const char *const *fields)
{
    json_t *copy = json_object();

    for (; *fields; fields++)
        if (doc_get(rule, *fields))
            json_object_set(copy, *fields, doc_get(rule, *fields));
    json_array_append_new(list, copy);
}

static bool summarize(const grant *g, void *arg)
{
    static const char *const resource_fields[] = {"verbs", "apiGroups", "resources", "resourceNames", NULL},
                             *const url_fields[] = {"verbs", "nonResourceURLs", NULL};
    summary *s = arg;

    if (!g->rule)
        lost_note(&s->lost, g->ref);
    if (json_array_size(doc_get(g->rule, "resources")))
        add_copy(s->resources, g->rule, resource_fields);
    if (json_array_size(doc_get(g->rule, "nonResourceURLs")))
        add_copy(s->urls, g->rule, url_fields);
    return false;
}

/* Where no roles are evaluated. */
static void allow_all(summary *s)
{
    json_array_append_new(s->resources,
                          json_pack("{s:[s], s:[s], s:[s]}", "verbs", "*", "apiGroups", "*", "resources", "*"));
    json_array_append_new(s->urls, json_pack("{s:[s], s:[s]}", "verbs", "*", "nonResourceURLs", "*"));
}

int review_rules(call *c, json_t *obj, failure *why)
{
    const char *ns = doc_text(doc_get(obj, "spec"), "namespace");
    summary s = {.resources = json_array(), .urls = json_array()};
    auto_buf lost_text = BUF_INIT(LIMIT_REASON);
    json_t *status;

    if (!*ns)
        failure_bad_request(why, "no namespace on request");
    else if (c->server->opts.rbac)
        policy_each(c->server->auth->policy, &c->user, ns, summarize, &s);
    else
        allow_all(&s);
    if (s.lost.list)
        lost_put(&s.lost, &lost_text);
    lost_clear(&s.lost);
    status = json_pack("{s:o, s:o, s:b}", "resourceRules", s.resources, "nonResourceRules", s.urls, "incomplete", 0);
    if (lost_text.len)
        doc_set_text(status, "evaluationError", lost_text.data);
    json_object_set_new(obj, "metadata", json_object());
    json_object_set_new(obj, "spec", json_object());
    return json_object_set_new(obj, "status", status) < 0 ? failure_memory(why) : why->code ? -1 : 0;
}

/* ---- who is this? ---- */

int review_self(call *c, json_t *obj, failure *why)
{
    char now[32];

    json_object_del(obj, "spec");
    json_object_set_new(obj, "metadata", json_pack("{s:s}", "creationTimestamp", apiserver_time(c->server, now)));
    return json_object_set_new(obj, "status", json_pack("{s:o}", "userInfo", user_json(&c->user))) < 0
               ? failure_memory(why)
               : 0;
}

static json_t *known(const user_info *user, json_t *audiences)
{
    json_t *status = json_pack("{s:b, s:o}", "authenticated", 1, "user", user_json(user));

    doc_set(status, "audiences", audiences);
    return status;
}

int review_token(call *c, json_t *obj, failure *why)
{
    const json_t *spec = doc_get(obj, "spec");
    user_info user = {0};
    json_t *audiences = NULL, *status = NULL;
    int r;

    if (!*doc_text(spec, "token"))
        return failure_bad_request(why, "token is required for TokenReview in authentication");
    if (own_fields(c, obj, why) < 0)
        return -1;
    r = token_identify(c->server, doc_text(spec, "token"), doc_get(spec, "audiences"), &user, &audiences);
    if (r > 0 && user_join_authenticated(&user) < 0)
        r = -1;
    if (r > 0)
        status = known(&user, json_incref(audiences));
    else if (r == 0)
        status = json_pack("{s:{}, s:s}", "user", "error", "invalid bearer token");
    json_decref(audiences);
    user_info_clear(&user);
    return json_object_set_new(obj, "status", status) < 0 ? failure_memory(why) : 0;
}
