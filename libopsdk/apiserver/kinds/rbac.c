/* Roles and their bindings. */
#include "apiserver/auth/auth.h"
#include "apiserver/kinds/check.h"
#include "apiserver/kinds/strategies.h"
#include "apiserver/meta.h"

#include <string.h>

static const char group[] = "rbac.authorization.k8s.io";

static void check_rule(field_errors *errors, const char *path, const json_t *rule, bool namespaced)
{
    const json_t *urls = doc_get(rule, "nonResourceURLs");

    if (json_array_size(doc_get(rule, "verbs")) == 0)
        field_required(errors, PATH("%s.verbs", path), "verbs must contain at least one value");
    if (urls) {
        if (namespaced)
            field_invalid(errors, PATH("%s.nonResourceURLs", path), urls,
                          "namespaced rules cannot apply to non-resource URLs");
        if (doc_get(rule, "apiGroups") || doc_get(rule, "resources") || doc_get(rule, "resourceNames"))
            field_invalid(errors, PATH("%s.nonResourceURLs", path), urls,
                          "rules cannot apply to both regular resources and non-resource URLs");
        return;
    }
    if (!doc_get(rule, "apiGroups"))
        field_required(errors, PATH("%s.apiGroups", path), "resource rules must supply at least one api group");
    if (!doc_get(rule, "resources"))
        field_required(errors, PATH("%s.resources", path), "resource rules must supply at least one resource");
}

static void check_aggregation(field_errors *errors, const json_t *obj)
{
    static const char path[] = "aggregationRule.clusterRoleSelectors";
    const json_t *rule = doc_get(obj, "aggregationRule"), *selectors = doc_get(rule, "clusterRoleSelectors");
    size_t i;
    json_t *one;

    if (rule && json_array_size(selectors) == 0)
        field_required(errors, path, "at least one clusterRoleSelector required if aggregationRule is non-nil");
    json_array_foreach((json_t *)selectors, i, one)
    {
        size_t before = json_array_size(errors->list);
        check_selector(errors, PATH("%s[%zu]", path, i), one);
        if (json_array_size(errors->list) > before)
            field_invalid(errors, PATH("%s[%zu]", path, i), NULL, "invalid label selector.");
    }
}

static void role_validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    size_t i;
    json_t *rule;

    if (old)
        meta_validate(c->res->names, obj, errors);
    json_array_foreach(doc_get(obj, "rules"), i, rule)
        check_rule(errors, PATH("rules[%zu]", i), rule, c->res->namespaced);
    check_aggregation(errors, obj);
    if (old)
        meta_validate_update(obj, old, errors);
}

const strategy ROLE_STRATEGY = {
    .prepare = auth_prepare_role, .validate = role_validate, .stored = auth_stored_role, .creates_on_update = true};

/* ---- bindings ---- */

static bool is_person(const json_t *subject)
{
    return doc_is(subject, "kind", "User") || doc_is(subject, "kind", "Group");
}

static void binding_defaults(json_t *obj)
{
    size_t i;
    json_t *subject;

    doc_default_text(doc_make(obj, "roleRef"), "apiGroup", group);
    json_array_foreach(doc_get(obj, "subjects"), i, subject) if (is_person(subject))
        doc_default_text(subject, "apiGroup", group);
}

static void check_subject(field_errors *errors, const char *path, const json_t *subject, bool namespaced)
{
    const char *name = doc_text(subject, "name"), *api_group = doc_text(subject, "apiGroup");

    if (!*name)
        field_required(errors, PATH("%s.name", path), "");
    if (is_person(subject)) {
        check_one_of(errors, PATH("%s.apiGroup", path), api_group, CHOICE(group));
        return;
    }
    if (!check_one_of(errors, PATH("%s.kind", path), doc_text(subject, "kind"),
                      CHOICE("ServiceAccount", "User", "Group")))
        return;
    if (*name)
        name_validate(NAME_DNS_SUBDOMAIN, name, PATH("%s.name", path), errors);
    if (*api_group)
        check_one_of(errors, PATH("%s.apiGroup", path), api_group, CHOICE(""));
    if (!namespaced && !*doc_text(subject, "namespace"))
        field_required(errors, PATH("%s.namespace", path), "");
}

static void check_role_ref(field_errors *errors, const json_t *ref, bool namespaced)
{
    const char *name = doc_text(ref, "name");

    check_one_of(errors, "roleRef.apiGroup", doc_text(ref, "apiGroup"), CHOICE(group));
    check_one_of(errors, "roleRef.kind", doc_text(ref, "kind"),
                 namespaced ? CHOICE("Role", "ClusterRole") : CHOICE("ClusterRole"));
    if (!*name)
        field_required(errors, "roleRef.name", "");
    else
        name_validate(NAME_PATH_SEGMENT, name, "roleRef.name", errors);
}

static void binding_validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    const json_t *ref = doc_get(obj, "roleRef");
    json_auto_t *shown = NULL;
    size_t i;
    json_t *subject;

    if (old)
        meta_validate(c->res->names, obj, errors);
    check_role_ref(errors, ref, c->res->namespaced);
    json_array_foreach(doc_get(obj, "subjects"), i, subject)
        check_subject(errors, PATH("subjects[%zu]", i), subject, c->res->namespaced);
    if (!old)
        return;
    meta_validate_update(obj, old, errors);
    if (doc_same(doc_get(obj, "roleRef"), doc_get(old, "roleRef")))
        return;
    shown = json_pack("{s:s, s:s, s:s}", "APIGroup", doc_text(ref, "apiGroup"), "Kind", doc_text(ref, "kind"), "Name",
                      doc_text(ref, "name"));
    field_invalid(errors, "roleRef", shown, "cannot change roleRef");
}

const strategy ROLE_BINDING_STRATEGY = {.defaults = binding_defaults,
                                        .prepare = auth_prepare_binding,
                                        .validate = binding_validate,
                                        .stored = auth_stored_binding,
                                        .creates_on_update = true};
