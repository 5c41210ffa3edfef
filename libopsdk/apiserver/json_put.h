/* Documents as text. */
#ifndef APISERVER_JSON_PUT_H
#define APISERVER_JSON_PUT_H

#include "core/buf.h"

#include <jansson.h>

/* Adds a map or an array to out, compact, in one pass.  -1: no memory, or doc is NULL or neither. */
int json_put(const json_t *doc, buf *out);

#endif
