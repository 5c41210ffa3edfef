/* Claims, also as templates within stateful sets and volumes. */
#ifndef APISERVER_KINDS_CLAIM_H
#define APISERVER_KINDS_CLAIM_H

#include "apiserver/failure.h"

void claim_spec_validate(field_errors *errors, const char *path, const json_t *spec);

#endif
