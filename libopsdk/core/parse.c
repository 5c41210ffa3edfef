/* Objects out of JSON text and out of jansson trees. */
#include "core/object.h"
#include "core/text.h"

#include <string.h>

#define auto_pack __attribute__((cleanup(pack_clear))) pack

static int packed(int result, void *unused)
{
    (void)unused;
    return result == PACK_COMPLETE ? 0 : result;
}

int opsdk_object_parse(const opsdk_kind *kind, const char *json, size_t len, opsdk_object **ret, opsdk_error *err)
{
    auto_pack p;
    size_t used;
    scan s;
    int r;

    pack_init(&p);
    if (len > LIMIT_OBJECT)
        return opsdk_error_set(err, OPSDK_EPROTO, "the object is larger than 8 MiB");
    scan_init(&s, false, NULL, NULL);
    s.pack = &p; /* for good: nothing comes behind the value */
    s.on_packed = packed;
    r = scan_feed(&s, json, len, &used);
    if (r == 0)
        r = scan_end(&s);
    if (r == OPSDK_ENOMEM)
        return opsdk_error_set(err, r, "out of memory for an object of %zu bytes of JSON", len);
    if (r < 0)
        return opsdk_error_set(err, r, "not JSON at byte %llu: %s", (unsigned long long)s.at, s.why);
    return object_seal(kind, &p, ret, err);
}

/* A number as jansson writes it: with a point whatever the locale. */
static int add_number(pack *p, const json_t *number)
{
    char text[64];
    size_t n = json_dumpb(number, text, sizeof(text), JSON_ENCODE_ANY);

    return n > 0 && n <= sizeof(text) ? pack_add(p, TOKEN_NUMBER, text, n) : OPSDK_ENOMEM;
}

static int add_text(pack *p, enum token t, const char *text, size_t len)
{
    return text_is_utf8(text, len) ? pack_add(p, t, text, len) : OPSDK_EINVAL;
}

static int add_tree(pack *p, json_t *tree);

static int add_array(pack *p, json_t *array)
{
    json_t *item;
    size_t i;
    int r = pack_add(p, TOKEN_ARRAY, "", 0);

    json_array_foreach(array, i, item)
    {
        if (r >= 0)
            r = add_tree(p, item);
    }
    return r < 0 ? r : pack_add(p, TOKEN_END, "", 0);
}

static int add_map(pack *p, json_t *map)
{
    int r = pack_add(p, TOKEN_MAP, "", 0);

    for (void *it = json_object_iter(map); it && r >= 0; it = json_object_iter_next(map, it)) {
        r = add_text(p, TOKEN_KEY, json_object_iter_key(it), json_object_iter_key_len(it));
        if (r >= 0 && r != PACK_DROP)
            r = add_tree(p, json_object_iter_value(it));
    }
    return r < 0 ? r : pack_add(p, TOKEN_END, "", 0);
}

/* Recursion ends where the pack's depth does. */
static int add_tree(pack *p, json_t *tree)
{
    if (p->why)
        return OPSDK_EPROTO;
    switch (json_typeof(tree)) {
    case JSON_OBJECT:
        return add_map(p, tree);
    case JSON_ARRAY:
        return add_array(p, tree);
    case JSON_STRING:
        return add_text(p, TOKEN_STRING, json_string_value(tree), json_string_length(tree));
    case JSON_INTEGER:
    case JSON_REAL:
        return add_number(p, tree);
    case JSON_TRUE:
        return pack_add(p, TOKEN_TRUE, "", 0);
    case JSON_FALSE:
        return pack_add(p, TOKEN_FALSE, "", 0);
    default:
        return pack_add(p, TOKEN_NULL, "", 0);
    }
}

int opsdk_object_from_json(const opsdk_kind *kind, json_t *root, opsdk_object **ret, opsdk_error *err)
{
    auto_pack p;
    int r;

    pack_init(&p);
    if (!root)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory for the JSON tree of an object");
    r = add_tree(&p, root);
    json_decref(root);
    if (r == OPSDK_ENOMEM)
        return opsdk_error_set(err, r, "out of memory for an object");
    if (r == OPSDK_EINVAL)
        return opsdk_error_set(err, OPSDK_EPROTO, "a string in the JSON tree of an object is no UTF-8");
    return object_seal(kind, &p, ret, err);
}
