#include "apiserver/json_clone.h"
#include "apiserver/schema/custom.h"
#include "apiserver/schema/decode.h"
#include "apiserver/schema/walk.h"
#include "core/limits.h"

typedef struct coercer {
    const char *prefix;
    json_t *unknown;
    field_errors *errors;
} coercer;

static int refuse(const coercer *c, const buf *path, const char *name, const json_t *value, const char *why)
{
    auto_buf at = BUF_INIT(LIMIT_OBJECT);

    walk_path(&at, c->prefix, path, name);
    field_invalid(c->errors, at.failed ? "" : at.data, value, "%s", why);
    return -1;
}

static int coerce_metadata(const coercer *c, json_t *resource, const buf *path)
{
    json_t *meta = json_object_get(resource, "metadata");
    auto_buf why = BUF_INIT(LIMIT_OBJECT), prefix = BUF_INIT(LIMIT_OBJECT);
    json_auto_t *before = json_clone(meta);

    if (!meta)
        return 0;
    if (json_is_null(meta))
        return json_object_set_new(resource, "metadata", json_object());
    walk_path(&prefix, c->prefix, path, "metadata.");
    if (decode_struct(&SCHEMA_OBJECT_META, meta, prefix.data, c->unknown, &why) < 0)
        return refuse(c, path, "metadata", before, why.failed ? "" : why.data);
    return 0;
}

static int coerce(const schema *s, json_t *value, buf *path, void *user)
{
    static const char *const names[] = {"apiVersion", "kind"};
    const coercer *c = user;

    if (!s->embedded || !json_is_object(value))
        return 0;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const json_t *name = json_object_get(value, names[i]);
        if (name && !json_is_string(name))
            return refuse(c, path, names[i], name, "must be a string");
    }
    return coerce_metadata(c, value, path);
}

int custom_coerce(const schema *s, json_t *value, const char *prefix, json_t *unknown, field_errors *errors)
{
    coercer c = {prefix, unknown, errors};

    return schema_walk(s, value, coerce, &c);
}
