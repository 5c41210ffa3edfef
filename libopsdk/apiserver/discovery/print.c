#include "apiserver/discovery/print.h"
#include "apiserver/limits.h"
#include "core/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- times ---- */

static void two_units(int64_t major, char unit, int64_t minor, char smaller, char room[DURATION_ROOM])
{
    if (minor)
        snprintf(room, DURATION_ROOM, "%lld%c%lld%c", (long long)major, unit, (long long)minor, smaller);
    else
        snprintf(room, DURATION_ROOM, "%lld%c", (long long)major, unit);
}

const char *print_duration(int64_t s, char room[DURATION_ROOM])
{
    int64_t m = s / 60, h = m / 60, d = h / 24, y = d / 365;

    if (s < -1)
        return "<invalid>";
    if (s < 0)
        return "0s";
    if (s < 120)
        two_units(s, 's', 0, 0, room);
    else if (m < 10)
        two_units(m, 'm', s % 60, 's', room);
    else if (m < 180)
        two_units(m, 'm', 0, 0, room);
    else if (h < 8)
        two_units(h, 'h', m % 60, 'm', room);
    else if (h < 48)
        two_units(h, 'h', 0, 0, room);
    else if (d < 8)
        two_units(d, 'd', h % 24, 'h', room);
    else if (d < 2 * 365)
        two_units(d, 'd', 0, 0, room);
    else
        two_units(y, 'y', y < 8 ? d % 365 : 0, 'd', room);
    return room;
}

const char *print_since(const json_t *time, int64_t now_s, char room[DURATION_ROOM])
{
    const char *text = json_string_value(time);
    int64_t then_ms;

    if (!text || !time_parse(text, &then_ms))
        return "<unknown>";
    return print_duration((now_s * 1000 - then_ms) / 1000, room);
}

/* ---- members ---- */

json_t *print_at(const json_t *obj, const char *path)
{
    while (obj && *path) {
        size_t len = strcspn(path, "/");
        obj = json_object_getn(obj, path, len);
        path += len + (path[len] == '/');
    }
    return (json_t *)obj;
}

const char *print_text(const json_t *obj, const char *path)
{
    const char *text = json_string_value(print_at(obj, path));

    return text ? text : "";
}

json_int_t print_int(const json_t *obj, const char *path)
{
    return json_integer_value(print_at(obj, path));
}

bool print_true(const json_t *obj, const char *path)
{
    return json_is_true(print_at(obj, path));
}

json_t *print_find(const json_t *list, const char *key, const char *text)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(print_text(json_array_get(list, i), key), text) == 0)
            return json_array_get(list, i);
    return NULL;
}

/* ---- cells ---- */

json_t *cell_text(const char *text, const char *otherwise)
{
    return json_string(*text ? text : otherwise);
}

json_t *cell_buf(buf *text)
{
    json_t *cell = text->failed ? NULL : json_stringn(text->data ? text->data : "", text->len);

    buf_clear(text);
    return cell;
}

json_t *cell_name(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return json_string(print_text(obj, "metadata/name"));
}

json_t *cell_age(const json_t *obj, int64_t now_s)
{
    char room[DURATION_ROOM];

    return json_string(print_since(print_at(obj, "metadata/creationTimestamp"), now_s, room));
}

/* ---- lists ---- */

void print_each(const json_t *list, const char *name, const char *between, buf *out)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        if (i > 0)
            buf_puts(out, between);
        buf_puts(out, print_text(one, name));
    }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(json_string_value(*(json_t *const *)a), json_string_value(*(json_t *const *)b));
}

json_t *print_sorted(const json_t *strings)
{
    size_t n = json_array_size(strings);
    json_t **list = calloc(n + 1, sizeof(*list)), *ret = list ? json_array() : NULL;
    size_t len = 0;

    for (size_t i = 0; ret && i < n; i++)
        if (json_is_string(json_array_get(strings, i)))
            list[len++] = json_array_get(strings, i);
    if (ret)
        qsort(list, len, sizeof(*list), by_text);
    for (size_t i = 0; ret && i < len; i++)
        if (i == 0 || by_text(&list[i], &list[i - 1]) != 0)
            json_array_append(ret, list[i]);
    free(list);
    return ret;
}

static json_t *sorted_keys(const json_t *map)
{
    json_t *keys = json_array(), *ret, *value;
    const char *key;

    json_object_foreach((json_t *)map, key, value) json_array_append_new(keys, json_string(key));
    ret = print_sorted(keys);
    json_decref(keys);
    return ret;
}

static void begin_requirement(buf *out, size_t start)
{
    if (out->len > start)
        buf_addc(out, ',');
}

static void put_label(const json_t *labels, const char *key, buf *out)
{
    const char *value = json_string_value(json_object_get(labels, key));

    buf_printf(out, "%s=%s", key, value ? value : "");
}

void print_labels(const json_t *labels, buf *out)
{
    json_auto_t *keys = sorted_keys(labels);
    size_t i, start = out->len;
    json_t *key;

    json_array_foreach(keys, i, key)
    {
        begin_requirement(out, start);
        put_label(labels, json_string_value(key), out);
    }
    if (json_array_size(keys) == 0)
        buf_puts(out, "<none>");
}

static bool has_operator(const json_t *expression, const char *operator)
{
    return strcmp(print_text(expression, "operator"), operator) == 0;
}

static void put_expression(const json_t *expression, buf *out)
{
    const char *key = print_text(expression, "key");
    json_auto_t *values = print_sorted(json_object_get(expression, "values"));
    bool in = has_operator(expression, "In");
    size_t i;
    json_t *value;

    if (!in && !has_operator(expression, "NotIn")) {
        buf_printf(out, "%s%s", has_operator(expression, "DoesNotExist") ? "!" : "", key);
        return;
    }
    buf_printf(out, "%s %s (", key, in ? "in" : "notin");
    json_array_foreach(values, i, value) buf_printf(out, "%s%s", i ? "," : "", json_string_value(value));
    buf_addc(out, ')');
}

/* matchLabels and matchExpressions together, in order of their keys. */
void print_selector(const json_t *selector, buf *out)
{
    const json_t *labels = json_object_get(selector, "matchLabels"),
                 *expressions = json_object_get(selector, "matchExpressions");
    json_auto_t *all = sorted_keys(labels), *keys = NULL;
    size_t i, k, start = out->len;
    json_t *key, *expression;

    json_array_foreach((json_t *)expressions, i, expression) json_array_append(all, json_object_get(expression, "key"));
    keys = print_sorted(all);
    json_array_foreach(keys, i, key)
    {
        if (json_object_get(labels, json_string_value(key))) {
            begin_requirement(out, start);
            put_label(labels, json_string_value(key), out);
        }
        json_array_foreach((json_t *)expressions, k, expression)
        {
            if (!json_equal(json_object_get(expression, "key"), key))
                continue;
            begin_requirement(out, start);
            put_expression(expression, out);
        }
    }
}
