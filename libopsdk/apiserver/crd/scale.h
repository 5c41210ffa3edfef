/* The paths of the subresource scale: what stands there, and the errors of what does not fit. */
#ifndef APISERVER_CRD_SCALE_H
#define APISERVER_CRD_SCALE_H

#include "apiserver/failure.h"
#include "core/buf.h"

/* What is at ".spec.replicas" in obj, borrowed; NULL with *ret_fine: nothing; without: a step on the way is no map, or the value is not of
 * the type that is wanted, which why (may be NULL) then says as unstructured.NestedInt64 and NestedString do. */
const json_t *scale_at(const json_t *obj, const char *path, bool integer, bool *ret_fine, buf *why);
/* Makes the maps on the way.  -1: one of them is something else. */
int scale_put(json_t *obj, const char *path, json_int_t replicas);

/* Of subresources.scale: what the counts must be. */
void scale_check_spec(const json_t *scale, const json_t *obj, field_errors *errors);
void scale_check_status(const json_t *scale, const json_t *obj, field_errors *errors);

#endif
