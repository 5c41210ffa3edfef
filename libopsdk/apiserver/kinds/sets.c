/* Stateful sets and daemon sets: stored, not acted on. */
#include "apiserver/json_clone.h"
#include "apiserver/kinds/claim.h"
#include "apiserver/kinds/pod_check.h"
#include "apiserver/kinds/pod_defaults.h"
#include "apiserver/kinds/strategies.h"
#include "apiserver/kinds/workload.h"
#include "apiserver/meta.h"

#include <stdlib.h>
#include <string.h>

/* ---- stateful sets ---- */

static void claim_template_defaults(json_t *claim)
{
    doc_default_text(claim, "kind", "PersistentVolumeClaim");
    doc_default_text(claim, "apiVersion", "v1");
    doc_default_text(doc_make(claim, "status"), "phase", "Pending");
    claim_spec_defaults(doc_get(claim, "spec"));
}

static void stateful_defaults(json_t *obj)
{
    json_t *spec = doc_make(obj, "spec"), *way = doc_make(spec, "updateStrategy"), *keep, *claim;
    size_t i;

    pod_spec_defaults(doc_at(spec, "template.spec"));
    json_array_foreach(doc_get(spec, "volumeClaimTemplates"), i, claim) claim_template_defaults(claim);
    doc_default_text(spec, "podManagementPolicy", "OrderedReady");
    if (!*doc_text(way, "type")) {
        doc_set_text(way, "type", "RollingUpdate");
        doc_make(way, "rollingUpdate");
    }
    if (doc_is(way, "type", "RollingUpdate"))
        doc_default_int(doc_get(way, "rollingUpdate"), "partition", 0);
    keep = doc_make(spec, "persistentVolumeClaimRetentionPolicy");
    doc_default_text(keep, "whenDeleted", "Retain");
    doc_default_text(keep, "whenScaled", "Retain");
    doc_default_int(spec, "replicas", 1);
    doc_default_int(spec, "revisionHistoryLimit", 10);
}

static int stateful_prepare(call *c, json_t *obj, const json_t *old, failure *why)
{
    int r = workload_prepare(c, obj, old, why);

    if (!old)
        doc_set(obj, "status", json_pack("{s:i, s:i}", "replicas", 0, "availableReplicas", 0));
    return r;
}

static void stateful_strategy_check(field_errors *errors, const json_t *way)
{
    static const char path[] = "spec.updateStrategy.rollingUpdate";
    const json_t *rolling = doc_get(way, "rollingUpdate");

    if (doc_is(way, "type", "RollingUpdate")) {
        check_non_negative(errors, path, rolling, "partition");
        if (doc_get(rolling, "maxUnavailable"))
            percent_check(errors, "spec.updateStrategy.rollingUpdate.maxUnavailable",
                          doc_get(rolling, "maxUnavailable"));
    } else if (!doc_is(way, "type", "OnDelete")) {
        field_invalid_shown(errors, "spec.updateStrategy",
                            PATH("{\"Type\":\"%s\",\"RollingUpdate\":null}", doc_text(way, "type")),
                            "must be 'RollingUpdate' or 'OnDelete'");
    } else if (rolling) {
        field_invalid_shown(
            errors, path,
            PATH("{\"Partition\":%lld,\"MaxUnavailable\":null}", (long long)doc_int(rolling, "partition", 0)),
            "only allowed for updateStrategy 'RollingUpdate'");
    }
}

/* The template as the controller makes pods of it: with a volume for each claim. */
static json_t *with_claims(const json_t *spec)
{
    json_t *template = json_clone(doc_get(spec, "template")), *pod = doc_get(template, "spec"), *volumes = json_array(),
           *one;
    size_t i;

    json_object_del(pod, "subdomain");
    json_object_del(pod, "hostname");
    json_array_foreach(doc_get(spec, "volumeClaimTemplates"), i, one) json_array_append_new(
        volumes, json_pack("{s:s, s:{s:s}}", "name", doc_text(doc_get(one, "metadata"), "name"),
                           "persistentVolumeClaim", "claimName", doc_text(doc_get(one, "metadata"), "name")));
    json_array_extend(volumes, doc_get(pod, "volumes"));
    doc_set(pod, "volumes", volumes);
    return template;
}

