/* The verbs that write: create, update, patch. */
#include "apiserver/body.h"
#include "apiserver/go_print.h"
#include "apiserver/json_clone.h"
#include "apiserver/limits.h"
#include "apiserver/list_options.h"
#include "apiserver/meta.h"
#include "apiserver/owners.h"
#include "apiserver/patch/patch.h"
#include "apiserver/schema/strict.h"
#include "apiserver/verbs.h"
#include "apiserver/version.h"
#include "apiserver/write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES 5 /* of a write whose object changes while admission is asked */

/* The namespace of a document is the request's. */
static int settle_namespace(call *c, json_t *obj, failure *why)
{
    const char *in_data = meta_text(obj, "namespace");

    if (!json_is_object(meta_of(obj)))
        json_object_set_new(obj, "metadata", json_object());
    if (!c->res->namespaced) {
        json_object_del(meta_of(obj), "namespace");
        return 0;
    }
    if (*in_data && strcmp(in_data, c->rq.ns) != 0)
        return failure_bad_request(
            why, "the namespace of the provided object does not match the namespace sent on the request");
    json_object_set_new_nocheck(meta_of(obj), "namespace", json_string_nocheck(c->rq.ns));
    return 0;
}

int verb_create(call *c, failure *why)
{
    writing w = {.c = c};
    int r = call_document(c, &w.obj, why);

    if (r == 0)
        r = write_decode(c, w.obj, call_is_json(c) ? c->rq.body : NULL, c->rq.body_len, why);
    if (r == 0)
        r = settle_namespace(c, w.obj, why);
    if (r == 0 && !c->res->review)
        meta_wipe(w.obj);
    if (r == 0)
        r = c->res->review ? c->res->review(c, w.obj, why) : write_create(&w, why);
    if (r == 0)
        r = write_answer(&w, 201, why);
    writing_clear(&w);
    return r;
}

/* What is stored under the request's name, if anything. */
static int load(writing *w, failure *why)
{
    const item *it = collection_get(w->c->res->objects, w->c->res->namespaced ? w->c->rq.ns : "", w->c->rq.name);

    if (!it)
        return 0;
    w->old = version_tree(w->c->res, it);
    w->revision = it->revision;
    if (!w->old)
        return failure_memory(why);
    return 0;
}

/* The kind is told in the plural, as the real server does. */
static int fail_unconditional(const resource *res, const char *name, failure *why)
{
    auto_field_errors errors = {0};
    json_t *zero = json_integer(0);

    field_invalid(&errors, "metadata.resourceVersion", zero, "must be specified for an update");
    json_decref(zero);
    return field_errors_result(&errors, res->group, res->plural, name, why);
}

static int check_name(const writing *w, failure *why)
{
    const char *name = meta_text(w->obj, "name");

    if (!*name)
        return failure_bad_request(
            why, "the name of the object (%s based on URL) was undeterminable: name must be provided", w->c->rq.name);
    if (strcmp(name, w->c->rq.name) == 0)
        return 0;
    return failure_bad_request(why, "the name of the object (%s) does not match the name on the URL (%s)", name,
                               w->c->rq.name);
}

static int check_version(const writing *w, failure *why)
{
    const char *version = meta_text(w->obj, "resourceVersion");
    int64_t number;

    if (!revision_parse(version, &number, why)) {
        failure_clear(why);
        return failure_set(why, 500, "", "strconv.ParseUint: parsing \"%s\": invalid syntax", version);
    }
    if (number == 0 && w->c->res->conditional && strcmp(w->c->rq.verb, "update") == 0)
        return fail_unconditional(w->c->res, w->c->rq.name, why);
    if (number != 0 && strcmp(version, meta_text(w->old, "resourceVersion")) != 0)
        return fail_conflict(
            w->c->res, w->c->rq.name,
            "the object has been modified; please apply your changes to the latest version and try again", why);
    return 0;
}

/* Where the real server keeps it in etcd, which is a part of a message. */
static void storage_key(const call *c, char *room, size_t len)
{
    const char *folder = c->res->plural;
    bool core = !*c->res->group;

    if (core && (strcmp(folder, "services") == 0 || strcmp(folder, "endpoints") == 0))
        folder = *folder == 's' ? "services/specs" : "services/endpoints";
    else if (core && strcmp(folder, "nodes") == 0)
        folder = "minions";
    snprintf(room, len, "/registry/%s%s%s/%s%s%s", c->res->custom ? c->res->group : "", c->res->custom ? "/" : "",
             folder, c->res->namespaced ? c->rq.ns : "", c->res->namespaced ? "/" : "", c->rq.name);
}

