/* An OpenAPI v2 document in protobuf, in the form of gnostic's openapi.v2.Document: kubectl takes no other. */
#include "apiserver/discovery/openapi.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"

#include <stdlib.h>
#include <string.h>

enum { DOCUMENT_SWAGGER = 1, DOCUMENT_INFO = 2, DOCUMENT_PATHS = 8, DOCUMENT_DEFINITIONS = 9 };
enum {
    SCHEMA_REF = 1,
    SCHEMA_FORMAT = 2,
    SCHEMA_DESCRIPTION = 4,
    SCHEMA_REQUIRED = 19,
    SCHEMA_MORE = 21,
    SCHEMA_KIND = 22,
    SCHEMA_ITEMS = 23,
    SCHEMA_PROPERTIES = 25,
    SCHEMA_EXTENSION = 31
};
enum { ONLY = 1, NAMED_NAME = 1, NAMED_VALUE = 2, ANY_YAML = 2, INFO_TITLE = 1, INFO_VERSION = 2 };

/* ---- the wire ---- */

static void put_number(buf *out, uint64_t value)
{
    for (; value >= 128; value >>= 7)
        buf_addc(out, (char)(value | 128));
    buf_addc(out, (char)value);
}

static void put_bytes(buf *out, unsigned field, const char *data, size_t len)
{
    put_number(out, field << 3 | 2);
    put_number(out, len);
    if (len)
        buf_add(out, data, len);
}

static void put_text(buf *out, unsigned field, const char *text)
{
    if (*text)
        put_bytes(out, field, text, strlen(text));
}

/* A message within: its length stands in front of it, so it is written apart. */
typedef void put_fn(buf *out, json_t *value);

static void put_message(buf *out, unsigned field, put_fn *put, json_t *value)
{
    auto_buf inner = BUF_INIT(LIMIT_REPLY);

    put(&inner, value);
    out->failed |= inner.failed;
    put_bytes(out, field, inner.data, inner.len);
}

/* Of a map: each name with its value. */
static void put_named(buf *out, unsigned field, put_fn *put, const char *name, json_t *value)
{
    auto_buf inner = BUF_INIT(LIMIT_REPLY);

    put_text(&inner, NAMED_NAME, name);
    put_message(&inner, NAMED_VALUE, put, value);
    out->failed |= inner.failed;
    put_bytes(out, field, inner.data, inner.len);
}

/* ---- types ---- */

static void put_type(buf *out, json_t *type);

static void put_types(buf *out, json_t *types)
{
    const char *name;
    json_t *one;

    json_object_foreach(types, name, one) put_named(out, ONLY, put_type, name, one);
}

static void put_one_type(buf *out, json_t *type)
{
    put_message(out, ONLY, put_type, type);
}

static void put_one_text(buf *out, json_t *text)
{
    put_text(out, ONLY, json_string_value(text));
}

/* JSON is YAML. */
static void put_any(buf *out, json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

    if (text)
        put_text(out, ANY_YAML, text);
    out->failed |= !text;
    free(text);
}

static void put_extensions(buf *out, json_t *type)
{
    const char *name;
    json_t *value;

    json_object_foreach(type, name, value)
    {
        if (strncmp(name, "x-", 2) == 0)
            put_named(out, SCHEMA_EXTENSION, put_any, name, value);
    }
}

static void put_type(buf *out, json_t *type)
{
    json_t *one, *kind = json_object_get(type, "type"), *more = json_object_get(type, "additionalProperties"),
                 *items = json_object_get(type, "items"), *properties = json_object_get(type, "properties");
    size_t i;

    put_text(out, SCHEMA_REF, doc_text(type, "$ref"));
    put_text(out, SCHEMA_FORMAT, doc_text(type, "format"));
    put_text(out, SCHEMA_DESCRIPTION, doc_text(type, "description"));
    json_array_foreach(json_object_get(type, "required"), i, one)
        put_text(out, SCHEMA_REQUIRED, json_string_value(one));
    if (more)
        put_message(out, SCHEMA_MORE, put_one_type, more);
    if (kind)
        put_message(out, SCHEMA_KIND, put_one_text, kind);
    if (items)
        put_message(out, SCHEMA_ITEMS, put_one_type, items);
    if (properties)
        put_message(out, SCHEMA_PROPERTIES, put_types, properties);
    put_extensions(out, type);
}

/* ---- the document ---- */

static void put_info(buf *out, json_t *info)
{
    put_text(out, INFO_TITLE, doc_text(info, "title"));
    put_text(out, INFO_VERSION, doc_text(info, "version"));
}

static void put_nothing(buf *out, json_t *value)
{
    (void)out;
    (void)value;
}

int openapi_v2_proto(const json_t *doc, buf *out)
{
    if (!doc)
        return -1;
    put_text(out, DOCUMENT_SWAGGER, doc_text(doc, "swagger"));
    put_message(out, DOCUMENT_INFO, put_info, json_object_get(doc, "info"));
    put_message(out, DOCUMENT_PATHS, put_nothing, NULL);
    put_message(out, DOCUMENT_DEFINITIONS, put_types, json_object_get(doc, "definitions"));
    return out->failed ? -1 : 0;
}
