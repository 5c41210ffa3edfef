#include "core/yaml.h"
#include "core/limits.h"
#include "core/scalar.h"

#include <opsdk/yaml.h>
#include <string.h>
#include <yaml.h>

#define auto_event __attribute__((cleanup(yaml_event_delete))) yaml_event_t
#define TAG "tag:yaml.org,2002:"

typedef struct reader {
    yaml_parser_t parser;
    const char *name;
    opsdk_error *err;
    json_t *anchors;    /* name -> the finished node; shared with the tree */
    size_t nodes, text; /* made so far, aliases expanded */
    yaml_old *old;      /* or NULL */
} reader;

static int refuse(reader *r, const yaml_mark_t *at, const char *why)
{
    return opsdk_error_set(r->err, OPSDK_EINVAL, "%s:%zu:%zu: %s", r->name, at->line + 1, at->column + 1, why);
}

static int out_of_memory(reader *r)
{
    return opsdk_error_set(r->err, OPSDK_ENOMEM, "%s: out of memory", r->name);
}

/* Counts a node before it is made. */
static int charge(reader *r, const yaml_mark_t *at, size_t text)
{
    r->nodes++;
    r->text += text;
    if (r->nodes > LIMIT_YAML_NODES || r->text > LIMIT_YAML_TEXT)
        return refuse(r, at, "too much text once aliases are expanded; use fewer of them");
    return 0;
}

/* Where it is, as Go's parser counts lines. */
static void tell_old(reader *r)
{
    size_t line = r->parser.problem_mark.line;

    if (line)
        line += r->parser.error == YAML_SCANNER_ERROR;
    else
        line = r->parser.context_mark.line;
    if (line)
        buf_printf(&r->old->problem, "line %zu: ", line);
    buf_puts(&r->old->problem, r->parser.problem ? r->parser.problem : "malformed");
}

static int next_event(reader *r, yaml_event_t *ret)
{
    const char *why;

    if (yaml_parser_parse(&r->parser, ret))
        return 0;
    if (r->old)
        tell_old(r);
    if (r->parser.error == YAML_MEMORY_ERROR)
        return out_of_memory(r);
    why = r->parser.problem ? r->parser.problem : "malformed";
    if (r->parser.error == YAML_READER_ERROR)
        return opsdk_error_set(r->err, OPSDK_EINVAL, "%s: at byte %zu: %s", r->name, r->parser.problem_offset, why);
    return refuse(r, &r->parser.problem_mark, why);
}

/* A copy of an anchor's node, charged as if it stood there. */
static int copy(reader *r, const yaml_mark_t *at, const json_t *node, unsigned depth, json_t **ret);

static int copy_items(reader *r, const yaml_mark_t *at, const json_t *array, unsigned depth, json_t *to)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        json_t *item = NULL;
        int n = copy(r, at, json_array_get(array, i), depth, &item);
        if (n < 0)
            return n;
        if (json_array_append_new(to, item) < 0)
            return out_of_memory(r);
    }
    return 0;
}

static int copy_members(reader *r, const yaml_mark_t *at, json_t *map, unsigned depth, json_t *to)
{
    for (void *it = json_object_iter(map); it; it = json_object_iter_next(map, it)) {
        json_t *value = NULL;
        size_t len = json_object_iter_key_len(it);
        int n = charge(r, at, len);
        if (n == 0)
            n = copy(r, at, json_object_iter_value(it), depth, &value);
        if (n < 0)
            return n;
        if (json_object_setn_new_nocheck(to, json_object_iter_key(it), len, value) < 0)
            return out_of_memory(r);
    }
    return 0;
}