/* The document's name, version and uid against what is stored. */
static int check_identity(const writing *w, failure *why)
{
    const char *uid = meta_text(w->obj, "uid");
    char key[LIMIT_KEY + 320], message[LIMIT_KEY + 800];

    if (check_name(w, why) < 0 || check_version(w, why) < 0)
        return -1;
    if (!*uid || strcmp(uid, meta_text(w->old, "uid")) == 0 || strcmp(w->c->rq.verb, "update") != 0)
        return 0;
    storage_key(w->c, key, sizeof(key));
    snprintf(message, sizeof(message),
             "StorageError: invalid object, Code: 4, Key: %s, ResourceVersion: 0, AdditionalErrorMsg: Precondition "
             "failed: UID "
             "in precondition: %.80s, UID in object meta: %.80s",
             key, uid, meta_text(w->old, "uid"));
    return fail_conflict(w->c->res, w->c->rq.name, message, why);
}

static int store_over(writing *w, failure *why)
{
    int r = settle_namespace(w->c, w->obj, why);

    if (r == 0)
        r = check_identity(w, why);
    return r == 0 ? write_update(w, why) : -1;
}

/* Some kinds let an update create what is not there. */
static int create_instead(writing *w, failure *why)
{
    const strategy *s = w->c->res->strategy;

    if (!s || !s->creates_on_update || w->c->sub)
        return fail_not_found(w->c->res, w->c->rq.name, why);
    if (check_name(w, why) < 0 || settle_namespace(w->c, w->obj, why) < 0)
        return -1;
    return write_create(w, why);
}

static int update_once(writing *w, failure *why)
{
    call *c = w->c;

    if (call_document(c, &w->obj, why) < 0 ||
        write_decode(c, w->obj, call_is_json(c) ? c->rq.body : NULL, c->rq.body_len, why) < 0 || load(w, why) < 0)
        return -1;
    return w->old ? store_over(w, why) : create_instead(w, why);
}

/* May a write be tried again, since its object was changed while somebody was asked about it?  Then all is as before the first. */
static bool may_try_again(writing *w, int tries, failure *why)
{
    if (why->code != 409 || !w->released || tries == TRIES)
        return false;
    failure_clear(why);
    writing_clear(w);
    json_decref(w->c->doubles);
    w->c->doubles = NULL;
    w->released = w->applied = false;
    return true;
}

int verb_update(call *c, failure *why)
{
    writing w = {.c = c};
    int r = update_once(&w, why);

    for (int i = 1; r < 0 && may_try_again(&w, i, why); i++)
        r = update_once(&w, why);
    if (r == 0)
        r = write_answer(&w, w.old ? 200 : 201, why);
    writing_clear(&w);
    return r;
}

/* ---- patch ---- */

enum patch_kind { KIND_JSON, KIND_MERGE, KIND_STRATEGIC, KIND_APPLY };

