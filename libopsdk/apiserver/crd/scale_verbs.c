/* The subresource scale of custom resources: an autoscaling/v1 Scale in place of the object. */
#include "apiserver/crd/custom.h"
#include "apiserver/crd/scale.h"
#include "apiserver/crd/version.h"
#include "apiserver/kinds/schemas.h"
#include "apiserver/meta.h"
#include "apiserver/patch/patch.h"
#include "apiserver/schema/decode.h"
#include "apiserver/verbs.h"
#include "apiserver/write.h"
#include "core/limits.h"

#include <stdio.h>
#include <string.h>

#define NOT_SET \
    INT32_MIN /* replicas of an object that has none: what the server puts into the Scale, to see whether they were set */

static const char *path_of(const call *c, const char *name)
{
    const crd_version *v = c->res->owner;
    const char *text = json_string_value(json_object_get(v->scale, name));

    return text ? text : "";
}

static void copy(json_t *to, const json_t *from, const char *name)
{
    json_t *value = json_object_get(from, name);

    if (value)
        json_object_set(to, name, value);
}

static json_t *scale_metadata(const json_t *obj)
{
    static const char *const names[] = {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"};
    json_t *meta = json_object();

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        copy(meta, meta_of(obj), names[i]);
    return meta;
}

static json_int_t count_at(const call *c, const json_t *obj, const char *name, bool *ret_found, bool *ret_fine,
                           buf *why)
{
    const json_t *value = scale_at(obj, path_of(c, name), true, ret_fine, why);

    *ret_found = value != NULL;
    return json_integer_value(value);
}

/* NULL with *why: a value does not fit.  absent: replicas where there are none. */
static json_t *make_scale(const call *c, const json_t *obj, json_int_t absent, bool *ret_found, buf *why)
{
    bool found, fine, fine2 = true;
    json_int_t want = count_at(c, obj, "specReplicasPath", ret_found, &fine, why), is;
    const json_t *selector = NULL;
    json_t *scale;

    is = fine ? count_at(c, obj, "statusReplicasPath", &found, &fine, why) : 0;
    if (fine && *path_of(c, "labelSelectorPath"))
        selector = scale_at(obj, path_of(c, "labelSelectorPath"), false, &fine2, why);
    if (!fine || !fine2)
        return NULL;
    scale = json_pack("{s:s, s:s, s:o, s:{}, s:{s:I}}", "kind", "Scale", "apiVersion", "autoscaling/v1", "metadata",
                      scale_metadata(obj), "spec", "status", "replicas", is);
    want = *ret_found ? want : absent;
    if (want)
        json_object_set_new(json_object_get(scale, "spec"), "replicas", json_integer(want));
    if (selector && json_string_length(selector))
        json_object_set(json_object_get(scale, "status"), "selector", (json_t *)selector);
    return scale;
}

static int answer(call *c, const json_t *obj, failure *why)
{
    auto_buf wrong = BUF_INIT(LIMIT_OBJECT);
    bool found;
    json_t *scale = make_scale(c, obj, 0, &found, &wrong);

    if (!scale)
        return failure_bad_request(why, "%s", wrong.data ? wrong.data : "");
    return call_answer(c, 200, scale, why);
}

static int get(call *c, const json_t *obj, failure *why)
{
    auto_buf wrong = BUF_INIT(LIMIT_OBJECT);
    bool found;
    json_t *scale = make_scale(c, obj, 0, &found, &wrong);

    if (scale && found)
        return call_answer(c, 200, scale, why);
    json_decref(scale);
    if (!scale)
        return failure_internal(why, "%s", wrong.data ? wrong.data : "");
    return failure_internal(why, "the spec replicas field \"%s\" does not exist", path_of(c, "specReplicasPath"));
}

/* ---- writes ---- */

static int decode(const call *c, json_t *scale, const char *text, size_t len, failure *why)
{
    const char *kind = json_string_value(json_object_get(scale, "kind")),
               *version = json_string_value(json_object_get(scale, "apiVersion"));
    json_auto_t *warnings = json_array();
    decode_opts o = {.kind = "Scale", .version = "v1", .warnings = warnings, .text = text, .len = len};
    size_t i;
    json_t *one;
    int r;

    if (version && strcmp(version, "autoscaling/v1") != 0)
        return failure_bad_request(why, "the API version in the data (%s) does not match the expected API version (%s)",
                                   version, "autoscaling/v1");
    if (kind && strcmp(kind, "Scale") != 0)
        return failure_bad_request(
            why, "%s in version \"v1\" cannot be handled as a Scale: no kind \"%s\" is registered", kind, kind);
    if (write_validation(c, &o.validation, why) < 0)
        return -1;
    r = decode_builtin(&schema_autoscaling_v1_Scale, scale, &o, why);
    json_array_foreach(warnings, i, one) call_warn((call *)c, "%s", json_string_value(one));
    return r;
}

static int read_update(call *c, json_t **ret, failure *why)
{
    if (call_document(c, ret, why) < 0)
        return -1;
    return decode(c, *ret, c->rq.body, c->rq.body_len, why);
}

static int apply_patch(call *c, const json_t *before, const json_t *patch, json_t **ret, failure *why)
{
    if (call_is_type(c, "application/json-patch+json"))
        return patch_json(before, patch, NULL, ret, why);
    if (call_is_type(c, "application/merge-patch+json") || call_is_type(c, "application/apply-patch+yaml"))
        return patch_merge(before, patch, false, ret, why);
    return failure_set(why, 415, "UnsupportedMediaType",
                       "the body of the request was in an unknown format - accepted media types include: "
                       "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
}

static int read_patch(call *c, const json_t *obj, json_t **ret, failure *why)
{
    auto_buf wrong = BUF_INIT(LIMIT_OBJECT);
    json_auto_t *before = NULL, *patch = NULL;
    bool found;
    int r;

    before = make_scale(c, obj, NOT_SET, &found, &wrong);
    if (!before)
        return failure_internal(why, "%s", wrong.data ? wrong.data : "");
    if (call_value(c, call_is_type(c, "application/apply-patch+yaml"), &patch, why) < 0)
        return -1;
    r = apply_patch(c, before, patch, ret, why);
    return r == 0 ? decode(c, *ret, NULL, 0, why) : -1;
}

static int check_identity(const call *c, const json_t *scale, const json_t *obj, failure *why)
{
    const char *version = meta_text(scale, "resourceVersion"), *name = meta_text(scale, "name");

    if (*name && strcmp(name, c->rq.name) != 0)
        return failure_bad_request(why, "the name of the object (%s) does not match the name on the URL (%s)", name,
                                   c->rq.name);
    if (*version && strcmp(version, meta_text(obj, "resourceVersion")) != 0)
        return fail_conflict(
            c->res, c->rq.name,
            "the object has been modified; please apply your changes to the latest version and try again", why);
    return 0;
}

static int store_scale(call *c, writing *w, const json_t *scale, failure *why)
{
    json_int_t replicas = json_integer_value(json_object_get(json_object_get(scale, "spec"), "replicas"));

    if (check_identity(c, scale, w->old, why) < 0)
        return -1;
    if (replicas == NOT_SET)
        return failure_bad_request(why, "the spec replicas field \"%s\" cannot be empty",
                                   path_of(c, "specReplicasPath"));
    w->obj = json_deep_copy(w->old);
    if (!w->obj)
        return failure_memory(why);
    if (scale_put(w->obj, path_of(c, "specReplicasPath"), replicas) < 0)
        return failure_internal(why, "value cannot be set because %s is not a map", path_of(c, "specReplicasPath"));
    return write_update(w, why);
}

static int write_scale(call *c, writing *w, failure *why)
{
    json_auto_t *scale = NULL;
    int r = strcmp(c->rq.verb, "patch") == 0 ? read_patch(c, w->old, &scale, why) : read_update(c, &scale, why);

    if (r == 0)
        r = store_scale(c, w, scale, why);
    return r == 0 ? answer(c, w->obj, why) : -1;
}

int custom_scale(call *c, failure *why)
{
    writing w = {.c = c};
    item *it = verb_find(c, why);
    char version[320];
    int r;

    if (!it)
        return -1;
    w.revision = it->revision;
    w.old = item_json(it);
    if (!w.old)
        return failure_memory(why);
    snprintf(version, sizeof(version), "%s/%s", c->res->group, c->res->version);
    json_object_set_new(w.old, "apiVersion", json_string(version));
    r = strcmp(c->rq.verb, "get") == 0 ? get(c, w.old, why) : write_scale(c, &w, why);
    writing_clear(&w);
    return r;
}
