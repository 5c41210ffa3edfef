#include "apiserver/go_print.h"
#include "apiserver/schema/custom.h"
#include "apiserver/schema/walk.h"
#include "core/limits.h"

/* Tells of the second of equal ones, not of the third. */
static void check_once(const buf *path, json_t *seen, size_t i, const char *text, const json_t *shown,
                       field_errors *errors)
{
    json_int_t times = json_integer_value(json_object_get(seen, text)) + 1;
    auto_buf here = BUF_INIT(LIMIT_OBJECT);

    json_object_set_new(seen, text, json_integer(times));
    buf_printf(&here, "%s[%zu]", path->len ? path->data : "", i);
    if (times == 2 && !here.failed)
        field_duplicate(errors, here.data, shown);
}

static void check_set(const buf *path, const json_t *list, field_errors *errors)
{
    json_auto_t *seen = json_object();
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        auto_buf text = BUF_INIT(LIMIT_OBJECT);
        go_json(&text, one);
        if (!text.failed)
            check_once(path, seen, i, text.data, one, errors);
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

static void check_map_list(const schema *s, const buf *path, const json_t *list, field_errors *errors)
{
    json_auto_t *seen = json_object();
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        auto_buf here = BUF_INIT(LIMIT_OBJECT);
        if (json_is_object(one) || json_is_null(one))
            continue;
        buf_printf(&here, "%s[%zu]", path->len ? path->data : "", i);
        field_invalid(errors, here.failed ? "" : here.data, one, "must be an object for an array of list-type map");
        return;
    }
    json_array_foreach((json_t *)list, i, one)
    {
        auto_buf text = BUF_INIT(LIMIT_OBJECT);
        json_auto_t *key = key_of(s, one);
        go_json(&text, key);
        if (!text.failed)
            check_once(path, seen, i, text.data, key, errors);
    }
}

static int check(const schema *s, json_t *value, buf *path, void *user)
{
    if (json_is_array(value) && s->topology == TOPOLOGY_SET)
        check_set(path, value, user);
    if (json_is_array(value) && s->topology == TOPOLOGY_MAP)
        check_map_list(s, path, value, user);
    return 0;
}

void custom_check_lists(const schema *s, const json_t *value, field_errors *errors)
{
    schema_walk(s, (json_t *)value, check, errors);
}
