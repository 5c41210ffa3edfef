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
/* May he create what c names?  For an update, or a patch, of what is not there. */
int auth_check_create(const call *c, failure *why);

/* ---- roles and bindings ---- */

/* Steps of strategies: nobody may grant what he does not have, unless he may escalate or bind. */
int auth_prepare_role(call *c, json_t *obj, const json_t *old, failure *why);
int auth_prepare_binding(call *c, json_t *obj, const json_t *old, failure *why);
/* Keep up with what is written. */
void auth_stored_role(call *c, const json_t *now, const json_t *old);
void auth_stored_binding(call *c, const json_t *now, const json_t *old);

/* With opts.rbac: the roles and bindings that each server has.  -1: no memory. */
int auth_populate(apiserver *s);

#endif
