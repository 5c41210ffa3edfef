/* Variables of a script, and text with ${NAME} in it. */
#ifndef CONFORMANCE_VARS_H
#define CONFORMANCE_VARS_H

#include "core/buf.h"

#include <jansson.h>

typedef struct vars {
    json_t *all; /* NAME: string */
} vars;

void vars_clear(vars *v);
void vars_set(vars *v, const char *name, const char *value);
const char *vars_get(const vars *v, const char *name); /* NULL: none */

/* Appends text with its variables filled in; where names the place for the message about one that is not set. */
void vars_expand(const vars *v, const char *where, const char *text, size_t len, buf *out);
/* The same; the caller's. */
char *vars_text(const vars *v, const char *where, const char *text);

#endif
