#include "apiserver/body.h"
#include "apiserver/apiserver.h"
#include "apiserver/go_print.h"
#include "apiserver/go_scan.h"
#include "apiserver/json_read.h"
#include "apiserver/kinds/kinds.h"
#include "apiserver/limits.h"
#include "apiserver/render.h"
#include "apiserver/schema/decode.h"
#include "apiserver/schema/protobuf.h"
#include "apiserver/version.h"
#include "core/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUMMARY 30 /* bytes of a body that a message shows */
#define NO_KIND "couldn't get version/kind; json parse error: "
#define KIND_STRUCT \
    "struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }"

/* ---- reading ---- */

/* Whole numbers that are too large for 64 bits are read as floating point ones, like all others then: with custom resources, because Go does
 * so; in other documents the decoder refuses them, wherever they matter, and the others are whole again. */
static json_t *load_large(const call *c)
{
    const size_t flags = JSON_ALLOW_NUL | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL;
    json_t *doc = json_loadb(c->rq.body, c->rq.body_len, flags, NULL);

    if (doc && c->res && !c->res->custom)
        decode_settle_numbers(doc);
    return doc;
}

/* *reason says what is wrong when there is no document, with before in front. */
static json_t *load_json(const call *c, const char *before, buf *reason)
{
    const size_t flags = JSON_ALLOW_NUL | JSON_DECODE_ANY;
    json_t *doc = json_read_plain(c->rq.body, c->rq.body_len, flags);
    json_error_t err;

    if (doc)
        return doc;
    buf_puts(reason, before);
    if (!go_scan(c->rq.body, c->rq.body_len, reason))
        return NULL;
    doc = json_loadb(c->rq.body, c->rq.body_len, flags, &err);
    if (!doc && c->res && json_error_code(&err) == json_error_numeric_overflow)
        doc = load_large(c);
    if (!doc)
        buf_printf(reason, "line %d, column %d: %s", err.line, err.column, err.text);
    return doc;
}

/* Keys that stand twice are told in *doubles. */
static json_t *load_yaml(const call *c, json_t **doubles, buf *reason)
{
    auto_yaml_old old = {0};
    json_t *doc;

    if (yaml_parse_old(c->rq.body, c->rq.body_len, &doc, &old) == 0) {
        *doubles = json_array_size(old.doubles) ? json_incref(old.doubles) : NULL;
        return doc;
    }
    buf_printf(reason, "yaml: %s", old.problem.failed || !old.problem.data ? "" : old.problem.data);
    return NULL;
}

/* Before any decoder: of a body over the limit only a part is there. */
static int check_size(const call *c, failure *why)
{
    if (c->rq.body_len <= LIMIT_REQUEST_BODY)
        return 0;
    return failure_set(why, 413, "RequestEntityTooLarge", "Request entity too large: limit is %u", LIMIT_REQUEST_BODY);
}

int body_yaml(call *c, json_t **ret, json_t **ret_doubles, failure *why)
{
    auto_buf reason = BUF_INIT(LIMIT_REQUEST_BODY);

    if (check_size(c, why) < 0)
        return -1;
    *ret = load_yaml(c, ret_doubles, &reason);
    if (*ret)
        return 0;
    return failure_bad_request(why, "error decoding YAML: error converting YAML to JSON: %s",
                               reason.failed || !reason.data ? "" : reason.data);
}

int body_patch(call *c, const char *before, json_t **ret, failure *why)
{
    auto_buf reason = BUF_INIT(LIMIT_REQUEST_BODY);

    if (check_size(c, why) < 0)
        return -1;
    *ret = load_json(c, "", &reason);
    if (*ret)
        return 0;
    return failure_bad_request(why, "%s%s", before, reason.failed || !reason.data ? "" : reason.data);
}

/* ---- what it is ---- */

static const char *target_kind(const call *c)
{
    return c->sub && c->sub->kind ? c->sub->kind : c->res->kind;
}

int body_unrecognized(const call *c, const char *reason, failure *why)
{
    auto_buf shown = BUF_INIT(8 * SUMMARY);
    size_t len = c->rq.body_len, some = len > SUMMARY ? SUMMARY : len;

    if (len == 0)
        buf_puts(&shown, "<empty>");
    else if (*c->rq.body == '{')
        buf_add(&shown, c->rq.body, some);
    for (size_t i = 0; len && *c->rq.body != '{' && i < some; i++)
        buf_printf(&shown, "%02x", (unsigned char)c->rq.body[i]);
    return failure_bad_request(why, "the object provided is unrecognized (must be of type %s): %s (%s%s)",
                               target_kind(c), reason, shown.failed ? "" : shown.data, len > SUMMARY ? " ..." : "");
}

