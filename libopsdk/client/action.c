#include "client/file.h"
#include "client/request.h"
#include "client/wrote.h"
#include "core/limits.h"
#include "core/url.h"

#include <opsdk/action.h>
#include <stdlib.h>
#include <string.h>

/* One write: all of them differ in method, media type and body only. */
typedef struct write_request {
    const char *method, *type;
    opsdk_key key;
    bool named; /* addresses the object, not the collection */
    json_t *body;
    const opsdk_write_opts *opts;
} write_request;

static const opsdk_write_opts no_opts;

static void json_freep(json_t **p)
{
    json_decref(*p);
}
#define auto_json __attribute__((cleanup(json_freep))) json_t

static int no_memory(opsdk_error *err)
{
    return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory, or a json_pack that failed");
}

static int write_target(const opsdk_client *c, const write_request *w, buf *ret, opsdk_error *err)
{
    bool force = w->opts->force && strcmp(w->type, "application/apply-patch+yaml") == 0;
    int r = request_target(c, w->key, w->named, w->opts->subresource, ret, err);

    if (r < 0)
        return r;
    url_query(ret, "fieldManager", c->field_manager);
    url_query(ret, "force", force ? "true" : NULL);
    url_query(ret, "dryRun", w->opts->dry_run ? "All" : NULL);
    return ret->failed ? opsdk_error_set(err, OPSDK_EINVAL, "%s: the path is too long", w->key.kind->kind) : 0;
}

static json_t *metadata(json_t *body)
{
    if (!json_object_get(body, "metadata"))
        json_object_set_new(body, "metadata", json_object());
    return json_object_get(body, "metadata");
}

/* Writes only on this version: in the object, or as an operation of a JSON patch. */
static int set_version(json_t *body, const char *version, opsdk_error *err)
{
    json_t *meta;

    if (json_is_array(body)) /* not "test": that fails as invalid, this as a conflict */
        return json_array_append_new(body, json_pack("{s:s, s:s, s:s}", "op", "replace", "path",
                                                     "/metadata/resourceVersion", "value", version)) < 0
                   ? no_memory(err)
                   : 0;
    meta = metadata(body);
    if (!json_is_object(meta))
        return opsdk_error_set(err, OPSDK_EINVAL, "metadata of the body is not a JSON object");
    return json_object_set_new(meta, "resourceVersion", json_string(version)) < 0 ? no_memory(err) : 0;
}

static void unset_version(json_t *body)
{
    if (json_is_array(body))
        json_array_remove(body, json_array_size(body) - 1);
    else
        json_object_del(json_object_get(body, "metadata"), "resourceVersion");
}

/* Sends it and reads the object in the reply, which whoever listens is told of. */
static int call(opsdk_client *c, const http_request *rq, const write_request *w, const char *base, opsdk_object **ret,
                opsdk_error *err)
{
    bool told = wrote_listener(c) && !w->opts->dry_run;
    opsdk_auto_object *obj = NULL;
    http_reply reply = {0};
    int r = http_call(c, rq, &reply, err), read = 0;

    if (r == 0 && (ret || told))
        read = opsdk_object_parse(w->key.kind, reply.body.data ? reply.body.data : "", reply.body.len, &obj,
                                  ret ? err : NULL);
    file_wipe(&reply.body); /* may be a Secret */
    if (r < 0)
        return r;
    if (obj && told)
        wrote_tell(w->key, obj, reply.status == 201 && !w->opts->subresource, base);
    if (ret && read == 0)
        *ret = opsdk_object_ref(obj);
    return ret ? read : 0;
}

static int send_as(opsdk_client *c, const write_request *w, const char *target, const char *base, opsdk_object **ret,
                   opsdk_error *err)
{
    http_request rq = {.method = w->method, .content_type = w->type, .target = target};
    char *text = json_dumps(w->body, JSON_COMPACT);
    int r;

    if (!text)
        return no_memory(err);
    rq.body = text;
    rq.body_len = strlen(text);
    r = call(c, &rq, w, base, ret, err);
    explicit_bzero(text, rq.body_len); /* may be a Secret */
    free(text);
    return r;
}

/* On which version the caller wants it written; "": on any. */
static const char *base_of(const write_request *w)
{
    const char *version = json_string_value(json_object_get(json_object_get(w->body, "metadata"), "resourceVersion"));

    return w->opts->if_version ? w->opts->if_version : version ? version : "";
}

