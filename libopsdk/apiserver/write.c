#include "apiserver/write.h"
#include "apiserver/admission/admission.h"
#include "apiserver/apply/managed.h"
#include "apiserver/auth/auth.h"
#include "apiserver/body.h"
#include "apiserver/crd/custom.h"
#include "apiserver/json_clone.h"
#include "apiserver/limits.h"
#include "apiserver/meta.h"
#include "apiserver/owners.h"
#include "apiserver/render.h"
#include "apiserver/schema/decode.h"
#include "apiserver/verbs.h"
#include "apiserver/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void writing_clear(writing *w)
{
    if (w->stored && w->obj)
        collection_keep_tree(w->c->res->objects, w->stored, w->obj);
    else
        json_decref(w->obj);
    json_decref(w->old);
    w->obj = w->old = NULL;
    w->stored = item_unref(w->stored);
}

const char *call_manager(call *c)
{
    const char *asked = request_param(&c->rq, "fieldManager"), *agent = c->rq.user_agent ? c->rq.user_agent : "";

    if (!c->manager)
        c->manager = asked && *asked ? strdup(asked) : strndup(agent, strcspn(agent, "/"));
    return c->manager && *c->manager ? c->manager : "unknown";
}

/* ---- decoding ---- */

static int check_kind(const call *c, const json_t *obj, const char *text, size_t len, failure *why)
{
    return c->res->custom ? custom_kind(c->res, obj, text, len, why) : body_check_kind(c, obj, why);
}

static bool is_member(void *at, const char *name, const char *text)
{
    const char *value = at ? json_string_value(json_object_iter_value(at)) : NULL;

    return value && strcmp(json_object_iter_key(at), name) == 0 && strcmp(value, text) == 0;
}

/* kind and apiVersion come first, so that a list can leave them out; in which order is for json_put. */
static int set_kind(const resource *res, json_t *obj)
{
    char room[320];
    const char *version = version_name(res, room, sizeof(room)), *key;
    void *at = json_object_iter(obj), *next = at ? json_object_iter_next(obj, at) : NULL;
    json_auto_t *rest = NULL;
    json_t *value;
    int r;

    if ((is_member(at, "kind", res->kind) && is_member(next, "apiVersion", version)) ||
        (is_member(at, "apiVersion", version) && is_member(next, "kind", res->kind)))
        return 0;
    rest = json_clone_top(obj);
    if (!rest)
        return -1;
    json_object_clear(obj);
    r = json_object_set_new_nocheck(obj, "kind", json_string(res->kind));
    r |= json_object_set_new_nocheck(obj, "apiVersion", json_string(version));
    json_object_foreach(rest, key, value)
    {
        if (strcmp(key, "kind") != 0 && strcmp(key, "apiVersion") != 0)
            r |= json_object_set_nocheck(obj, key, value);
    }
    return r;
}

enum field_validation write_validation(const call *c)
{
    const char *text = request_param(&c->rq, "fieldValidation"); /* which options_read has found to be one of these */

    if (!text || !*text || strcmp(text, "Warn") == 0)
        return VALIDATION_WARN;
    return strcmp(text, "Strict") == 0 ? VALIDATION_STRICT : VALIDATION_IGNORE;
}

static void pass_warnings(call *c, const json_t *warnings)
{
    size_t i;
    json_t *text;

    json_array_foreach((json_t *)warnings, i, text) call_warn(c, "%s", json_string_value(text));
}

/* Keys that stand twice in YAML are what a strict decoder finds first; others may have failed it already.  r: how it went. */
static int add_doubles(call *c, int r, failure *why)
{
    static const char before[] = "strict decoding error: ";
    auto_buf all = BUF_INIT(LIMIT_OBJECT);
    const char *rest = r < 0 && why->message ? strstr(why->message, before) : NULL;
    size_t i;
    json_t *one;

    if (r < 0 && !rest)
        return r;
    buf_puts(&all, "yaml: unmarshal errors:");
    json_array_foreach(c->doubles, i, one) buf_printf(&all, "\n  %s", json_string_value(one));
    if (rest)
        buf_printf(&all, ", %s", rest + strlen(before));
    failure_clear(why);
    return failure_bad_request(why, "%s in version \"%s\" cannot be handled as a %s: %s%s", c->res->kind,
                               c->res->version, c->res->kind, before, all.failed ? "" : all.data);
}

