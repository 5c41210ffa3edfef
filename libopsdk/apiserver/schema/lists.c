#include "apiserver/go_print.h"
#include "apiserver/schema/custom.h"
#include "core/limits.h"

typedef struct walker {
    field_errors *errors;
    buf path;
} walker;

static void check(walker *w, const schema *s, const json_t *value);

static void leave(walker *w, size_t len)
{
    if (w->path.failed || !w->path.data)
        return;
    w->path.len = len;
    w->path.data[len] = '\0';
}

/* Tells of the second of equal ones, not of the third.  values that are NULL are all the same. */
static void check_once(walker *w, const json_t *seen, size_t i, const char *text, const json_t *shown)
{
    json_int_t times = json_integer_value(json_object_get(seen, text)) + 1;
    size_t len = w->path.len;

    json_object_set_new((json_t *)seen, text, json_integer(times));
    if (times != 2)
        return;
    buf_printf(&w->path, "[%zu]", i);
    if (!w->path.failed)
        field_duplicate(w->errors, w->path.data, shown);
    leave(w, len);
}

static void check_set(walker *w, const json_t *list)
{
    json_auto_t *seen = json_object();
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        auto_buf text = BUF_INIT(LIMIT_OBJECT);
        go_json(&text, one);
        if (!text.failed)
            check_once(w, seen, i, text.data, one);
    }
}

/* What stands for an element: the keys that it has. */
static json_t *key_of(const schema *s, const json_t *one)
{
    json_t *key = json_object();

    for (const char *const *name = s->keys; name && *name; name++) {
        json_t *value = json_object_get(one, *name);
        if (value)
            json_object_set(key, *name, value);
    }
    return key;
}

static void check_map_list(walker *w, const schema *s, const json_t *list)
{
    json_auto_t *seen = json_object();
    size_t i, len = w->path.len;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        if (json_is_object(one) || json_is_null(one))
            continue;
        buf_printf(&w->path, "[%zu]", i);
        if (!w->path.failed)
            field_invalid(w->errors, w->path.data, one, "must be an object for an array of list-type map");
        leave(w, len);
        return;
    }
    json_array_foreach((json_t *)list, i, one)
    {
        auto_buf text = BUF_INIT(LIMIT_OBJECT);
        json_auto_t *key = key_of(s, one);
        go_json(&text, key);
        if (!text.failed)
            check_once(w, seen, i, text.data, key);
    }
}

static void check_list(walker *w, const schema *s, const json_t *list)
{
    const schema *items = s->rules->keyed ? NULL : s->items;
    size_t i, len = w->path.len;
    json_t *one;

    if (s->topology == TOPOLOGY_SET)
        check_set(w, list);
    if (s->topology == TOPOLOGY_MAP)
        check_map_list(w, s, list);
    json_array_foreach((json_t *)list, i, one)
    {
        buf_printf(&w->path, "[%zu]", i);
        if (items && items->rules)
            check(w, items, one);
        leave(w, len);
    }
}

static void check_map(walker *w, const schema *s, const json_t *map)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)map, name, value)
    {
        const schema *child = rules_child(s, name);
        size_t len = w->path.len;
        if (!child || !child->rules)
            continue;
        if (schema_field_of(s, name))
            buf_printf(&w->path, "%s%s", len ? "." : "", name);
        else
            buf_printf(&w->path, "[%s]", name);
        check(w, child, value);
        leave(w, len);
    }
}

static void check(walker *w, const schema *s, const json_t *value)
{
    if (json_is_array(value))
        check_list(w, s, value);
    if (json_is_object(value))
        check_map(w, s, value);
}

void custom_check_lists(const schema *s, const json_t *value, field_errors *errors)
{
    walker w = {.errors = errors, .path = BUF_INIT(LIMIT_OBJECT)};

    if (s->rules)
        check(&w, s, value);
    buf_clear(&w.path);
}
