#include "apiserver/discovery/table.h"
#include "apiserver/discovery/columns.h"
#include "apiserver/go_print.h"
#include "apiserver/jsonpath.h"
#include "apiserver/limits.h"
#include "core/time.h"

#include <math.h>
#include <string.h>

json_t *table_columns(const resource *res, const char *kind)
{
    json_t *list = json_array();

    for (const column *c = columns_of(res, kind); c->name; c++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:i}", "name", c->name, "type", c->type, "format",
                                              c->format ? c->format : "", "description",
                                              c->description ? c->description : "", "priority", c->priority));
    return list;
}

/* ---- columns of CRDs ---- */

static json_t *text_cell(const json_t *value)
{
    auto_buf out = BUF_INIT(LIMIT_OBJECT);

    if (json_is_string(value))
        return json_incref((json_t *)value);
    if (json_is_null(value))
        return json_string("<no value>");
    if (json_is_real(value))
        go_float(&out, json_real_value(value));
    else
        go_json(&out, value);
    return cell_buf(&out);
}

/* Whole numbers show no fraction; what is too large for an integer becomes the least one, as the processor has it. */
static json_t *number_cell(double value, bool whole)
{
    if (!whole && (trunc(value) != value || fabs(value) >= 1e15))
        return json_real(value);
    return json_integer(fabs(value) < 9.2e18 ? (json_int_t)value : INT64_MIN);
}

static json_t *date_cell(const json_t *value, int64_t now_s)
{
    char room[DURATION_ROOM];
    int64_t ms;

    if (!json_is_string(value))
        return json_null();
    if (json_string_length(value) && !time_parse(json_string_value(value), &ms))
        return json_string("<invalid>");
    return json_string(print_since(value, now_s, room));
}

static json_t *path_cell(const column *c, const json_t *obj, int64_t now_s)
{
    json_auto_t *value = jsonpath_first(c->path, obj);

    if (!value)
        return json_null();
    if (strcmp(c->type, "string") == 0)
        return text_cell(value);
    if (strcmp(c->type, "date") == 0)
        return date_cell(value, now_s);
    if (strcmp(c->type, "boolean") == 0)
        return json_is_boolean(value) ? json_incref(value) : json_null();
    if (!json_is_number(value))
        return json_null();
    return json_is_integer(value) ? json_incref(value)
                                  : number_cell(json_real_value(value), strcmp(c->type, "integer") == 0);
}

/* ---- rows ---- */

json_t *table_row(const resource *res, const json_t *obj, int64_t now_s)
{
    const column *columns = columns_of(res, print_text(obj, "kind"));
    json_t *cells = json_array(), *row = json_pack("{s:o}", "cells", cells), *conditions;

    for (const column *c = columns; c->name; c++)
        json_array_append_new(cells, c->value ? c->value(obj, now_s) : path_cell(c, obj, now_s));
    conditions = columns == COLUMNS_POD ? pod_row_conditions(obj) : NULL;
    if (conditions)
        json_object_set_new(row, "conditions", conditions);
    return row;
}
