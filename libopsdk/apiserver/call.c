#include "apiserver/call.h"
#include "apiserver/json_put.h"
#include "apiserver/kinds/kinds.h"
#include "apiserver/limits.h"
#include "apiserver/schema/protobuf.h"

#include <opsdk/yaml.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As in a quoted string of RFC 9110. */
static void quote(buf *out, const char *text)
{
    buf_puts(out, "299 - \"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buf_addc(out, '\\');
        buf_addc(out, (unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text);
    }
    buf_addc(out, '"');
}

void call_warn(call *c, const char *fmt, ...)
{
    auto_buf out = BUF_INIT(LIMIT_OBJECT);
    char *text = NULL;
    va_list args;
    size_t i;
    json_t *before;

    va_start(args, fmt);
    if (vasprintf(&text, fmt, args) >= 0)
        quote(&out, text);
    va_end(args);
    free(text);
    if (out.failed || !out.data)
        return;
    if (!c->warnings)
        c->warnings = json_array();
    json_array_foreach(c->warnings, i, before) if (strcmp(json_string_value(before), out.data) == 0) return;
    json_array_append_new(c->warnings, json_string(out.data));
}

int call_answer(call *c, int status, json_t *doc, failure *why)
{
    int r;

    c->status = status;
    c->type = "application/json";
    buf_reset(&c->body);
    r = json_put(doc, &c->body);
    buf_addc(&c->body, '\n');
    json_decref(doc);
    return r < 0 || c->body.failed ? failure_memory(why) : 0;
}

int call_answer_text(call *c, int status, const char *type, const char *text, size_t len)
{
    c->status = status;
    c->type = type;
    buf_reset(&c->body);
    buf_add(&c->body, text, len);
    return c->body.failed ? -1 : 0;
}

bool call_is_type(const call *c, const char *type)
{
    size_t len = strlen(type);

    return strncmp(c->rq.content_type, type, len) == 0 &&
           (c->rq.content_type[len] == '\0' || c->rq.content_type[len] == ';' || c->rq.content_type[len] == ' ');
}

static int read_yaml(call *c, json_t **ret, failure *why)
{
    opsdk_error err = {0};

    if (opsdk_yaml_parse("body", c->rq.body, c->rq.body_len, ret, &err) < 0)
        return failure_bad_request(why, "error converting YAML to JSON: %s", err.message);
    return 0;
}

/* Whole numbers that are too large for 64 bits are read as Go reads them: as floating point ones, like all others then. */
static json_t *load_large(const call *c)
{
    return json_loadb(c->rq.body, c->rq.body_len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
}

static int read_json(call *c, json_t **ret, failure *why)
{
    json_error_t err;

    *ret = json_loadb(c->rq.body, c->rq.body_len, JSON_ALLOW_NUL, &err);
    if (!*ret && c->res && c->res->custom && json_error_code(&err) == json_error_numeric_overflow)
        *ret = load_large(c);
    if (!*ret)
        return failure_bad_request(why, "the body is no JSON: line %d, column %d: %s", err.line, err.column, err.text);
    return 0;
}

/* Before any decoder: of a body over the limit only a part is there. */
static int check_size(const call *c, failure *why)
{
    if (c->rq.body_len <= LIMIT_REQUEST_BODY)
        return 0;
    return failure_set(why, 413, "RequestEntityTooLarge", "Request entity too large: limit is %u", LIMIT_REQUEST_BODY);
}

int call_value(call *c, bool yaml, json_t **ret, failure *why)
{
    if (check_size(c, why) < 0)
        return -1;
    return yaml ? read_yaml(c, ret, why) : read_json(c, ret, why);
}

/* Of what may come as protobuf: the resource's own documents, those of subresources, and options. */
static const schema *find_schema(const char *api_version, const char *kind, const void *user)
{
    const call *c = user;

    (void)api_version; /* compared with the resource's later on */
    return strcmp(kind, c->res->kind) == 0 ? c->res->schema : kinds_document(kind);
}

bool call_is_json(const call *c)
{
    return !*c->rq.content_type || call_is_type(c, "application/json");
}

int call_document(call *c, json_t **ret, failure *why)
{
    bool yaml = call_is_type(c, "application/yaml");
    json_t *doc;

    if (call_is_type(c, "application/vnd.kubernetes.protobuf") && !c->res->custom)
        return check_size(c, why) < 0 ? -1 : protobuf_decode(c->rq.body, c->rq.body_len, find_schema, c, ret, why);
    if (!yaml && !call_is_json(c))
        return failure_set(why, 415, "UnsupportedMediaType",
                           "the body of the request was in an unknown format - accepted media types include: "
                           "application/json, application/yaml, application/vnd.kubernetes.protobuf");
    if (call_value(c, yaml, &doc, why) < 0)
        return -1;
    if (json_is_object(doc)) {
        *ret = doc;
        return 0;
    }
    json_decref(doc);
    return failure_bad_request(why, "the body is no map");
}
