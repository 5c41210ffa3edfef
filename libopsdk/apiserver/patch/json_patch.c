#include "apiserver/go_print.h"
#include "apiserver/json_clone.h"
#include "apiserver/limits.h"
#include "apiserver/patch/patch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One patch on its way through a document of its own. */
typedef struct patching {
    json_t *doc;
    size_t copied; /* bytes of text */
    failure *why;
} patching;

/* Whatever is wrong with an operation, the real server tells this alone. */
static int refuse(failure *why)
{
    failure_set(why, 422, "Invalid", "the server rejected our request due to an error in our request");
    if (!why->details)
        why->details = json_object();
    return -1;
}

/* One token of a pointer, up to "/" or the end, decoded into room, which is long enough. */
static const char *token(const char *at, char *room)
{
    while (*at && *at != '/') {
        bool escape = *at == '~' && (at[1] == '0' || at[1] == '1');
        *room++ = !escape ? *at : at[1] == '0' ? '~' : '/';
        at += escape ? 2 : 1;
    }
    *room = '\0';
    return at;
}

/* An index as strconv.Atoi reads it. */
static bool number(const char *text, long *ret)
{
    const char *digit = text + (*text == '-' || *text == '+');

    if (!*digit || digit[strspn(digit, "0123456789")])
        return false;
    errno = 0;
    *ret = strtol(text, NULL, 10);
    return errno == 0;
}

/* Position of an item among len that are there; with room for one more when adding. */
static bool position(const char *text, size_t len, size_t *ret)
{
    long n;

    if (!number(text, &n))
        return false;
    if (n < 0)
        n += (long)len;
    *ret = (size_t)n;
    return n >= 0 && n < (long)len;
}

/* NULL when there is none; a null is a value here. */
static json_t *child(const json_t *parent, const char *key)
{
    size_t at;

    if (json_is_object(parent))
        return json_object_get(parent, key);
    return position(key, json_array_size(parent), &at) ? json_array_get(parent, at) : NULL;
}

/* The container that a pointer's last token is in, and that token into room; NULL: there is none. */
static json_t *container(json_t *doc, const char *path, char *room)
{
    const char *at = strchr(path, '/'); /* what stands before is not looked at */

    if (!at)
        return NULL;
    for (at = token(at + 1, room); *at; at = token(at + 1, room)) {
        doc = child(doc, room);
        if (!json_is_object(doc) && !json_is_array(doc))
            return NULL;
    }
    return doc;
}

/* Consumes value. */
static bool add(json_t *to, const char *key, json_t *value)
{
    size_t at;

    if (!value)
        return false;
    if (json_is_object(to))
        return json_object_set_new_nocheck(to, key, value) == 0;
    if (strcmp(key, "-") == 0)
        return json_array_append_new(to, value) == 0;
    if (!position(key, json_array_size(to) + 1, &at)) {
        json_decref(value);
        return false;
    }
    return json_array_insert_new(to, at, value) == 0;
}

static bool take_out(json_t *from, const char *key)
{
    size_t at;

    if (json_is_object(from))
        return json_object_del(from, key) == 0;
    return position(key, json_array_size(from), &at) && json_array_remove(from, at) == 0;
}

/* Consumes value. */
static bool replace(json_t *in, const char *key, json_t *value)
{
    size_t at;

    if (!value)
        return false;
    if (json_is_object(in))
        return json_object_set_new_nocheck(in, key, value) == 0;
    if (!position(key, json_array_size(in), &at)) {
        json_decref(value);
        return false;
    }
    return json_array_set_new(in, at, value) == 0;
}

static json_t *value_of(const json_t *op)
{
    const json_t *value = json_object_get(op, "value");

    return value ? json_clone(value) : json_null();
}

static bool do_replace(patching *p, json_t *in, const char *key, const json_t *op)
{
    const json_t *value = json_object_get(op, "value");
    json_t *copy;

    if (*json_string_value(json_object_get(op, "path")))
        return in && replace(in, key, value_of(op));
    if (!json_is_object(value) && !json_is_array(value))
        return false;
    copy = json_clone(value);
    if (!copy)
        return false;
    json_decref(p->doc);
    p->doc = copy;
    return true;
}

static bool do_test(const patching *p, const json_t *in, const char *key, const json_t *op)
{
    const json_t *want = json_object_get(op, "value"), *have;

    if (!*json_string_value(json_object_get(op, "path")))
        return want && json_equal(p->doc, want);
    if (!in)
        return false;
    have = child(in, key);
    if (!have && json_is_array(in))
        return false;
    if (!have || json_is_null(have))
        return !want || json_is_null(want);
    return want && json_equal(have, want);
}

/* The value that "from" points to, borrowed; a member that is not there is a null to copy. */
static json_t *source(patching *p, const char *from, char *room, json_t **ret_in)
{
    *ret_in = container(p->doc, from, room);
    return *ret_in ? child(*ret_in, room) : NULL;
}

