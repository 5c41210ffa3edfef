#include "apiserver/kinds/doc.h"
#include "apiserver/json_clone.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

json_t *doc_get(const json_t *obj, const char *name)
{
    json_t *value = json_object_get(obj, name);

    return json_is_null(value) ? NULL : value;
}

json_t *doc_at(const json_t *obj, const char *path)
{
    const json_t *at = obj;
    char name[64];

    while (at && *path) {
        size_t len = strcspn(path, ".");
        snprintf(name, sizeof(name), "%.*s", (int)len, path);
        at = doc_get(at, name);
        path += len + (path[len] == '.');
    }
    return (json_t *)at;
}

const char *doc_text(const json_t *obj, const char *name)
{
    const char *text = json_string_value(json_object_get(obj, name));

    return text ? text : "";
}

json_int_t doc_int(const json_t *obj, const char *name, json_int_t dflt)
{
    const json_t *value = json_object_get(obj, name);

    return json_is_integer(value) ? json_integer_value(value) : dflt;
}

bool doc_flag(const json_t *obj, const char *name)
{
    return json_is_true(json_object_get(obj, name));
}

bool doc_is(const json_t *obj, const char *name, const char *text)
{
    return strcmp(doc_text(obj, name), text) == 0;
}

static bool is_empty(const json_t *v)
{
    return !v || json_is_null(v) || (json_is_object(v) && json_object_size(v) == 0) ||
           (json_is_array(v) && json_array_size(v) == 0);
}

bool doc_same(const json_t *a, const json_t *b)
{
    return (is_empty(a) && is_empty(b)) || (a && b && json_equal(a, b));
}

bool doc_has(const json_t *list, const char *text)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i,
                       one) if (json_is_string(one) && strcmp(json_string_value(one), text) == 0) return true;
    return false;
}

void doc_set(json_t *obj, const char *name, json_t *value)
{
    if (value)
        json_object_set_new_nocheck(obj, name, value);
    else
        json_object_del(obj, name);
}

void doc_set_text(json_t *obj, const char *name, const char *text)
{
    doc_set(obj, name, json_string_nocheck(text));
}

json_t *doc_make(json_t *obj, const char *name)
{
    if (!doc_get(obj, name))
        doc_set(obj, name, json_object());
    return doc_get(obj, name);
}

static bool is_absent(const json_t *obj, const char *name)
{
    const json_t *value = doc_get(obj, name);

    return !value || (json_is_string(value) && json_string_length(value) == 0);
}

void doc_default_text(json_t *obj, const char *name, const char *text)
{
    if (obj && is_absent(obj, name))
        doc_set_text(obj, name, text);
}

void doc_default_int(json_t *obj, const char *name, json_int_t value)
{
    if (obj && is_absent(obj, name))
        doc_set(obj, name, json_integer(value));
}

void doc_default_flag(json_t *obj, const char *name, bool value)
{
    if (obj && is_absent(obj, name))
        doc_set(obj, name, json_boolean(value));
}

void doc_keep(json_t *obj, const json_t *from, const char *name)
{
    json_t *value = json_object_get(from, name);

    doc_set(obj, name, value ? json_clone(value) : NULL);
}

void doc_generation(json_t *obj, const json_t *old, const char *field)
{
    json_t *meta = json_object_get(obj, "metadata");
    json_int_t before = doc_int(json_object_get(old, "metadata"), "generation", 0);

    if (!old)
        doc_set(meta, "generation", json_integer(1));
    else if (!doc_same(json_object_get(obj, field), json_object_get(old, field)))
        doc_set(meta, "generation", json_integer(before + 1));
}

const char *doc_path(char *room, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(room, 512, fmt, args);
    va_end(args);
    return room;
}
