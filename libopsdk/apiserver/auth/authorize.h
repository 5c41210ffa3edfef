/* Whether somebody may do something (k8s.io/apiserver/pkg/authorization/authorizer). */
#ifndef APISERVER_AUTHORIZE_H
#define APISERVER_AUTHORIZE_H

#include "apiserver/apiserver.h"

typedef struct attributes { /* texts are "" when absent */
    const user_info *user;
    const char *verb;
    bool is_resource;
    const char *group, *resource, *sub, *ns, *name;
    const char *path; /* of what is no resource */
} attributes;

/* reason (NULL: nobody asks) gets why, which is nothing for many a refusal. */
bool authorize(const apiserver *s, const attributes *a, buf *reason);
/* 403 in the server's words unless it is allowed. */
int authorize_or_fail(const apiserver *s, const attributes *a, failure *why);

/* What the call asks for. */
attributes call_attributes(const call *c);

#endif
