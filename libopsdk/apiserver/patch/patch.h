/* The three patch types that change a document.  All make a new document and leave their arguments alone. */
#ifndef APISERVER_PATCH_H
#define APISERVER_PATCH_H

#include "apiserver/failure.h"
#include "apiserver/schema/schema.h"

/* RFC 6902, with the server's messages and limits (10,000 operations); 422 when an operation cannot be done, 400 when malformed. */
int patch_json(const json_t *doc, const json_t *ops, json_t **ret, failure *why);

/* RFC 7386. */
int patch_merge(const json_t *doc, const json_t *patch, json_t **ret, failure *why);

/* Kubernetes' own: lists merged by key, directives ($patch, $retainKeys, $deleteFromPrimitiveList, $setElementOrder). */
int patch_strategic(const json_t *doc, const json_t *patch, const schema *s, json_t **ret, failure *why);

#endif