/* When somebody listens, a write that may be on any version is tried on the known one first: then it is sure that the new version is ours,
 * and that nobody else's change is in it that we have not seen.  Otherwise it is sent as it is. */
static int send_known(opsdk_client *c, const write_request *w, const char *target, opsdk_object **ret, opsdk_error *err)
{
    const wrote_ear *ear = w->opts->dry_run || strcmp(w->method, "POST") == 0 ? NULL : wrote_listener(c);
    char known[WROTE_VERSION];
    opsdk_error why = {0};
    int r;

    if (!ear || *base_of(w) || !ear->known(w->key, known, ear->user))
        return send_as(c, w, target, base_of(w), ret, err);
    r = set_version(w->body, known, &why);
    if (r == 0)
        r = send_as(c, w, target, known, ret, &why);
    if (why.http_status != 409 && why.http_status != 404 && why.http_status != 500) {
        if (r < 0 && err)
            *err = why;
        return r;
    }
    unset_version(w->body);
    return send_as(c, w, target, "", ret, err);
}

static int send_write(opsdk_client *c, const write_request *w, opsdk_object **ret, opsdk_error *err)
{
    auto_buf target = {0};
    int r = write_target(c, w, &target, err);

    return r < 0 ? r : send_known(c, w, target.data, ret, err);
}

/* Sets map.name unless it is there. */
static bool fill(json_t *map, const char *name, const char *value)
{
    return !value || json_object_get(map, name) || json_object_set_new(map, name, json_string(value)) == 0;
}

static int check_body(const json_t *body, opsdk_error *err)
{
    if (!body)
        return no_memory(err);
    return json_is_object(body) ? 0 : opsdk_error_set(err, OPSDK_EINVAL, "the body is not a JSON object");
}

/* What key says, where the body does not. */
static int complete(const opsdk_client *c, opsdk_key key, json_t *body, const opsdk_write_opts *opts, opsdk_error *err)
{
    int r = check_body(body, err);
    const char *ns = key.ns ? key.ns : c->cfg.ns;
    json_t *meta;
    bool good;

    if (r == 0 && !key.kind)
        r = opsdk_error_set(err, OPSDK_EINVAL, "a key without a kind");
    if (r < 0)
        return r;
    meta = metadata(body);
    if (!json_is_object(meta))
        return opsdk_error_set(err, OPSDK_EINVAL, "metadata of the body is not a JSON object");
    good = fill(body, "apiVersion", key.kind->api_version) && fill(body, "kind", key.kind->kind) &&
           fill(meta, "name", key.name) && fill(meta, "namespace", key.kind->cluster_scoped ? NULL : ns);
    if (!good)
        return no_memory(err);
    return opts->if_version ? set_version(body, opts->if_version, err) : 0;
}

/* Of a whole object. */
static int write_whole(opsdk_client *c, write_request w, opsdk_object **ret, opsdk_error *err)
{
    auto_json *body = w.body;
    int r;

    w.opts = w.opts ? w.opts : &no_opts;
    r = complete(c, w.key, body, w.opts, err);
    return r < 0 ? r : send_write(c, &w, ret, err);
}

int opsdk_create(opsdk_client *c, opsdk_key key, json_t *body, const opsdk_write_opts *opts, opsdk_object **ret,
                 opsdk_error *err)
{
    /* A sub-resource (eviction, binding) is created below its object. */
    bool named = opts && opts->subresource;

    return write_whole(c, (write_request){"POST", "application/json", key, named, body, opts}, ret, err);
}

int opsdk_update(opsdk_client *c, opsdk_key key, json_t *body, const opsdk_write_opts *opts, opsdk_object **ret,
                 opsdk_error *err)
{
    return write_whole(c, (write_request){"PUT", "application/json", key, true, body, opts}, ret, err);
}

int opsdk_apply(opsdk_client *c, opsdk_key key, json_t *body, const opsdk_write_opts *opts, opsdk_object **ret,
                opsdk_error *err)
{
    return write_whole(c, (write_request){"PATCH", "application/apply-patch+yaml", key, true, body, opts}, ret, err);
}

