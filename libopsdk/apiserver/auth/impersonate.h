/* Impersonate-User and what goes with it: a request in somebody else's name. */
#ifndef APISERVER_IMPERSONATE_H
#define APISERVER_IMPERSONATE_H

#include "apiserver/apiserver.h"

/* c->user becomes who is named, when he may.  400, 403. */
int auth_impersonate(call *c, failure *why);

#endif
