#include "apiserver/json_put.h"
#include "core/text.h"

#include <endian.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* By hand, since jansson's own looks out for cycles in every map, which takes longer than the rest of a write.  There are none: maps
 * come from text, and those that are put into others are new. */
static int put(const json_t *v, buf *out);

static void add(buf *out, char c)
{
    if (out->len + 1 >= out->cap || out->failed) {
        buf_addc(out, c);
        return;
    }
    out->data[out->len++] = c;
    out->data[out->len] = '\0';
}

static void put_escaped(unsigned char c, buf *out)
{
    static const char *const shorts[32] = {
        ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f", ['\r'] = "\\r"};

    if (c >= 0x20) {
        buf_addc(out, '\\');
        buf_addc(out, (char)c);
    } else if (shorts[c]) {
        buf_add(out, shorts[c], 2);
    } else {
        buf_printf(out, "\\u%04X", c);
    }
}

#define EACH(byte) (0x0101010101010101u * (byte))

/* The high bit of each of eight bytes that cannot stand as it is; those behind the first may be wrong. */
static uint64_t specials(uint64_t x)
{
    uint64_t quote = x ^ EACH('"'), slash = x ^ EACH('\\');

    return (((x - EACH(0x20)) & ~x) | ((quote - EACH(1)) & ~quote) | ((slash - EACH(1)) & ~slash)) & EACH(0x80);
}

/* Copies what stands as it is from the start of text, and returns how much that is; *all has every bit that is in one of these bytes, and
 * maybe others. */
static size_t copy_plain(char *to, const char *text, size_t len, uint64_t *all)
{
    size_t n = 0;
    uint64_t x, found = 0;

    for (; n + sizeof(x) <= len && !found; n += sizeof(x)) {
        memcpy(&x, text + n, sizeof(x));
        memcpy(to + n, &x, sizeof(x));
        x = le64toh(x);
        *all |= x;
        found = specials(x);
    }
    if (found)
        return n - sizeof(x) + (size_t)(__builtin_ctzll(found) / 8);
    for (; n < len && (unsigned char)text[n] >= 0x20 && text[n] != '"' && text[n] != '\\'; n++) {
        to[n] = text[n];
        *all |= (unsigned char)text[n];
    }
    return n;
}

static int put_text(const char *text, size_t len, buf *out)
{
    uint64_t all = 0;

    add(out, '"');
    for (size_t at = 0, n; at < len && buf_reserve(out, len - at); at += n + 1) {
        n = copy_plain(out->data + out->len, text + at, len - at, &all);
        out->len += n;
        out->data[out->len] = '\0';
        if (at + n < len)
            put_escaped((unsigned char)text[at + n], out);
    }
    add(out, '"');
    return !(all & EACH(0x80)) || text_is_utf8(text, len) ? 0 : -1;
}

static int put_member(void *at, char before, buf *out)
{
    int r;

    add(out, before);
    r = put_text(json_object_iter_key(at), json_object_iter_key_len(at), out);
    add(out, ':');
    return r == 0 ? put(json_object_iter_value(at), out) : -1;
}

/* at: where to begin. */
static int put_members(const json_t *map, void *at, char before, buf *out)
{
    int r = 0;

    for (; r == 0 && at; at = json_object_iter_next((json_t *)map, at)) {
        r = put_member(at, before, out);
        before = ',';
    }
    if (before == '{')
        add(out, '{');
    add(out, '}');
    return r;
}

static int put_map(const json_t *map, buf *out)
{
    return put_members(map, json_object_iter((json_t *)map), '{', out);
}

/* The kind first, as the server has it; clients mostly begin with the version. */
static int put_top(const json_t *map, buf *out)
{
    void *first = json_object_iter((json_t *)map), *second = first ? json_object_iter_next((json_t *)map, first) : NULL;

    if (!second || strcmp(json_object_iter_key(first), "apiVersion") != 0 ||
        strcmp(json_object_iter_key(second), "kind") != 0)
        return put_map(map, out);
    if (put_member(second, '{', out) < 0 || put_member(first, ',', out) < 0)
        return -1;
    return put_members(map, json_object_iter_next((json_t *)map, second), ',', out);
}

static int put_list(const json_t *list, buf *out)
{
    size_t n = json_array_size(list);
    int r = 0;

    add(out, '[');
    for (size_t i = 0; r == 0 && i < n; i++) {
        if (i)
            add(out, ',');
        r = put(json_array_get(list, i), out);
    }
    add(out, ']');
    return r;
}

static void put_integer(json_int_t value, buf *out)
{
    char room[24];
    int len = snprintf(room, sizeof(room), "%" JSON_INTEGER_FORMAT, value);

    buf_add(out, room, (size_t)len);
}

static int put_real(const json_t *value, buf *out)
{
    char room[64];
    size_t len = json_dumpb(value, room, sizeof(room), JSON_ENCODE_ANY);

    buf_add(out, room, len);
    return len > 0 && len <= sizeof(room) ? 0 : -1;
}

static int put(const json_t *v, buf *out)
{
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        return put_map(v, out);
    case JSON_ARRAY:
        return put_list(v, out);
    case JSON_STRING:
        return put_text(json_string_value(v), json_string_length(v), out);
    case JSON_INTEGER:
        put_integer(json_integer_value(v), out);
        return 0;
    case JSON_REAL:
        return put_real(v, out);
    case JSON_TRUE:
        buf_add(out, "true", 4);
        return 0;
    case JSON_FALSE:
        buf_add(out, "false", 5);
        return 0;
    default:
        buf_add(out, "null", 4);
        return 0;
    }
}

int json_put(const json_t *doc, buf *out)
{
    if (!json_is_object(doc) && !json_is_array(doc))
        return -1;
    return (json_is_object(doc) ? put_top(doc, out) : put(doc, out)) < 0 || out->failed ? -1 : 0;
}
