/* Pods: what is kept when they are written, and how they may change. */
#include "apiserver/json_clone.h"
#include "apiserver/kinds/pod_check.h"
#include "apiserver/kinds/pod_defaults.h"
#include "apiserver/kinds/pod_warn.h"
#include "apiserver/kinds/strategies.h"
#include "apiserver/meta.h"
#include "apiserver/pods/pods.h"
#include "apiserver/schema/quantity.h"

#include <stdlib.h>
#include <string.h>

/* ---- quality of service ---- */

enum qos { GUARANTEED, BURSTABLE, BEST_EFFORT };

static enum qos qos_of(const json_t *resources)
{
    static const char *const names[] = {"cpu", "memory"};
    const json_t *limits = doc_get(resources, "limits"), *requests = doc_get(resources, "requests");
    int asked = 0, equal = 0;

    for (int i = 0; i < 2; i++) {
        const char *limit = doc_text(limits, names[i]), *least = doc_text(requests, names[i]);
        bool has_limit = *limit && quantity_sign(limit) > 0, has_request = *least && quantity_sign(least) > 0;
        asked += has_limit || has_request;
        equal += has_limit && has_request && quantity_compare(limit, least) == 0;
    }
    return asked == 0 ? BEST_EFFORT : equal == 2 ? GUARANTEED : BURSTABLE;
}

/* Of several containers: what they agree on, else what is between. */
static const char *pod_qos(const json_t *spec)
{
    static const char *const lists[] = {"containers", "initContainers"}, *const names[] = {"Guaranteed", "Burstable",
                                                                                           "BestEffort"};
    enum qos all = BEST_EFFORT;
    bool first = true;
    size_t i;
    json_t *one;

    if (doc_get(spec, "resources"))
        return names[qos_of(doc_get(spec, "resources"))];
    for (int list = 0; list < 2; list++)
        json_array_foreach(doc_get(spec, lists[list]), i, one)
        {
            enum qos own = qos_of(doc_get(one, "resources"));
            all = first || all == own ? own : BURSTABLE;
            first = false;
        }
    return names[all];
}

/* ---- prepare ---- */

static int prepare_create(call *c, json_t *obj)
{
    char now[32];
    json_t *spec = doc_make(obj, "spec"),
           *status = json_pack("{s:s, s:s}", "phase", "Pending", "qosClass", pod_qos(spec));

    doc_set(meta_of(obj), "generation", json_integer(1));
    if (doc_get(spec, "schedulingGates"))
        doc_set(status, "conditions",
                json_pack("[{s:s, s:s, s:n, s:s, s:s, s:s}]", "type", "PodScheduled", "status", "False",
                          "lastProbeTime", "lastTransitionTime", apiserver_time(c->server, now), "reason",
                          "SchedulingGated", "message", "Scheduling is blocked due to non-empty scheduling gates"));
    doc_set(obj, "status", status);
    return 0;
}

