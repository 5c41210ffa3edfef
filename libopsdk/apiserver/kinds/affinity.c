#include "apiserver/kinds/affinity.h"
#include "apiserver/kinds/check.h"

#include <string.h>

static const char required_name[] = "requiredDuringSchedulingIgnoredDuringExecution",
                  preferred_name[] = "preferredDuringSchedulingIgnoredDuringExecution";

static void weight_check(field_errors *errors, const char *path, const json_t *term)
{
    json_int_t weight = doc_int(term, "weight", 0);

    if (weight <= 0 || weight > 100)
        wrong_int(errors, PATH("%s.weight", path), weight, "must be in the range 1-100");
}

/* ---- nodes ---- */

static void operator_check(field_errors *errors, const char *path, const json_t *one)
{
    const char *operator= doc_text(one, "operator");
    size_t n = json_array_size(doc_get(one, "values"));

    if (strcmp(operator, "In") == 0 || strcmp(operator, "NotIn") == 0) {
        if (n == 0)
            field_required(errors, PATH("%s.values", path), "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (strcmp(operator, "Exists") == 0 || strcmp(operator, "DoesNotExist") == 0) {
        if (n > 0)
            field_forbidden(errors, PATH("%s.values", path),
                            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else if (strcmp(operator, "Gt") == 0 || strcmp(operator, "Lt") == 0) {
        if (n != 1)
            field_required(errors, PATH("%s.values", path),
                           "must be specified single value when `operator` is 'Lt' or 'Gt'");
    } else {
        wrong_text(errors, PATH("%s.operator", path), operator, "not a valid selector operator");
    }
}

static void expression_check(field_errors *errors, const char *path, const json_t *one, bool strict)
{
    size_t i;
    json_t *value;

    operator_check(errors, path, one);
    name_validate(NAME_QUALIFIED, doc_text(one, "key"), PATH("%s.key", path), errors);
    if (strict)
        json_array_foreach(doc_get(one, "values"), i, value)
            name_validate(NAME_LABEL_VALUE, json_string_value(value), PATH("%s.values[%zu]", path, i), errors);
}

static void field_check(field_errors *errors, const char *path, const json_t *one)
{
    size_t i;
    json_t *value;

    if (!doc_is(one, "operator", "In") && !doc_is(one, "operator", "NotIn"))
        wrong_text(errors, PATH("%s.operator", path), doc_text(one, "operator"), "not a valid selector operator");
    else if (json_array_size(doc_get(one, "values")) != 1)
        field_required(errors, PATH("%s.values", path),
                       "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
    if (!doc_is(one, "key", "metadata.name")) {
        wrong_text(errors, PATH("%s.key", path), doc_text(one, "key"), "not a valid field selector key");
        return;
    }
    json_array_foreach(doc_get(one, "values"), i, value)
        name_validate(NAME_DNS_SUBDOMAIN, json_string_value(value), PATH("%s.values[%zu]", path, i), errors);
}

static void term_check(field_errors *errors, const char *path, const json_t *term, bool strict)
{
    size_t i;
    json_t *one;

    json_array_foreach(doc_get(term, "matchExpressions"), i, one)
        expression_check(errors, PATH("%s.matchExpressions[%zu]", path, i), one, strict);
    json_array_foreach(doc_get(term, "matchFields"), i, one)
        field_check(errors, PATH("%s.matchFields[%zu]", path, i), one);
}

static void nodes_check(field_errors *errors, const char *path, const json_t *affinity)
{
    const json_t *wanted = doc_get(affinity, required_name), *terms = doc_get(wanted, "nodeSelectorTerms");
    const char *at = PATH("%s.%s.nodeSelectorTerms", path, required_name);
    size_t i;
    json_t *term;

    if (wanted && json_array_size(terms) == 0)
        field_required(errors, at, "must have at least one node selector term");
    json_array_foreach((json_t *)terms, i, term) term_check(errors, PATH("%s[%zu]", at, i), term, true);
    json_array_foreach(doc_get(affinity, preferred_name), i, term)
    {
        at = PATH("%s.%s[%zu]", path, preferred_name, i);
        weight_check(errors, at, term);
        term_check(errors, PATH("%s.preference", at), doc_get(term, "preference"), false);
    }
}

/* ---- pods ---- */

static void pod_term_check(field_errors *errors, const char *path, const json_t *term)
{
    const char *key = doc_text(term, "topologyKey");
    size_t i;
    json_t *name;

    check_selector(errors, PATH("%s.labelSelector", path), doc_get(term, "labelSelector"));
    check_selector(errors, PATH("%s.namespaceSelector", path), doc_get(term, "namespaceSelector"));
    json_array_foreach(doc_get(term, "namespaces"), i, name)
        name_validate(NAME_DNS_LABEL, json_string_value(name), PATH("%s.namespace", path), errors);
    if (!*key)
        field_required(errors, PATH("%s.topologyKey", path), "can not be empty");
    name_validate(NAME_QUALIFIED, key, PATH("%s.topologyKey", path), errors);
}

static void pods_check(field_errors *errors, const char *path, const json_t *affinity)
{
    size_t i;
    json_t *term;

    json_array_foreach(doc_get(affinity, required_name), i, term)
        pod_term_check(errors, PATH("%s.%s[%zu]", path, required_name, i), term);
    json_array_foreach(doc_get(affinity, preferred_name), i, term)
    {
        const char *at = PATH("%s.%s[%zu]", path, preferred_name, i);
        weight_check(errors, at, term);
        pod_term_check(errors, PATH("%s.podAffinityTerm", at), doc_get(term, "podAffinityTerm"));
    }
}

void affinity_check(field_errors *errors, const char *path, const json_t *affinity)
{
    nodes_check(errors, PATH("%s.nodeAffinity", path), doc_get(affinity, "nodeAffinity"));
    pods_check(errors, PATH("%s.podAffinity", path), doc_get(affinity, "podAffinity"));
    pods_check(errors, PATH("%s.podAntiAffinity", path), doc_get(affinity, "podAntiAffinity"));
}
