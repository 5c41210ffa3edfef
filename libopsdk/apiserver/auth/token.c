#include "apiserver/auth/token.h"
#include "apiserver/auth/auth_state.h"
#include "apiserver/auth/user.h"
#include "apiserver/json_clone.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/kinds/kinds.h"
#include "apiserver/meta.h"

#include <stdlib.h>
#include <string.h>

static int64_t now_s(const apiserver *s)
{
    return apiserver_now_us(s) / 1000000;
}

/* ---- signing ---- */

static json_t *claims(const apiserver *s, const char *subject)
{
    char id[META_UID];
    json_int_t now = (json_int_t)now_s(s);

    return json_pack("{s:s, s:s, s:I, s:I, s:s}", "iss", TOKEN_ISSUER, "sub", subject, "iat", now, "nbf", now, "jti",
                     meta_random_uid(id));
}

char *token_for(const apiserver *s, const user_info *user)
{
    json_t *all = claims(s, user->name), *groups = json_array();

    for (size_t i = 0; user->groups && user->groups[i]; i++)
        json_array_append_new(groups, json_string(user->groups[i]));
    doc_set(all, "aud", json_pack("[s]", TOKEN_ISSUER));
    doc_set(all, "groups", groups);
    return jwt_sign(s->auth->key, all);
}

static json_t *reference(const json_t *obj)
{
    return json_pack("{s:s, s:s}", "name", meta_text(obj, "name"), "uid", meta_text(obj, "uid"));
}

char *token_request(const apiserver *s, const token_wish *w)
{
    const char *ns = meta_text(w->account, "namespace");
    json_t *all, *own = json_pack("{s:s, s:o}", "namespace", ns, "serviceaccount", reference(w->account));
    char subject[ACCOUNT_ROOM * 2 + 32];

    snprintf(subject, sizeof(subject), "system:serviceaccount:%s:%s", ns, meta_text(w->account, "name"));
    all = claims(s, subject);
    if (w->bound)
        doc_set(own, w->kind, reference(w->bound));
    doc_set(all, "aud", json_clone(w->audiences));
    doc_set(all, "exp", json_integer((json_int_t)w->expires));
    doc_set(all, "kubernetes.io", own);
    return jwt_sign(s->auth->key, all);
}

/* ---- reading ---- */

static bool is_in_time(const apiserver *s, const json_t *all)
{
    int64_t now = now_s(s), leeway = 60; /* as go-jose's */

    if (doc_get(all, "kubernetes.io") && !doc_get(all, "exp"))
        return false;
    return now <= doc_int(all, "exp", INT64_MAX / 2) + leeway && now + leeway >= doc_int(all, "nbf", 0);
}

static bool is_there(const collection *c, const char *ns, const json_t *ref)
{
    const item *it = collection_get(c, ns, doc_text(ref, "name"));

    return it && strcmp(it->uid, doc_text(ref, "uid")) == 0;
}

/* A token goes with its account, and with the object that it is bound to. */
static bool is_alive(const apiserver *s, const json_t *own)
{
    static const char *const bounds[][2] = {{"pod", "pods"}, {"secret", "secrets"}, {"node", "nodes"}};
    const char *ns = doc_text(own, "namespace");

    if (own && !is_there(kinds_accounts(s->kinds), ns, doc_get(own, "serviceaccount")))
        return false;
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        const json_t *ref = doc_get(own, bounds[i][0]);
        const resource *res = registry_find(s->resources, "", "v1", bounds[i][1]);
        if (ref && !is_there(res->objects, res->namespaced ? ns : "", ref))
            return false;
    }
    return true;
}

/* Which of the audiences that are wanted the token names; the caller's. */
static json_t *common(const json_t *all, const json_t *wanted)
{
    const json_t *named = json_object_get(all, "aud");
    json_t *ret = json_array(), *one;
    size_t i;

    if (!json_array_size(wanted))
        wanted = NULL;
    json_array_foreach((json_t *)named, i, one)
    {
        const char *text = json_string_value(one);
        if (text && (wanted ? doc_has(wanted, text) : strcmp(text, TOKEN_ISSUER) == 0))
            json_array_append(ret, one);
    }
    return ret;
}

static int fill_extra(user_info *u, const json_t *all)
{
    static const char prefix[] = "authentication.kubernetes.io/";
    static const char *const parts[] = {"node", "pod"};
    const json_t *own = doc_get(all, "kubernetes.io");
    char key[80], value[80];
    int r;

    snprintf(value, sizeof(value), "JTI=%s", doc_text(all, "jti"));
    r = user_extra(u, "authentication.kubernetes.io/credential-id", value);
    for (size_t i = 0; r == 0 && i < sizeof(parts) / sizeof(parts[0]); i++) {
        const json_t *ref = doc_get(own, parts[i]);
        if (!ref)
            continue;
        snprintf(key, sizeof(key), "%s%s-name", prefix, parts[i]);
        r = user_extra(u, key, doc_text(ref, "name"));
        snprintf(key, sizeof(key), "%s%s-uid", prefix, parts[i]);
        if (r == 0)
            r = user_extra(u, key, doc_text(ref, "uid"));
    }
    return r;
}

static int fill(user_info *u, const json_t *all)
{
    const json_t *own = doc_get(all, "kubernetes.io"), *groups = doc_get(all, "groups");
    int r = user_set(u, doc_text(all, "sub"));
    size_t i;
    json_t *group;

    if (r == 0 && own) {
        u->uid = strdup(doc_text(doc_get(own, "serviceaccount"), "uid"));
        r = u->uid ? user_join_own(u, doc_text(own, "namespace")) : -1;
    }
    json_array_foreach((json_t *)groups, i, group) if (r == 0) r = user_join(u, json_string_value(group));
    if (r == 0 && own)
        r = fill_extra(u, all);
    return r;
}

int token_identify(const apiserver *s, const char *token, const json_t *audiences, user_info *ret,
                   json_t **ret_audiences)
{
    json_auto_t *all = jwt_verify(s->auth->key, token), *good = NULL;
    int r = 0;

    if (!all || !is_in_time(s, all) || !is_alive(s, doc_get(all, "kubernetes.io")))
        return 0;
    good = common(all, audiences);
    if (json_array_size(good) == 0)
        return 0;
    r = fill(ret, all);
    if (r == 0 && ret_audiences)
        *ret_audiences = json_incref(good);
    return r < 0 ? -1 : 1;
}
