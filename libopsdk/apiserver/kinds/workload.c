#include "apiserver/kinds/workload.h"
#include "apiserver/kinds/pod_warn.h"
#include "apiserver/meta.h"

#include <stdlib.h>
#include <string.h>

/* ---- selectors ---- */

bool workload_selector_is_fine(const json_t *selector)
{
    auto_field_errors errors = {0};

    check_selector(&errors, "", selector);
    return json_array_size(errors.list) == 0;
}

void workload_selector_check(field_errors *errors, const json_t *spec, const char *kind)
{
    const json_t *selector = doc_get(spec, "selector");

    if (!selector)
        field_required(errors, "spec.selector", "");
    else
        check_selector(errors, "spec.selector", selector);
    if (selector && json_object_size(selector) == 0)
        field_invalid(errors, "spec.selector", selector, "empty selector is invalid for %s", kind);
}

void workload_match_check(field_errors *errors, const json_t *spec)
{
    static const char path[] = "spec.template.metadata.labels";
    const json_t *selector = doc_get(spec, "selector"), *labels = doc_at(spec, "template.metadata.labels");

    if (!selector || (json_object_size(selector) > 0 && !selector_matches(selector, labels)))
        field_invalid(errors, path, labels, "`selector` does not match template `labels`");
}

void workload_forever_check(field_errors *errors, const json_t *spec, const char *kind)
{
    const json_t *pod = doc_at(spec, "template.spec");

    check_one_of(errors, "spec.template.spec.restartPolicy", doc_text(pod, "restartPolicy"), CHOICE("Always"));
    if (doc_get(pod, "activeDeadlineSeconds"))
        field_forbidden(errors, "spec.template.spec.activeDeadlineSeconds",
                        "activeDeadlineSeconds in %s is not Supported", kind);
}

/* ---- numbers ---- */

void percent_check(field_errors *errors, const char *path, const json_t *value)
{
    if (json_is_string(value))
        name_validate(NAME_PERCENT, json_string_value(value), path, errors);
    else if (json_integer_value(value) < 0)
        field_invalid(errors, path, value, "must be greater than or equal to 0");
}

json_int_t percent_value(const json_t *value)
{
    return json_is_string(value) ? strtoll(json_string_value(value), NULL, 10) : json_integer_value(value);
}

void percent_most_check(field_errors *errors, const char *path, const json_t *value)
{
    if (json_is_string(value) && name_is(NAME_PERCENT, json_string_value(value)) && percent_value(value) > 100)
        field_invalid(errors, path, value, "must not be greater than 100%%");
}

/* As Go has it inside, whose fields are in capitals. */
void workload_wrong_strategy(field_errors *errors, const char *path, const json_t *have, const char *const *valid)
{
    json_auto_t *list = json_array();

    for (; *valid; valid++)
        json_array_append_new(list, json_string(*valid));
    field_unsupported_shown(errors, path, PATH("{\"Type\":\"%s\",\"RollingUpdate\":null}", doc_text(have, "type")),
                            list);
}

void counts_check(field_errors *errors, const json_t *status, const char *const *names)
{
    json_int_t all = doc_int(status, names[0], 0);

    check_non_negative(errors, "status", status, "observedGeneration");
    for (size_t i = 0; names[i]; i++)
        check_non_negative(errors, "status", status, names[i]);
    for (size_t i = 1; names[i]; i++)
        if (doc_int(status, names[i], 0) > all)
            wrong_int(errors, PATH("status.%s", names[i]), doc_int(status, names[i], 0),
                      "cannot be greater than status.%s", names[0]);
}

/* ---- steps ---- */

bool workload_is_status(const call *c)
{
    return c->sub && strcmp(c->sub->name, "status") == 0;
}

int workload_prepare(call *c, json_t *obj, const json_t *old, failure *why)
{
    (void)why;
    if (workload_is_status(c)) {
        doc_keep(obj, old, "spec");
        return 0;
    }
    if (old)
        doc_keep(obj, old, "status");
    else
        doc_set(obj, "status", json_object());
    doc_generation(obj, old, "spec");
    return 0;
}

void workload_warn(call *c, const json_t *obj, const json_t *old, bool named)
{
    const char *wrong[NAME_WRONGS];

    if (workload_is_status(c) || (old && meta_generation(obj) == meta_generation(old)))
        return;
    if (!old && named && name_check(NAME_DNS_LABEL, meta_text(obj, "name"), wrong) > 0)
        call_warn(
            c,
            "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS "
            "label is recommended: [%s]",
            wrong[0]);
    pod_warn(c, "spec.template.", doc_at(obj, "spec.template"));
}