static int copy(reader *r, const yaml_mark_t *at, const json_t *node, unsigned depth, json_t **ret)
{
    int n = charge(r, at, json_string_length(node));
    bool map = json_is_object(node);
    json_auto_t *made = NULL;

    if (n < 0)
        return n;
    made = map ? json_object() : json_is_array(node) ? json_array() : json_copy((json_t *)node);
    if (!made)
        return out_of_memory(r);
    if (map || json_is_array(node)) {
        if (depth >= LIMIT_DEPTH)
            return refuse(r, at, "more than 128 levels once the alias is expanded");
        n = map ? copy_members(r, at, (json_t *)node, depth + 1, made) : copy_items(r, at, node, depth + 1, made);
    }
    if (n < 0)
        return n;
    *ret = json_incref(made);
    return 0;
}

static int read_alias(reader *r, const yaml_event_t *e, unsigned depth, json_t **ret)
{
    const json_t *node = json_object_get(r->anchors, (const char *)e->data.alias.anchor);

    if (!node)
        return refuse(r, &e->start_mark, "the alias names no anchor before it, or one that it is part of");
    return copy(r, &e->start_mark, node, depth, ret);
}

/* Does the tag, if any, allow a value of that type? */
static bool is_tag(const char *tag, json_type type)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "map", [JSON_ARRAY] = "seq", [JSON_STRING] = "str", [JSON_INTEGER] = "int",
        [JSON_REAL] = "float", [JSON_TRUE] = "bool", [JSON_FALSE] = "bool", [JSON_NULL] = "null",
    };

    if (!tag || strcmp(tag, "!") == 0)
        return true;
    return strncmp(tag, TAG, strlen(TAG)) == 0 && strcmp(tag + strlen(TAG), names[type]) == 0;
}

/* YAML 1.1 has more words for true and false.  NULL: this is none. */
static json_t *old_word(const reader *r, const char *text)
{
    static const char *const words[] = {"y", "Y", "yes", "Yes", "YES", "on",  "On",  "ON",
                                        "n", "N", "no",  "No",  "NO",  "off", "Off", "OFF"};
    const size_t n = sizeof(words) / sizeof(words[0]);

    for (size_t i = 0; r->old && i < n; i++)
        if (strcmp(text, words[i]) == 0)
            return json_boolean(i < n / 2);
    return NULL;
}

/* Quotes, "!" and !!str make a string; an integer will do for !!float. */
static int read_scalar(reader *r, const yaml_event_t *e, json_t **ret)
{
    const char *tag = (const char *)e->data.scalar.tag, *text = (const char *)e->data.scalar.value, *why = NULL;
    bool plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE, string = tag ? strcmp(tag, "!") == 0 : !plain;
    json_auto_t *value = NULL;
    int n = charge(r, &e->start_mark, e->data.scalar.length);

    if (n < 0)
        return n;
    if (string || (tag && strcmp(tag, TAG "str") == 0))
        value = json_stringn(text, e->data.scalar.length);
    else if (!tag)
        value = old_word(r, text);
    if (!value && !string && !(tag && strcmp(tag, TAG "str") == 0))
        value = scalar_read(text, e->data.scalar.length, &why);
    if (!value)
        return why ? refuse(r, &e->start_mark, why) : out_of_memory(r);
    if (json_is_integer(value) && tag && strcmp(tag, TAG "float") == 0) {
        *ret = json_real((double)json_integer_value(value));
        return *ret ? 0 : out_of_memory(r);
    }
    if (!is_tag(tag, json_typeof(value)))
        return refuse(r, &e->start_mark, "the tag is unknown or does not fit the value");
    *ret = json_incref(value);
    return 0;
}

static int read_node(reader *r, const yaml_event_t *e, unsigned depth, json_t **ret);

/* Items up to the end of the sequence. */
static int read_items(reader *r, unsigned depth, json_t *to)
{
    for (;;) {
        auto_event e = {0};
        json_t *item = NULL;
        int n = next_event(r, &e);
        if (n < 0 || e.type == YAML_SEQUENCE_END_EVENT)
            return n;
        n = read_node(r, &e, depth, &item);
        if (n < 0)
            return n;
        if (json_array_append_new(to, item) < 0)
            return out_of_memory(r);
    }
}

