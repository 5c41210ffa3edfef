#include "core/number.h"
#include "core/object.h"
#include "core/pointer.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static opsdk_value value_of(const opsdk_object *obj, const char *at)
{
    if (!at)
        return (opsdk_value){0};
    return (opsdk_value){obj, (uint32_t)(at - object_data(obj)), node_read(at).size};
}

static const char *at_of(opsdk_value v)
{
    return object_data(v.obj) + v.at;
}

/* OPSDK_ABSENT is what an empty node says. */
static node node_of(opsdk_value v)
{
    return v.len > 0 ? node_read(at_of(v)) : (node){.type = OPSDK_ABSENT};
}

opsdk_value opsdk_at(const opsdk_object *obj, const char *pointer)
{
    return value_of(obj, pointer_follow(object_data(obj), pointer));
}

opsdk_value opsdk_value_at(opsdk_value v, const char *pointer)
{
    return v.len > 0 ? value_of(v.obj, pointer_follow(at_of(v), pointer)) : v;
}

opsdk_value opsdk_value_member(opsdk_value v, const char *name)
{
    return v.len > 0 ? value_of(v.obj, node_member(at_of(v), name, strlen(name))) : v;
}

enum opsdk_type opsdk_value_type(opsdk_value v)
{
    return node_of(v).type;
}

const char *opsdk_value_str(opsdk_value v, const char *dflt)
{
    node n = node_of(v);

    return n.type == OPSDK_STRING ? n.text : dflt;
}

size_t opsdk_value_len(opsdk_value v)
{
    node n = node_of(v);

    if (n.type == OPSDK_STRING)
        return n.len;
    return n.type == OPSDK_ARRAY || n.type == OPSDK_MAP ? n.count : 0;
}

static bool is_integer(const node *n)
{
    return strpbrk(n->text, ".eE") == NULL;
}

static bool read_integer(const node *n, int64_t *ret)
{
    double d;

    if (is_integer(n)) {
        errno = 0;
        *ret = strtoll(n->text, NULL, 10);
        return errno == 0;
    }
    d = number_double(n->text);
    if (!(d >= -0x1p63 && d < 0x1p63) || d != (double)(int64_t)d)
        return false;
    *ret = (int64_t)d;
    return true;
}

int64_t opsdk_value_int(opsdk_value v, int64_t dflt)
{
    node n = node_of(v);
    int64_t i;

    return n.type == OPSDK_NUMBER && read_integer(&n, &i) ? i : dflt;
}

double opsdk_value_double(opsdk_value v, double dflt)
{
    node n = node_of(v);

    return n.type == OPSDK_NUMBER ? number_double(n.text) : dflt;
}

bool opsdk_value_bool(opsdk_value v, bool dflt)
{
    node n = node_of(v);

    return n.type == OPSDK_BOOL ? n.truth : dflt;
}

bool opsdk_value_next(opsdk_value parent, opsdk_value *key, opsdk_value *item)
{
    node n = node_of(parent);
    const char *next;

    if (n.type != OPSDK_ARRAY && n.type != OPSDK_MAP)
        return false;
    next = item->len > 0 ? at_of(*item) + item->len : n.text;
    if (next >= n.text + n.len)
        return false;
    if (key)
        *key = n.type == OPSDK_MAP ? value_of(parent.obj, next) : (opsdk_value){0};
    if (n.type == OPSDK_MAP)
        next += node_read(next).size;
    *item = value_of(parent.obj, next);
    return true;
}

static json_t *to_json(const char *at);

static json_t *to_array(const node *n)
{
    json_t *array = json_array();
    const char *end = n->text + n->len;

    for (const char *p = n->text; array && p < end; p += node_read(p).size) {
        if (json_array_append_new(array, to_json(p)) == 0)
            continue;
        json_decref(array);
        return NULL;
    }
    return array;
}

static json_t *to_map(const node *n)
{
    json_t *map = json_object();
    const char *end = n->text + n->len;

    for (const char *p = n->text; map && p < end; p += node_read(p).size) {
        node key = node_read(p);
        p += key.size;
        if (json_object_setn_new_nocheck(map, key.text, key.len, to_json(p)) == 0)
            continue;
        json_decref(map);
        return NULL;
    }
    return map;
}

/* jansson has no infinity: what is too large for a double becomes the largest one. */
static json_t *to_number(const node *n)
{
    int64_t i;
    double d;

    if (is_integer(n) && read_integer(n, &i))
        return json_integer(i);
    d = number_double(n->text);
    return json_real(isinf(d) ? copysign(DBL_MAX, d) : d);
}

/* Recursion is at most LIMIT_DEPTH deep: no pack is deeper. */
static json_t *to_json(const char *at)
{
    node n = node_read(at);

    switch (n.type) {
    case OPSDK_MAP:
        return to_map(&n);
    case OPSDK_ARRAY:
        return to_array(&n);
    case OPSDK_STRING:
        return json_stringn_nocheck(n.text, n.len);
    case OPSDK_NUMBER:
        return to_number(&n);
    case OPSDK_BOOL:
        return json_boolean(n.truth);
    default:
        return json_null();
    }
}

json_t *opsdk_value_json(opsdk_value v)
{
    return v.len > 0 ? to_json(at_of(v)) : NULL;
}