static bool do_move(patching *p, const char *from, const char *path, char *room)
{
    json_t *in, *value = source(p, from, room, &in);
    bool done;

    if (!value)
        return false;
    json_incref(value);
    done = take_out(in, room);
    in = done ? container(p->doc, path, room) : NULL;
    done = in && add(in, room, json_incref(value));
    json_decref(value);
    return done;
}

static bool do_copy(patching *p, const char *from, const char *path, char *room)
{
    auto_buf text = BUF_INIT(LIMIT_PATCH_COPY);
    json_t *in, *value = source(p, from, room, &in);

    if (!in || (!value && json_is_array(in)))
        return false;
    if (value)
        go_json(&text, value);
    p->copied += text.len;
    if (text.failed || p->copied > LIMIT_PATCH_COPY)
        return false;
    in = container(p->doc, path, room);
    return in && add(in, room, value ? json_clone(value) : json_null());
}

static bool apply(patching *p, const json_t *op, char *room)
{
    const char *kind = json_string_value(json_object_get(op, "op")),
               *path = json_string_value(json_object_get(op, "path")),
               *from = json_string_value(json_object_get(op, "from"));
    json_t *in;

    if (!kind || !path)
        return false;
    if (strcmp(kind, "move") == 0)
        return from && do_move(p, from, path, room);
    if (strcmp(kind, "copy") == 0)
        return from && do_copy(p, from, path, room);
    in = container(p->doc, path, room);
    if (strcmp(kind, "replace") == 0)
        return do_replace(p, in, room, op);
    if (strcmp(kind, "test") == 0)
        return do_test(p, in, room, op);
    if (strcmp(kind, "add") == 0)
        return in && add(in, room, value_of(op));
    return strcmp(kind, "remove") == 0 && in && take_out(in, room);
}

/* Room for any token of one operation. */
static size_t longest(const json_t *op)
{
    size_t path = json_string_length(json_object_get(op, "path")),
           from = json_string_length(json_object_get(op, "from"));

    return (path > from ? path : from) + 1;
}

static int apply_all(patching *p, const json_t *ops)
{
    for (size_t i = 0; i < json_array_size(ops); i++) {
        const json_t *op = json_array_get(ops, i);
        char *room = malloc(longest(op));
        bool done = room && apply(p, op, room);
        free(room);
        if (!done)
            return refuse(p->why);
    }
    return 0;
}

/* ---- what a decoder says of the operations ---- */

static bool is_known(const char *name)
{
    return strcmp(name, "op") == 0 || strcmp(name, "path") == 0 || strcmp(name, "from") == 0 ||
           strcmp(name, "value") == 0;
}

static int check_members(const json_t *op, size_t i, json_t *strict, failure *why)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)op, name, value)
    {
        if (!is_known(name))
            json_array_append_new(strict, json_sprintf("json patch unknown field \"[%zu].%s\"", i, name));
        else if (strcmp(name, "value") != 0 && !json_is_string(value) && !json_is_null(value))
            return failure_bad_request(
                why,
                "error decoding patch: json: cannot unmarshal %s into Go struct field jsonPatchOp.%s of type string",
                go_kind(value), name);
    }
    return 0;
}

static int check(const json_t *ops, json_t *strict, failure *why)
{
    const char *before = strict ? "error decoding patch: " : "";

    if (!json_is_array(ops) && !json_is_null(ops))
        return failure_bad_request(why, "%sjson: cannot unmarshal %s into Go value of type %s", before, go_kind(ops),
                                   strict ? "[]handlers.jsonPatchOp" : "jsonpatch.Patch");
    for (size_t i = 0; i < json_array_size(ops); i++) {
        const json_t *op = json_array_get(ops, i);
        if (!json_is_object(op) && !json_is_null(op))
            return failure_bad_request(why, "%sjson: cannot unmarshal %s into Go value of type %s", before, go_kind(op),
                                       strict ? "handlers.jsonPatchOp" : "jsonpatch.Operation");
        if (strict && check_members(op, i, strict, why) < 0)
            return -1;
    }
    if (json_array_size(ops) > LIMIT_PATCH_OPS)
        return failure_set(why, 413, "RequestEntityTooLarge",
                           "Request entity is too large: The allowed maximum operations in a JSON patch is %d, got %zu",
                           LIMIT_PATCH_OPS, json_array_size(ops));
    return 0;
}

int patch_json(const json_t *doc, const json_t *ops, json_t *strict, json_t **ret, failure *why)
{
    patching p = {.why = why};
    int r = check(ops, strict, why);

    if (r < 0)
        return r;
    p.doc = json_clone(doc);
    if (!p.doc)
        return failure_memory(why);
    r = apply_all(&p, ops);
    if (r < 0)
        json_decref(p.doc);
    else
        *ret = p.doc;
    return r;
}