/* Adds what "<<" names where map has no member of its own. */
static int merge(reader *r, const yaml_mark_t *at, json_t *map, json_t *from)
{
    json_t *item;
    size_t i;

    if (json_is_object(from))
        return json_object_update_missing(map, from) < 0 ? out_of_memory(r) : 0;
    if (!json_is_array(from))
        return refuse(r, at, "\"<<\" must name a map or a list of maps");
    json_array_foreach(from, i, item)
    {
        int n = json_is_object(item) ? merge(r, at, map, item) : refuse(r, at, "\"<<\" must list maps only");
        if (n < 0)
            return n;
    }
    return 0;
}

static bool is_merge(const yaml_event_t *key)
{
    return key->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !key->data.scalar.tag &&
           strcmp((const char *)key->data.scalar.value, "<<") == 0;
}

/* A member whose key was read.  What "<<" names is kept in *ret_merge until the map is complete. */
static int read_member(reader *r, const yaml_event_t *key, unsigned depth, json_t *to, json_t **ret_merge)
{
    const char *name = (const char *)key->data.scalar.value;
    size_t len = key->data.scalar.length;
    bool merges = is_merge(key);
    auto_event e = {0};
    json_t *value = NULL;
    int n;

    if (merges ? *ret_merge != NULL : json_object_getn(to, name, len) != NULL) {
        if (!r->old || merges)
            return refuse(r, &key->start_mark, "the key was there before in this map");
        json_array_append_new(r->old->doubles, json_sprintf("line %zu: key \"%.*s\" already set in map",
                                                            key->start_mark.line + 1, (int)len, name));
    }
    n = charge(r, &key->start_mark, len);
    if (n == 0)
        n = next_event(r, &e);
    if (n == 0)
        n = read_node(r, &e, depth, &value);
    if (n < 0)
        return n;
    if (merges) {
        *ret_merge = value;
        return 0;
    }
    return json_object_setn_new_nocheck(to, name, len, value) < 0 ? out_of_memory(r) : 0;
}

static int read_anchor(reader *r, const unsigned char *anchor, json_t *node)
{
    if (!anchor)
        return 0;
    return json_object_set(r->anchors, (const char *)anchor, node) < 0 ? out_of_memory(r) : 0;
}

/* Members up to the end of the map.  A key is its text, whatever type it would have as a value. */
static int read_members(reader *r, const yaml_mark_t *start, unsigned depth, json_t *to)
{
    json_auto_t *merged = NULL;

    for (;;) {
        auto_event e = {0};
        json_auto_t *text = NULL;
        int n = next_event(r, &e);
        if (n < 0)
            return n;
        if (e.type == YAML_MAPPING_END_EVENT)
            return merged ? merge(r, start, to, merged) : 0;
        if (e.type != YAML_SCALAR_EVENT)
            return refuse(r, &e.start_mark, "a key must be a scalar");
        if (!is_tag((const char *)e.data.scalar.tag, JSON_STRING))
            return refuse(r, &e.start_mark, "a key can have no tag but !!str");
        if (strlen((const char *)e.data.scalar.value) != e.data.scalar.length)
            return refuse(r, &e.start_mark, "a key holds a NUL character"); /* jansson would cut it when it copies */
        if (e.data.scalar.anchor)
            text = json_stringn((const char *)e.data.scalar.value, e.data.scalar.length);
        n = text ? read_anchor(r, e.data.scalar.anchor, text) : 0;
        if (n == 0)
            n = read_member(r, &e, depth, to, &merged);
        if (n < 0)
            return n;
    }
}

