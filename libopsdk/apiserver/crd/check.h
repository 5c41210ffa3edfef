/* What may stand in a CRD: defaults, what a client may not set, and all checks, with the server's messages. */
#ifndef APISERVER_CRD_CHECK_H
#define APISERVER_CRD_CHECK_H

#include "apiserver/apiserver.h"

void crd_default(json_t *crd);
int crd_prepare(call *c, json_t *crd, const json_t *old, failure *why);
void crd_validate(call *c, const json_t *crd, const json_t *old, field_errors *errors);
void crd_warn(call *c, const json_t *crd, const json_t *old);

#endif
