#include "apiserver/schema/walk.h"

#include "core/limits.h"

typedef struct walk {
    walk_fn *visit;
    void *user;
    buf path;
} walk;

static int step(walk *w, const schema *s, json_t *value);

static void cut(buf *path, size_t len)
{
    if (path->failed || !path->data)
        return;
    path->len = len;
    path->data[len] = '\0';
}

static int walk_map(walk *w, const schema *s, json_t *map)
{
    size_t len = w->path.len;
    const char *name;
    json_t *value;
    int r = 0;

    json_object_foreach(map, name, value)
    {
        const schema *child = rules_child(s, name);
        if (!child || r != 0)
            continue;
        if (schema_field_of(s, name))
            buf_printf(&w->path, "%s%s", len ? "." : "", name);
        else
            buf_printf(&w->path, "[%s]", name);
        r = step(w, child, value);
        cut(&w->path, len);
    }
    return r;
}

static int walk_list(walk *w, const schema *s, json_t *list)
{
    size_t len = w->path.len, i;
    json_t *one;
    int r = 0;

    if (s->rules->keyed || !s->items)
        return 0;
    json_array_foreach(list, i, one)
    {
        buf_printf(&w->path, "[%zu]", i);
        if (r == 0)
            r = step(w, s->items, one);
        cut(&w->path, len);
    }
    return r;
}

static int step(walk *w, const schema *s, json_t *value)
{
    size_t len = w->path.len;
    int r;

    if (!s->rules || w->path.failed)
        return 0;
    r = w->visit(s, value, &w->path, w->user);
    cut(&w->path, len);
    if (r == 0 && json_is_object(value))
        r = walk_map(w, s, value);
    if (r == 0 && json_is_array(value))
        r = walk_list(w, s, value);
    return r;
}

int schema_walk(const schema *s, json_t *value, walk_fn *visit, void *user)
{
    walk w = {visit, user, BUF_INIT(LIMIT_OBJECT)};
    int r = step(&w, s, value);

    buf_clear(&w.path);
    return r;
}

void walk_path(buf *out, const char *prefix, const buf *path, const char *name)
{
    const char *inner = path->len ? path->data : "";

    buf_printf(out, "%s%s%s", prefix, *prefix && *inner && *inner != '[' ? "." : "", inner);
    buf_printf(out, "%s%s", out->len ? "." : "", name);
}
