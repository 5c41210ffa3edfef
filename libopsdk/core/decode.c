/* From an object's bytes into a struct, by its table. */
#include "core/limits.h"
#include "core/schema.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where we are, for messages: a chain on the stack. */
typedef struct place {
    const struct place *up;
    const char *name; /* NULL: an index */
    size_t index;
} place;

typedef struct job {
    size_t left; /* bytes that lists may still take */
    opsdk_error *err;
} job;

static size_t write_place(const place *at, char *text, size_t size)
{
    size_t n = at->up ? write_place(at->up, text, size) : 0;
    int more;

    if (!at->up || n >= size)
        return n;
    more = at->name ? snprintf(text + n, size - n, "/%s", at->name) : snprintf(text + n, size - n, "/%zu", at->index);
    return more < 0 ? n : n + (size_t)more;
}

static int fail(const job *j, const place *at, const char *what)
{
    char text[200] = "";

    write_place(at, text, sizeof(text));
    return opsdk_error_set(j->err, OPSDK_EPROTO, "%s %s", *text ? text : "the value", what);
}

static int out_of_memory(const job *j)
{
    return opsdk_error_set(j->err, OPSDK_ENOMEM, "out of memory for a decoded object");
}

static const char *const wanted[] = {
    [OPSDK_SHAPE_BOOL] = "true or false",
    [OPSDK_SHAPE_INT32] = "a whole number of 32 bits",
    [OPSDK_SHAPE_INT64] = "a whole number of 64 bits",
    [OPSDK_SHAPE_DOUBLE] = "a number",
    [OPSDK_SHAPE_STRING] = "a string",
    [OPSDK_SHAPE_INT_OR_STRING] = "a whole number or a string",
    [OPSDK_SHAPE_JSON] = "anything",
    [OPSDK_SHAPE_STRUCT] = "a map",
    [OPSDK_SHAPE_OPTIONAL] = "anything",
    [OPSDK_SHAPE_LIST] = "an array",
    [OPSDK_SHAPE_MAP] = "a map",
};

static int mismatch(const job *j, const place *at, opsdk_value v, const opsdk_schema *s)
{
    static const char *const found[] = {"missing",  "null",     "true or false", "a number",
                                        "a string", "an array", "a map"};
    enum opsdk_type type = opsdk_value_type(v);
    char text[100];

    if (type == OPSDK_NUMBER && s->shape <= OPSDK_SHAPE_DOUBLE)
        snprintf(text, sizeof(text), "is not %s", wanted[s->shape]);
    else if (type == OPSDK_ABSENT)
        snprintf(text, sizeof(text), "is missing");
    else
        snprintf(text, sizeof(text), "is %s, not %s", found[type], wanted[s->shape]);
    return fail(j, at, text);
}

static bool read_whole(opsdk_value v, int64_t *ret)
{
    *ret = opsdk_value_int(v, 0);
    return *ret != 0 || opsdk_value_int(v, 1) == 0;
}

/* Only an int32_t fits into 32 bits: *ret is as wide as the shape. */
static bool read_integer(opsdk_value v, const opsdk_schema *s, void *ret)
{
    int64_t number;

    if (!read_whole(v, &number))
        return false;
    if (s->shape == OPSDK_SHAPE_INT64) {
        *(int64_t *)ret = number;
        return true;
    }
    *(int32_t *)ret = (int32_t)number;
    return number >= INT32_MIN && number <= INT32_MAX;
}

static bool read_double(opsdk_value v, double *ret)
{
    *ret = opsdk_value_double(v, INFINITY);
    return isfinite(*ret);
}

static int read_text(const job *j, opsdk_value v, const place *at, const char **ret)
{
    const char *text = opsdk_value_str(v, "");

    if (strlen(text) != opsdk_value_len(v))
        return fail(j, at, "has a NUL inside");
    *ret = text;
    return 0;
}

static int decode(job *j, opsdk_value v, const opsdk_schema *s, char *to, const place *at);

