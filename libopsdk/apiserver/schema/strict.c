#include "apiserver/schema/strict.h"
#include "core/buf.h"
#include "core/limits.h"
#include "core/scan.h"

#include <opsdk/error.h>
#include <stdlib.h>
#include <string.h>

#define MOST 100 /* as many as sigs.k8s.io/json keeps */

void strict_clear(strict *found)
{
    json_decref(found->list);
    found->list = NULL;
}

void strict_add(strict *found, const char *what, const char *path)
{
    auto_buf text = BUF_INIT(LIMIT_OBJECT);
    size_t i;
    json_t *one;

    if (!found->list)
        found->list = json_array();
    buf_printf(&text, "%s field \"%s\"", what, path ? path : "");
    if (text.failed || json_array_size(found->list) >= MOST)
        return;
    json_array_foreach(found->list, i, one) if (strcmp(json_string_value(one), text.data) == 0) return;
    json_array_append_new(found->list, json_string(text.data));
}

size_t strict_members(const char *text, size_t len)
{
    const char *p = text, *end = text + len;
    size_t n = 0;

    for (; p < end; p++) {
        n += *p == ':';
        if (*p != '"')
            continue;
        for (p++; p < end && *p != '"'; p++)
            p += *p == '\\';
    }
    return n;
}

size_t strict_members_of(const json_t *v)
{
    size_t n = json_object_size(v);

    for (void *at = json_object_iter((json_t *)v); at; at = json_object_iter_next((json_t *)v, at))
        n += strict_members_of(json_object_iter_value(at));
    for (size_t i = 0; i < json_array_size(v); i++)
        n += strict_members_of(json_array_get(v, i));
    return n;
}

/* ---- the text, level by level ---- */

typedef struct level {
    const schema *s; /* NULL: nothing to find in it */
    bool map;
    json_t *seen; /* keys */
    char *key;    /* of the member at hand */
    size_t index; /* of an array: of the next element */
} level;

typedef struct reader {
    strict *found;
    const schema *root; /* NULL: every field is known */
    level *levels;
    size_t n, cap;
    buf text; /* of a key that comes in parts */
} reader;

static const schema *child_of(const reader *r)
{
    const level *top = r->n ? r->levels + r->n - 1 : NULL;
    const schema *s = r->root;

    if (top)
        s = !top->s ? NULL : top->map ? schema_child(top->s, top->key ? top->key : "") : top->s->items;
    return s && s->type != SCHEMA_ANY ? s : NULL;
}

static int push(reader *r, bool map)
{
    const schema *s = child_of(r);
    bool list = s && s->type == SCHEMA_LIST;

    if (r->n == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 16;
        level *more = realloc(r->levels, cap * sizeof(*more));
        if (!more)
            return OPSDK_ENOMEM;
        r->levels = more;
        r->cap = cap;
    }
    r->levels[r->n++] = (level){.s = s && list != map ? s : NULL, .map = map};
    return 0;
}

static void pop(reader *r)
{
    level *top = r->levels + --r->n;

    json_decref(top->seen);
    free(top->key);
}

static void put_path(const reader *r, buf *out)
{
    for (size_t i = 0; i < r->n; i++) {
        const level *l = r->levels + i;
        if (l->map)
            buf_printf(out, "%s%s", i ? "." : "", l->key ? l->key : "");
        else
            buf_printf(out, "[%zu]", l->index);
    }
}

static void tell(const reader *r, const char *what)
{
    auto_buf path = BUF_INIT(LIMIT_OBJECT);

    put_path(r, &path);
    strict_add(r->found, what, path.data);
}

static int on_key(reader *r)
{
    level *top = r->levels + r->n - 1;

    free(top->key);
    top->key = strdup(r->text.data ? r->text.data : "");
    if (!top->key)
        return OPSDK_ENOMEM;
    if (!top->s && r->root)
        return 0;
    if (!top->seen)
        top->seen = json_object();
    if (r->root && !schema_child(top->s, top->key))
        tell(r, "unknown");
    else if (json_object_get(top->seen, top->key))
        tell(r, "duplicate");
    json_object_set_new_nocheck(top->seen, top->key, json_true());
    return 0;
}

static void after_value(reader *r)
{
    if (r->n && !r->levels[r->n - 1].map)
        r->levels[r->n - 1].index++;
}

static int on_token(enum token t, const char *text, size_t len, void *user)
{
    reader *r = user;
    int code = 0;

    if (t == TOKEN_PART || t == TOKEN_KEY)
        buf_add(&r->text, text, len);
    if (t == TOKEN_PART)
        return 0;
    if (t == TOKEN_KEY)
        code = on_key(r);
    else if (t == TOKEN_MAP || t == TOKEN_ARRAY)
        code = push(r, t == TOKEN_MAP);
    else if (t == TOKEN_END)
        pop(r);
    if (t != TOKEN_KEY && t != TOKEN_MAP && t != TOKEN_ARRAY)
        after_value(r);
    buf_reset(&r->text);
    return code;
}

void strict_read(strict *found, const schema *s, const char *text, size_t len)
{
    reader r = {.found = found, .root = s, .text = BUF_INIT(LIMIT_OBJECT)};
    scan *reading = malloc(sizeof(*reading));
    size_t used;

    if (!reading)
        return;
    scan_init(reading, false, on_token, &r);
    scan_feed(reading, text, len, &used);
    while (r.n)
        pop(&r);
    free(r.levels);
    buf_clear(&r.text);
    free(reading);
}
