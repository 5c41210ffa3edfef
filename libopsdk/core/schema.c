/* Values of a schema that are in memory: clear, copy, equal; and from them a tree. */
#include "core/schema.h"

#include "core/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const opsdk_schema OPSDK_SCHEMA_BOOL = {OPSDK_SHAPE_BOOL, sizeof(bool), 0, 0, NULL, NULL};
const opsdk_schema OPSDK_SCHEMA_INT32 = {OPSDK_SHAPE_INT32, sizeof(int32_t), 0, 0, NULL, NULL};
const opsdk_schema OPSDK_SCHEMA_INT64 = {OPSDK_SHAPE_INT64, sizeof(int64_t), 0, 0, NULL, NULL};
const opsdk_schema OPSDK_SCHEMA_DOUBLE = {OPSDK_SHAPE_DOUBLE, sizeof(double), 0, 0, NULL, NULL};
const opsdk_schema OPSDK_SCHEMA_STRING = {OPSDK_SHAPE_STRING, sizeof(char *), 0, 0, NULL, NULL};
const opsdk_schema OPSDK_SCHEMA_INT_OR_STRING = {
    OPSDK_SHAPE_INT_OR_STRING, sizeof(opsdk_int_or_string), 0, 0, NULL, NULL};
const opsdk_schema OPSDK_SCHEMA_JSON = {OPSDK_SHAPE_JSON, sizeof(json_t *), 0, 0, NULL, NULL};

char *schema_item(const schema_items *list, const opsdk_schema *s, size_t i)
{
    return list->items + i * s->stride + s->at;
}

static const char *key_of(const schema_items *map, const opsdk_schema *s, size_t i)
{
    const char *key = *(const char *const *)(map->items + i * s->stride);

    return key ? key : "";
}

void opsdk_schema_clear(void *value, const opsdk_schema *s)
{
    char *p = value;
    schema_items *list = value;

    if (s->shape == OPSDK_SHAPE_JSON)
        json_decref(*(json_t **)value);
    for (const opsdk_field *f = s->fields; f && f->name; f++)
        opsdk_schema_clear(p + f->at, f->schema);
    if (s->shape == OPSDK_SHAPE_OPTIONAL)
        opsdk_schema_clear(p + s->at, s->of);
    if (s->shape == OPSDK_SHAPE_LIST || s->shape == OPSDK_SHAPE_MAP) {
        for (size_t i = 0; i < list->len; i++)
            opsdk_schema_clear(schema_item(list, s, i), s->of);
        free(list->items);
    }
    memset(value, 0, s->size);
}

static bool copy(const char *from, const opsdk_schema *s, char *to);

static bool copy_items(const schema_items *from, const opsdk_schema *s, schema_items *to)
{
    bool is_map = s->shape == OPSDK_SHAPE_MAP;
    char *items = from->len > 0 ? calloc(from->len, s->stride) : NULL;
    bool ok = items || from->len == 0;

    *to = (schema_items){from->is, ok ? from->len : 0, items};
    for (size_t i = 0; ok && i < from->len; i++) {
        if (is_map)
            memcpy(items + i * s->stride, from->items + i * s->stride, sizeof(void *));
        ok = copy(schema_item(from, s, i), s->of, schema_item(to, s, i));
    }
    return ok;
}

/* to is all zero; after a failure it can be cleared. */
static bool copy(const char *from, const opsdk_schema *s, char *to)
{
    json_t *const *tree = (json_t *const *)from;
    bool ok = true;

    switch (s->shape) {
    case OPSDK_SHAPE_STRUCT:
        for (const opsdk_field *f = s->fields; ok && f->name; f++)
            ok = copy(from + f->at, f->schema, to + f->at);
        return ok;
    case OPSDK_SHAPE_OPTIONAL:
        memcpy(to, from, sizeof(enum opsdk_presence));
        return copy(from + s->at, s->of, to + s->at);
    case OPSDK_SHAPE_LIST:
    case OPSDK_SHAPE_MAP:
        return copy_items((const schema_items *)from, s, (schema_items *)to);
    case OPSDK_SHAPE_JSON:
        *(json_t **)to = *tree ? json_deep_copy(*tree) : NULL;
        return !*tree || *(json_t **)to;
    default:
        memcpy(to, from, s->size);
        return true;
    }
}

int opsdk_schema_copy(const void *src, const opsdk_schema *s, void *ret, opsdk_error *err)
{
    memset(ret, 0, s->size);
    if (copy(src, s, ret))
        return 0;
    opsdk_schema_clear(ret, s);
    return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory for a copy");
}

bool schema_is_absent(const void *value, const opsdk_schema *s)
{
    const schema_items *list = value;

    switch (s->shape) {
    case OPSDK_SHAPE_JSON:
        return !*(json_t *const *)value;
    case OPSDK_SHAPE_OPTIONAL:
        return *(const enum opsdk_presence *)value == OPSDK_IS_ABSENT;
    case OPSDK_SHAPE_LIST:
    case OPSDK_SHAPE_MAP:
        return list->is == OPSDK_IS_ABSENT && list->len == 0;
    default:
        return false;
    }
}

bool schema_is_null(const void *value, const opsdk_schema *s)
{
    const schema_items *list = value;

    if (s->shape == OPSDK_SHAPE_OPTIONAL)
        return *(const enum opsdk_presence *)value == OPSDK_IS_NULL;
    return (s->shape == OPSDK_SHAPE_LIST || s->shape == OPSDK_SHAPE_MAP) && list->is == OPSDK_IS_NULL && list->len == 0;
}