/* What the server looks at first: a map with texts for apiVersion and kind.  False: reason says what is wrong. */
static bool find_kind(const json_t *doc, buf *reason)
{
    static const char *const names[] = {"apiVersion", "kind"};
    const char *version, *slash;

    if (!json_is_object(doc) && !json_is_null(doc))
        buf_printf(reason, NO_KIND "json: cannot unmarshal %s into Go value of type " KIND_STRUCT, go_kind(doc));
    for (size_t i = 0; reason->len == 0 && i < 2; i++) {
        const json_t *value = json_object_get(doc, names[i]);
        if (value && !json_is_string(value) && !json_is_null(value))
            buf_printf(reason, NO_KIND "json: cannot unmarshal %s into Go struct field .%s of type string",
                       go_kind(value), names[i]);
    }
    version = json_string_value(json_object_get(doc, "apiVersion"));
    slash = version ? strchr(version, '/') : NULL;
    if (reason->len == 0 && slash && strchr(slash + 1, '/'))
        buf_printf(reason, "unexpected GroupVersion string: %s", version);
    return reason->len == 0 && !reason->failed;
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

/* NULL: it is something else than JSON or YAML, or *why says what is wrong; else reason does. */
static json_t *load(call *c, buf *reason, failure *why)
{
    json_auto_t *doubles = NULL;
    bool yaml = call_is_type(c, "application/yaml");
    json_t *doc;

    if (check_size(c, why) < 0)
        return NULL;
    if (!yaml && !call_is_json(c)) {
        failure_set(why, 415, "UnsupportedMediaType",
                    "the body of the request was in an unknown format - accepted media types include: "
                    "application/json, application/yaml, application/vnd.kubernetes.protobuf");
        return NULL;
    }
    doc = yaml ? load_yaml(c, &doubles, reason) : load_json(c, NO_KIND, reason);
    if (doc)
        buf_reset(reason);
    if (!doc || !find_kind(doc, reason)) {
        json_decref(doc);
        return NULL;
    }
    c->doubles = json_incref(doubles);
    return doc;
}

static json_t *as_map(json_t *doc)
{
    if (!json_is_null(doc))
        return doc;
    json_decref(doc);
    return json_object();
}

int call_document(call *c, json_t **ret, failure *why)
{
    auto_buf reason = BUF_INIT(2 * LIMIT_REQUEST_BODY);
    json_t *doc;

    if (call_is_type(c, "application/vnd.kubernetes.protobuf") && !c->res->custom)
        return check_size(c, why) < 0 ? -1 : protobuf_decode(c->rq.body, c->rq.body_len, find_schema, c, ret, why);
    doc = load(c, &reason, why);
    if (doc) {
        *ret = as_map(doc);
        return 0;
    }
    return why->code ? -1 : body_unrecognized(c, reason.data && !reason.failed ? reason.data : "", why);
}

int body_options(call *c, json_t **ret, failure *why)
{
    auto_buf reason = BUF_INIT(2 * LIMIT_REQUEST_BODY);
    json_t *doc;

    if (call_is_type(c, "application/vnd.kubernetes.protobuf"))
        return check_size(c, why) < 0 ? -1 : protobuf_decode(c->rq.body, c->rq.body_len, find_schema, c, ret, why);
    doc = load(c, &reason, why);
    if (doc) {
        *ret = as_map(doc);
        return 0;
    }
    return why->code ? -1 : failure_bad_request(why, "%s", reason.data && !reason.failed ? reason.data : "");
}

/* ---- kinds ---- */

/* A resource of that kind, if any is served. */
static const resource *of_kind(const registry *r, const char *version, const char *kind)
{
    char name[320];

    for (size_t at = 0;;) {
        const resource *res = registry_next(r, &at);
        if (!res)
            return NULL;
        if (!res->custom && strcmp(res->kind, kind) == 0 && strcmp(version_name(res, name, sizeof(name)), version) == 0)
            return res;
    }
}

static int cannot_handle(const char *kind, const char *version, const resource *res, const char *reason, failure *why)
{
    const char *slash = strchr(version, '/');

    return failure_bad_request(why, "%s in version \"%s\" cannot be handled as a %s: %s", kind,
                               slash ? slash + 1 : version, res->kind, reason);
}

/* The document is of another kind: it is read as such before it turns out to be the wrong one. */
static void wrong_kind(const resource *other, const call *c, const json_t *obj, char *reason, size_t len)
{
    const resource *res = c->res;
    bool patched = strcmp(c->rq.verb, "patch") == 0; /* then members come in order */
    decode_opts o = {.kind = other->kind, .version = other->version, .validation = VALIDATION_IGNORE};
    char *text = json_dumps(obj, JSON_COMPACT | (patched ? JSON_SORT_KEYS : 0));
    json_auto_t *copy = text ? json_loads(text, JSON_ALLOW_NUL, NULL) : NULL;
    const char *before = " cannot be handled as a ", *at;
    auto_failure why = {0};

    free(text);
    snprintf(reason, len, "converting (%s.%s) to (%s%s): unknown conversion", other->version, other->kind,
             render_go_package(res), res->kind);
    if (!copy || decode_builtin(other->schema, copy, &o, &why) == 0 || !why.message)
        return;
    at = strstr(why.message, before);
    at = at ? strstr(at, ": ") : NULL;
    snprintf(reason, len, "%s", at ? at + 2 : why.message);
}

int body_check_kind(const call *c, const json_t *obj, failure *why)
{
    const resource *res = c->res, *other;
    const char *kind = json_string_value(json_object_get(obj, "kind")),
               *version = json_string_value(json_object_get(obj, "apiVersion"));
    char want[320], reason[1024];

    version_name(res, want, sizeof(want));
    kind = kind && *kind ? kind : res->kind;
    version = version && *version ? version : want;
    if (strcmp(kind, res->kind) == 0 && strcmp(version, want) == 0)
        return 0;
    other = of_kind(c->server->resources, version, kind);
    if (other && strcmp(kind, res->kind) == 0 && strcmp(other->group, res->group) == 0)
        return failure_bad_request(why, "the API version in the data (%s) does not match the expected API version (%s)",
                                   version, want);
    if (other)
        wrong_kind(other, c, obj, reason, sizeof(reason));
    else
        snprintf(reason, sizeof(reason),
                 "no kind \"%.250s\" is registered for version \"%.250s\" in scheme \"pkg/runtime/scheme.go:111\"",
                 kind, version);
    return cannot_handle(kind, version, res, reason, why);
}
