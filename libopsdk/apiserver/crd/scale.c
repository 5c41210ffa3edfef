#include "apiserver/crd/scale.h"
#include "apiserver/kinds/doc.h"

#include "apiserver/go_print.h"
#include "core/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const json_t *misfit(const char *path, const char *end, const json_t *value, const char *want, buf *why)
{
    if (!why)
        return NULL;
    buf_printf(why, "%.*s accessor error: ", (int)(end - path), path);
    go_show(why, value);
    buf_printf(why, " is of the type %s, expected %s", go_type(value), want);
    return NULL;
}

static const json_t *member(const json_t *map, const char *name, size_t len)
{
    return json_object_getn(map, name, len);
}

const json_t *scale_at(const json_t *obj, const char *path, bool integer, bool *ret_fine, buf *why)
{
    const char *at = path;

    *ret_fine = true;
    while (*at == '.') {
        const char *name = at + 1;
        size_t len = strcspn(name, ".");
        if (!json_is_object(obj)) {
            *ret_fine = false;
            return misfit(path, name + len, obj, "map[string]interface{}", why);
        }
        obj = member(obj, name, len);
        if (!obj || json_is_null(obj))
            return NULL;
        at = name + len;
    }
    *ret_fine = integer ? json_is_integer(obj) : json_is_string(obj);
    return *ret_fine ? obj : misfit(path, at, obj, integer ? "int64" : "string", why);
}

int scale_put(json_t *obj, const char *path, json_int_t replicas)
{
    for (;;) {
        char *name = strndup(path + 1, strcspn(path + 1, "."));
        bool last = name && !path[1 + strlen(name)];
        json_t *next = name && !last ? json_object_get(obj, name) : NULL;
        int r = 0;

        if (name && last)
            r = json_object_set_new(obj, name, json_integer(replicas));
        else if (name && !next)
            r = json_object_set_new(obj, name, next = json_object());
        if (name)
            path += 1 + strlen(name);
        free(name);
        if (!name || last || r < 0 || !json_is_object(next))
            return name && last ? r : -1;
        obj = next;
    }
}

static void check_count(const json_t *scale, const char *name, const json_t *obj, field_errors *errors)
{
    auto_buf why = BUF_INIT(LIMIT_OBJECT);
    const char *path = doc_text(scale, name);
    json_auto_t *zero = json_integer(0);
    bool fine;
    const json_t *value = scale_at(obj, path, true, &fine, &why);
    json_int_t n = json_integer_value(value);

    if (!fine)
        field_invalid(errors, path, zero, "%s", why.failed ? "" : why.data);
    else if (n < 0)
        field_invalid(errors, path, value, "should be a non-negative integer");
    else if (n > INT32_MAX)
        field_invalid(errors, path, value, "should be less than or equal to %d", INT32_MAX);
}

void scale_check_spec(const json_t *scale, const json_t *obj, field_errors *errors)
{
    check_count(scale, "specReplicasPath", obj, errors);
}

void scale_check_status(const json_t *scale, const json_t *obj, field_errors *errors)
{
    auto_buf why = BUF_INIT(LIMIT_OBJECT);
    const char *path = doc_text(scale, "labelSelectorPath");
    json_auto_t *empty = json_string("");
    bool fine = true;

    check_count(scale, "statusReplicasPath", obj, errors);
    if (json_object_get(scale, "labelSelectorPath"))
        scale_at(obj, path, false, &fine, &why);
    if (!fine)
        field_invalid(errors, path, empty, "%s", why.failed ? "" : why.data);
}
