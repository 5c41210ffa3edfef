#include "apiserver/json_clone.h"
#include "apiserver/schema/decode.h"
#include "apiserver/schema/rules.h"

static int fill(const schema *s, json_t *value);

static const schema *described(const schema *s)
{
    return s && s->rules ? s : NULL;
}

static bool wants_default(const schema *s, const json_t *value)
{
    return !value || (json_is_null(value) && !s->nullable);
}

static int fill_field(const schema *s, json_t *map, const char *name)
{
    const schema *child = described(rules_child(s, name));

    if (!child || !child->rules->dflt || !wants_default(child, json_object_get(map, name)))
        return 0;
    return json_object_set_new(map, name, json_clone(child->rules->dflt));
}

static int fill_map(const schema *s, json_t *map)
{
    const char *name;
    json_t *value;

    for (size_t i = 0; i < s->n; i++)
        if (fill_field(s, map, s->fields[i].name) < 0)
            return -1;
    json_object_foreach(map, name, value)
    {
        const schema *child = described(rules_child(s, name));
        if (child && child->rules->dflt && json_is_null(value) && !child->nullable) {
            if (json_object_set_new(map, name, json_clone(child->rules->dflt)) < 0)
                return -1;
            value = json_object_get(map, name);
        }
        if (fill(child, value) < 0)
            return -1;
    }
    return 0;
}

static int fill_list(const schema *s, json_t *list)
{
    const schema *items = s->rules->keyed ? NULL : described(s->items);
    size_t i;
    json_t *one;

    json_array_foreach(list, i, one)
    {
        if (items && items->rules->dflt && json_is_null(one) && !items->nullable) {
            if (json_array_set_new(list, i, json_clone(items->rules->dflt)) < 0)
                return -1;
            one = json_array_get(list, i);
        }
        if (fill(items, one) < 0)
            return -1;
    }
    return 0;
}

static int fill(const schema *s, json_t *value)
{
    if (s && json_is_object(value))
        return fill_map(s, value);
    if (s && json_is_array(value))
        return fill_list(s, value);
    return 0;
}

int schema_default(const schema *s, json_t *doc)
{
    return fill(described(s), doc);
}
