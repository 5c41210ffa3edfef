/* Leases. */
#include "apiserver/kinds/check.h"
#include "apiserver/kinds/strategies.h"
#include "apiserver/meta.h"

/* Coordinated leader election is off. */
static int prepare(call *c, json_t *obj, const json_t *old, failure *why)
{
    json_t *spec = doc_get(obj, "spec");

    (void)c, (void)why;
    if (!doc_at(old, "spec.strategy"))
        json_object_del(spec, "strategy");
    if (!doc_at(old, "spec.preferredHolder"))
        json_object_del(spec, "preferredHolder");
    return 0;
}

static void validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    const json_t *spec = doc_get(obj, "spec");

    (void)c;
    if (old)
        meta_validate_update(obj, old, errors);
    if (doc_int(spec, "leaseDurationSeconds", 1) <= 0)
        wrong_int(errors, "spec.leaseDurationSeconds", doc_int(spec, "leaseDurationSeconds", 0),
                  "must be greater than 0");
    check_non_negative(errors, "spec", spec, "leaseTransitions");
}

const strategy LEASE_STRATEGY = {.prepare = prepare, .validate = validate, .creates_on_update = true};