static int check_doubles(call *c, int r, enum field_validation validation, failure *why)
{
    if (!c->doubles || validation == VALIDATION_IGNORE)
        return r;
    if (validation == VALIDATION_STRICT)
        return add_doubles(c, r, why);
    pass_warnings(c, c->doubles);
    return r;
}

/* o says how: text, len, validation, applied. */
static int decode(call *c, json_t *obj, decode_opts o, failure *why)
{
    json_auto_t *warnings = json_array();
    int r;

    o.kind = c->res->kind;
    o.version = c->res->version;
    o.warnings = warnings;
    if (check_kind(c, obj, o.text, o.len, why) < 0)
        return -1;
    r = c->res->custom ? decode_custom(c->res->schema, obj, &o, why) : decode_builtin(c->res->schema, obj, &o, why);
    r = check_doubles(c, r, o.validation, why);
    pass_warnings(c, warnings);
    if (set_kind(c->res, obj) < 0 && r == 0) /* not before: duplicates are found by the number of members */
        r = failure_memory(why);
    if (r == 0 && c->res->custom && schema_default(c->res->schema, obj) < 0)
        r = failure_memory(why);
    if (r == 0 && c->res->strategy && c->res->strategy->defaults)
        c->res->strategy->defaults(obj);
    return r;
}

int write_decode(call *c, json_t *obj, const char *text, size_t len, failure *why)
{
    return decode(c, obj, (decode_opts){.text = text, .len = len, .validation = write_validation(c)}, why);
}

int write_decode_applied(call *c, json_t *obj, failure *why)
{
    return decode(c, obj, (decode_opts){.applied = true, .validation = write_validation(c)}, why);
}

int write_settle(call *c, json_t *obj, failure *why)
{
    return decode(c, obj, (decode_opts){.validation = VALIDATION_IGNORE}, why);
}

/* ---- checks ---- */

static int validate(writing *w, failure *why)
{
    const resource *res = w->c->res;
    auto_field_errors errors = {0};

    meta_validate(w->old ? NAME_PATH_SEGMENT : res->names, w->obj, &errors);
    if (w->old)
        meta_validate_update(w->obj, w->old, &errors);
    if (!res->custom && strcmp(res->group, "apiextensions.k8s.io") != 0)
        meta_validate_finalizers(w->obj, &errors);
    if (res->strategy && res->strategy->validate)
        res->strategy->validate(w->c, w->obj, w->old, &errors);
    if (field_errors_result(&errors, resource_home(res), res->kind, meta_text(w->obj, "name"), why) < 0)
        return -1;
    if (res->strategy && res->strategy->warn)
        res->strategy->warn(w->c, w->obj, w->old);
    return 0;
}

/* What the server sets by itself comes after owners and mutating admission: nobody owns it, and webhooks do not see it. */
static int prepare(writing *w, failure *why)
{
    const strategy *s = w->c->res->strategy;

    if (w->old)
        meta_update(w->obj, w->old);
    else if (meta_create(w->c, w->obj, why) < 0)
        return -1;
    return s && s->prepare ? s->prepare(w->c, w->obj, w->old, why) : 0;
}

/* From a decoded document to one that may be stored. */
static int pass(writing *w, failure *why)
{
    bool released = false;

    if (owners_update(w, why) < 0 || admission_mutate(w->c, w->obj, w->old, &released, why) < 0)
        return -1;
    w->released |= released;
    if (prepare(w, why) < 0 || validate(w, why) < 0)
        return -1;
    if (!w->old && strcmp(w->c->rq.verb, "create") != 0 && auth_check_create(w->c, why) < 0)
        return -1;
    if (admission_validate(w->c, w->obj, w->old, &released, why) < 0)
        return -1;
    w->released |= released;
    return 0;
}

