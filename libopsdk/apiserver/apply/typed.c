#include "apiserver/apply/typed.h"

#include "apiserver/go_print.h"

#include <stdlib.h>
#include <string.h>

/* ---- places ---- */

static bool is_untyped(const place *p)
{
    return !p->s || p->s->type == SCHEMA_ANY || (p->s->type == SCHEMA_INT_OR_STRING && !p->s->name && !p->s->go);
}

/* A null of no type counts as a map, as structured-merge-diff has it. */
static enum shape shape_of_value(const json_t *v)
{
    if (json_is_array(v))
        return SHAPE_LIST;
    return !v || json_is_object(v) || json_is_null(v) ? SHAPE_MAP : SHAPE_SCALAR;
}

enum shape place_shape(const place *p, const json_t *v)
{
    if (is_untyped(p))
        return shape_of_value(v);
    switch (p->s->type) {
    case SCHEMA_OBJECT:
    case SCHEMA_MAP:
        return SHAPE_MAP;
    case SCHEMA_LIST:
        return SHAPE_LIST;
    default:
        return SHAPE_SCALAR;
    }
}

bool place_atomic(const place *p, enum shape shape)
{
    bool by_parts = p->s && (p->s->topology == TOPOLOGY_SET || p->s->topology == TOPOLOGY_MAP);

    if (shape == SHAPE_SCALAR || p->raw || p->atomic || (p->s && p->s->topology == TOPOLOGY_ATOMIC))
        return true;
    return shape == SHAPE_LIST && !by_parts && !p->key && !p->set;
}

/* What every object has, should the schema not tell. */
static bool root_field(const char *name, place *ret)
{
    static const schema text = {.type = SCHEMA_STRING};

    ret->declared = true;
    ret->s = strcmp(name, "metadata") == 0                                  ? &SCHEMA_OBJECT_META
             : strcmp(name, "apiVersion") == 0 || strcmp(name, "kind") == 0 ? &text
                                                                            : NULL;
    return ret->s != NULL;
}

static void enter(place *p, const schema *s)
{
    p->s = s;
    p->raw = s && s->type == SCHEMA_ANY && s->topology == TOPOLOGY_ATOMIC;
}

bool place_field(const place *p, const char *name, place *ret)
{
    const schema *s = p->s;
    const schema_field *field;

    *ret = (place){.raw = p->raw, .open = p->open || (s && s->preserve_unknown)};
    if (is_untyped(p))
        return true;
    field = s->type == SCHEMA_OBJECT ? schema_field_of(s, name) : NULL;
    if (field) {
        ret->declared = true;
        ret->atomic = field->atomic;
        if (field->type->type == SCHEMA_LIST && field->type->topology == TOPOLOGY_DEFAULT &&
            field->patch & PATCH_MERGE) {
            ret->key = field->patch_key;
            ret->set = !field->patch_key;
        }
        enter(ret, field->type);
        return true;
    }
    if (s->items) {
        enter(ret, s->items);
        return true;
    }
    if ((p->root || s->embedded) && root_field(name, ret))
        return true;
    return ret->open || s->n == 0;
}

place place_item(const place *p)
{
    place item = {.raw = p->raw || is_untyped(p), .open = p->open || (p->s && p->s->preserve_unknown)};

    if (!is_untyped(p) && p->s->items)
        enter(&item, p->s->items);
    return item;
}

/* ---- path elements of items ---- */

static const char *fail_keys(pool *mem, const char *const *keys)
{
    buf_reset(&mem->scratch);
    buf_puts(&mem->scratch, "associative list with keys has an element that omits all key fields [");
    for (size_t i = 0; keys[i]; i++) {
        buf_puts(&mem->scratch, i ? " " : "");
        go_quote(&mem->scratch, keys[i], strlen(keys[i]));
    }
    buf_puts(&mem->scratch, "] (and doesn't have default values for any key fields)");
    return mem->scratch.failed ? "no memory" : pool_text(mem, mem->scratch.data, mem->scratch.len);
}

static bool put_key(buf *out, const schema *item, const json_t *v, const char *key, bool first)
{
    const json_t *value = json_object_get(v, key);
    const schema_field *field = value ? NULL : schema_field_of(item, key);

    if (!value && !(field && field->dflt))
        return false;
    buf_puts(out, first ? "{" : ",");
    go_json_text(out, key, strlen(key));
    buf_addc(out, ':');
    if (value)
        go_json(out, value);
    else
        buf_puts(out, field->dflt);
    return true;
}

