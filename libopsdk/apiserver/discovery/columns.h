/* How the built-in kinds look as tables. */
#ifndef APISERVER_COLUMNS_H
#define APISERVER_COLUMNS_H

#include "apiserver/discovery/print.h"
#include "apiserver/discovery/table.h"
#include "apiserver/resource.h"

/* What most tables begin and have somewhere. */
#define COLUMN_NAME                                                                                                   \
    {                                                                                                                 \
        .name = "Name", .type = "string", .format = "name", .description = TABLE_NAME_DESCRIPTION, .value = cell_name \
    }
#define COLUMN_AGE                                                                                \
    {                                                                                             \
        .name = "Age", .type = "string", .description = TABLE_TIME_DESCRIPTION, .value = cell_age \
    }
#define COLUMN(n, t, f)                  \
    {                                    \
        .name = n, .type = t, .value = f \
    }
#define COLUMN_WIDE(n, t, f)                            \
    {                                                   \
        .name = n, .type = t, .priority = 1, .value = f \
    }

/* Functions that make a cell of one member. */
#define TEXT_CELL(fn, path, otherwise)                      \
    static json_t *fn(const json_t *obj, int64_t now_s)     \
    {                                                       \
        (void)now_s;                                        \
        return cell_text(print_text(obj, path), otherwise); \
    }
#define INT_CELL(fn, path)                              \
    static json_t *fn(const json_t *obj, int64_t now_s) \
    {                                                   \
        (void)now_s;                                    \
        return json_integer(print_int(obj, path));      \
    }

/* Of a built-in resource, or of the documents of its subresource (kind); the name and the time of creation when nothing else is known. */
const column *columns_of(const resource *res, const char *kind);

/* Pods that have ended; NULL for others. */
json_t *pod_row_conditions(const json_t *pod);

extern const column COLUMNS_POD[];
extern const column COLUMNS_CONFIG_MAP[], COLUMNS_ENDPOINTS[], COLUMNS_EVENT[], COLUMNS_NAMESPACE[], COLUMNS_NODE[],
    COLUMNS_SECRET[], COLUMNS_SERVICE[], COLUMNS_SERVICE_ACCOUNT[];
extern const column COLUMNS_VOLUME[], COLUMNS_VOLUME_CLAIM[], COLUMNS_STORAGE_CLASS[], COLUMNS_PRIORITY_CLASS[],
    COLUMNS_QUOTA[];
extern const column COLUMNS_DEPLOYMENT[], COLUMNS_REPLICA_SET[], COLUMNS_STATEFUL_SET[], COLUMNS_DAEMON_SET[],
    COLUMNS_CONTROLLER[], COLUMNS_JOB[], COLUMNS_CRON_JOB[], COLUMNS_SCALE[], COLUMNS_BUDGET[], COLUMNS_POD_TEMPLATE[];
extern const column COLUMNS_BINDING[], COLUMNS_LEASE[], COLUMNS_ENDPOINT_SLICE[], COLUMNS_WEBHOOKS[], COLUMNS_INGRESS[],
    COLUMNS_INGRESS_CLASS[], COLUMNS_NETWORK_POLICY[];

#endif
