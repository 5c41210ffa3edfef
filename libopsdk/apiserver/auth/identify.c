/* Authentication: certificates, bearer tokens, nobody. */
#include "apiserver/auth/auth.h"
#include "apiserver/auth/impersonate.h"
#include "apiserver/auth/tls.h"
#include "apiserver/auth/token.h"
#include "apiserver/auth/user.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* NULL: the header has none.  The token is what follows up to a space, as the real server splits it. */
static char *bearer(const char *header)
{
    size_t space = strspn(header, " \t");

    header += space;
    if (strncasecmp(header, "Bearer ", 7) != 0)
        return NULL;
    header += 7;
    return *header && *header != ' ' ? strndup(header, strcspn(header, " ")) : NULL;
}

static int become(user_info *u, const char *name, const char *group)
{
    return user_set(u, name) < 0 || user_join(u, group) < 0 ? -1 : 0;
}

/* Who says nothing of himself, or nothing that is understood. */
static int become_default(call *c)
{
    if (!c->server->opts.rbac)
        return become(&c->user, AUTH_ADMIN, GROUP_MASTERS) < 0 ? -1 : user_join_authenticated(&c->user);
    return become(&c->user, USER_ANONYMOUS, GROUP_UNAUTHENTICATED);
}

static int fail(failure *why)
{
    return failure_set(why, 401, "Unauthorized", "Unauthorized");
}

static int by_token(call *c, failure *why)
{
    char *token = bearer(c->rq.authorization);
    int r = token ? token_identify(c->server, token, NULL, &c->user, NULL) : 0;

    if (r > 0)
        r = user_join_authenticated(&c->user);
    else if (r == 0 && token && c->server->opts.rbac)
        r = fail(why);
    else if (r == 0)
        r = become_default(c);
    free(token);
    return r < 0 ? failure_memory(why) : 0;
}

/* A certificate counts more than a token. */
static int by_anything(call *c, failure *why)
{
    int r = c->tls ? tls_user(c->tls, &c->user) : 0;

    if (r < 0 && c->server->opts.rbac)
        return fail(why);
    if (r <= 0)
        return by_token(c, why);
    return user_join_authenticated(&c->user) < 0 ? failure_memory(why) : 0;
}

int auth_identify(call *c, failure *why)
{
    return by_anything(c, why) < 0 ? -1 : auth_impersonate(c, why);
}
