/* JSON pointers (RFC 6901). */
#ifndef CONFORMANCE_POINTER_H
#define CONFORMANCE_POINTER_H

#include "core/buf.h"

#include <jansson.h>

json_t *pointer_get(json_t *doc, const char *pointer); /* borrowed; NULL: not there */
void pointer_add(buf *path, const char *member);       /* "/", and the member with its escapes */

#endif
