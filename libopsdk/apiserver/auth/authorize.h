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

/* 403 about a resource ("": none), of an object where name is not "". */
int forbid(failure *why, const char *group, const char *plural, const char *name, const buf *text);

/* Roles that bindings refer to and that are not there, as messages tell them. */
typedef struct lost {
    json_t *list; /* owned; NULL: none */
} lost;
void lost_note(lost *l, const json_t *ref);
void lost_put(const lost *l, buf *out);
void lost_clear(lost *l);

/* What the call asks for. */
attributes call_attributes(const call *c);

#endif
