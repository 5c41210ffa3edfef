/* Objects as a server-side table (meta.k8s.io/v1 Table): what plain "kubectl get" prints. */
#ifndef APISERVER_TABLE_H
#define APISERVER_TABLE_H

#include "apiserver/resource.h"

#define TABLE_NAME_DESCRIPTION "The object's name, unique among those of its kind in its namespace."
#define TABLE_TIME_DESCRIPTION "When the server made the object."

/* The columnDefinitions.  kind is that of the objects: the resource's own, or a subresource's. */
json_t *table_columns(const resource *res, const char *kind);
/* One row of obj, whose object is left to the caller to set. */
json_t *table_row(const resource *res, const json_t *obj, int64_t now_s);

#endif
