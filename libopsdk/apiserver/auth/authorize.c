#include "apiserver/auth/authorize.h"
#include "apiserver/auth/auth_state.h"
#include "apiserver/auth/user.h"
#include "apiserver/limits.h"

#include <stdlib.h>
#include <string.h>

bool authorize(const apiserver *s, const attributes *a, buf *reason)
{
    (void)reason;
    return !s->opts.rbac || user_is_in(a->user, GROUP_MASTERS);
}

/* ---- refusals ---- */

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

/* "pods.group "x" is forbidden: ", as an error about a resource begins. */
static void put_subject(const attributes *a, buf *out)
{
    if (!*a->resource)
        buf_puts(out, "forbidden: ");
    else
        buf_printf(out, "%s%s%s%s%s%s is forbidden: ", a->resource, *a->group ? "." : "", a->group,
                   *a->name ? " \"" : "", a->name, *a->name ? "\"" : "");
}

int authorize_or_fail(const apiserver *s, const attributes *a, failure *why)
{
    auto_buf reason = BUF_INIT(LIMIT_REASON), text = BUF_INIT(LIMIT_REASON), whole = BUF_INIT(2 * LIMIT_REASON);

    if (authorize(s, a, &reason))
        return 0;
    describe(a, &text);
    put_subject(a, &whole);
    put_escaped(&whole, text.data ? text.data : "");
    if (reason.len)
        buf_printf(&whole, ": %s", reason.data);
    if (text.failed || whole.failed)
        return failure_memory(why);
    failure_set(why, 403, "Forbidden", "%s", whole.data);
    failure_about(why, a->name, a->group, a->resource);
    if (!why->details)
        why->details = json_object();
    return -1;
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

    if (!rq->is_resource)
        return (attributes){&c->user, rq->verb, false, "", "", "", "", "", rq->path};
    return (attributes){&c->user,   rq->verb, true,   rq->group,
                        rq->plural, rq->sub,  rq->ns, !*rq->name && many ? selected_name(rq) : rq->name,
                        rq->path};
}

int auth_check(call *c, failure *why)
{
    attributes a = call_attributes(c);

    return authorize_or_fail(c->server, &a, why);
}