static int decode_scalar(job *j, opsdk_value v, const opsdk_schema *s, void *to, const place *at)
{
    enum opsdk_type type = opsdk_value_type(v);
    opsdk_int_or_string *either = to;
    bool ok = false;

    switch (s->shape) {
    case OPSDK_SHAPE_BOOL:
        *(bool *)to = opsdk_value_bool(v, false);
        ok = type == OPSDK_BOOL;
        break;
    case OPSDK_SHAPE_INT32:
    case OPSDK_SHAPE_INT64:
        ok = read_integer(v, s, to);
        break;
    case OPSDK_SHAPE_DOUBLE:
        ok = read_double(v, to);
        break;
    case OPSDK_SHAPE_STRING:
        if (type == OPSDK_STRING)
            return read_text(j, v, at, to);
        break;
    default:
        if (type == OPSDK_STRING)
            return read_text(j, v, at, &either->text);
        ok = read_whole(v, &either->number);
    }
    return ok ? 0 : mismatch(j, at, v, s);
}

static int decode_struct(job *j, opsdk_value v, const opsdk_schema *s, char *to, const place *at)
{
    int r = opsdk_value_type(v) == OPSDK_MAP ? 0 : mismatch(j, at, v, s);

    for (const opsdk_field *f = s->fields; r == 0 && f->name; f++)
        r = decode(j, opsdk_value_member(v, f->name), f->schema, to + f->at, &(place){at, f->name, 0});
    return r;
}

static int decode_items(job *j, opsdk_value v, const opsdk_schema *s, schema_items *to, const place *at)
{
    bool is_map = s->shape == OPSDK_SHAPE_MAP;
    size_t n = opsdk_value_len(v);
    opsdk_value key = {0}, item = {0};
    int r = 0;

    if (opsdk_value_type(v) != (is_map ? OPSDK_MAP : OPSDK_ARRAY))
        return mismatch(j, at, v, s);
    if (n > j->left / s->stride)
        return fail(j, at, "needs too much memory");
    j->left -= n * s->stride;
    to->items = n > 0 ? calloc(n, s->stride) : NULL;
    if (n > 0 && !to->items)
        return out_of_memory(j);
    to->len = n;
    to->is = OPSDK_IS_SET;
    for (size_t i = 0; r == 0 && opsdk_value_next(v, &key, &item); i++) {
        const char **name = (const char **)(to->items + i * s->stride);
        if (is_map)
            r = read_text(j, key, at, name);
        if (r == 0)
            r = decode(j, item, s->of, schema_item(to, s, i), &(place){at, is_map ? *name : NULL, i});
    }
    return r;
}

/* to is all zero: what is absent needs no more. */
static int decode(job *j, opsdk_value v, const opsdk_schema *s, char *to, const place *at)
{
    enum opsdk_type type = opsdk_value_type(v);
    bool can_be_null = s->shape == OPSDK_SHAPE_OPTIONAL || s->shape == OPSDK_SHAPE_LIST || s->shape == OPSDK_SHAPE_MAP;

    if (type == OPSDK_ABSENT && (can_be_null || s->shape == OPSDK_SHAPE_JSON))
        return 0;
    if (can_be_null)
        *(enum opsdk_presence *)to = type == OPSDK_NULL ? OPSDK_IS_NULL : OPSDK_IS_SET;
    if (can_be_null && type == OPSDK_NULL)
        return 0;
    switch (s->shape) {
    case OPSDK_SHAPE_JSON:
        *(json_t **)to = opsdk_value_json(v);
        return *(json_t **)to ? 0 : out_of_memory(j);
    case OPSDK_SHAPE_STRUCT:
        return decode_struct(j, v, s, to, at);
    case OPSDK_SHAPE_OPTIONAL:
        return decode(j, v, s->of, to + s->at, at);
    case OPSDK_SHAPE_LIST:
    case OPSDK_SHAPE_MAP:
        return decode_items(j, v, s, (schema_items *)to, at);
    default:
        return decode_scalar(j, v, s, to, at);
    }
}

int opsdk_decode(opsdk_value v, const opsdk_schema *schema, void *ret, opsdk_error *err)
{
    job j = {.left = LIMIT_DECODED, .err = err};
    int r;

    memset(ret, 0, schema->size);
    r = decode(&j, v, schema, ret, &(place){0});
    if (r < 0)
        opsdk_schema_clear(ret, schema);
    return r;
}
