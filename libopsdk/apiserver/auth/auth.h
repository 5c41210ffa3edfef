/* Who asks, and whether that is allowed.
 *
 * Without opts.rbac everybody may do everything, and who says nothing of himself is the administrator.  All under the server's lock. */
#ifndef APISERVER_AUTH_H
#define APISERVER_AUTH_H

#include "apiserver/apiserver.h"

#define AUTH_ADMIN "kubernetes-admin" /* of GROUP_MASTERS: whom the server's own kubeconfig names */

typedef struct auth auth;
auth *auth_new(void);     /* NULL: no memory */
auth *auth_free(auth *a); /* NULL is fine; returns NULL */

/* Finds out who asks: c->user, after impersonation.  401, or 403 in the server's words. */
int auth_identify(call *c, failure *why);
/* May c->user do what c asks for?  403. */
int auth_check(call *c, failure *why);

#endif
