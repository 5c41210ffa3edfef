/* What a CRD's schema may be, with the real server's messages. */
#ifndef APISERVER_CRD_CHECK_SCHEMA_H
#define APISERVER_CRD_CHECK_SCHEMA_H

#include "apiserver/crd/spot.h"

#include <jansson.h>

/* A CustomResourceValidation at the spot ("spec.validation"); status: some version has that subresource. */
void check_validation(spot *at, const json_t *validation, bool status);

/* Parts of it; at the schema. */
const char *schema_unsupported(const json_t *schema); /* why NewStructural refuses it; NULL: it does not */
void check_structural(spot *at, const json_t *schema);
void check_openapi(spot *at, const json_t *schema);
void check_schema_defaults(spot *at, const json_t *schema);

/* Is path (".spec.color", "['x']") one that leads into schema?  NULL, with what it leads to in *ret; else why not, the caller's. */
char *schema_path(const json_t *schema, const char *path, bool brackets, const json_t **ret);

/* A schema, a rule or all versions as Go prints the server's own form of them. */
void internal_schema(buf *out, const json_t *schema);
void internal_items(buf *out, const json_t *items); /* of which there may be many */
void internal_versions(buf *out, const json_t *versions);

#endif