/* The key after last in order of names; NULL: none. */
static const char *next_key(const char *const *keys, const char *last)
{
    const char *best = NULL;

    for (; *keys; keys++) {
        if ((!last || strcmp(*keys, last) > 0) && (!best || strcmp(*keys, best) < 0))
            best = *keys;
    }
    return best;
}

static int keyed(pool *mem, const place *list, const json_t *item, element *ret, const char **ret_problem)
{
    const char *const one[] = {list->key, NULL}, *const *keys = list->key ? one : list->s->keys;
    bool first = true;

    *ret_problem = json_is_null(item)      ? "associative list with keys may not have a null element"
                   : !json_is_object(item) ? "associative list with keys may not have non-map elements"
                                           : NULL;
    if (*ret_problem)
        return -1;
    buf_reset(&mem->scratch);
    for (const char *key = next_key(keys, NULL); key; key = next_key(keys, key))
        first = !put_key(&mem->scratch, list->s->items, item, key, first) && first;
    if (first) {
        *ret_problem = fail_keys(mem, keys);
        return -1;
    }
    buf_addc(&mem->scratch, '}');
    mem->failed = mem->failed || mem->scratch.failed;
    ret->type = 'k';
    ret->text = mem->failed ? NULL : pool_text(mem, mem->scratch.data, mem->scratch.len);
    return ret->text ? 0 : -1;
}

static int by_value(pool *mem, const json_t *item, element *ret, const char **ret_problem)
{
    *ret_problem = json_is_object(item)  ? "associative list without keys has an element that's a map type"
                   : json_is_array(item) ? "not supported: associative list with lists as elements"
                   : json_is_null(item)  ? "associative list without keys has an element that's an explicit null"
                                         : NULL;
    if (*ret_problem)
        return -1;
    buf_reset(&mem->scratch);
    go_json(&mem->scratch, item);
    mem->failed = mem->failed || mem->scratch.failed;
    ret->type = 'v';
    ret->text = mem->failed ? NULL : pool_text(mem, mem->scratch.data, mem->scratch.len);
    return ret->text ? 0 : -1;
}

int place_element(pool *mem, const place *list, const json_t *item, element *ret, const char **ret_problem)
{
    *ret_problem = "no memory";
    if (list->key || list->s->topology == TOPOLOGY_MAP)
        return keyed(mem, list, item, ret, ret_problem);
    return by_value(mem, item, ret, ret_problem);
}

/* ---- values ---- */

static bool equal_objects(const json_t *a, const json_t *b)
{
    const char *name;
    json_t *value;

    if (json_object_size(a) != json_object_size(b))
        return false;
    json_object_foreach((json_t *)a, name, value)
    {
        const json_t *other = json_object_get(b, name);
        if (!other || !value_equal(value, other))
            return false;
    }
    return true;
}

static bool equal_lists(const json_t *a, const json_t *b)
{
    size_t n = json_array_size(a);

    if (json_array_size(b) != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!value_equal(json_array_get(a, i), json_array_get(b, i)))
            return false;
    }
    return true;
}

bool value_equal(const json_t *a, const json_t *b)
{
    if (a == b)
        return true;
    if (json_is_object(a) && json_is_object(b))
        return equal_objects(a, b);
    if (json_is_array(a) && json_is_array(b))
        return equal_lists(a, b);
    if (json_is_number(a) && json_is_number(b) && json_typeof(a) != json_typeof(b))
        return json_number_value(a) == json_number_value(b);
    return json_equal(a, b);
}

/* ---- the empty object ---- */

static json_t *blank_of(const schema_field *field)
{
    switch (field->type->type) {
    case SCHEMA_OBJECT:
        return field->pointer ? json_null() : typed_blank(field->type);
    case SCHEMA_STRING:
        return json_string("");
    case SCHEMA_INTEGER:
    case SCHEMA_NUMBER:
        return json_integer(0);
    case SCHEMA_BOOLEAN:
        return json_false();
    default:
        return json_null();
    }
}

json_t *typed_blank(const schema *s)
{
    json_t *blank = json_object();

    for (size_t i = 0; i < s->n; i++) {
        if (s->fields[i].always)
            json_object_set_new_nocheck(blank, s->fields[i].name, blank_of(s->fields + i));
    }
    return blank;
}