/* Metadata that a write of a part may not touch. */
static void keep_meta(json_t *obj, const json_t *old)
{
    static const char *const names[] = {"labels", "annotations", "finalizers", "ownerReferences"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        doc_keep(meta_of(obj), meta_of(old), names[i]);
}

static void prepare_status(json_t *obj, const json_t *old)
{
    json_t *status = doc_make(obj, "status");

    doc_keep(obj, old, "spec");
    doc_keep(meta_of(obj), meta_of(old), "ownerReferences");
    if (!doc_get(status, "qosClass"))
        doc_keep(status, doc_get(old, "status"), "qosClass");
    if (!doc_get(status, "observedGeneration"))
        doc_keep(status, doc_get(old, "status"), "observedGeneration");
}

static void prepare_ephemeral(json_t *obj, const json_t *old)
{
    json_t *now = json_incref(doc_at(obj, "spec.ephemeralContainers"));

    doc_keep(obj, old, "spec");
    doc_keep(obj, old, "status");
    keep_meta(obj, old);
    doc_set(doc_get(obj, "spec"), "ephemeralContainers", now);
}

/* Resources of the containers; false when they are others than before. */
static bool take_resources(json_t *spec, const json_t *asked, const char *list)
{
    json_t *to = doc_get(spec, list), *from = doc_get(asked, list), *one;
    size_t i;

    if (json_array_size(to) != json_array_size(from))
        return false;
    json_array_foreach(to, i, one)
    {
        const json_t *other = json_array_get(from, i);
        if (strcmp(doc_text(one, "name"), doc_text(other, "name")) != 0)
            return false;
        doc_keep(one, other, "resources");
        doc_keep(one, other, "resizePolicy");
    }
    return true;
}

static void prepare_resize(json_t *obj, const json_t *old)
{
    json_t *spec = json_clone(doc_get(old, "spec"));
    const json_t *asked = doc_get(obj, "spec");

    if (!take_resources(spec, asked, "containers") || !take_resources(spec, asked, "initContainers")) {
        json_decref(spec);
        return;
    }
    doc_set(obj, "spec", spec);
    doc_keep(obj, old, "status");
    keep_meta(obj, old);
}

static bool is_sub(const call *c, const char *name)
{
    return c->sub && strcmp(c->sub->name, name) == 0;
}

static int prepare(call *c, json_t *obj, const json_t *old, failure *why)
{
    (void)why;
    if (!old)
        return prepare_create(c, obj);
    if (is_sub(c, "status")) {
        prepare_status(obj, old);
        return 0;
    }
    if (is_sub(c, "ephemeralcontainers"))
        prepare_ephemeral(obj, old);
    else if (is_sub(c, "resize"))
        prepare_resize(obj, old);
    else
        doc_keep(obj, old, "status");
    doc_generation(obj, old, "spec");
    return 0;
}

/* ---- updates ---- */

/* False: the rest makes no sense. */
static bool images_check(field_errors *errors, const char *path, const json_t *now, const json_t *before)
{
    size_t i;
    json_t *one;

    if (json_array_size(now) != json_array_size(before)) {
        field_forbidden(errors, path, "pod updates may not add or remove containers");
        return false;
    }
    json_array_foreach((json_t *)now, i, one)
    {
        const char *image = doc_text(one, "image"), *at = PATH("%s[%zu].image", path, i);
        size_t len = strlen(image);
        if (len == 0)
            field_required(errors, at, "");
        else if (strchr(" \t\n\r", image[0]) || strchr(" \t\n\r", image[len - 1]))
            wrong_text(errors, at, image, "must not have leading or trailing whitespace");
    }
    return true;
}

static bool deadline_check(field_errors *errors, const json_t *now, const json_t *before)
{
    static const char path[] = "spec.activeDeadlineSeconds";
    const json_t *value = doc_get(now, "activeDeadlineSeconds"), *old = doc_get(before, "activeDeadlineSeconds");

    if (!value) {
        if (old)
            field_invalid(errors, path, NULL, "must not update from a positive integer to nil value");
        return true;
    }
    if (!check_between(errors, path, json_integer_value(value), 0, INT32_MAX))
        return false;
    if (!old || json_integer_value(old) >= json_integer_value(value))
        return true;
    field_invalid(errors, path, value, "must be less than or equal to previous value");
    return false;
}

static bool is_toleration(const json_t *now, const json_t *old)
{
    json_auto_t *a = json_clone_top((json_t *)now), *b = json_clone_top((json_t *)old);

    json_object_del(a, "tolerationSeconds");
    json_object_del(b, "tolerationSeconds");
    return json_equal(a, b);
}

static void tolerations_kept_check(field_errors *errors, const json_t *now, const json_t *before)
{
    size_t i, k;
    json_t *old, *one;

    json_array_foreach((json_t *)before, i, old)
    {
        bool found = false;
        json_array_foreach((json_t *)now, k, one) found |= is_toleration(one, old);
        if (!found) {
            field_forbidden(errors, "spec.tolerations",
                            "existing toleration can not be modified except its tolerationSeconds");
            return;
        }
    }
    tolerations_check(errors, "spec.tolerations", now);
}

static void gates_kept_check(field_errors *errors, const json_t *now, const json_t *before)
{
    size_t i, k;
    json_t *gate, *old;

    json_array_foreach((json_t *)now, i, gate)
    {
        bool found = false;
        json_array_foreach((json_t *)before, k, old) found |= doc_is(old, "name", doc_text(gate, "name"));
        if (!found)
            field_forbidden(errors, PATH("spec.schedulingGates[%zu]", i),
                            "only deletion is allowed, but found new scheduling gate '%s'", doc_text(gate, "name"));
    }
}

static void take_images(json_t *to, const json_t *from)
{
    size_t i;
    json_t *one;

    json_array_foreach(to, i, one) doc_keep(one, json_array_get(from, i), "image");
}

/* With what may change as it was: is the rest the same? */
static void rest_check(field_errors *errors, const json_t *now, const json_t *before)
{
    json_auto_t *munged = json_clone(now);

    take_images(doc_get(munged, "containers"), doc_get(before, "containers"));
    take_images(doc_get(munged, "initContainers"), doc_get(before, "initContainers"));
    doc_keep(munged, before, "activeDeadlineSeconds");
    doc_keep(munged, before, "schedulingGates");
    doc_keep(munged, before, "tolerations");
    if (doc_int(before, "terminationGracePeriodSeconds", 0) < 0 &&
        doc_int(munged, "terminationGracePeriodSeconds", 0) == 1)
        doc_keep(munged, before, "terminationGracePeriodSeconds");
    if (doc_get(before, "schedulingGates")) {
        doc_keep(munged, before, "nodeSelector");
        doc_keep(munged, before, "affinity");
    }
    if (!doc_same(munged, before))
        field_forbidden(
            errors, "spec",
            "pod updates may not change fields other than "
            "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
            "`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` "
            "(allow it to be set to 1 if it was previously negative)\n");
}

static void update_check(field_errors *errors, const json_t *obj, const json_t *old)
{
    const json_t *now = doc_get(obj, "spec"), *before = doc_get(old, "spec");

    if (!images_check(errors, "spec.containers", doc_get(now, "containers"), doc_get(before, "containers")) ||
        !images_check(errors, "spec.initContainers", doc_get(now, "initContainers"),
                      doc_get(before, "initContainers")) ||
        !deadline_check(errors, now, before))
        return;
    tolerations_kept_check(errors, doc_get(now, "tolerations"), doc_get(before, "tolerations"));
    gates_kept_check(errors, doc_get(now, "schedulingGates"), doc_get(before, "schedulingGates"));
    rest_check(errors, now, before);
}

/* ---- validation ---- */

static void create_check(field_errors *errors, const json_t *spec)
{
    if (doc_get(spec, "ephemeralContainers"))
        field_forbidden(errors, "spec.ephemeralContainers", "cannot be set on create");
    if (*doc_text(spec, "nodeName") && doc_get(spec, "schedulingGates"))
        field_forbidden(errors, "spec.nodeName", "cannot be set until all schedulingGates have been cleared");
}

static void ephemeral_kept_check(field_errors *errors, const json_t *now, const json_t *before)
{
    size_t i, k;
    json_t *old, *one;

    json_array_foreach((json_t *)before, i, old)
    {
        const json_t *found = NULL;
        json_array_foreach((json_t *)now, k, one) if (doc_is(one, "name", doc_text(old, "name"))) found = one;
        if (!found)
            field_forbidden(errors, "spec.ephemeralContainers",
                            "existing ephemeral containers \"%s\" may not be removed\n", doc_text(old, "name"));
        else if (!json_equal(found, old))
            field_forbidden(errors, "spec.ephemeralContainers",
                            "existing ephemeral containers \"%s\" may not be changed\n", doc_text(old, "name"));
    }
}

static void status_check(field_errors *errors, const json_t *obj, const json_t *old)
{
    const json_t *now = doc_get(obj, "status"), *before = doc_get(old, "status");
    size_t i;
    json_t *one;

    meta_validate_update(obj, old, errors);
    json_array_foreach(doc_get(now, "conditions"), i, one) if (strchr(doc_text(one, "type"), '/'))
        name_validate(NAME_QUALIFIED, doc_text(one, "type"), PATH("status.conditions[%zu].Type", i), errors);
    check_immutable(errors, "status.qosClass", doc_get(now, "qosClass"), doc_get(before, "qosClass"));
    json_array_foreach(doc_get(now, "podIPs"), i, one)
        check_ip(errors, PATH("status.podIPs[%zu]", i), doc_text(one, "ip"));
}

static void validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    const json_t *spec = doc_get(obj, "spec");

    if (is_sub(c, "status")) {
        status_check(errors, obj, old);
        return;
    }
    if (old) {
        meta_validate_update(obj, old, errors);
        meta_validate(c->res->names, obj, errors);
    }
    pod_annotations_check(errors, "metadata.annotations", doc_at(obj, "metadata.annotations"), spec);
    pod_spec_check(errors, "spec", spec, true);
    if (!old)
        create_check(errors, spec);
    else if (is_sub(c, "ephemeralcontainers"))
        ephemeral_kept_check(errors, doc_get(spec, "ephemeralContainers"), doc_at(old, "spec.ephemeralContainers"));
    else if (!is_sub(c, "resize"))
        update_check(errors, obj, old);
}

