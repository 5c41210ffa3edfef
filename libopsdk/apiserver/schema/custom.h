/* What structural schemas ask of custom resources beyond the rules of single values. */
#ifndef APISERVER_SCHEMA_CUSTOM_H
#define APISERVER_SCHEMA_CUSTOM_H

#include "apiserver/failure.h"
#include "apiserver/schema/rules.h"
#include "core/buf.h"

/* Drops what s does not know and nulls that may not be; unknown (NULL: not asked for) gets the paths.  root: apiVersion, kind and
 * metadata are not looked at. */
void custom_prune(const schema *s, json_t *value, bool root, json_t *unknown);
void custom_prune_nulls(const schema *s, json_t *value);

/* Embedded resources: apiVersion and kind are strings, metadata becomes what Go makes of it.  -1 with what is wrong in errors,
 * below prefix ("" at the root). */
int custom_coerce(const schema *s, json_t *value, const char *prefix, json_t *unknown, field_errors *errors);
/* Lists that are sets or maps have each element once. */
void custom_check_lists(const schema *s, const json_t *value, field_errors *errors);

#endif