int opsdk_merge(opsdk_client *c, opsdk_key key, json_t *patch, const opsdk_write_opts *opts, opsdk_object **ret,
                opsdk_error *err)
{
    auto_json *body = patch;
    const write_request w = {"PATCH", "application/merge-patch+json", key, true, body, opts ? opts : &no_opts};
    int r = check_body(body, err);

    if (r == 0 && w.opts->if_version)
        r = set_version(body, w.opts->if_version, err);
    return r < 0 ? r : send_write(c, &w, ret, err);
}

int opsdk_patch(opsdk_client *c, opsdk_key key, json_t *ops, const opsdk_write_opts *opts, opsdk_object **ret,
                opsdk_error *err)
{
    auto_json *body = ops;
    const write_request w = {"PATCH", "application/json-patch+json", key, true, body, opts ? opts : &no_opts};
    int r = 0;

    if (!body)
        return no_memory(err);
    if (!json_is_array(body))
        return opsdk_error_set(err, OPSDK_EINVAL, "the body of a JSON patch is not an array of operations");
    if (w.opts->if_version)
        r = set_version(body, w.opts->if_version, err);
    return r < 0 ? r : send_write(c, &w, ret, err);
}

/* Whether the merge patch would leave value as it is.  value is absent for NULL.  Depth is that of what the caller built. */
static bool is_said(const json_t *patch, const json_t *value)
{
    const char *name;
    json_t *member;

    if (json_is_null(patch))
        return !value;
    if (!json_is_object(patch))
        return value && json_equal(patch, value);
    if (!json_is_object(value))
        return false;
    json_object_foreach((json_t *)patch, name, member)
    {
        if (!is_said(member, json_object_get(value, name)))
            return false;
    }
    return true;
}

int opsdk_status(opsdk_client *c, opsdk_key key, const opsdk_object *now, json_t *status, opsdk_error *err)
{
    auto_json *wanted = status;
    auto_json *known = now ? opsdk_value_json(opsdk_at(now, "/status")) : NULL;
    int r = check_body(wanted, err);

    if (r < 0)
        return r;
    if (now && (json_object_size(wanted) == 0 || is_said(wanted, known)))
        return 0;
    return opsdk_merge(c, key, json_pack("{s:O}", "status", wanted), &(opsdk_write_opts){.subresource = "status"}, NULL,
                       err);
}

static bool add_options(json_t *body, const opsdk_delete_opts *opts)
{
    json_t *conditions = json_object();
    bool good = conditions && fill(body, "propagationPolicy", opts->propagation);

    if (opts->grace_s)
        good = good && json_object_set_new(body, "gracePeriodSeconds",
                                           json_integer(opts->grace_s > 0 ? opts->grace_s : 0)) == 0;
    if (opts->dry_run)
        good = good && json_object_set_new(body, "dryRun", json_pack("[s]", "All")) == 0;
    good = good && fill(conditions, "uid", opts->if_uid) && fill(conditions, "resourceVersion", opts->if_version);
    if (good && json_object_size(conditions) > 0)
        good = json_object_set(body, "preconditions", conditions) == 0;
    json_decref(conditions);
    return good;
}

static int send_delete(opsdk_client *c, opsdk_key key, const char *target, const char *text, bool told,
                       opsdk_error *err)
{
    http_request rq = {.method = "DELETE", .target = target, .body = text, .body_len = strlen(text)};
    opsdk_auto_object *obj = NULL;
    http_reply reply = {0};
    int r = http_call(c, &rq, told ? &reply : NULL, err);

    if (r == 0 && told &&
        opsdk_object_parse(NULL, reply.body.data ? reply.body.data : "", reply.body.len, &obj, NULL) == 0)
        wrote_tell_deleted(key, obj);
    file_wipe(&reply.body); /* may be a Secret */
    return r;
}

int opsdk_delete(opsdk_client *c, opsdk_key key, const opsdk_delete_opts *opts, opsdk_error *err)
{
    const opsdk_delete_opts none = {0};
    auto_json *body = json_pack("{s:s, s:s}", "apiVersion", "v1", "kind", "DeleteOptions");
    auto_buf target = {0};
    char *text;
    int r = request_target(c, key, true, NULL, &target, err);

    if (r < 0)
        return r;
    opts = opts ? opts : &none;
    if (!body || !add_options(body, opts))
        return no_memory(err);
    text = json_dumps(body, JSON_COMPACT);
    if (!text)
        return no_memory(err);
    r = send_delete(c, key, target.data, text, wrote_listener(c) && !opts->dry_run, err);
    free(text);
    return r;
}
