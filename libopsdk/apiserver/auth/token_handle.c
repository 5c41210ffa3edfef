/* serviceaccounts/token: a TokenRequest is answered with a token that ends. */
#include "apiserver/auth/reviews.h"
#include "apiserver/auth/token.h"
#include "apiserver/kinds/check.h"
#include "apiserver/kinds/schemas.h"
#include "apiserver/meta.h"
#include "apiserver/owners.h"
#include "apiserver/verbs.h"
#include "apiserver/version.h"

#include <stdlib.h>
#include <string.h>

#define TOKEN_MIN_S 600
#define TOKEN_MAX_S ((json_int_t)1 << 32)
#define TOKEN_USUAL_S 3600

static const char GROUP[] = "authentication.k8s.io", KIND_NAME[] = "TokenRequest";

/* The document is of another kind than the account. */
static int read_document(call *c, json_t **ret, failure *why)
{
    resource *account = c->res, other = *account;
    int r = call_document(c, ret, why);

    other.group = GROUP;
    other.kind = KIND_NAME;
    other.schema = &schema_authentication_v1_TokenRequest;
    other.strategy = NULL;
    c->res = &other;
    if (r == 0)
        r = write_decode(c, *ret, call_is_json(c) ? c->rq.body : NULL, c->rq.body_len, why);
    if (r == 0 && !json_is_integer(doc_at(*ret, "spec.expirationSeconds")))
        doc_set(doc_make(*ret, "spec"), "expirationSeconds", json_integer(TOKEN_USUAL_S));
    if (r == 0)
        r = owners_update(&(writing){.c = c, .obj = *ret}, why);
    c->res = account;
    return r;
}

static int check_names(const call *c, const json_t *doc, failure *why)
{
    const char *name = meta_text(doc, "name"), *ns = meta_text(doc, "namespace");
    auto_field_errors errors = {0};

    if (*ns && strcmp(ns, c->rq.ns) != 0)
        return failure_bad_request(
            why, "the namespace of the provided object does not match the namespace sent on the request");
    if (*name && strcmp(name, c->rq.name) != 0)
        wrong_text(&errors, "metadata.name", name, "must match the service account name if specified");
    return field_errors_result(&errors, GROUP, KIND_NAME, c->rq.name, why);
}

static int check_time(const json_t *spec, failure *why)
{
    json_int_t seconds = doc_int(spec, "expirationSeconds", 0);
    auto_field_errors errors = {0};

    if (seconds < TOKEN_MIN_S)
        wrong_int(&errors, "spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes");
    if (seconds > TOKEN_MAX_S)
        wrong_int(&errors, "spec.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds");
    return field_errors_result(&errors, GROUP, KIND_NAME, "", why);
}

/* ---- what it is bound to ---- */

static int fail_kind(const json_t *ref, failure *why)
{
    const char *version = doc_text(ref, "apiVersion"), *slash = strchr(version, '/');

    return failure_bad_request(why, "cannot bind token to object of type %.*s/%s, Kind=%s",
                               slash ? (int)(slash - version) : 0, version, slash ? slash + 1 : version,
                               doc_text(ref, "kind"));
}

static int find_bound(const call *c, const json_t *ref, token_wish *wish, json_t **ret, failure *why)
{
    static const char *const kinds_of[][3] = {
        {"Pod", "pods", "pod"}, {"Secret", "secrets", "secret"}, {"Node", "nodes", "node"}};
    const resource *res = NULL;
    const item *it;

    for (size_t i = 0; i < 3 && !res; i++)
        if (doc_is(ref, "kind", kinds_of[i][0]) && doc_is(ref, "apiVersion", "v1")) {
            res = registry_find(c->server->resources, "", "v1", kinds_of[i][1]);
            wish->kind = kinds_of[i][2];
        }
    if (!res)
        return fail_kind(ref, why);
    it = collection_get(res->objects, res->namespaced ? c->rq.ns : "", doc_text(ref, "name"));
    if (!it)
        return fail_not_found(res, doc_text(ref, "name"), why);
    *ret = item_json(it);
    if (!*ret)
        return failure_memory(why);
    if (strcmp(wish->kind, "pod") == 0 &&
        strcmp(doc_text(doc_get(*ret, "spec"), "serviceAccountName"), c->rq.name) != 0)
        return failure_bad_request(
            why, "cannot bind token for serviceaccount \"%s\" to pod running with different serviceaccount name.",
            c->rq.name);
    if (!*doc_text(ref, "uid") || strcmp(doc_text(ref, "uid"), it->uid) == 0)
        return 0;
    failure_about(why, it->name, "", doc_text(ref, "kind"));
    return failure_set(
        why, 409, "Conflict",
        "Operation cannot be fulfilled on %s \"%s\": the UID in the bound object reference (%s) does not match the "
        "UID in record. The object might have been deleted and then recreated",
        doc_text(ref, "kind"), it->name, doc_text(ref, "uid"));
}

/* ---- the answer ---- */

static void fill_metadata(const call *c, json_t *doc, const json_t *account)
{
    static const char *const names[] = {"name", "namespace", "uid"};
    json_t *meta = doc_make(doc, "metadata");
    char now[32];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (!*meta_text(doc, names[i]))
            doc_set_text(meta, names[i], meta_text(account, names[i]));
    doc_set_text(meta, "creationTimestamp", apiserver_time(c->server, now));
}

static int issue(call *c, json_t *doc, const json_t *account, token_wish *wish, failure *why)
{
    json_t *spec = doc_make(doc, "spec"), *status = json_object();
    json_int_t seconds = doc_int(spec, "expirationSeconds", 0);
    char end[32], *token;

    wish->account = account;
    wish->audiences = doc_get(spec, "audiences");
    wish->expires = apiserver_now_us(c->server) / 1000000 + seconds;
    token = token_request(c->server, wish);
    if (token)
        doc_set_text(status, "token", token);
    doc_set_text(status, "expirationTimestamp", apiserver_time_in(c->server, seconds, end));
    json_object_set_new(doc, "status", status);
    if (!doc_get(spec, "boundObjectRef"))
        json_object_set_new(spec, "boundObjectRef", json_null());
    if (!token)
        return failure_memory(why);
    free(token);
    return answer_object(c, 201, doc, why);
}

int token_handle(call *c, failure *why)
{
    json_auto_t *doc = NULL, *account = NULL, *bound = NULL;
    token_wish wish = {0};
    const json_t *ref;
    const item *it;

    if (read_document(c, &doc, why) < 0 || check_names(c, doc, why) < 0)
        return -1;
    it = verb_find(c, why);
    account = it ? item_json(it) : NULL;
    if (!account)
        return it ? failure_memory(why) : -1;
    if (json_array_size(doc_at(doc, "spec.audiences")) == 0)
        doc_set(doc_make(doc, "spec"), "audiences", json_pack("[s]", TOKEN_ISSUER));
    fill_metadata(c, doc, account);
    if (check_time(doc_get(doc, "spec"), why) < 0)
        return -1;
    ref = doc_get(doc_get(doc, "spec"), "boundObjectRef");
    if (ref && find_bound(c, ref, &wish, &bound, why) < 0)
        return -1;
    wish.bound = bound;
    return issue(c, doc, account, &wish, why);
}
