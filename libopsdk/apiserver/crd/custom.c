#include "apiserver/crd/custom.h"

#include "apiserver/crd/crds.h"
#include "apiserver/crd/embedded.h"
#include "apiserver/crd/scale.h"
#include "apiserver/crd/version.h"
#include "apiserver/json_clone.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/meta.h"
#include "apiserver/names.h"
#include "apiserver/schema/custom.h"
#include "apiserver/schema/decode.h"
#include "apiserver/version.h"
#include "core/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const crd_version *version_of(const call *c)
{
    return c->res->owner;
}

/* ---- kind and version ---- */

static int unrecognized(const resource *res, const char *text, size_t len, const char *reason, failure *why)
{
    return failure_bad_request(why, "the object provided is unrecognized (must be of type %s): %s (%.*s%s)", res->kind,
                               reason, (int)(len > 30 ? 30 : len), text, len > 30 ? " ..." : "");
}

static int no_kind(const resource *res, const json_t *kind, const char *text, size_t len, failure *why)
{
    auto_buf reason = BUF_INIT(LIMIT_OBJECT);

    if (!kind)
        buf_printf(&reason, "Object 'Kind' is missing in '%.*s'", (int)len, text);
    else
        buf_printf(&reason,
                   "couldn't get version/kind; json parse error: json: cannot unmarshal %s into Go struct field .kind "
                   "of type string",
                   json_is_number(kind)    ? "number"
                   : json_is_boolean(kind) ? "bool"
                   : json_is_array(kind)   ? "array"
                                           : "object");
    return unrecognized(res, text, len, reason.failed ? "" : reason.data, why);
}

/* A kind of another name is told as a field error of that kind. */
static int wrong_kind(const resource *res, const json_t *obj, const char *version, failure *why)
{
    const char *kind = doc_text(obj, "kind"), *given = doc_text(obj, "apiVersion"), *slash = strchr(given, '/');
    auto_field_errors errors = {0};
    char group[256];

    if (strcmp(kind, res->kind) != 0)
        field_invalid(&errors, "kind", json_object_get(obj, "kind"), "must be %s", res->kind);
    if (strcmp(given, version) != 0)
        field_invalid(&errors, "apiVersion", json_object_get(obj, "apiVersion"), "must be %s", version);
    snprintf(group, sizeof(group), "%.*s", slash ? (int)(slash - given) : 0, given);
    return field_errors_result(&errors, group, kind, meta_text(obj, "name"), why);
}

int custom_kind(const resource *res, const json_t *obj, const char *text, size_t len, failure *why)
{
    const json_t *kind = json_object_get(obj, "kind");
    char version[320];

    version_name(res, version, sizeof(version));
    if (text && !json_is_string(kind))
        return no_kind(res, json_is_null(kind) ? NULL : kind, text, len, why);
    if (text && strcmp(doc_text(obj, "apiVersion"), version) != 0)
        return failure_bad_request(why, "the API version in the data (%s) does not match the expected API version (%s)",
                                   doc_text(obj, "apiVersion"), version);
    return wrong_kind(res, obj, version, why);
}

bool custom_is_stored(const resource *res, const json_t *obj)
{
    char version[320];

    return !res->stale && strcmp(doc_text(obj, "apiVersion"), version_name(res, version, sizeof(version))) == 0;
}

/* What the server's decoder of stored objects does: the schema of now, whatever was stored. */
static void read(const resource *res, json_t *obj)
{
    char version[320];

    if (custom_is_stored(res, obj))
        return;
    json_object_set_new(obj, "apiVersion", json_string(version_name(res, version, sizeof(version))));
    custom_prune(res->schema, obj, true, NULL);
    custom_prune_nulls(res->schema, obj);
    schema_default(res->schema, obj);
}

static bool is_status(const call *c)
{
    return c->sub && strcmp(c->sub->name, "status") == 0;
}

static void take_over(json_t *obj, const json_t *old, const char *name)
{
    const json_t *value = json_object_get(old, name);

    if (value)
        json_object_set_new(obj, name, json_clone(value));
    else
        json_object_del(obj, name);
}

static bool same_but_metadata(const json_t *a, const json_t *b)
{
    const char *name;
    json_t *value;
    size_t n = 0;

    json_object_foreach((json_t *)a, name, value)
    {
        if (strcmp(name, "metadata") == 0)
            continue;
        if (!json_equal(value, json_object_get(b, name)))
            return false;
        n++;
    }
    return json_object_size(b) - (json_object_get(b, "metadata") ? 1 : 0) == n;
}