static void stateful_template_check(field_errors *errors, const json_t *spec)
{
    json_auto_t *template = with_claims(spec);
    const json_t *meta = doc_get(template, "metadata");

    workload_match_check(errors, spec);
    pod_template_check(errors, "spec.template", template);
    labels_validate(doc_get(meta, "labels"), "spec.template.labels", errors);
    annotations_validate(doc_get(meta, "annotations"), "spec.template.annotations", errors);
    pod_annotations_check(errors, "spec.template.annotations", doc_get(meta, "annotations"), doc_get(template, "spec"));
}

static void stateful_spec_check(field_errors *errors, const json_t *spec, bool fresh)
{
    const json_t *keep = doc_get(spec, "persistentVolumeClaimRetentionPolicy");
    const char *management = doc_text(spec, "podManagementPolicy");
    size_t i;
    json_t *claim;

    if (strcmp(management, "OrderedReady") != 0 && strcmp(management, "Parallel") != 0)
        wrong_text(errors, "spec.podManagementPolicy", management, "must be 'OrderedReady' or 'Parallel'");
    stateful_strategy_check(errors, doc_get(spec, "updateStrategy"));
    check_one_of(errors, "spec.persistentVolumeClaimRetentionPolicy.whenDeleted", doc_text(keep, "whenDeleted"),
                 CHOICE("Retain", "Delete"));
    check_one_of(errors, "spec.persistentVolumeClaimRetentionPolicy.whenScaled", doc_text(keep, "whenScaled"),
                 CHOICE("Retain", "Delete"));
    if (fresh)
        json_array_foreach(doc_get(spec, "volumeClaimTemplates"), i, claim)
            claim_spec_validate(errors, PATH("spec.volumeClaimTemplates[%zu].spec", i), doc_get(claim, "spec"));
    check_non_negative(errors, "spec", spec, "replicas");
    check_non_negative(errors, "spec", spec, "minReadySeconds");
    check_non_negative(errors, "spec.ordinals", doc_get(spec, "ordinals"), "start");
    if (fresh && *doc_text(spec, "serviceName"))
        name_validate(NAME_DNS_LABEL, doc_text(spec, "serviceName"), "spec.serviceName", errors);
    workload_selector_check(errors, spec, "statefulset");
    if (workload_selector_is_fine(doc_get(spec, "selector")))
        stateful_template_check(errors, spec);
    else
        field_invalid(errors, "spec.selector", doc_get(spec, "selector"), "%s", "");
    workload_forever_check(errors, spec, "StatefulSet");
}

static void stateful_kept_check(field_errors *errors, const json_t *now, const json_t *before)
{
    static const char *const free_ones[] = {"replicas",
                                            "template",
                                            "updateStrategy",
                                            "minReadySeconds",
                                            "ordinals",
                                            "revisionHistoryLimit",
                                            "persistentVolumeClaimRetentionPolicy"};
    json_auto_t *a = json_clone_top((json_t *)now), *b = json_clone_top((json_t *)before);

    for (size_t i = 0; i < sizeof(free_ones) / sizeof(free_ones[0]); i++) {
        json_object_del(a, free_ones[i]);
        json_object_del(b, free_ones[i]);
    }
    if (!doc_same(a, b))
        field_forbidden(errors, "spec",
                        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
                        "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
                        "'minReadySeconds' are forbidden");
}

static void stateful_validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    const json_t *status = doc_get(obj, "status");

    if (old)
        meta_validate_update(obj, old, errors);
    if (workload_is_status(c)) {
        counts_check(errors, status,
                     CHOICE("replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"));
        return;
    }
    stateful_spec_check(errors, doc_get(obj, "spec"), !old);
    if (old)
        stateful_kept_check(errors, doc_get(obj, "spec"), doc_get(old, "spec"));
}

static void stateful_warn(call *c, const json_t *obj, const json_t *old)
{
    workload_warn(c, obj, old, false);
    if (!workload_is_status(c) && doc_int(doc_get(obj, "spec"), "revisionHistoryLimit", 0) < 0)
        call_warn(c, "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is "
                     "recommended");
}

const strategy STATEFUL_SET_STRATEGY = {
    .defaults = stateful_defaults, .prepare = stateful_prepare, .validate = stateful_validate, .warn = stateful_warn};

/* ---- daemon sets ---- */

static const char generation_key[] = "deprecated.daemonset.template.generation";

