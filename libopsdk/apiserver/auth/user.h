/* Who asks: names, groups, service accounts (k8s.io/apiserver/pkg/authentication/user, serviceaccount). */
#ifndef APISERVER_USER_H
#define APISERVER_USER_H

#include "apiserver/call.h"

#define USER_ANONYMOUS "system:anonymous"
#define GROUP_MASTERS "system:masters" /* whom nothing is refused */
#define GROUP_AUTHENTICATED "system:authenticated"
#define GROUP_UNAUTHENTICATED "system:unauthenticated"

/* All return -1 for want of memory; what was there before stays or goes with user_info_clear. */
int user_set(user_info *u, const char *name);    /* in place of whoever it was */
int user_join(user_info *u, const char *group);  /* adds a group */
int user_join_own(user_info *u, const char *ns); /* the groups of each service account of a namespace */
int user_join_authenticated(user_info *u);       /* once */
int user_extra(user_info *u, const char *key, const char *value);

/* By his name and groups (NULL-terminated, or NULL); service accounts are in their own ones besides. */
int user_of(user_info *u, const char *name, const char *const *groups);

bool user_is_in(const user_info *u, const char *group);
/* {"username", "uid", "groups", "extra"} as reviews have it; the caller's. */
json_t *user_json(const user_info *u);

#define ACCOUNT_ROOM 256 /* for the namespace, and for the name */
typedef struct account_name {
    char ns[ACCOUNT_ROOM], name[ACCOUNT_ROOM];
} account_name;
/* "system:serviceaccount:NS:NAME" in its parts; false: it is another. */
bool user_account(const char *name, account_name *ret);

#endif
