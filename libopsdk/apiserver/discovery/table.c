#include "apiserver/discovery/table.h"

#include <string.h>

json_t *table_columns(const resource *res)
{
    json_t *list = json_array();

    for (const column *c = res->columns; c && c->name; c++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:i}", "name", c->name, "type", c->type, "format",
                                              c->format ? c->format : "", "description",
                                              c->description ? c->description : "", "priority", c->priority));
    return list;
}

json_t *table_row(const resource *res, const json_t *obj, int64_t now_s)
{
    json_t *cells = json_array();

    for (const column *c = res->columns; c && c->name; c++)
        json_array_append_new(cells, c->value ? c->value(obj, now_s) : json_null());
    return json_pack("{s:o}", "cells", cells);
}
