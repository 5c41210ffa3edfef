#include "apiserver/go_print.h"
#include "apiserver/schema/custom.h"
#include "apiserver/schema/decode.h"
#include "core/limits.h"

#include <string.h>

typedef struct coercer {
    json_t *unknown;
    buf *error;
    buf path; /* as field.Path prints it: spec.map[key].list[0] */
} coercer;

static int coerce(coercer *c, const schema *s, json_t *value);

static void leave(coercer *c, size_t len)
{
    if (c->path.failed || !c->path.data)
        return;
    c->path.len = len;
    c->path.data[len] = '\0';
}

static size_t enter(coercer *c, const char *name, bool key)
{
    size_t len = c->path.len;

    if (key)
        buf_printf(&c->path, "[%s]", name);
    else
        buf_printf(&c->path, "%s%s", len ? "." : "", name);
    return len;
}

static int refuse(coercer *c, const json_t *value, const char *why)
{
    buf_printf(c->error, "%s: Invalid value: ", c->path.data ? c->path.data : "");
    go_bad_value(c->error, value);
    buf_printf(c->error, ": %s", why);
    return -1;
}

static int coerce_metadata(coercer *c, json_t *resource, json_t *meta)
{
    auto_buf why = BUF_INIT(LIMIT_OBJECT), prefix = BUF_INIT(LIMIT_OBJECT);
    json_auto_t *before = json_deep_copy(meta);

    if (json_is_null(meta))
        return json_object_set_new(resource, "metadata", json_object());
    buf_printf(&prefix, "%s.", c->path.data);
    if (decode_struct(&SCHEMA_OBJECT_META, meta, prefix.data, c->unknown, &why) < 0)
        return refuse(c, before, why.data);
    return 0;
}

static int coerce_type_meta(coercer *c, json_t *resource, const char *name, json_t *value)
{
    size_t len = enter(c, name, false);
    int r = 0;

    if (strcmp(name, "metadata") == 0)
        r = coerce_metadata(c, resource, value);
    else if ((strcmp(name, "apiVersion") == 0 || strcmp(name, "kind") == 0) && !json_is_string(value))
        r = refuse(c, value, "must be a string");
    leave(c, len);
    return r;
}

static int coerce_map(coercer *c, const schema *s, json_t *map)
{
    const char *name;
    json_t *value;
    int r = 0;

    json_object_foreach(map, name, value)
    {
        const schema *child = rules_child(s, name);
        size_t len;
        if (r == 0 && s->embedded) {
            r = coerce_type_meta(c, map, name, value);
            value = json_object_get(map, name);
        }
        len = enter(c, name, !schema_field_of(s, name));
        if (r == 0 && child && child->rules)
            r = coerce(c, child, value);
        leave(c, len);
    }
    return r;
}

static int coerce_list(coercer *c, const schema *s, json_t *list)
{
    const schema *items = s->rules->keyed ? NULL : s->items;
    size_t i;
    json_t *one;
    int r = 0;

    json_array_foreach(list, i, one)
    {
        size_t len = c->path.len;
        buf_printf(&c->path, "[%zu]", i);
        if (r == 0 && items && items->rules)
            r = coerce(c, items, one);
        leave(c, len);
    }
    return r;
}

static int coerce(coercer *c, const schema *s, json_t *value)
{
    if (json_is_object(value))
        return coerce_map(c, s, value);
    return json_is_array(value) ? coerce_list(c, s, value) : 0;
}

int custom_coerce(const schema *s, json_t *value, json_t *unknown, buf *error)
{
    coercer c = {.unknown = unknown, .error = error, .path = BUF_INIT(LIMIT_OBJECT)};
    int r = s->rules ? coerce(&c, s, value) : 0;

    buf_clear(&c.path);
    return r;
}