/* What is a patch of no kind has been refused already (negotiate.c), but for custom resources. */
static int patch_kind_of(const call *c, enum patch_kind *ret, failure *why)
{
    if (call_is_type(c, "application/json-patch+json"))
        *ret = KIND_JSON;
    else if (call_is_type(c, "application/merge-patch+json"))
        *ret = KIND_MERGE;
    else if (call_is_type(c, "application/strategic-merge-patch+json") && !c->res->custom)
        *ret = KIND_STRATEGIC;
    else if (call_is_type(c, "application/apply-patch+yaml"))
        *ret = KIND_APPLY;
    else
        return failure_set(why, 415, "UnsupportedMediaType",
                           "the body of the request was in an unknown format - accepted media types include: "
                           "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
    return 0;
}

/* A patch on its way into a document. */
typedef struct patching {
    enum patch_kind kind;
    enum field_validation validation;
    const json_t *patch;
    json_t *strict;  /* what a strict decoder objects to in the patch; owned; NULL: does not matter */
    json_t *doubles; /* what of that can be seen in its text; owned; NULL: none */
    json_t *rest;    /* of a strategic patch, without directives; owned */
} patching;

static void patching_clear(patching *p)
{
    json_decref(p->strict);
    json_decref(p->rest);
    p->strict = p->rest = NULL;
}

/* Fields that the text of the patch has twice. */
static void find_doubles(const call *c, patching *p)
{
    strict found = {0};
    size_t i;
    json_t *one;

    if (p->kind == KIND_APPLY || p->validation == VALIDATION_IGNORE ||
        strict_members(c->rq.body, c->rq.body_len) == strict_members_of(p->patch))
        return;
    strict_read(&found, NULL, c->rq.body, c->rq.body_len);
    p->doubles = json_array();
    json_array_foreach(found.list, i, one) json_array_append_new(
        p->doubles, json_sprintf("%s%s", p->kind == KIND_JSON ? "json patch " : "", json_string_value(one)));
    strict_clear(&found);
}

static int change(writing *w, patching *p, failure *why)
{
    if (p->kind == KIND_APPLY && (w->old || !w->c->sub))
        return owners_apply(w, p->patch, request_flag(&w->c->rq, "force"), why);
    if (!w->old)
        return fail_not_found(w->c->res, w->c->rq.name, why);
    patching_clear(p);
    p->strict = p->validation == VALIDATION_IGNORE ? NULL : p->doubles ? json_clone_top(p->doubles) : json_array();
    if (p->kind == KIND_JSON)
        return patch_json(w->old, p->patch, p->strict, &w->obj, why);
    if (p->kind == KIND_MERGE)
        return patch_merge(w->old, p->patch, p->strict != NULL, &w->obj, why);
    return patch_strategic(w->old, p->patch, w->c->res->schema, &w->obj, &p->rest, why);
}

/* What is wrong with the patched document in the decoder's words, without those about its kind. */
static void words(const char *message, const json_t *objections, buf *out)
{
    const char *before = " cannot be handled as a ", *at = strstr(message, before),
               *objection = "strict decoding error: ";
    size_t i;
    json_t *one;

    at = at ? strstr(at, ": ") : NULL;
    at = at ? at + 2 : message;
    if (strncmp(at, objection, strlen(objection)) == 0 && json_array_size(objections)) {
        at += strlen(objection);
        buf_puts(out, objection);
        json_array_foreach((json_t *)objections, i, one) buf_printf(out, "%s, ", json_string_value(one));
    }
    buf_puts(out, at);
}

/* The patched document was refused by the decoder: 422, with the document, which is made once more since decoding changed it. */
static int refuse_patched(writing *w, patching *p, failure *why)
{
    auto_buf text = BUF_INIT(LIMIT_REQUEST_BODY);
    auto_failure again = {0};

    if (why->code != 400 || p->kind == KIND_APPLY)
        return -1;
    words(why->message ? why->message : "", p->strict, &text);
    if (p->kind == KIND_STRATEGIC)
        patch_convert_words(&text);
    json_decref(w->obj);
    w->obj = NULL;
    if (text.failed || change(w, p, &again) < 0)
        return -1;
    failure_clear(why);
    return patch_refuse(p->kind == KIND_STRATEGIC ? p->rest : w->obj, p->kind == KIND_STRATEGIC, text.data, why);
}

/* Unknown members of the patch itself. */
static int objections(writing *w, patching *p, failure *why)
{
    auto_buf text = BUF_INIT(LIMIT_REQUEST_BODY);
    size_t i;
    json_t *one;

    if (json_array_size(p->strict) == 0)
        return 0;
    json_array_foreach(p->strict, i, one)
    {
        if (p->validation == VALIDATION_WARN)
            call_warn(w->c, "%s", json_string_value(one));
        buf_printf(&text, "%s%s", i ? ", " : "strict decoding error: ", json_string_value(one));
    }
    if (p->validation == VALIDATION_WARN)
        return 0;
    json_array_clear(p->strict);
    failure_bad_request(why, "%s", text.failed ? "" : text.data);
    return refuse_patched(w, p, why);
}

/* Only an apply creates. */
static int create_applied(writing *w, failure *why)
{
    const char *uid = meta_text(w->obj, "uid");
    char message[256];

    if (*uid) {
        snprintf(message, sizeof(message),
                 "uid mismatch: the provided object specified uid %.80s, and no existing object was found", uid);
        return fail_conflict(w->c->res, w->c->rq.name, message, why);
    }
    if (settle_namespace(w->c, w->obj, why) < 0 || check_name(w, why) < 0)
        return -1;
    return write_create(w, why);
}

/* A built-in document that a patch has taken the version from is read as one of the server's own, in which nothing has the names of JSON. */
static bool is_untyped(const writing *w, const patching *p)
{
    const char *version = json_string_value(json_object_get(w->obj, "apiVersion"));

    return !w->c->res->custom && p->kind != KIND_APPLY && p->kind != KIND_STRATEGIC && (!version || !*version);
}

static int fail_untyped(const writing *w, const patching *p, failure *why)
{
    char *text = json_dumps(w->obj, JSON_SORT_KEYS | JSON_COMPACT);
    json_auto_t *sorted = text ? json_loads(text, JSON_ALLOW_NUL, NULL) : NULL;
    const char *name;
    json_t *value;

    free(text);
    json_object_foreach(sorted, name, value)
    {
        if (p->validation == VALIDATION_WARN && strcmp(name, "kind") != 0)
            call_warn(w->c, "unknown field \"%s\"", name);
    }
    return check_name(&(writing){.c = w->c}, why);
}

/* A strategic merge patch cannot change what an object is. */
static void keep_kind(writing *w)
{
    json_object_set(w->obj, "kind", json_object_get(w->old, "kind"));
    json_object_set(w->obj, "apiVersion", json_object_get(w->old, "apiVersion"));
}

/* One try: load, change, store. */
static int patch_once(writing *w, patching *p, failure *why)
{
    if (load(w, why) < 0 || change(w, p, why) < 0)
        return -1;
    if (is_untyped(w, p))
        return fail_untyped(w, p, why);
    if (p->kind == KIND_STRATEGIC)
        keep_kind(w);
    if (p->kind == KIND_APPLY ? write_decode_applied(w->c, w->obj, why) < 0
                              : write_decode(w->c, w->obj, NULL, 0, why) < 0)
        return refuse_patched(w, p, why);
    if (objections(w, p, why) < 0)
        return -1;
    return w->old ? store_over(w, why) : create_applied(w, why);
}

static int patch_tries(writing *w, patching *p, failure *why)
{
    int r = patch_once(w, p, why);

    for (int i = 1; r < 0 && may_try_again(w, i, why); i++)
        r = patch_once(w, p, why);
    return r;
}

int change_apply(call *c, const json_t *config, failure *why)
{
    writing w = {.c = c};
    patching p = {.kind = KIND_APPLY, .patch = config};
    int r = patch_tries(&w, &p, why);

    writing_clear(&w);
    return r;
}

/* Keys that stand twice in a configuration that is applied. */
static int check_doubles(call *c, const patching *p, const json_t *doubles, failure *why)
{
    auto_buf text = BUF_INIT(LIMIT_REQUEST_BODY);
    size_t i;
    json_t *one;

    if (!doubles || p->validation == VALIDATION_IGNORE)
        return 0;
    buf_puts(&text, "error converting YAML to JSON: yaml: unmarshal errors:");
    json_array_foreach((json_t *)doubles, i, one) buf_printf(&text, "\n  %s", json_string_value(one));
    if (p->validation == VALIDATION_STRICT)
        return failure_bad_request(why, "error strict decoding YAML: %s", text.failed ? "" : text.data);
    call_warn(c, "%s", text.failed ? "" : text.data);
    return 0;
}

static int check_config(const json_t *config, failure *why)
{
    if (json_is_object(config) || json_is_null(config))
        return 0;
    return failure_bad_request(
        why,
        "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal %s into Go "
        "value of type map[string]interface {}",
        go_kind(config));
}

static int read_config(call *c, const patching *p, json_t **ret, failure *why)
{
    json_auto_t *doubles = NULL;

    if (body_yaml(c, ret, &doubles, why) < 0 || check_config(*ret, why) < 0)
        return -1;
    return check_doubles(c, p, doubles, why);
}

static int read_patch(call *c, const patching *p, json_t **ret, failure *why)
{
    if (p->kind == KIND_APPLY)
        return read_config(c, p, ret, why);
    if (body_patch(c, p->kind == KIND_STRATEGIC ? "" : "error decoding patch: ", ret, why) == 0)
        return 0;
    if (why->code == 400 && !collection_get(c->res->objects, c->res->namespaced ? c->rq.ns : "", c->rq.name)) {
        failure_clear(why);
        return fail_not_found(c->res, c->rq.name, why);
    }
    return -1;
}

int verb_patch(call *c, failure *why)
{
    writing w = {.c = c};
    patching p = {.validation = write_validation(c)};
    json_auto_t *patch = NULL;
    int r = patch_kind_of(c, &p.kind, why);

    if (r == 0)
        r = read_patch(c, &p, &patch, why);
    p.patch = patch;
    if (r == 0)
        find_doubles(c, &p);
    if (r == 0)
        r = patch_tries(&w, &p, why);
    if (r == 0)
        r = write_answer(&w, w.old ? 200 : 201, why);
    patching_clear(&p);
    json_decref(p.doubles);
    writing_clear(&w);
    return r;
}
