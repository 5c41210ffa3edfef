#include "apiserver/schema/custom.h"
#include "core/limits.h"

#include <string.h>

typedef struct pruner {
    json_t *unknown; /* NULL: paths do not matter */
    buf path;
} pruner;

static void prune(pruner *p, const schema *s, json_t *value, bool resource, bool lenient);

static bool is_type_meta(const char *name)
{
    return strcmp(name, "apiVersion") == 0 || strcmp(name, "kind") == 0 || strcmp(name, "metadata") == 0;
}

static size_t enter(pruner *p, const char *name)
{
    size_t len = p->path.len;

    if (!p->unknown)
        return 0;
    if (len)
        buf_addc(&p->path, '.');
    buf_puts(&p->path, name);
    return len;
}

static size_t enter_item(pruner *p, size_t i)
{
    size_t len = p->path.len;

    if (p->unknown)
        buf_printf(&p->path, "[%zu]", i);
    return len;
}

static void leave(pruner *p, size_t len)
{
    if (p->path.failed || !p->path.data)
        return;
    p->path.len = len;
    p->path.data[len] = '\0';
}

static void record(pruner *p, const char *name)
{
    size_t len = enter(p, name);

    if (p->unknown && !p->path.failed)
        json_array_append_new(p->unknown, json_string(p->path.data));
    leave(p, len);
}

/* additionalProperties: true lets a member be, and nothing in it. */
static const schema *described(const schema *s)
{
    return s && s->rules ? s : NULL;
}

static void descend(pruner *p, const schema *child, const char *name, json_t *value)
{
    size_t len = enter(p, name);

    prune(p, described(child), value, false, false);
    leave(p, len);
}

/* lenient: what is unknown stays. */
static void prune_member(pruner *p, const schema *s, json_t *map, const char *name, bool resource, bool lenient)
{
    const schema_field *f = s ? schema_field_of(s, name) : NULL;

    if (s && is_type_meta(name) && (resource || s->embedded))
        return;
    if (s && (f || s->rules->keyed)) {
        descend(p, f ? f->type : s->items, name, json_object_get(map, name));
        return;
    }
    if (lenient)
        return;
    if (!is_type_meta(name) || p->path.len > 0 || !s)
        record(p, name);
    json_object_del(map, name);
}

static void prune_map(pruner *p, const schema *s, json_t *map, bool resource, bool lenient)
{
    const char *name;
    json_t *value;
    void *next;

    json_object_foreach_safe(map, next, name, value) prune_member(p, s, map, name, resource, lenient);
}

static void prune_list(pruner *p, const schema *s, json_t *list, bool lenient)
{
    const schema *items = s && !s->rules->keyed ? described(s->items) : NULL;
    size_t i;
    json_t *one;

    json_array_foreach(list, i, one)
    {
        size_t len = enter_item(p, i);
        prune(p, items, one, false, lenient);
        leave(p, len);
    }
}

/* s NULL: nothing is known, so that objects become empty; unless lenient, when they stay as they are. */
static void prune(pruner *p, const schema *s, json_t *value, bool resource, bool lenient)
{
    lenient |= s && s->preserve_unknown;
    if (!s && lenient)
        return;
    if (json_is_object(value))
        prune_map(p, s, value, resource, lenient);
    else if (json_is_array(value))
        prune_list(p, s, value, lenient);
}

void custom_prune(const schema *s, json_t *value, bool root, json_t *unknown)
{
    pruner p = {.unknown = unknown, .path = BUF_INIT(LIMIT_OBJECT)};

    if (s->rules)
        prune(&p, s, value, root, false);
    buf_clear(&p.path);
}

/* ---- nulls ---- */

static bool is_bad_null(const schema *s, const json_t *value)
{
    return json_is_null(value) && s && !s->nullable && !s->rules->dflt;
}

void custom_prune_nulls(const schema *s, json_t *value)
{
    const char *name;
    json_t *one;
    void *next;
    size_t i;

    if (json_is_array(value)) {
        const schema *items = s && s->rules && !s->rules->keyed ? described(s->items) : NULL;
        json_array_foreach(value, i, one) custom_prune_nulls(items, one);
        return;
    }
    json_object_foreach_safe(value, next, name, one)
    {
        const schema *child = s ? described(rules_child(s, name)) : NULL;
        if (is_bad_null(child, one))
            json_object_del(value, name);
        else
            custom_prune_nulls(child, one);
    }
}
