#include "apiserver/schema/protobuf.h"
#include "core/base64.h"
#include "core/limits.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* What is left of a message. */
typedef struct message {
    const unsigned char *at, *end;
} message;

/* One field of it. */
typedef struct field {
    unsigned number, wire;
    uint64_t value; /* of a varint or of fixed bits */
    message inside; /* of bytes */
} field;

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

static bool read_varint(message *m, uint64_t *ret)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64 && m->at < m->end; shift += 7) {
        value |= (uint64_t)(*m->at & 0x7f) << shift;
        if (!(*m->at++ & 0x80)) {
            *ret = value;
            return true;
        }
    }
    return false;
}

static bool read_fixed(message *m, unsigned bytes, uint64_t *ret)
{
    if ((size_t)(m->end - m->at) < bytes)
        return false;
    *ret = 0;
    for (unsigned i = 0; i < bytes; i++)
        *ret |= (uint64_t)*m->at++ << (8 * i);
    return true;
}

static bool read_bytes(message *m, message *ret)
{
    uint64_t len;

    if (!read_varint(m, &len) || len > (uint64_t)(m->end - m->at))
        return false;
    *ret = (message){m->at, m->at + len};
    m->at += len;
    return true;
}

/* 1: there it is; 0: the message is at its end; -1: it is malformed. */
static int read_field(message *m, field *ret)
{
    uint64_t tag;
    bool good;

    if (m->at == m->end)
        return 0;
    if (!read_varint(m, &tag) || tag >> 3 == 0 || tag >> 3 > UINT16_MAX)
        return -1;
    *ret = (field){.number = (unsigned)(tag >> 3), .wire = (unsigned)(tag & 7)};
    if (ret->wire == WIRE_VARINT)
        good = read_varint(m, &ret->value);
    else if (ret->wire == WIRE_BYTES)
        good = read_bytes(m, &ret->inside);
    else if (ret->wire == WIRE_64 || ret->wire == WIRE_32)
        good = read_fixed(m, ret->wire == WIRE_64 ? 8 : 4, &ret->value);
    else
        good = false;
    return good ? 1 : -1;
}

/* The last field of that number, zero when it is not there. */
static bool find_field(message m, unsigned number, field *ret)
{
    field f;
    int r;

    *ret = (field){0};
    while ((r = read_field(&m, &f)) > 0)
        if (f.number == number)
            *ret = f;
    return r == 0;
}

/* ---- values ---- */

static int decode_value(const schema *s, const field *f, unsigned depth, json_t **ret);

static json_t *text_of(message m)
{
    return json_stringn((const char *)m.at, (size_t)(m.end - m.at)); /* NULL for what is no UTF-8 */
}

/* An empty message is no time. */
static int decode_time(message m, bool micro, json_t **ret)
{
    field seconds, nanos;
    char text[40], fraction[16] = "";
    time_t t;
    struct tm tm;

    if (m.at == m.end)
        return 0;
    if (!find_field(m, 1, &seconds) || !find_field(m, 2, &nanos))
        return -1;
    t = (time_t)seconds.value;
    if (!gmtime_r(&t, &tm))
        return -1;
    if (micro)
        snprintf(fraction, sizeof(fraction), ".%06u", (unsigned)(nanos.value / 1000 % 1000000));
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
    *ret = json_sprintf("%s%sZ", text, fraction);
    return 0;
}

static int decode_int_or_string(message m, json_t **ret)
{
    field type, number, text;

    if (!find_field(m, 1, &type) || !find_field(m, 2, &number) || !find_field(m, 3, &text))
        return -1;
    *ret = type.value == 0 ? json_integer((json_int_t)(int32_t)number.value) : text_of(text.inside);
    return *ret ? 0 : -1;
}

static int decode_quantity(message m, json_t **ret)
{
    field text;

    if (!find_field(m, 1, &text))
        return -1;
    *ret = text.wire == WIRE_BYTES ? text_of(text.inside) : json_string("0");
    return *ret ? 0 : -1;
}