/* Where b has the key that a has at i: most likely at the same place. */
static size_t find_key(const schema_items *a, const schema_items *b, const opsdk_schema *s, size_t i)
{
    const char *key = key_of(a, s, i);
    size_t at = 0;

    if (strcmp(key, key_of(b, s, i)) == 0)
        return i;
    while (at < b->len && strcmp(key, key_of(b, s, at)) != 0)
        at++;
    return at;
}

static bool equal_items(const schema_items *a, const schema_items *b, const opsdk_schema *s)
{
    if (a->len != b->len)
        return false;
    for (size_t i = 0; i < a->len; i++) {
        size_t at = s->shape == OPSDK_SHAPE_MAP ? find_key(a, b, s, i) : i;
        if (at == b->len || !opsdk_schema_equal(schema_item(a, s, i), schema_item(b, s, at), s->of))
            return false;
    }
    return true;
}

static bool equal_fields(const char *a, const char *b, const opsdk_schema *s)
{
    for (const opsdk_field *f = s->fields; f->name; f++) {
        if (!opsdk_schema_equal(a + f->at, b + f->at, f->schema))
            return false;
    }
    return true;
}

bool opsdk_schema_equal(const void *a, const void *b, const opsdk_schema *s)
{
    const opsdk_int_or_string *ia = a, *ib = b;
    bool absent = schema_is_absent(a, s), null = schema_is_null(a, s);

    if (absent != schema_is_absent(b, s) || null != schema_is_null(b, s))
        return false;
    if (absent || null)
        return true;
    switch (s->shape) {
    case OPSDK_SHAPE_BOOL:
        return *(const bool *)a == *(const bool *)b;
    case OPSDK_SHAPE_DOUBLE:
        return *(const double *)a == *(const double *)b;
    case OPSDK_SHAPE_STRING:
        return text_same(*(const char *const *)a, *(const char *const *)b);
    case OPSDK_SHAPE_INT_OR_STRING:
        return !ia->text == !ib->text && (ia->text ? strcmp(ia->text, ib->text) == 0 : ia->number == ib->number);
    case OPSDK_SHAPE_JSON:
        return json_equal(*(json_t *const *)a, *(json_t *const *)b);
    case OPSDK_SHAPE_STRUCT:
        return equal_fields(a, b, s);
    case OPSDK_SHAPE_OPTIONAL:
        return opsdk_schema_equal((const char *)a + s->at, (const char *)b + s->at, s->of);
    case OPSDK_SHAPE_LIST:
    case OPSDK_SHAPE_MAP:
        return equal_items(a, b, s);
    default:
        return memcmp(a, b, s->size) == 0;
    }
}

static json_t *encode_struct(const char *src, const opsdk_schema *s)
{
    json_t *map = json_object();

    for (const opsdk_field *f = s->fields; map && f->name; f++) {
        if (schema_is_absent(src + f->at, f->schema))
            continue;
        if (json_object_set_new(map, f->name, opsdk_encode(src + f->at, f->schema)) == 0)
            continue;
        json_decref(map);
        return NULL;
    }
    return map;
}

static json_t *encode_items(const schema_items *list, const opsdk_schema *s)
{
    bool is_map = s->shape == OPSDK_SHAPE_MAP;
    json_t *tree = is_map ? json_object() : json_array();

    for (size_t i = 0; tree && i < list->len; i++) {
        const char *p = schema_item(list, s, i);
        json_t *item = schema_is_absent(p, s->of) ? json_null() : opsdk_encode(p, s->of);
        int r = is_map ? json_object_set_new(tree, key_of(list, s, i), item) : json_array_append_new(tree, item);
        if (r == 0)
            continue;
        json_decref(tree);
        return NULL;
    }
    return tree;
}

/* A whole number is written as one, like everybody else in Kubernetes does: 1, not 1.0. */
static json_t *encode_double(double d)
{
    bool is_whole = d == floor(d) && fabs(d) < 0x1p53 && !(d == 0 && signbit(d));

    return is_whole ? json_integer((json_int_t)d) : json_real(d);
}

json_t *opsdk_encode(const void *src, const opsdk_schema *s)
{
    const char *text;
    const opsdk_int_or_string *either = src;

    if (schema_is_absent(src, s))
        return NULL;
    if (schema_is_null(src, s))
        return json_null();
    switch (s->shape) {
    case OPSDK_SHAPE_BOOL:
        return json_boolean(*(const bool *)src);
    case OPSDK_SHAPE_INT32:
        return json_integer(*(const int32_t *)src);
    case OPSDK_SHAPE_INT64:
        return json_integer(*(const int64_t *)src);
    case OPSDK_SHAPE_DOUBLE:
        return encode_double(*(const double *)src);
    case OPSDK_SHAPE_STRING:
        text = *(const char *const *)src;
        return json_string(text ? text : "");
    case OPSDK_SHAPE_INT_OR_STRING:
        return either->text ? json_string(either->text) : json_integer(either->number);
    case OPSDK_SHAPE_JSON:
        return json_deep_copy(*(json_t *const *)src);
    case OPSDK_SHAPE_STRUCT:
        return encode_struct(src, s);
    case OPSDK_SHAPE_OPTIONAL:
        return opsdk_encode((const char *)src + s->at, s->of);
    default:
        return encode_items(src, s);
    }
}
