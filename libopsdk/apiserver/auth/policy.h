/* Roles and bindings as they are in force: kept beside the store, up to date with each write, so that no request parses them. */
#ifndef APISERVER_POLICY_H
#define APISERVER_POLICY_H

#include "apiserver/apiserver.h"

typedef struct policy policy;
policy *policy_new(void);
policy *policy_free(policy *p); /* NULL is fine; returns NULL */

/* A role or binding was written (now) or removed (NULL).  -1: no memory; what was known before is forgotten then. */
int policy_put(policy *p, bool binding, const char *ns, const char *name, const json_t *now);

/* One of a role's rules that a user has, or why those of a binding could not be found.  True: that is enough. */
typedef struct grant {
    const char *ns, *name; /* of the binding; ns is "" for a ClusterRoleBinding */
    const json_t *ref, *subject;
    const json_t *rule; /* NULL: there is no such role */
} grant;
typedef bool grant_fn(const grant *g, void *arg);
/* Calls each for the rules that user has in the cluster and in ns ("": none). */
bool policy_each(const policy *p, const user_info *user, const char *ns, grant_fn *each, void *arg);

/* The rules of a roleRef seen from ns; borrowed; NULL: there is no such role, or it has none (*ret_found tells). */
const json_t *policy_rules(const policy *p, const char *ns, const json_t *ref, bool *ret_found);

/* Walks the ClusterRoles by name: zero *at to start; NULL at the end.  Borrowed until the next put. */
const json_t *policy_cluster_role(const policy *p, size_t *at);

#endif
