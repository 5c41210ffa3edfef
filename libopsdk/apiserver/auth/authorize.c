#include "apiserver/auth/authorize.h"
#include "apiserver/auth/auth_state.h"
#include "apiserver/auth/rule.h"
#include "apiserver/auth/user.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- roles that are not there ---- */

void lost_note(lost *l, const json_t *ref)
{
    auto_buf text = BUF_INIT(LIMIT_REASON);

    buf_printf(&text, "%s.rbac.authorization.k8s.io \"%s\" not found",
               doc_is(ref, "kind", "Role") ? "role" : "clusterrole", doc_text(ref, "name"));
    if (!l->list)
        l->list = json_array();
    if (text.data && !doc_has(l->list, text.data))
        json_array_append_new(l->list, json_string(text.data));
}

void lost_put(const lost *l, buf *out)
{
    bool many = json_array_size(l->list) > 1;
    size_t i;
    json_t *text;

    buf_puts(out, many ? "[" : "");
    json_array_foreach(l->list, i, text) buf_printf(out, "%s%s", i ? ", " : "", json_string_value(text));
    buf_puts(out, many ? "]" : "");
}

void lost_clear(lost *l)
{
    json_decref(l->list);
}

/* ---- roles ---- */

typedef struct search {
    const attributes *asked;
    buf *reason;
    lost lost;
} search;

static void put_source(const grant *g, buf *out)
{
    const char *ns = doc_text(g->subject, "namespace");

    buf_printf(out, "RBAC: allowed by %sBinding \"%s%s%s\" of %s \"%s\" to %s \"%s", *g->ns ? "Role" : "ClusterRole",
               g->name, *g->ns ? "/" : "", g->ns, doc_text(g->ref, "kind"), doc_text(g->ref, "name"),
               doc_text(g->subject, "kind"), doc_text(g->subject, "name"));
    if (doc_is(g->subject, "kind", "ServiceAccount"))
        buf_printf(out, "/%s", *ns ? ns : g->ns);
    buf_puts(out, "\"");
}

static bool try_rule(const grant *g, void *arg)
{
    search *s = arg;

    if (!g->rule)
        lost_note(&s->lost, g->ref);
    if (!g->rule || !rule_allows(g->rule, s->asked))
        return false;
    if (s->reason)
        put_source(g, s->reason);
    return true;
}

bool authorize(const apiserver *s, const attributes *a, buf *reason)
{
    search look = {.asked = a, .reason = reason};
    bool allowed = !s->opts.rbac || user_is_in(a->user, GROUP_MASTERS);

    if (!allowed)
        allowed = policy_each(s->auth->policy, a->user, a->ns, try_rule, &look);
    if (!allowed && reason && look.lost.list) {
        buf_puts(reason, "RBAC: ");
        lost_put(&look.lost, reason);
    }
    lost_clear(&look.lost);
    return allowed;
}

/* ---- refusals ---- */

int forbid(failure *why, const char *group, const char *plural, const char *name, const buf *text)
{
    auto_buf whole = BUF_INIT(2 * LIMIT_REASON);

    if (*plural)
        buf_printf(&whole, "%s%s%s%s%s%s is ", plural, *group ? "." : "", group, *name ? " \"" : "", name,
                   *name ? "\"" : "");
    buf_printf(&whole, "forbidden: %s", text->data ? text->data : "");
    if (text->failed || whole.failed)
        return failure_memory(why);
    failure_set(why, 403, "Forbidden", "%s", whole.data);
    failure_about(why, name, group, plural);
    return -1;
}

/* As text in HTML that is no mark-up. */
static void put_escaped(buf *out, const char *text)
{
    for (; *text; text++) {
        const char *mark = *text == '&' ? "&amp;" : *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : NULL;
        if (mark)
            buf_puts(out, mark);
        else
            buf_addc(out, *text);
    }
}

static void describe(const attributes *a, buf *out)
{
    buf_printf(out, "User \"%s\" cannot %s ", a->user->name, a->verb);
    if (!a->is_resource) {
        buf_printf(out, "path \"%s\"", a->path);
        return;
    }
    buf_printf(out, "resource \"%s%s%s\" in API group \"%s\" ", a->resource, *a->sub ? "/" : "", a->sub, a->group);
    if (*a->ns)
        buf_printf(out, "in the namespace \"%s\"", a->ns);
    else
        buf_puts(out, "at the cluster scope");
}

int authorize_or_fail(const apiserver *s, const attributes *a, failure *why)
{
    auto_buf reason = BUF_INIT(LIMIT_REASON), text = BUF_INIT(LIMIT_REASON), safe = BUF_INIT(2 * LIMIT_REASON);

    if (authorize(s, a, &reason))
        return 0;
    describe(a, &text);
    put_escaped(&safe, text.data ? text.data : "");
    if (reason.len)
        buf_printf(&safe, ": %s", reason.data);
    return forbid(why, a->group, a->resource, a->name, &safe);
}

/* ---- requests ---- */

/* A list of one object by its name is allowed where that object is. */
static const char *selected_name(const request *rq)
{
    static const char field[] = "metadata.name=";
    const char *selector = request_param(rq, "fieldSelector");
    size_t len = sizeof(field) - 1;

    if (!selector || strncmp(selector, field, len) != 0 || strpbrk(selector + len, ",=!\\"))
        return "";
    return selector + len;
}

attributes call_attributes(const call *c)
{
    const request *rq = &c->rq;
    bool many =
        strcmp(rq->verb, "list") == 0 || strcmp(rq->verb, "watch") == 0 || strcmp(rq->verb, "deletecollection") == 0;
    attributes a = {.user = &c->user, .verb = rq->verb, .path = rq->path};

    a.is_resource = rq->is_resource;
    a.group = rq->group;
    a.resource = rq->plural;
    a.sub = rq->sub;
    a.ns = rq->ns;
    a.name = !*rq->name && many ? selected_name(rq) : rq->name;
    return a;
}

/* A stream over WebSocket begins with a GET, which is not enough for it. */
static bool opens_stream(const attributes *a)
{
    static const char *const subs[] = {"attach", "exec", "portforward"};

    for (size_t i = 0; i < sizeof(subs) / sizeof(subs[0]); i++)
        if (strcmp(a->sub, subs[i]) == 0)
            return strcmp(a->resource, "pods") == 0 && !*a->group && strcmp(a->verb, "get") == 0;
    return false;
}

int auth_check_create(const call *c, failure *why)
{
    attributes a = call_attributes(c);

    a.verb = "create";
    return authorize_or_fail(c->server, &a, why);
}

int auth_check(call *c, failure *why)
{
    attributes a = call_attributes(c);

    if (authorize_or_fail(c->server, &a, why) < 0)
        return -1;
    return opens_stream(&a) ? auth_check_create(c, why) : 0;
}
