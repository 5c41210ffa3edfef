/* Deployments and replica sets: stored, not acted on. */
#include "apiserver/kinds/pod_check.h"
#include "apiserver/kinds/pod_defaults.h"
#include "apiserver/kinds/strategies.h"
#include "apiserver/kinds/workload.h"
#include "apiserver/meta.h"

/* ---- deployments ---- */

static void deployment_defaults(json_t *obj)
{
    json_t *spec = doc_make(obj, "spec"), *way = doc_make(spec, "strategy"), *rolling;

    pod_spec_defaults(doc_at(spec, "template.spec"));
    doc_default_int(spec, "replicas", 1);
    doc_default_text(way, "type", "RollingUpdate");
    if (doc_is(way, "type", "RollingUpdate")) {
        rolling = doc_make(way, "rollingUpdate");
        doc_default_text(rolling, "maxUnavailable", "25%");
        doc_default_text(rolling, "maxSurge", "25%");
    }
    doc_default_int(spec, "revisionHistoryLimit", 10);
    doc_default_int(spec, "progressDeadlineSeconds", 600);
}

/* Annotations count, too: they are copied to replica sets. */
static int deployment_prepare(call *c, json_t *obj, const json_t *old, failure *why)
{
    int r = workload_prepare(c, obj, old, why);

    if (workload_is_status(c))
        doc_keep(meta_of(obj), meta_of(old), "labels");
    else if (old && !doc_same(doc_at(obj, "metadata.annotations"), doc_at(old, "metadata.annotations")))
        doc_set(meta_of(obj), "generation", json_integer(meta_generation(old) + 1));
    return r;
}

static void rolling_check(field_errors *errors, const json_t *way)
{
    static const char out[] = "spec.strategy.rollingUpdate.maxUnavailable",
                      more[] = "spec.strategy.rollingUpdate.maxSurge";
    const json_t *rolling = doc_get(way, "rollingUpdate"), *unavailable = doc_get(rolling, "maxUnavailable"),
                 *surge = doc_get(rolling, "maxSurge");

    percent_check(errors, out, unavailable);
    percent_check(errors, more, surge);
    if (percent_value(unavailable) == 0 && percent_value(surge) == 0)
        field_invalid(errors, out, unavailable, "may not be 0 when `maxSurge` is 0");
    percent_most_check(errors, out, unavailable);
}

static void strategy_check(field_errors *errors, const json_t *way)
{
    if (doc_is(way, "type", "RollingUpdate"))
        rolling_check(errors, way);
    else if (!doc_is(way, "type", "Recreate"))
        workload_wrong_strategy(errors, "spec.strategy", way, CHOICE("Recreate", "RollingUpdate"));
    else if (doc_get(way, "rollingUpdate"))
        field_forbidden(errors, "spec.strategy.rollingUpdate",
                        "may not be specified when strategy `type` is 'Recreate'");
}

/* Of deployments and replica sets. */
static void replicas_check(field_errors *errors, const json_t *spec)
{
    workload_selector_check(errors, spec, "deployment");
    if (!workload_selector_is_fine(doc_get(spec, "selector"))) {
        field_invalid(errors, "spec.selector", doc_get(spec, "selector"), "invalid label selector");
        return;
    }
    workload_match_check(errors, spec);
    pod_template_check(errors, "spec.template", doc_get(spec, "template"));
    workload_forever_check(errors, spec, "ReplicaSet");
}

static void deployment_spec_check(field_errors *errors, const json_t *spec)
{
    check_non_negative(errors, "spec", spec, "replicas");
    replicas_check(errors, spec);
    strategy_check(errors, doc_get(spec, "strategy"));
    check_non_negative(errors, "spec", spec, "minReadySeconds");
    check_non_negative(errors, "spec", spec, "revisionHistoryLimit");
    check_non_negative(errors, "spec", spec, "progressDeadlineSeconds");
    if (doc_int(spec, "progressDeadlineSeconds", 600) <= doc_int(spec, "minReadySeconds", 0))
        wrong_int(errors, "spec.progressDeadlineSeconds", doc_int(spec, "progressDeadlineSeconds", 600),
                  "must be greater than minReadySeconds");
}

static void ready_check(field_errors *errors, const json_t *status, const char *than)
{
    json_int_t available = doc_int(status, "availableReplicas", 0);

    if (available > doc_int(status, "readyReplicas", 0))
        wrong_int(errors, "status.availableReplicas", available, "cannot be greater than %s", than);
}

static void deployment_validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    if (old)
        meta_validate_update(obj, old, errors);
    if (workload_is_status(c)) {
        const json_t *status = doc_get(obj, "status");
        counts_check(errors, status, CHOICE("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"));
        ready_check(errors, status, "readyReplicas");
        check_non_negative(errors, "status", status, "unavailableReplicas");
        return;
    }
    deployment_spec_check(errors, doc_get(obj, "spec"));
    if (old)
        check_immutable(errors, "spec.selector", doc_at(obj, "spec.selector"), doc_at(old, "spec.selector"));
}

static void named_warn(call *c, const json_t *obj, const json_t *old)
{
    workload_warn(c, obj, old, true);
}

const strategy DEPLOYMENT_STRATEGY = {.defaults = deployment_defaults,
                                      .prepare = deployment_prepare,
                                      .validate = deployment_validate,
                                      .warn = named_warn};

/* ---- replica sets ---- */

static void replica_set_defaults(json_t *obj)
{
    json_t *spec = doc_make(obj, "spec");

    pod_spec_defaults(doc_at(spec, "template.spec"));
    doc_default_int(spec, "replicas", 1);
}

static int replica_set_prepare(call *c, json_t *obj, const json_t *old, failure *why)
{
    int r = workload_prepare(c, obj, old, why);

    if (!old)
        doc_set(obj, "status", json_pack("{s:i}", "replicas", 0));
    return r;
}

static void replica_set_validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    const json_t *spec = doc_get(obj, "spec"), *status = doc_get(obj, "status");

    if (old)
        meta_validate_update(obj, old, errors);
    if (workload_is_status(c)) {
        counts_check(errors, status, CHOICE("replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas"));
        ready_check(errors, status, "readyReplicas");
        return;
    }
    check_non_negative(errors, "spec", spec, "replicas");
    check_non_negative(errors, "spec", spec, "minReadySeconds");
    replicas_check(errors, spec);
    if (old)
        check_immutable(errors, "spec.selector", doc_get(spec, "selector"), doc_at(old, "spec.selector"));
}

const strategy REPLICA_SET_STRATEGY = {.defaults = replica_set_defaults,
                                       .prepare = replica_set_prepare,
                                       .validate = replica_set_validate,
                                       .warn = named_warn};
