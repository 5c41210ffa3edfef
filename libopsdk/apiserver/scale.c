/* The subresource scale: an autoscaling/v1 Scale in place of the object. */
#include "apiserver/scale.h"
#include "apiserver/apply/managed.h"
#include "apiserver/body.h"
#include "apiserver/crd/custom.h"
#include "apiserver/crd/scale.h"
#include "apiserver/crd/version.h"
#include "apiserver/json_clone.h"
#include "apiserver/kinds/check.h"
#include "apiserver/kinds/schemas.h"
#include "apiserver/meta.h"
#include "apiserver/patch/patch.h"
#include "apiserver/schema/decode.h"
#include "apiserver/verbs.h"
#include "apiserver/version.h"
#include "apiserver/write.h"
#include "core/limits.h"

#include <stdio.h>
#include <string.h>

#define NOT_SET \
    INT32_MIN /* replicas of an object that has none: what the server puts into the Scale, to see whether they were set */

/* Built-in kinds have the counts in one place, and a selector that has to be written. */
static const char *builtin_path(const char *name)
{
    return strcmp(name, "specReplicasPath") == 0     ? ".spec.replicas"
           : strcmp(name, "statusReplicasPath") == 0 ? ".status.replicas"
                                                     : "";
}

static const char *path_of(const call *c, const char *name)
{
    const crd_version *v = c->res->owner;
    const char *text;

    if (!c->res->custom)
        return builtin_path(name);
    text = json_string_value(json_object_get(v->scale, name));
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

static void set_selector(json_t *status, const json_t *obj)
{
    auto_buf text = BUF_INIT(LIMIT_OBJECT);

    selector_text(doc_at(obj, "spec.selector"), &text);
    if (text.len && !text.failed)
        json_object_set_new(status, "selector", json_string(text.data));
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
    if (!c->res->custom)
        set_selector(json_object_get(scale, "status"), obj);
    return scale;
}

/* Takes scale. */
static int answer_scale(call *c, json_t *scale, failure *why)
{
    int r;

    if (c->res->custom)
        return call_answer(c, 200, scale, why);
    r = answer_object(c, 200, scale, why);
    json_decref(scale);
    return r;
}

static int answer(call *c, const json_t *obj, failure *why)
{
    auto_buf wrong = BUF_INIT(LIMIT_OBJECT);
    bool found;
    json_t *scale = make_scale(c, obj, 0, &found, &wrong);

    if (!scale)
        return failure_bad_request(why, "%s", wrong.data ? wrong.data : "");
    return answer_scale(c, scale, why);
}

static int get(call *c, const json_t *obj, failure *why)
{
    auto_buf wrong = BUF_INIT(LIMIT_OBJECT);
    bool found;
    json_t *scale = make_scale(c, obj, 0, &found, &wrong);

    if (scale && found)
        return answer_scale(c, scale, why);
    json_decref(scale);
    if (!scale)
        return failure_internal(why, "%s", wrong.data ? wrong.data : "");
    return failure_internal(why, "the spec replicas field \"%s\" does not exist", path_of(c, "specReplicasPath"));
}

/* ---- writes ---- */

/* A change of the Scale that stands for an object. */
typedef struct scaling {
    writing w;
    json_t *before, *after; /* the Scale */
} scaling;

static const char *replicas_path(const call *c)
{
    const char *path = path_of(c, "specReplicasPath");

    return path + (*path == '.');
}

/* The Scale as it is, with the object's managedFields as a Scale has them. */
static int make_before(call *c, scaling *s, failure *why)
{
    auto_buf wrong = BUF_INIT(LIMIT_OBJECT);
    json_t *entries = managed_to_scale(json_object_get(meta_of(s->w.old), "managedFields"), replicas_path(c));
    bool found;

    s->before = make_scale(c, s->w.old, NOT_SET, &found, &wrong);
    if (s->before && entries)
        json_object_set(meta_of(s->before), "managedFields", entries);
    json_decref(entries);
    return s->before ? 0 : failure_internal(why, "%s", wrong.data ? wrong.data : "");
}

static managed_write owner(call *c, char now[32])
{
    return (managed_write){
        .schema = &schema_autoscaling_v1_Scale,
        .kind = "Scale",
        .manager = call_manager(c),
        .api_version = "autoscaling/v1",
        .sub = "scale",
        .time = apiserver_time(c->server, now),
        .builtin = true,
    };
}

static int fail_kind(const char *kind, const char *version, failure *why)
{
    const char *slash = strchr(version, '/'), *name = slash ? slash + 1 : version;

    return failure_bad_request(
        why,
        "%s in version \"%s\" cannot be handled as a Scale: converting (%s.%s) to (autoscaling.Scale): "
        "unknown conversion",
        kind, name, name, kind);
}

static int decode(const call *c, json_t *scale, const char *text, size_t len, failure *why)
{
    const char *kind = json_string_value(json_object_get(scale, "kind")),
               *version = json_string_value(json_object_get(scale, "apiVersion"));
    json_auto_t *warnings = json_array();
    decode_opts o = {.kind = "Scale", .version = "v1", .warnings = warnings, .text = text, .len = len};
    size_t i;
    json_t *one;
    int r;

    if (kind && strcmp(kind, "Scale") != 0 && version)
        return fail_kind(kind, version, why);
    if ((version && strcmp(version, "autoscaling/v1") != 0) || (kind && strcmp(kind, "Scale") != 0))
        return failure_bad_request(
            why, "no kind is registered for the type v1.Scale in scheme \"pkg/runtime/scheme.go:111\"");
    o.validation = write_validation(c);
    r = decode_builtin(&schema_autoscaling_v1_Scale, scale, &o, why);
    json_array_foreach(warnings, i, one) call_warn((call *)c, "%s", json_string_value(one));
    return r;
}

/* What the decoder has against a patched document is a 422 with that document. */
static int decode_patched(call *c, json_t *scale, failure *why)
{
    json_auto_t *before = json_clone(scale);
    auto_failure wrong = {0};
    const char *reason;

    if (decode(c, scale, NULL, 0, &wrong) == 0)
        return 0;
    reason = wrong.message ? strstr(wrong.message, "as a Scale: ") : NULL;
    return patch_refuse(before, false, reason ? reason + strlen("as a Scale: ") : "", why);
}

static int change(call *c, scaling *s, const json_t *patch, failure *why)
{
    char now[32];
    managed_write m = owner(c, now);

    if (call_is_type(c, "application/json-patch+json"))
        return patch_json(s->before, patch, NULL, &s->after, why);
    if (call_is_type(c, "application/merge-patch+json"))
        return patch_merge(s->before, patch, false, &s->after, why);
    if (call_is_type(c, "application/strategic-merge-patch+json") && !c->res->custom) {
        json_auto_t *rest = NULL;
        return patch_strategic(s->before, patch, &schema_autoscaling_v1_Scale, &s->after, &rest, why);
    }
    if (!call_is_type(c, "application/apply-patch+yaml"))
        return failure_set(why, 415, "UnsupportedMediaType",
                           "the body of the request was in an unknown format - accepted media types include: "
                           "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
    s->w.applied = true;
    return managed_apply(&m, s->before, patch, request_flag(&c->rq, "force"), &s->after, why);
}

static int read_patch(call *c, scaling *s, failure *why)
{
    json_auto_t *patch = NULL;

    json_auto_t *doubles = NULL;
    bool apply = call_is_type(c, "application/apply-patch+yaml");

    if ((apply ? body_yaml(c, &patch, &doubles, why) : body_patch(c, "error decoding patch: ", &patch, why)) < 0)
        return -1;
    return change(c, s, patch, why) < 0 ? -1 : decode_patched(c, s->after, why);
}

static int read_update(call *c, scaling *s, failure *why)
{
    if (call_document(c, &s->after, why) < 0)
        return -1;
    return decode(c, s->after, call_is_json(c) ? c->rq.body : NULL, c->rq.body_len, why);
}

static int check_identity(const call *c, const scaling *s, failure *why)
{
    const char *version = meta_text(s->after, "resourceVersion"), *name = meta_text(s->after, "name");

    if (*name && strcmp(name, c->rq.name) != 0)
        return failure_bad_request(why, "the name of the object (%s) does not match the name on the URL (%s)", name,
                                   c->rq.name);
    if (*version && strcmp(version, meta_text(s->before, "resourceVersion")) != 0)
        return fail_conflict(
            c->res, c->rq.name,
            "the object has been modified; please apply your changes to the latest version and try again", why);
    return 0;
}

/* Who owns the replicas now. */
static int take_over_entries(call *c, scaling *s, failure *why)
{
    const json_t *entries = json_object_get(meta_of(s->w.old), "managedFields");
    char now[32], version[320];
    managed_write m = owner(c, now);

    if (!s->w.applied && managed_update(&m, s->after, s->before, why) < 0)
        return -1;
    snprintf(version, sizeof(version), "%s/%s", c->res->group, c->res->version);
    json_object_set_new(
        meta_of(s->w.obj), "managedFields",
        managed_from_scale(entries, json_object_get(meta_of(s->after), "managedFields"), version, replicas_path(c)));
    s->w.applied = true;
    return 0;
}

static int check_count(const call *c, json_int_t replicas, failure *why)
{
    auto_field_errors errors = {0};

    if (replicas < 0)
        wrong_int(&errors, "spec.replicas", replicas, "must be greater than or equal to 0");
    return field_errors_result(&errors, "autoscaling", "Scale", c->rq.name, why);
}

static int store_scale(call *c, scaling *s, failure *why)
{
    json_int_t replicas = json_integer_value(json_object_get(json_object_get(s->after, "spec"), "replicas"));

    if (check_identity(c, s, why) < 0)
        return -1;
    if (replicas == NOT_SET)
        return failure_bad_request(why, "the spec replicas field \"%s\" cannot be empty",
                                   path_of(c, "specReplicasPath"));
    s->w.obj = json_clone(s->w.old);
    if (!s->w.obj)
        return failure_memory(why);
    if (scale_put(s->w.obj, path_of(c, "specReplicasPath"), replicas) < 0)
        return failure_internal(why, "value cannot be set because %s is not a map", path_of(c, "specReplicasPath"));
    if (c->res->custom && schema_default(c->res->schema, s->w.obj) < 0)
        return failure_memory(why);
    if (!c->res->custom && check_count(c, replicas, why) < 0)
        return -1;
    return take_over_entries(c, s, why) < 0 ? -1 : write_update(&s->w, why);
}

static int write_scale(call *c, scaling *s, failure *why)
{
    int r = make_before(c, s, why);

    if (r == 0)
        r = strcmp(c->rq.verb, "patch") == 0 ? read_patch(c, s, why) : read_update(c, s, why);
    if (r == 0)
        r = store_scale(c, s, why);
    return r == 0 ? answer(c, s->w.obj, why) : -1;
}

int scale_handle(call *c, failure *why)
{
    scaling s = {.w = {.c = c}};
    item *it = verb_find(c, why);
    int r;

    if (!it)
        return -1;
    s.w.revision = it->revision;
    s.w.old = version_read(c->res, it);
    if (!s.w.old)
        return failure_memory(why);
    r = strcmp(c->rq.verb, "get") == 0 ? get(c, s.w.old, why) : write_scale(c, &s, why);
    writing_clear(&s.w);
    json_decref(s.before);
    json_decref(s.after);
    return r;
}