/* Only status comes from the client, and what is said of who owns which field. */
static int prepare_status(json_t *obj, const json_t *old, failure *why)
{
    json_auto_t *status = json_incref(json_object_get(obj, "status")),
                *managed = json_incref(json_object_get(meta_of(obj), "managedFields")), *copy = json_clone(old);

    if (!copy)
        return failure_memory(why);
    json_object_clear(obj);
    json_object_update(obj, copy);
    if (status)
        json_object_set(obj, "status", status);
    else
        json_object_del(obj, "status");
    if (managed)
        json_object_set(meta_of(obj), "managedFields", managed);
    else
        json_object_del(meta_of(obj), "managedFields");
    return 0;
}

static int prepare(call *c, json_t *obj, const json_t *old, failure *why)
{
    if (old && is_status(c))
        return prepare_status(obj, old, why);
    if (version_of(c)->status)
        take_over(obj, old, "status");
    if (!old)
        json_object_set_new(meta_of(obj), "generation", json_integer(1));
    else if (!same_but_metadata(obj, old))
        json_object_set_new(meta_of(obj), "generation", json_integer(meta_generation(old) + 1));
    return 0;
}

static void stored(call *c, const json_t *now, const json_t *old)
{
    (void)old;
    if (!now)
        crds_object_gone(c->server, c->res);
}

/* ---- checks ---- */

static void check_scale(const crd_version *v, const json_t *obj, bool spec, field_errors *errors)
{
    if (v->scale && spec)
        scale_check_spec(v->scale, obj, errors);
    if (v->scale)
        scale_check_status(v->scale, obj, errors);
}

/* Lists that had elements twice before may have them still. */
static void check_lists(const crd_version *v, const json_t *obj, const json_t *old, field_errors *errors)
{
    auto_field_errors before = {0};

    if (old)
        custom_check_lists(v->res.schema, old, &before);
    if (!before.list)
        custom_check_lists(v->res.schema, obj, errors);
}

static void validate_status(const crd_version *v, const json_t *obj, const json_t *old, field_errors *errors)
{
    const schema *status = rules_child(v->res.schema, "status");
    const json_t *value = json_object_get(obj, "status");

    if (value && status && status->rules)
        schema_validate(status, value, json_object_get(old, "status"), "status", errors);
    check_scale(v, obj, false, errors);
    check_lists(v, obj, old, errors);
}

static void validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    const crd_version *v = version_of(c);

    if (old && is_status(c)) {
        validate_status(v, obj, old, errors);
        return;
    }
    schema_validate(v->res.schema, obj, old, "", errors);
    check_scale(v, obj, true, errors);
    embedded_check(v->res.schema, obj, "", false, errors);
    check_lists(v, obj, old, errors);
}

/* ---- warnings ---- */

static void warn_finalizer(call *c, const char *name)
{
    static const char path[] = "metadata.finalizers";
    const char *wrong[NAME_WRONGS];
    size_t n = name_check(NAME_QUALIFIED, name, wrong);

    for (size_t i = 0; i < n; i++)
        call_warn(c, "%s: \"%s\": %s", path, name, wrong[i]);
    if (strchr(name, '/') || strcmp(name, "orphan") == 0 || strcmp(name, "foregroundDeletion") == 0 ||
        strcmp(name, "kubernetes") == 0)
        return;
    call_warn(c,
              "%s: \"%s\": prefer a domain-qualified finalizer name %sto avoid accidental conflicts with other "
              "finalizer writers",
              path, name, strchr(name, '.') ? "including a path (/) " : "");
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* New finalizers, in order of their names. */
static void warn(call *c, const json_t *obj, const json_t *old)
{
    const json_t *list = json_object_get(meta_of(obj), "finalizers"),
                 *before = json_object_get(meta_of(old), "finalizers");
    size_t n = json_array_size(list), i;
    const char **names = n && !(old && is_status(c)) ? calloc(n, sizeof(*names)) : NULL;

    for (i = 0; names && i < n; i++)
        names[i] = json_string_value(json_array_get(list, i));
    if (names)
        qsort(names, n, sizeof(*names), by_text);
    for (i = 0; names && i < n; i++)
        if (!doc_has(before, names[i]))
            warn_finalizer(c, names[i]);
    free(names);
}

const strategy CUSTOM_STRATEGY = {
    .read = read, .prepare = prepare, .validate = validate, .stored = stored, .warn = warn};

json_t *custom_name_cell(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return json_string(meta_text(obj, "name"));
}