/* RawExtension, FieldsV1 and JSON: the bytes of a document. */
static int decode_raw(message m, json_t **ret)
{
    field raw;

    if (!find_field(m, 1, &raw))
        return -1;
    if (raw.inside.at == raw.inside.end)
        return 0;
    *ret = json_loadb((const char *)raw.inside.at, (size_t)(raw.inside.end - raw.inside.at), JSON_DECODE_ANY, NULL);
    return *ret ? 0 : -1;
}

static int decode_bytes(message m, json_t **ret)
{
    auto_buf text = BUF_INIT(2 * (size_t)LIMIT_OBJECT);

    base64_encode(m.at, (size_t)(m.end - m.at), &text);
    *ret = text.failed ? NULL : json_string(text.data ? text.data : "");
    return *ret ? 0 : -1;
}

static json_t *number_of(const field *f)
{
    double real;

    if (f->wire != WIRE_64)
        return json_integer((json_int_t)f->value);
    memcpy(&real, &f->value, sizeof(real));
    return isfinite(real) ? json_real(real) : NULL;
}

/* A list that stands where only one value can stand, as in a map: a message of its own with the items as field 1. */
static int decode_wrapped(const schema *s, message m, unsigned depth, json_t **ret)
{
    field f;
    int r;

    *ret = json_array();
    while ((r = read_field(&m, &f)) > 0) {
        json_t *item = NULL;
        if (f.number != 1)
            continue;
        if (decode_value(s->items, &f, depth, &item) < 0) {
            json_decref(item);
            return -1;
        }
        json_array_append_new(*ret, item ? item : json_null());
    }
    return r;
}

static int decode_fields(const schema *s, message m, unsigned within, unsigned depth, json_t *to);

static int decode_message(const schema *s, message m, unsigned depth, json_t **ret)
{
    switch (s->type) {
    case SCHEMA_OBJECT:
        *ret = json_object();
        return decode_fields(s, m, 0, depth, *ret);
    case SCHEMA_LIST:
        return decode_wrapped(s, m, depth, ret);
    case SCHEMA_TIME:
    case SCHEMA_MICROTIME:
        return decode_time(m, s->type == SCHEMA_MICROTIME, ret);
    case SCHEMA_INT_OR_STRING:
        return decode_int_or_string(m, ret);
    case SCHEMA_QUANTITY:
        return decode_quantity(m, ret);
    case SCHEMA_ANY:
        return decode_raw(m, ret);
    case SCHEMA_BYTES:
        return decode_bytes(m, ret);
    default:
        *ret = text_of(m);
        return *ret ? 0 : -1;
    }
}

/* *ret stays NULL for what JSON would not have. */
static int decode_value(const schema *s, const field *f, unsigned depth, json_t **ret)
{
    if (depth > LIMIT_DEPTH)
        return -1;
    if (f->wire == WIRE_BYTES)
        return decode_message(s, f->inside, depth + 1, ret);
    *ret = s->type == SCHEMA_BOOLEAN ? json_boolean(f->value != 0) : number_of(f);
    return *ret ? 0 : -1;
}

/* ---- fields ---- */

static int decode_entry(const schema *s, message m, unsigned depth, json_t *map)
{
    field key, value;
    json_t *name, *got = NULL;
    int r;

    if (!find_field(m, 1, &key) || !find_field(m, 2, &value))
        return -1;
    name = text_of(key.inside);
    if (value.wire == 0 && value.number == 0)
        value = (field){.wire = WIRE_BYTES};
    if (name && strlen(json_string_value(name)) != json_string_length(name)) { /* no key as JSON is read */
        json_decref(name);
        return -1;
    }
    r = name ? decode_value(s->items, &value, depth, &got) : -1;
    if (r == 0)
        json_object_setn_new(map, json_string_value(name), json_string_length(name), got ? got : json_null());
    else
        json_decref(got);
    json_decref(name);
    return r;
}