static void warn(call *c, const json_t *obj, const json_t *old)
{
    const char *wrong[NAME_WRONGS];
    size_t i;
    json_t *one;

    if (is_sub(c, "status")) {
        json_array_foreach(doc_at(obj, "status.podIPs"), i, one)
            warn_of_ip(c, PATH("status.podIPs[%zu].ip", i), doc_text(one, "ip"));
        return;
    }
    if (old)
        return;
    if (name_check(NAME_DNS_LABEL, meta_text(obj, "name"), wrong) > 0)
        call_warn(c,
                  "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS "
                  "label is "
                  "recommended: [%s]",
                  wrong[0]);
    pod_warn(c, "", obj);
    pods_warn(c, obj);
}

/* One that runs nowhere, or no more, goes at once. */
static int64_t grace(const json_t *obj, int64_t asked)
{
    const json_t *spec = doc_get(obj, "spec");
    const char *phase = doc_text(doc_get(obj, "status"), "phase");
    int64_t seconds = asked >= 0 ? asked : doc_int(spec, "terminationGracePeriodSeconds", 0);

    if (!*doc_text(spec, "nodeName") || strcmp(phase, "Failed") == 0 || strcmp(phase, "Succeeded") == 0)
        return 0;
    return seconds < 0 ? 1 : seconds;
}

static void stored(call *c, const json_t *now, const json_t *old)
{
    pods_stored(c->server, now, old);
}

const strategy POD_STRATEGY = {
    .defaults = pod_defaults, .prepare = prepare, .validate = validate, .warn = warn, .grace = grace, .stored = stored};
