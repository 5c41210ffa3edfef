#include "apiserver/event_end.h"
#include "apiserver/json_clone.h"
#include "apiserver/kinds/check.h"
#include "apiserver/kinds/strategies.h"
#include "apiserver/meta.h"

#include <string.h>

/* ---- the two forms: events of both groups are stored as core/v1 has them ---- */

static const struct renamed {
    const char *core, *other;
} names[] = {{"involvedObject", "regarding"},
             {"message", "note"},
             {"source", "deprecatedSource"},
             {"firstTimestamp", "deprecatedFirstTimestamp"},
             {"lastTimestamp", "deprecatedLastTimestamp"},
             {"count", "deprecatedCount"},
             {"reportingComponent", "reportingController"}};

static void rename_field(json_t *obj, const char *from, const char *to)
{
    json_t *value = json_object_get(obj, from);

    if (!value)
        return;
    json_object_set_nocheck(obj, to, value);
    json_object_del(obj, from);
}

/* One form sends some fields though they are empty, the other does not. */
static void always(json_t *obj, const char *name, json_t *empty)
{
    if (json_object_get(obj, name))
        json_decref(empty);
    else
        doc_set(obj, name, empty);
}

static void drop_empty(json_t *obj, const char *name)
{
    const json_t *value = json_object_get(obj, name);

    if (json_object_size(value) == 0 && json_string_length(value) == 0 && !json_is_number(value))
        json_object_del(obj, name);
}

static void to_core(const resource *res, json_t *obj)
{
    (void)res;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        rename_field(obj, names[i].other, names[i].core);
    doc_set_text(obj, "apiVersion", "v1");
    always(obj, "involvedObject", json_object());
    always(obj, "source", json_object());
    always(obj, "firstTimestamp", json_null());
    always(obj, "lastTimestamp", json_null());
    always(obj, "eventTime", json_null());
    always(obj, "reportingComponent", json_string(""));
    always(obj, "reportingInstance", json_string(""));
}

static void from_core(const resource *res, json_t *obj)
{
    (void)res;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        rename_field(obj, names[i].core, names[i].other);
    doc_set_text(obj, "apiVersion", "events.k8s.io/v1");
    drop_empty(obj, "reportingController");
    drop_empty(obj, "reportingInstance");
}

/* ---- rules ---- */

#define TEXT_MAX 128
#define NOTE_MAX 1024

static void check_length(field_errors *errors, const char *path, const char *text, size_t max, bool required)
{
    if (required && !*text)
        field_required(errors, path, "");
    if (strlen(text) > max)
        wrong_text(errors, path, "", "can have at most %zu characters", max);
}

/* Of events with eventTime; those without are of the old kind. */
static void check_new(field_errors *errors, const json_t *ev, const char *controller)
{
    const char *ns = meta_text(ev, "namespace"), *name = doc_text(ev, "reportingComponent"),
               *about = doc_text(doc_get(ev, "involvedObject"), "namespace");

    if (!*about && strcmp(ns, "default") != 0 && strcmp(ns, "kube-system") != 0)
        wrong_text(errors, "involvedObject.namespace", about, "does not match event.namespace");
    if (!*name)
        field_required(errors, controller, "");
    name_validate(NAME_QUALIFIED, name, controller, errors);
    check_length(errors, "reportingInstance", doc_text(ev, "reportingInstance"), TEXT_MAX, true);
    check_length(errors, "action", doc_text(ev, "action"), TEXT_MAX, true);
    check_length(errors, "reason", doc_text(ev, "reason"), TEXT_MAX, true);
    check_length(errors, "message", doc_text(ev, "message"), NOTE_MAX, false);
}

static void check_any(field_errors *errors, const json_t *ev, const char *controller)
{
    const char *ns = meta_text(ev, "namespace"), *about = doc_text(doc_get(ev, "involvedObject"), "namespace");

    if (doc_get(ev, "eventTime"))
        check_new(errors, ev, controller);
    else if (*about ? strcmp(ns, about) != 0 : *ns && strcmp(ns, "default") != 0)
        wrong_text(errors, "involvedObject.namespace", about, "does not match event.namespace");
    name_validate(NAME_DNS_SUBDOMAIN, ns, "namespace", errors);
}

static void core_validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    (void)c, (void)old;
    check_any(errors, obj, "reportingComponent");
}

static void check_series(field_errors *errors, const json_t *ev)
{
    const json_t *series = doc_get(ev, "series");

    if (!series)
        return;
    if (doc_int(series, "count", 0) < 2)
        wrong_text(errors, "series.count", "", "should be at least 2");
    if (!doc_get(series, "lastObservedTime"))
        field_required(errors, "series.lastObservedTime", "");
}

static void check_unset(field_errors *errors, const json_t *ev, const char *name)
{
    const json_t *value = doc_get(ev, name);

    if (value && !(json_is_object(value) && json_object_size(value) == 0))
        wrong_text(errors, name, "", "needs to be unset");
}

static void check_created(field_errors *errors, const json_t *ev)
{
    const char *type = doc_text(ev, "type");

    check_series(errors, ev);
    if (!doc_get(ev, "eventTime"))
        field_required(errors, "eventTime", "");
    if (strcmp(type, "Normal") != 0 && strcmp(type, "Warning") != 0)
        wrong_text(errors, "type", "", "has invalid value: %s", type);
    check_unset(errors, ev, "firstTimestamp");
    check_unset(errors, ev, "lastTimestamp");
    check_unset(errors, ev, "count");
    check_unset(errors, ev, "source");
}

static void check_updated(field_errors *errors, const json_t *ev, const json_t *old)
{
    static const char *const fixed[] = {"involvedObject", "reason",        "message", "source",
                                        "firstTimestamp", "lastTimestamp", "count",   "reason",
                                        "type",           "eventTime",     "action",  "related"};

    meta_validate_update(ev, old, errors);
    if (!doc_same(doc_get(ev, "series"), doc_get(old, "series")))
        check_series(errors, ev);
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        check_immutable(errors, fixed[i], doc_get(ev, fixed[i]), doc_get(old, fixed[i]));
    check_immutable(errors, "reportingController", doc_get(ev, "reportingComponent"),
                    doc_get(old, "reportingComponent"));
    check_immutable(errors, "reportingInstance", doc_get(ev, "reportingInstance"), doc_get(old, "reportingInstance"));
}

static void new_validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    json_auto_t *ev = json_clone(obj), *before = old ? json_clone(old) : NULL;

    if (!ev || (old && !before))
        return;
    to_core(c->res, ev);
    check_any(errors, ev, "reportingController");
    if (old) {
        to_core(c->res, before);
        check_updated(errors, ev, before);
    } else {
        meta_validate(c->res->names, ev, errors);
        check_created(errors, ev);
    }
}

static void stored(call *c, const json_t *now, const json_t *old)
{
    (void)old;
    if (now)
        event_end_plan(c->server);
}

const strategy EVENT_STRATEGY = {.validate = core_validate, .stored = stored, .creates_on_update = true};
const strategy NEW_EVENT_STRATEGY = {
    .read = from_core, .write = to_core, .validate = new_validate, .stored = stored, .creates_on_update = true};
