/* Objects as a server-side table (meta.k8s.io/v1 Table): what plain "kubectl get" prints. */
#ifndef APISERVER_TABLE_H
#define APISERVER_TABLE_H

#include "apiserver/resource.h"

/* The columnDefinitions. */
json_t *table_columns(const resource *res);
/* One row of obj, whose object is left to the caller to set. */
json_t *table_row(const resource *res, const json_t *obj, int64_t now_s);

#endif
