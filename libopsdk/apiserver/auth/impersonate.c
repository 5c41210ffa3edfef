#include "apiserver/auth/impersonate.h"
#include "apiserver/auth/authorize.h"
#include "apiserver/auth/user.h"

#include <stdlib.h>
#include <string.h>

/* As Go prints the references that the real server makes of the headers. */
static int fail_nobody(const impersonation *i, failure *why)
{
    bool both = *i->group && *i->uid;
    char *group = NULL, *uid = NULL;

    if (asprintf(&group, "{Group  %s    }", i->group) < 0)
        group = NULL;
    if (asprintf(&uid, "{UID  %s  authentication.k8s.io/v1  }", i->uid) < 0)
        uid = NULL;
    if (group && uid)
        failure_bad_request(why, "requested [%s%s%s] without impersonating a user", *i->group ? group : "",
                            both ? " " : "", *i->uid ? uid : "");
    free(group);
    free(uid);
    return failure_memory(why);
}

/* May he act as this one? */
static int check(const call *c, const char *what, const char *group, const char *ns, const char *name, failure *why)
{
    attributes a = {.user = &c->user,
                    .verb = "impersonate",
                    .is_resource = true,
                    .group = group,
                    .resource = what,
                    .sub = "",
                    .ns = ns,
                    .name = name,
                    .path = ""};

    return authorize_or_fail(c->server, &a, why);
}

static int check_all(const call *c, failure *why)
{
    const impersonation *i = &c->rq.impersonation;
    account_name account;
    int r;

    if (user_account(i->user, &account))
        r = check(c, "serviceaccounts", "", account.ns, account.name, why);
    else
        r = check(c, "users", "", "", i->user, why);
    if (r == 0 && *i->group)
        r = check(c, "groups", "", "", i->group, why);
    if (r == 0 && *i->uid)
        r = check(c, "uids", "authentication.k8s.io", "", i->uid, why);
    return r;
}

/* The groups that are not named are those that each of his kind has. */
static int fill(user_info *u, const impersonation *i)
{
    int r = *i->group ? user_set(u, i->user) : user_of(u, i->user, NULL);

    if (r == 0 && *i->group)
        r = user_join(u, i->group);
    if (r == 0 && *i->uid) {
        u->uid = strdup(i->uid);
        r = u->uid ? 0 : -1;
    }
    if (r < 0)
        return -1;
    if (strcmp(i->user, USER_ANONYMOUS) == 0)
        return user_is_in(u, GROUP_UNAUTHENTICATED) ? 0 : user_join(u, GROUP_UNAUTHENTICATED);
    return user_is_in(u, GROUP_UNAUTHENTICATED) ? 0 : user_join_authenticated(u);
}

int auth_impersonate(call *c, failure *why)
{
    const impersonation *i = &c->rq.impersonation;

    if (!*i->user)
        return *i->group || *i->uid ? fail_nobody(i, why) : 0;
    if (check_all(c, why) < 0)
        return -1;
    return fill(&c->user, i) < 0 ? failure_memory(why) : 0;
}