static int read_container(reader *r, const yaml_event_t *e, unsigned depth, json_t **ret)
{
    bool map = e->type == YAML_MAPPING_START_EVENT;
    const unsigned char *anchor = map ? e->data.mapping_start.anchor : e->data.sequence_start.anchor;
    const unsigned char *tag = map ? e->data.mapping_start.tag : e->data.sequence_start.tag;
    json_auto_t *made = NULL;
    int n;

    if (depth >= LIMIT_DEPTH)
        return refuse(r, &e->start_mark, "more than 128 levels");
    if (!is_tag((const char *)tag, map ? JSON_OBJECT : JSON_ARRAY))
        return refuse(r, &e->start_mark, "the tag is unknown or does not fit the value");
    n = charge(r, &e->start_mark, 0);
    if (n < 0)
        return n;
    if (anchor) /* an alias inside of it must not find an older anchor of this name */
        json_object_del(r->anchors, (const char *)anchor);
    made = map ? json_object() : json_array();
    if (!made)
        return out_of_memory(r);
    n = map ? read_members(r, &e->start_mark, depth + 1, made) : read_items(r, depth + 1, made);
    if (n == 0)
        n = read_anchor(r, anchor, made);
    if (n < 0)
        return n;
    *ret = json_incref(made);
    return 0;
}

static int read_node(reader *r, const yaml_event_t *e, unsigned depth, json_t **ret)
{
    int n;

    if (e->type == YAML_ALIAS_EVENT)
        return read_alias(r, e, depth, ret);
    if (e->type != YAML_SCALAR_EVENT)
        return read_container(r, e, depth, ret);
    n = read_scalar(r, e, ret);
    if (n < 0)
        return n;
    n = read_anchor(r, e->data.scalar.anchor, *ret);
    if (n < 0)
        json_decref(*ret);
    return n;
}

/* The ends of the document and of the stream. */
static int expect_end(reader *r)
{
    auto_event end = {0}, last = {0};
    int n = next_event(r, &end);

    if (n == 0)
        n = next_event(r, &last);
    if (n == 0 && last.type != YAML_STREAM_END_EVENT)
        return refuse(r, &last.start_mark, "a second document begins; there must be only one");
    return n;
}

static int read_document(reader *r, json_t **ret)
{
    auto_event stream = {0}, document = {0}, first = {0};
    json_auto_t *root = NULL;
    int n = next_event(r, &stream);

    if (n == 0)
        n = next_event(r, &document);
    if (n == 0 && document.type == YAML_STREAM_END_EVENT) {
        *ret = json_null();
        return 0;
    }
    if (n == 0)
        n = next_event(r, &first);
    if (n == 0)
        n = read_node(r, &first, 0, &root);
    if (n == 0)
        n = expect_end(r);
    if (n < 0)
        return n;
    *ret = json_incref(root);
    return 0;
}

static int parse(reader *r, const char *text, size_t len, json_t **ret)
{
    int n;

    if (!yaml_parser_initialize(&r->parser))
        return out_of_memory(r);
    r->anchors = json_object();
    yaml_parser_set_input_string(&r->parser, (const unsigned char *)text, len);
    n = r->anchors ? read_document(r, ret) : out_of_memory(r);
    json_decref(r->anchors);
    yaml_parser_delete(&r->parser);
    return n;
}

int opsdk_yaml_parse(const char *name, const char *text, size_t len, json_t **ret, opsdk_error *err)
{
    reader r = {.name = name, .err = err};

    if (len > LIMIT_YAML)
        return opsdk_error_set(err, OPSDK_EINVAL, "%s: larger than 1 MiB", name);
    return parse(&r, text, len, ret);
}

int yaml_parse_old(const char *text, size_t len, json_t **ret, yaml_old *old)
{
    opsdk_error err = {0};
    reader r = {.name = "", .err = &err, .old = old};
    int n;

    old->problem = BUF_INIT(sizeof(err.message) + 64);
    old->doubles = json_array();
    n = old->doubles ? parse(&r, text, len, ret) : OPSDK_ENOMEM;
    if (n < 0 && old->problem.len == 0)
        buf_puts(&old->problem, err.message + strspn(err.message, ":0123456789 "));
    return n;
}

void yaml_old_clear(yaml_old *old)
{
    buf_clear(&old->problem);
    json_decref(old->doubles);
    *old = (yaml_old){0};
}
