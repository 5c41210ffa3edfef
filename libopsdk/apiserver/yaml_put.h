/* Documents as YAML, in the way of sigs.k8s.io/yaml: keys in order, lists at the level of their map. */
#ifndef APISERVER_YAML_PUT_H
#define APISERVER_YAML_PUT_H

#include "core/buf.h"

#include <jansson.h>

/* -1: no memory. */
int yaml_put(const json_t *doc, buf *out);

#endif
