/* What stands behind a marker's '=' and ':'. */
#ifndef GENERATE_VALUE_H
#define GENERATE_VALUE_H

#include "pool.h"

/* "..." with escapes, '...' and `...` as they are, anything else too. */
char *value_text(pool *p, const char *text);
/* YAML on one line, NULL when it is none; the pool's. */
json_t *value_any(pool *p, const char *text);
/* a;b;c or {a,b,c}: an array of strings, the pool's. */
json_t *value_list(pool *p, const char *text);

/* Takes the next "name=value" of a list with commas; false at the end.  *at moves; a name without '=' has the value NULL. */
bool value_argument(pool *p, const char **at, char **ret_name, char **ret_value);

#endif