/* The lock was let go: is the kind still served, and the namespace there? */
static int check_place(const writing *w, failure *why)
{
    const resource *res = w->c->res;

    if (!w->released)
        return 0;
    if (!registry_find(w->c->server->resources, res->group, res->version, res->plural))
        return fail_unknown(why);
    return w->old ? 0 : admission_place(w->c, w->obj, why);
}

static int store_it(writing *w, failure *why)
{
    const strategy *s = w->c->res->strategy;
    item *stored = NULL;

    if (version_store(w->c->res, w->obj, &stored, why) < 0)
        return -1;
    w->stored = stored ? item_ref(stored) : NULL;
    if (s && s->stored)
        s->stored(w->c, w->obj, w->old);
    return 0;
}

/* A version that is no number does not count. */
static bool has_version(const json_t *obj)
{
    const char *text = meta_text(obj, "resourceVersion");

    return *text && !text[strspn(text, "0123456789")] && text[strspn(text, "0")];
}

static int check_absent(const call *c, const json_t *obj, failure *why)
{
    const char *name = meta_text(obj, "name");
    const item *it = collection_get(c->res->objects, meta_text(obj, "namespace"), name);
    json_auto_t *there = NULL;
    char label[320];

    if (!it)
        return 0;
    there = version_read(c->res, it);
    failure_set(why, 409, "AlreadyExists", "%s%s \"%s\" already exists",
                *meta_text(there, "deletionTimestamp") ? "object is being deleted: " : "",
                resource_label(c->res, label, sizeof(label)), name);
    failure_about(why, name, c->res->group, c->res->plural);
    return -1;
}

int write_create(writing *w, failure *why)
{
    call *c = w->c;

    if (pass(w, why) < 0 || check_place(w, why) < 0)
        return -1;
    if (strcmp(c->rq.verb, "create") == 0 && has_version(w->obj))
        return failure_set(why, 500, "", "resourceVersion should not be set on objects to be created");
    json_object_del(meta_of(w->obj), "resourceVersion");
    if (check_absent(c, w->obj, why) < 0)
        return -1;
    return c->dry_run ? 0 : store_it(w, why);
}

static const char modified[] =
    "the object has been modified; please apply your changes to the latest version and try again";

/* Nobody else wrote while the lock was let go? */
static int check_current(const writing *w, failure *why)
{
    const char *name = meta_text(w->old, "name");
    const item *it = collection_get(w->c->res->objects, meta_text(w->old, "namespace"), name);

    if (!it || it->revision != w->revision)
        return fail_conflict(w->c->res, name, modified, why);
    return 0;
}

int write_update(writing *w, failure *why)
{
    call *c = w->c;
    bool due;

    if (pass(w, why) < 0 || check_place(w, why) < 0)
        return -1;
    if (w->released && check_current(w, why) < 0)
        return -1;
    json_object_set(meta_of(w->obj), "resourceVersion", json_object_get(meta_of(w->old), "resourceVersion"));
    due = delete_is_due(c->res, w->obj);
    w->unchanged = !due && managed_is_unchanged(w->obj, w->old);
    if (w->unchanged || c->dry_run)
        return 0;
    if (due) /* what lets it go is not stored any more */
        return delete_now(c, w->old, why);
    return store_it(w, why);
}

int write_answer(writing *w, int status, failure *why)
{
    call *c = w->c;
    render form;

    if (!w->stored)
        return answer_object(c, status, w->obj, why);
    if (render_choose(c, &form, why) < 0)
        return -1;
    if (form.form != FORM_WHOLE)
        return answer_object(c, status, w->obj, why);
    c->status = status;
    c->type = "application/json";
    item_text(w->stored, &c->body);
    return c->body.failed ? failure_memory(why) : 0;
}
