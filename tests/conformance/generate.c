#include "tests/conformance/generate.h"

#include "tests/conformance/tool.h"

#include <opsdk/yaml.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct chance {
    uint64_t state;
} chance;

/* SplitMix64. */
static unsigned draw(chance *c, unsigned n)
{
    uint64_t z = c->state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (unsigned)((z ^ z >> 31) % n);
}

static json_t *make(chance *c, const json_t *shape);

/* Some of a list, in any order. */
static json_t *make_some(chance *c, const json_t *list)
{
    json_t *some = keep(json_array()), *one;
    size_t i;

    json_array_foreach((json_t *)list, i, one)
    {
        if (draw(c, 2) == 0)
            json_array_insert_new(some, draw(c, (unsigned)json_array_size(some) + 1), make(c, one));
    }
    return some;
}

/* Each "~" at its end makes a member half as likely. */
static bool is_there(chance *c, const char *name, size_t *ret_len)
{
    bool there = true;

    for (*ret_len = strlen(name); *ret_len > 0 && name[*ret_len - 1] == '~'; --*ret_len)
        there = draw(c, 2) == 0 && there;
    return there;
}

static json_t *make_map(chance *c, const json_t *shape)
{
    json_t *map = keep(json_object()), *value;
    const char *name;

    json_object_foreach((json_t *)shape, name, value)
    {
        size_t len;
        json_t *made = make(c, value);
        if (is_there(c, name, &len))
            json_object_setn_new_nocheck(map, name, len, made);
        else
            json_decref(made);
    }
    return map;
}

static json_t *make(chance *c, const json_t *shape)
{
    const json_t *one = json_object_get(shape, "~one"), *some = json_object_get(shape, "~some");
    json_t *list, *item;
    size_t i;

    if (one)
        return make(c, json_array_get(one, draw(c, (unsigned)json_array_size(one))));
    if (some)
        return make_some(c, some);
    if (json_is_object(shape))
        return make_map(c, shape);
    if (!json_is_array(shape))
        return keep(json_deep_copy(shape));
    list = keep(json_array());
    json_array_foreach((json_t *)shape, i, item) json_array_append_new(list, make(c, item));
    return list;
}

/* ---- scripts ---- */

static const char *text_of(const json_t *shape, const char *name)
{
    const char *text = json_string_value(json_object_get(shape, name));

    if (!text)
        die("a shape without %s", name);
    return text;
}

/* way: METHOD QUERY. */
static void put_request(const char *way, const char *path, json_t *body)
{
    const char *blank = strchr(way, ' ');
    char *text = keep(json_dumps(body, JSON_SORT_KEYS));

    printf("%.*s %s%s%s\n  %s\n", blank ? (int)(blank - way) : (int)strlen(way), way, path, blank ? "?" : "",
           blank ? blank + 1 : "", text);
    free(text);
    json_decref(body);
}

static void put_case(chance *c, const json_t *shape, const char *name)
{
    const json_t *ways = json_object_get(shape, "ways");
    const char *path = text_of(shape, "path");
    json_int_t steps = json_integer_value(json_object_get(shape, "steps"));

    printf("\n== %s: %s\nset name %s\n", text_of(shape, "title"), name, name);
    put_request(text_of(shape, "begin"), path, make(c, json_object_get(shape, "base")));
    for (json_int_t i = 0; i < steps; i++) {
        const json_t *way = json_array_get(ways, draw(c, (unsigned)json_array_size(ways)));
        put_request(json_string_value(way), path, make(c, json_object_get(shape, "shape")));
    }
}

void generate(unsigned long long seed, const char *name, const char *path)
{
    chance c = {seed};
    opsdk_error err = {0};
    char *text = file_read(path), label[32];
    json_t *shapes, *shape;
    size_t i;

    if (opsdk_yaml_parse(path, text, strlen(text), &shapes, &err) < 0)
        die("%s", err.message);
    printf("# Made by: conformance generate %llu %s\n", seed, name);
    if (json_is_string(json_array_get(shapes, 0)))
        printf("\n%s", json_string_value(json_array_get(shapes, 0)));
    json_array_foreach(shapes, i, shape)
    {
        json_int_t cases = json_integer_value(json_object_get(shape, "cases"));
        for (json_int_t k = 1; k <= cases; k++) {
            snprintf(label, sizeof(label), "g%zu-%lld", i, (long long)k);
            put_case(&c, shape, label);
        }
    }
    if (json_array_size(shapes) && json_is_string(json_array_get(shapes, json_array_size(shapes) - 1)))
        printf("\n%s", json_string_value(json_array_get(shapes, json_array_size(shapes) - 1)));
    json_decref(shapes);
    free(text);
}
