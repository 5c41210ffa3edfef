#include "apiserver/json_read.h"
#include "core/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH 64  /* beyond: by jansson */
#define DIGITS 18 /* that fit in 64 bits, whatever they are */
#define KEY 256   /* bytes of a key */

/* Whatever is unusual ends in NULL: reals, large numbers, \u, deep nesting, what is no JSON. */
typedef struct reading {
    const char *at, *end;
    int depth;
    char *room; /* for texts with escapes; as large as the whole */
    size_t len;
} reading;

static json_t *read_value(reading *r);

static void skip_space(reading *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r'))
        r->at++;
}

static bool take(reading *r, char c)
{
    skip_space(r);
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

/* What stands behind a backslash; 0: unusual. */
static char unescape(char c)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *found = c ? strchr(from, c) : NULL;

    return found ? to[found - from] : '\0';
}

/* The rest of a text from its first escape on. */
static const char *take_escaped(reading *r, const char *start, size_t *ret_len)
{
    size_t len = (size_t)(r->at - start);

    if (!r->room)
        r->room = malloc(r->len);
    if (!r->room)
        return NULL;
    memcpy(r->room, start, len);
    while (r->at < r->end && *r->at != '"') {
        char c = *r->at++;
        if (c == '\\')
            c = r->at < r->end ? unescape(*r->at++) : '\0';
        else if ((unsigned char)c < 0x20)
            c = '\0';
        if (!c)
            return NULL;
        r->room[len++] = c;
    }
    if (r->at == r->end)
        return NULL;
    r->at++;
    *ret_len = len;
    return r->room;
}

/* In place, or in room when there are escapes; NULL: unusual. */
static const char *take_text(reading *r, size_t *ret_len)
{
    const char *start, *text;
    unsigned char all = 0;

    if (!take(r, '"'))
        return NULL;
    for (start = r->at; r->at < r->end; r->at++) {
        unsigned char c = (unsigned char)*r->at;
        if (c == '"' || c == '\\' || c < 0x20)
            break;
        all |= c;
    }
    if (r->at < r->end && *r->at == '"') {
        text = start;
        *ret_len = (size_t)(r->at++ - start);
    } else {
        text = take_escaped(r, start, ret_len);
        all = 0x80;
    }
    return text && (all < 0x80 || text_is_utf8(text, *ret_len)) ? text : NULL;
}

static json_t *read_text(reading *r)
{
    size_t len;
    const char *text = take_text(r, &len);

    return text ? json_stringn_nocheck(text, len) : NULL;
}

static json_t *read_integer(reading *r)
{
    bool minus = *r->at == '-';
    json_int_t value = 0;
    const char *start;

    r->at += minus;
    for (start = r->at; r->at < r->end && *r->at >= '0' && *r->at <= '9' && r->at - start < DIGITS; r->at++)
        value = value * 10 + (*r->at - '0');
    if (r->at == start || (*start == '0' && (r->at - start > 1 || minus)))
        return NULL;
    if (r->at < r->end && strchr(".eE0123456789", *r->at))
        return NULL;
    return json_integer(minus ? -value : value);
}

static json_t *read_word(reading *r)
{
    static const char *const words[] = {"true", "false", "null"};

    for (size_t i = 0; i < 3; i++) {
        size_t len = strlen(words[i]);
        if ((size_t)(r->end - r->at) < len || memcmp(r->at, words[i], len) != 0)
            continue;
        r->at += len;
        return i == 0 ? json_true() : i == 1 ? json_false() : json_null();
    }
    return NULL;
}

/* Reads "key": value into map. */
static bool read_member(reading *r, json_t *map)
{
    char copy[KEY];
    size_t len;
    const char *key = take_text(r, &len);

    if (!key || len > sizeof(copy))
        return false;
    memcpy(copy, key, len); /* room is for the value's texts, too */
    if (!take(r, ':'))
        return false;
    return json_object_setn_new_nocheck(map, copy, len, read_value(r)) == 0;
}

static json_t *read_map(reading *r)
{
    json_t *map = json_object();
    bool good = map != NULL;

    r->at++;
    if (good && take(r, '}'))
        return map;
    do
        good = good && read_member(r, map);
    while (good && take(r, ','));
    if (good && take(r, '}'))
        return map;
    json_decref(map);
    return NULL;
}

static json_t *read_list(reading *r)
{
    json_t *list = json_array();
    bool good = list != NULL;

    r->at++;
    if (good && take(r, ']'))
        return list;
    do
        good = good && json_array_append_new(list, read_value(r)) == 0;
    while (good && take(r, ','));
    if (good && take(r, ']'))
        return list;
    json_decref(list);
    return NULL;
}

static json_t *read_nested(reading *r)
{
    json_t *v;

    if (r->depth == DEPTH)
        return NULL;
    r->depth++;
    v = *r->at == '{' ? read_map(r) : read_list(r);
    r->depth--;
    return v;
}

static json_t *read_value(reading *r)
{
    skip_space(r);
    if (r->at == r->end)
        return NULL;
    switch (*r->at) {
    case '{':
    case '[':
        return read_nested(r);
    case '"':
        return read_text(r);
    case 't':
    case 'f':
    case 'n':
        return read_word(r);
    default:
        return read_integer(r);
    }
}

json_t *json_read_plain(const char *text, size_t len, size_t flags)
{
    reading r = {.at = text, .end = text + len, .len = len};
    json_t *v = read_value(&r);

    free(r.room);
    skip_space(&r);
    if (v && r.at == r.end && (flags & JSON_DECODE_ANY || json_is_object(v) || json_is_array(v)))
        return v;
    json_decref(v);
    return NULL;
}

json_t *json_read(const char *text, size_t len, size_t flags, json_error_t *err)
{
    json_t *v = json_read_plain(text, len, flags);

    return v ? v : json_loadb(text, len, flags, err);
}
