/* Resources within custom resources (x-kubernetes-embedded-resource). */
#ifndef APISERVER_CRD_EMBEDDED_H
#define APISERVER_CRD_EMBEDDED_H

#include "apiserver/failure.h"
#include "apiserver/schema/schema.h"

/* apiVersion and kind are there, and what metadata says is fine.  prefix ("spec.defaults") is what value stands at, "" for the root;
 * root: value itself is a resource. */
void embedded_check(const schema *s, const json_t *value, const char *prefix, bool root, field_errors *errors);

#endif
