#include "apiserver/delete_options.h"
#include "apiserver/body.h"
#include "apiserver/kinds/schemas.h"
#include "apiserver/list_options.h"
#include "apiserver/propagation.h"
#include "apiserver/schema/decode.h"

#include <stdlib.h>
#include <string.h>

/* Types as the decoder has them; its words without those about the kind. */
static int decode(json_t *opts, failure *why)
{
    decode_opts o = {.kind = "DeleteOptions", .version = "v1", .validation = VALIDATION_IGNORE};
    auto_failure plain = {0};
    const char *before = "cannot be handled as a DeleteOptions: ", *at;

    if (decode_builtin(&schema_meta_v1_DeleteOptions, opts, &o, &plain) == 0)
        return 0;
    at = plain.message ? strstr(plain.message, before) : NULL;
    return failure_bad_request(why, "%s", at ? at + strlen(before) : plain.message ? plain.message : "");
}

static int check_kind(const json_t *opts, failure *why)
{
    const char *kind = json_string_value(json_object_get(opts, "kind")),
               *version = json_string_value(json_object_get(opts, "apiVersion"));

    if (!kind || !*kind || strcmp(kind, "DeleteOptions") == 0)
        return 0;
    return failure_bad_request(
        why, "no kind \"%s\" is registered for version \"%s\" in scheme \"pkg/runtime/scheme.go:111\"", kind,
        version && *version ? version : "meta.k8s.io/v1");
}

static int from_body(call *c, json_t **ret, failure *why)
{
    if (body_options(c, ret, why) < 0)
        return -1;
    if (check_kind(*ret, why) == 0 && decode(*ret, why) == 0)
        return 0;
    json_decref(*ret);
    *ret = NULL;
    return -1;
}

static int from_parameters(const call *c, json_t **ret, failure *why)
{
    const char *policy = request_param(&c->rq, "propagationPolicy");
    json_t *opts = json_object(), *dry = json_array();
    int64_t grace;

    for (size_t i = 0; i < c->rq.n_params; i++)
        if (strcmp(c->rq.params[i].name, "dryRun") == 0)
            json_array_append_new(dry, json_string(c->rq.params[i].value));
    json_object_set_new(opts, "dryRun", dry);
    if (policy)
        json_object_set_new(opts, "propagationPolicy", json_string(policy));
    if (request_param(&c->rq, "orphanDependents"))
        json_object_set_new(opts, "orphanDependents", json_boolean(request_flag(&c->rq, "orphanDependents")));
    if (param_integer(&c->rq, "gracePeriodSeconds", &grace, why) < 0) {
        json_decref(opts);
        return -1;
    }
    if (request_param(&c->rq, "gracePeriodSeconds"))
        json_object_set_new(opts, "gracePeriodSeconds", json_integer(grace));
    *ret = opts;
    return 0;
}

static void check_dry_run(call *c, const json_t *opts, field_errors *errors)
{
    json_t *list = json_object_get(opts, "dryRun"), *one;
    json_auto_t *valid = json_pack("[s]", "All");
    bool all = true;
    size_t i;

    c->dry_run = json_array_size(list) > 0;
    json_array_foreach(list, i, one) all &= json_is_string(one) && strcmp(json_string_value(one), "All") == 0;
    if (!all)
        field_unsupported(errors, "dryRun", list, valid);
}

int delete_options_read(call *c, json_t **ret, failure *why)
{
    auto_field_errors errors = {0};
    json_t *opts = NULL;

    if ((c->rq.body_len > 0 ? from_body(c, &opts, why) : from_parameters(c, &opts, why)) < 0)
        return -1;
    propagation_check(opts, &errors);
    check_dry_run(c, opts, &errors);
    if (field_errors_result(&errors, "meta.k8s.io", "DeleteOptions", "", why) < 0) {
        json_decref(opts);
        return -1;
    }
    *ret = opts;
    return 0;
}