static void daemon_defaults(json_t *obj)
{
    json_t *spec = doc_make(obj, "spec"), *way = doc_make(spec, "updateStrategy"), *rolling;

    pod_spec_defaults(doc_at(spec, "template.spec"));
    doc_default_text(way, "type", "RollingUpdate");
    if (doc_is(way, "type", "RollingUpdate")) {
        rolling = doc_make(way, "rollingUpdate");
        doc_default_int(rolling, "maxUnavailable", 1);
        doc_default_int(rolling, "maxSurge", 0);
    }
    doc_default_int(spec, "revisionHistoryLimit", 10);
    doc_default_text(doc_make(doc_make(obj, "metadata"), "annotations"), generation_key, "0");
}

/* The number of the template is kept in an annotation. */
static void count_template(json_t *obj, const json_t *old)
{
    json_int_t before = strtoll(doc_text(doc_at(old, "metadata.annotations"), generation_key), NULL, 10);
    bool changed = old && !doc_same(doc_at(obj, "spec.template"), doc_at(old, "spec.template"));
    json_t *annotations = doc_make(meta_of(obj), "annotations");

    doc_set(annotations, generation_key, json_sprintf("%lld", (long long)(old ? before + changed : 1)));
}

static int daemon_prepare(call *c, json_t *obj, const json_t *old, failure *why)
{
    static const char empty[] = "{\"currentNumberScheduled\":0,\"numberMisscheduled\":0,\"desiredNumberScheduled\":0,"
                                "\"numberReady\":0}";
    int r = workload_prepare(c, obj, old, why);

    if (!old)
        doc_set(obj, "status", json_loads(empty, 0, NULL));
    if (!workload_is_status(c))
        count_template(obj, old);
    return r;
}

static void daemon_strategy_check(field_errors *errors, const json_t *way)
{
    static const char out[] = "spec.updateStrategy.rollingUpdate.maxUnavailable",
                      more[] = "spec.updateStrategy.rollingUpdate.maxSurge";
    const json_t *rolling = doc_get(way, "rollingUpdate"), *unavailable = doc_get(rolling, "maxUnavailable"),
                 *surge = doc_get(rolling, "maxSurge");

    if (!doc_is(way, "type", "RollingUpdate"))
        return;
    percent_check(errors, out, unavailable);
    percent_check(errors, more, surge);
    percent_most_check(errors, out, unavailable);
    percent_most_check(errors, more, surge);
    if (percent_value(unavailable) && percent_value(surge))
        field_invalid(errors, more, surge, "may not be set when maxUnavailable is non-zero");
    else if (!percent_value(unavailable) && !percent_value(surge))
        field_required(errors, out, "cannot be 0 when maxSurge is 0");
}

static void daemon_spec_check(field_errors *errors, const json_t *spec)
{
    const json_t *selector = doc_get(spec, "selector"), *labels = doc_at(spec, "template.metadata.labels"),
                 *way = doc_get(spec, "updateStrategy");

    check_selector(errors, "spec.selector", selector);
    if (workload_selector_is_fine(selector) && (!selector || !selector_matches(selector, labels)))
        field_invalid(errors, "spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
    if (selector && json_object_size(selector) == 0)
        field_invalid(errors, "spec.selector", selector, "empty selector is invalid for daemonset");
    pod_template_check(errors, "spec.template", doc_get(spec, "template"));
    workload_forever_check(errors, spec, "DaemonSet");
    check_non_negative(errors, "spec", spec, "minReadySeconds");
    if (!doc_is(way, "type", "OnDelete") && !doc_is(way, "type", "RollingUpdate"))
        workload_wrong_strategy(errors, "spec.updateStrategy", way, CHOICE("RollingUpdate", "OnDelete"));
    daemon_strategy_check(errors, way);
    check_non_negative(errors, "spec", spec, "revisionHistoryLimit");
}

static void daemon_validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    if (old)
        meta_validate_update(obj, old, errors);
    if (workload_is_status(c)) {
        static const char *const names[] = {
            "currentNumberScheduled", "numberMisscheduled",     "desiredNumberScheduled", "numberReady",
            "observedGeneration",     "updatedNumberScheduled", "numberAvailable",        "numberUnavailable"};
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
            check_non_negative(errors, "status", doc_get(obj, "status"), names[i]);
        return;
    }
    if (old)
        check_immutable(errors, "spec.selector", doc_at(obj, "spec.selector"), doc_at(old, "spec.selector"));
    daemon_spec_check(errors, doc_get(obj, "spec"));
}

static void daemon_warn(call *c, const json_t *obj, const json_t *old)
{
    workload_warn(c, obj, old, false);
}

const strategy DAEMON_SET_STRATEGY = {
    .defaults = daemon_defaults, .prepare = daemon_prepare, .validate = daemon_validate, .warn = daemon_warn};
