/* Whoever writes a role or a binding may give away no more than he has (k8s.io/kubernetes/pkg/registry/rbac). */
#include "apiserver/auth/auth_state.h"
#include "apiserver/auth/authorize.h"
#include "apiserver/auth/rule.h"
#include "apiserver/auth/user.h"
#include "apiserver/go_print.h"
#include "apiserver/json_clone.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"
#include "apiserver/meta.h"

#include <stdlib.h>
#include <string.h>

/* ---- what somebody has ---- */

typedef struct holdings {
    json_t *rules;
    lost lost;
} holdings;

static bool collect(const grant *g, void *arg)
{
    holdings *h = arg;

    if (g->rule)
        json_array_append(h->rules, (json_t *)g->rule);
    else
        lost_note(&h->lost, g->ref);
    return false;
}

static void holdings_clear(holdings *h)
{
    json_decref(h->rules);
    lost_clear(&h->lost);
}

/* user "joe" (groups=["a" "b"]) is attempting to grant RBAC permissions not currently held: */
static void put_attempt(const call *c, buf *out)
{
    buf_puts(out, "user ");
    go_quote(out, c->user.name, strlen(c->user.name));
    buf_puts(out, " (groups=[");
    for (size_t i = 0; c->user.groups && c->user.groups[i]; i++) {
        buf_puts(out, i ? " " : "");
        go_quote(out, c->user.groups[i], strlen(c->user.groups[i]));
    }
    buf_puts(out, "]) is attempting to grant RBAC permissions not currently held:\n");
}

/* Nothing is added when he has all of it. */
static int put_missing(const call *c, const json_t *rules, buf *out)
{
    auto_buf lines = BUF_INIT(LIMIT_REASON);
    holdings h = {.rules = json_array()};
    int r;

    policy_each(c->server->auth->policy, &c->user, c->rq.ns, collect, &h);
    r = h.rules ? rules_missing(h.rules, rules, &lines) : -1;
    if (r == 0 && lines.len) {
        put_attempt(c, out);
        buf_puts(out, lines.data);
        if (h.lost.list) {
            buf_puts(out, "; resolution errors: [");
            lost_put(&h.lost, out);
            buf_puts(out, "]");
        }
    }
    holdings_clear(&h);
    return r;
}

/* 403 with message (NULL: what he lacks) unless he has all of these rules. */
static int require(const call *c, const char *name, const json_t *rules, const char *message, failure *why)
{
    auto_buf text = BUF_INIT(LIMIT_REASON);

    if (put_missing(c, rules, &text) < 0)
        return failure_internal(why, "what the role grants is too much to be checked");
    if (!text.len)
        return 0;
    if (message) {
        buf_reset(&text);
        buf_puts(&text, message);
    }
    return forbid(why, c->res->group, c->res->plural, name, &text);
}

static bool may(const call *c, const char *verb, const char *plural, const char *name)
{
    attributes a = call_attributes(c);

    a.verb = verb;
    a.group = c->res->group;
    a.resource = plural;
    a.sub = "";
    a.name = name;
    return authorize(c->server, &a, NULL);
}

/* Garbage collection changes no more than this. */
static bool is_untouched(const json_t *obj, const json_t *old)
{
    static const char *const free_fields[] = {"ownerReferences", "finalizers", "managedFields", "resourceVersion"};
    json_auto_t *a = json_clone(obj), *b = json_clone(old);

    for (size_t i = 0; i < sizeof(free_fields) / sizeof(free_fields[0]); i++) {
        json_object_del(meta_of(a), free_fields[i]);
        json_object_del(meta_of(b), free_fields[i]);
    }
    return old && doc_same(a, b);
}

/* ---- roles ---- */

static bool has_aggregation(const json_t *role)
{
    return json_array_size(doc_at(role, "aggregationRule.clusterRoleSelectors")) > 0;
}

int auth_prepare_role(call *c, json_t *obj, const json_t *old, failure *why)
{
    json_auto_t *all = NULL;

    if (may(c, "escalate", c->res->plural, c->rq.name) || is_untouched(obj, old))
        return 0;
    if (require(c, meta_text(obj, "name"), doc_get(obj, "rules"), NULL, why) < 0)
        return -1;
    if (!has_aggregation(obj) && !has_aggregation(old))
        return 0;
    all = json_pack("[{s:[s], s:[s], s:[s]}, {s:[s], s:[s]}]", "verbs", "*", "apiGroups", "*", "resources", "*",
                    "verbs", "*", "nonResourceURLs", "*");
    return require(c, meta_text(obj, "name"), all, "must have cluster-admin privileges to use the aggregationRule",
                   why);
}

/* ---- bindings ---- */

/* Of a ClusterRole the real server tells by the kind that is written. */
static int fail_lost(const call *c, const char *plural, const char *name, failure *why)
{
    failure_set(why, 404, "NotFound", "%s.%s \"%s\" not found", plural, c->res->group, name);
    failure_about(why, name, c->res->group, plural);
    return -1;
}

int auth_prepare_binding(call *c, json_t *obj, const json_t *old, failure *why)
{
    const json_t *ref = doc_get(obj, "roleRef"), *rules;
    const char *name = doc_text(ref, "name"), *plural = doc_is(ref, "kind", "Role") ? "roles" : "clusterroles";
    bool found;

    if (may(c, "bind", plural, name) || is_untouched(obj, old))
        return 0;
    rules = policy_rules(c->server->auth->policy, c->rq.ns, ref, &found);
    if (!found)
        return fail_lost(c, strcmp(plural, "roles") == 0 ? plural : c->res->plural, name, why);
    return require(c, meta_text(obj, "name"), rules, NULL, why);
}

/* ---- keeping up ---- */

static void keep_up(call *c, bool binding, const json_t *now, const json_t *old)
{
    const json_t *any = now ? now : old;

    policy_put(c->server->auth->policy, binding, meta_text(any, "namespace"), meta_text(any, "name"), now);
}

void auth_stored_binding(call *c, const json_t *now, const json_t *old)
{
    keep_up(c, true, now, old);
}

void auth_stored_role(call *c, const json_t *now, const json_t *old)
{
    keep_up(c, false, now, old);
    if (!c->res->namespaced)
        aggregate(c->server);
}
