#include "apiserver/item.h"
#include "apiserver/json_put.h"
#include "apiserver/json_read.h"
#include "apiserver/meta.h"
#include "client/clock.h"
#include "core/limits.h"

#include <opsdk/common.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define PACK_FROM 4096 /* bytes of text from which packing pays: below it is mostly names and a mark of who owns what */
#define PACK_LEVEL 1
#define TEXT 1000 /* bytes that most objects need */

item *item_ref(const item *it)
{
    __atomic_add_fetch(&((item *)it)->refs, 1, __ATOMIC_RELAXED);
    return (item *)it;
}

item *item_unref(item *it)
{
    if (it && __atomic_sub_fetch(&it->refs, 1, __ATOMIC_ACQ_REL) == 0)
        free(it);
    return NULL;
}

void item_text(const item *it, buf *out)
{
    if (!it->packed) {
        buf_add(out, it->text, it->len);
        return;
    }
    if (!buf_reserve(out, it->len))
        return;
    ZSTD_decompress(out->data + out->len, it->len, it->text, it->packed);
    out->len += it->len;
    out->data[out->len] = '\0';
}

json_t *item_json(const item *it)
{
    auto_buf text = BUF_INIT(LIMIT_OBJECT);

    if (!it->packed)
        return json_read(it->text, it->len, 0, NULL);
    item_text(it, &text);
    return text.failed ? NULL : json_read(text.data, text.len, 0, NULL);
}

const char *item_label(const item *it, const char *key)
{
    for (size_t i = 0; i < it->n_labels; i++)
        if (strcmp(it->labels[2 * i], key) == 0)
            return it->labels[2 * i + 1];
    return NULL;
}

static const json_t *at_pointer(const json_t *obj, const char *pointer)
{
    char name[128];

    while (obj && *pointer == '/') {
        size_t len = strcspn(++pointer, "/");
        snprintf(name, sizeof(name), "%.*s", (int)len, pointer);
        obj = json_object_get(obj, name);
        pointer += len;
    }
    return obj;
}

/* The value that a field selector compares with; in room when it is no string. */
static const char *selectable_value(const json_t *obj, const selectable *s, char *room, size_t len)
{
    const json_t *value = at_pointer(obj, s->pointer);

    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_boolean(value))
        return json_is_true(value) ? "true" : "false";
    if (!json_is_integer(value))
        return s->dflt ? s->dflt : "";
    snprintf(room, len, "%lld", (long long)json_integer_value(value));
    return room;
}

typedef struct sizes {
    size_t labels, fields, strings;
} sizes;

/* Copies to *at and moves it on. */
static const char *keep(char **at, const char *text)
{
    char *start = *at;
    size_t len = strlen(text) + 1;

    memcpy(start, text, len);
    *at += len;
    return start;
}

static sizes measure(const resource *res, const json_t *obj)
{
    json_t *labels = json_object_get(json_object_get(obj, "metadata"), "labels"), *value;
    sizes n = {.labels = json_object_size(labels)};
    const char *key;
    char room[32];

    json_object_foreach(labels, key, value) n.strings += strlen(key) + json_string_length(value) + 2;
    for (const selectable *s = res->selectables; s && s->name; s++, n.fields++)
        n.strings += strlen(selectable_value(obj, s, room, sizeof(room))) + 1;
    n.strings += 2 * strlen(meta_text(obj, "namespace")) + 2 * strlen(meta_text(obj, "name")) + 4;
    n.strings += strlen(meta_text(obj, "uid")) + 1;
    return n;
}

/* name stands inside of key. */
static void fill_names(item *it, const json_t *obj, char **at)
{
    const char *ns = meta_text(obj, "namespace"), *name = meta_text(obj, "name");
    size_t len = strlen(ns);

    it->ns = keep(at, ns);
    it->key = *at;
    if (len) {
        memcpy(*at, ns, len);
        (*at)[len] = '/';
        *at += len + 1;
    }
    it->name = keep(at, name);
    it->uid = keep(at, meta_text(obj, "uid"));
}

static void fill_selectors(item *it, const resource *res, const json_t *obj, const char **slots, char **at)
{
    json_t *labels = json_object_get(json_object_get(obj, "metadata"), "labels"), *value;
    const char *key;
    char room[32];

    it->labels = slots;
    json_object_foreach(labels, key, value)
    {
        *slots++ = keep(at, key);
        *slots++ = keep(at, json_is_string(value) ? json_string_value(value) : "");
        it->n_labels++;
    }
    it->fields = slots;
    for (const selectable *s = res->selectables; s && s->name; s++, it->n_fields++)
        *slots++ = keep(at, selectable_value(obj, s, room, sizeof(room)));
}

static item *build(const resource *res, const json_t *obj, const char *text, size_t len, size_t packed)
{
    sizes n = measure(res, obj);
    size_t slots = (2 * n.labels + n.fields) * sizeof(char *), body = packed ? packed : len;
    item *it = malloc(sizeof(*it) + slots + n.strings + body + 1);
    char *at = (char *)(it + 1) + slots;

    if (!it)
        return NULL;
    *it = (item){.refs = 1, .len = len, .packed = packed};
    fill_names(it, obj, &at);
    fill_selectors(it, res, obj, (const char **)(it + 1), &at);
    it->text = at;
    memcpy(at, text, body);
    at[body] = '\0';
    return it;
}

static item *build_packed(const resource *res, const json_t *obj, const char *text, size_t len)
{
    size_t room = ZSTD_compressBound(len), packed;
    char *out = malloc(room);
    item *it = NULL;

    if (!out)
        return NULL;
    packed = ZSTD_compress(out, room, text, len, PACK_LEVEL);
    it = ZSTD_isError(packed) || packed >= len ? build(res, obj, text, len, 0) : build(res, obj, out, len, packed);
    free(out);
    return it;
}

item *item_new(const resource *res, const json_t *obj, int64_t revision)
{
    auto_buf text = BUF_INIT(LIMIT_OBJECT);
    item *it = NULL;

    if (buf_reserve(&text, TEXT) && json_put(obj, &text) == 0)
        it = text.len < PACK_FROM ? build(res, obj, text.data, text.len, 0)
                                  : build_packed(res, obj, text.data, text.len);
    if (!it)
        return NULL;
    it->revision = revision;
    it->stored_ms = clock_ms();
    return it;
}
