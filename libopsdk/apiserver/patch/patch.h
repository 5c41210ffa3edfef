/* The three patch types that change a document.  All make a new document and leave their arguments alone. */
#ifndef APISERVER_PATCH_H
#define APISERVER_PATCH_H

#include "apiserver/failure.h"
#include "apiserver/schema/schema.h"
#include "core/buf.h"

/* RFC 6902, as the real server reads it: negative indices count from the end, replace adds a member that is not there, at most
 * LIMIT_PATCH_OPS operations and LIMIT_PATCH_COPY bytes of copies.  422 when an operation cannot be done, 400 when malformed.
 * strict gets what a strict decoder objects to in ops itself, as strings ("json patch unknown field \"[0].x\""); NULL: fieldValidation
 * is Ignore. */
int patch_json(const json_t *doc, const json_t *ops, json_t *strict, json_t **ret, failure *why);

/* RFC 7386; strict: fieldValidation is not Ignore (it only words an error). */
int patch_merge(const json_t *doc, const json_t *patch, bool strict, json_t **ret, failure *why);

/* Kubernetes' own: lists merged by key, directives ($patch, $retainKeys, $deleteFromPrimitiveList, $setElementOrder).  *ret_rest, if
 * ret_rest is not NULL, becomes the patch as it is after merging, without directives: the server's messages print that. */
int patch_strategic(const json_t *doc, const json_t *patch, const schema *s, json_t **ret, json_t **ret_rest,
                    failure *why);

/* 422: the patched document cannot be decoded, for the reason given.  strategic: value is the rest of a strategic patch, else the
 * patched document. */
int patch_refuse(const json_t *value, bool strategic, const char *reason, failure *why);

/* "json: cannot unmarshal string into Go struct field X of type T" as the converter says it that follows a strategic merge. */
void patch_convert_words(buf *text);

#endif