static json_t *container(json_t *to, const char *name, bool list)
{
    json_t *there = json_object_get(to, name);

    if (there)
        return there;
    there = list ? json_array() : json_object();
    json_object_set_new(to, name, there);
    return there;
}

/* Lists and maps come as one field for each item. */
static int decode_one(const schema_field *sf, const field *f, unsigned depth, json_t *to)
{
    json_t *got = NULL;

    if (sf->type->type == SCHEMA_MAP)
        return f->wire == WIRE_BYTES ? decode_entry(sf->type, f->inside, depth + 1, container(to, sf->name, false))
                                     : -1;
    if (decode_value(sf->type->type == SCHEMA_LIST ? sf->type->items : sf->type, f, depth, &got) < 0) {
        json_decref(got);
        return -1;
    }
    if (sf->type->type == SCHEMA_LIST)
        json_array_append_new(container(to, sf->name, true), got ? got : json_null());
    else if (got)
        json_object_set_new(to, sf->name, got);
    return 0;
}

/* The field of that number; *ret_struct: it is a struct within, whose fields stand in s. */
static const schema_field *by_number(const schema *s, unsigned number, unsigned within, bool *ret_struct)
{
    *ret_struct = false;
    for (size_t i = 0; i < s->n; i++) {
        const schema_field *sf = &s->fields[i];
        if (sf->number == number && sf->within == within)
            return sf;
        if (within == 0 && sf->within == number)
            *ret_struct = true;
    }
    return NULL;
}

/* Of a struct within when within is not 0.  Numbers that are unknown are left out. */
static int decode_fields(const schema *s, message m, unsigned within, unsigned depth, json_t *to)
{
    field f;
    int r;

    while ((r = read_field(&m, &f)) > 0) {
        bool inner;
        const schema_field *sf = by_number(s, f.number, within, &inner);
        if (sf)
            r = decode_one(sf, &f, depth, to);
        else if (inner && f.wire == WIRE_BYTES)
            r = decode_fields(s, f.inside, f.number, depth + 1, to);
        if (r < 0)
            break;
    }
    return r;
}

/* ---- the envelope ---- */

static int bad(failure *why)
{
    return failure_bad_request(why, "the body is no protobuf of a Kubernetes object");
}

/* TypeMeta: apiVersion is 1, kind is 2. */
static int read_type(message m, json_t *doc)
{
    field version, kind;

    if (!find_field(m, 1, &version) || !find_field(m, 2, &kind))
        return -1;
    json_object_set_new(doc, "kind", text_of(kind.inside));
    json_object_set_new(doc, "apiVersion", text_of(version.inside));
    return json_object_size(doc) == 2 ? 0 : -1;
}

static int decode_unknown(message m, protobuf_find_fn *find, const void *user, json_t *doc, failure *why)
{
    field type, raw;
    const schema *s;

    if (!find_field(m, 1, &type) || !find_field(m, 2, &raw) || read_type(type.inside, doc) < 0)
        return bad(why);
    s = find(json_string_value(json_object_get(doc, "apiVersion")), json_string_value(json_object_get(doc, "kind")),
             user);
    if (!s)
        return failure_bad_request(why, "no kind \"%s\" is registered for version \"%s\"",
                                   json_string_value(json_object_get(doc, "kind")),
                                   json_string_value(json_object_get(doc, "apiVersion")));
    return decode_fields(s, raw.inside, 0, 0, doc) < 0 ? bad(why) : 0;
}

int protobuf_decode(const char *data, size_t len, protobuf_find_fn *find, const void *user, json_t **ret, failure *why)
{
    const unsigned char *at = (const unsigned char *)data;
    json_t *doc = json_object();

    if (len < 4 || memcmp(data, "k8s", 4) != 0) {
        json_decref(doc);
        return bad(why);
    }
    if (decode_unknown((message){at + 4, at + len}, find, user, doc, why) < 0) {
        json_decref(doc);
        return -1;
    }
    *ret = doc;
    return 0;
}
