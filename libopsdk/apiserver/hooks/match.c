#include "apiserver/hooks/match.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/kinds/kinds.h"
#include "apiserver/meta.h"
#include "apiserver/verbs.h"

#include <stdio.h>
#include <string.h>

/* ---- rules ---- */

static bool has(const json_t *list, const char *text)
{
    return doc_has(list, "*") || doc_has(list, text);
}

/* "pods", "pods/status", with a star on either side of the slash. */
static bool covers(const json_t *list, const char *plural, const char *sub)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        const char *text = json_string_value(one), *slash = strchr(text, '/'), *rest = slash ? slash + 1 : "";
        size_t len = slash ? (size_t)(slash - text) : strlen(text);
        bool all = len == 1 && *text == '*';
        if ((all || (strlen(plural) == len && strncmp(text, plural, len) == 0)) &&
            (strcmp(rest, "*") == 0 || strcmp(rest, sub) == 0))
            return true;
    }
    return false;
}

/* Namespaces themselves are in none. */
static bool fits_scope(const char *scope, const resource *res)
{
    return strcmp(scope, "*") == 0 || !*scope || res->namespaced == (strcmp(scope, "Namespaced") == 0);
}

static bool fits(const json_t *rule, const resource *res, const char *sub)
{
    return fits_scope(doc_text(rule, "scope"), res) && has(doc_get(rule, "apiGroups"), res->group) &&
           has(doc_get(rule, "apiVersions"), res->version) && covers(doc_get(rule, "resources"), res->plural, sub);
}

/* Another version of a custom resource is the same object under another name.  Of the kinds that are built in each has one version here. */
static bool is_equivalent(const resource *res, const resource *other)
{
    return res == other || (res->custom && other->custom && res->objects == other->objects && !other->hidden);
}

static const char *sub_of(const call *c)
{
    return c->sub ? c->sub->name : "";
}

/* The version that a rule names for an operation ("": any that the request may turn out to be); the request's own first. */
static resource *by_rules(const call *c, const json_t *hook, const char *operation)
{
    bool exact = strcmp(doc_text(hook, "matchPolicy"), "Exact") == 0;
    resource *other;
    size_t i;
    json_t *rule;

    json_array_foreach(doc_get(hook, "rules"), i, rule)
    {
        if ((!*operation || has(doc_get(rule, "operations"), operation)) && fits(rule, c->res, sub_of(c)))
            return c->res;
    }
    json_array_foreach(doc_get(hook, "rules"), i, rule)
    {
        if (exact || (*operation && !has(doc_get(rule, "operations"), operation)))
            continue;
        for (size_t at = 0; (other = registry_next(c->server->resources, &at));)
            if (is_equivalent(c->res, other) && fits(rule, other, sub_of(c)))
                return other;
    }
    return NULL;
}

static bool is_write(const char *verb)
{
    return strcmp(verb, "create") == 0 || strcmp(verb, "update") == 0 || strcmp(verb, "patch") == 0 ||
           strncmp(verb, "delete", 6) == 0;
}

bool match_possible(const call *c)
{
    if (!c->res || !is_write(c->rq.verb) || c->res->review || (c->sub && (c->sub->handle || c->sub->kind)))
        return false;
    return strcmp(c->res->group, "admissionregistration.k8s.io") != 0;
}

bool match_request(const call *c, const json_t *hook)
{
    return by_rules(c, hook, strncmp(c->rq.verb, "delete", 6) == 0 ? "DELETE" : "") != NULL;
}

/* ---- selectors ---- */

static bool fits_expression(const json_t *e, const json_t *labels)
{
    const char *op = doc_text(e, "operator");
    const json_t *value = doc_get(labels, doc_text(e, "key"));
    bool listed = value && doc_has(doc_get(e, "values"), json_string_value(value));

    if (strcmp(op, "In") == 0)
        return listed;
    if (strcmp(op, "NotIn") == 0)
        return !listed;
    return (strcmp(op, "Exists") == 0) == (value != NULL);
}

bool match_labels(const json_t *selector, const json_t *labels)
{
    const char *key;
    json_t *want, *e;
    size_t i;

    json_object_foreach(doc_get(selector, "matchLabels"), key, want)
    {
        if (!doc_is(labels, key, json_string_value(want)))
            return false;
    }
    json_array_foreach(doc_get(selector, "matchExpressions"), i, e) if (!fits_expression(e, labels)) return false;
    return true;
}

static bool is_empty(const json_t *selector)
{
    return json_object_size(doc_get(selector, "matchLabels")) == 0 &&
           json_array_size(doc_get(selector, "matchExpressions")) == 0;
}

static bool is_namespaces(const call *c)
{
    return !*c->res->group && strcmp(c->res->plural, "namespaces") == 0;
}

const char *ask_operation(const hook_ask *a)
{
    return !a->obj ? "DELETE" : a->old ? "UPDATE" : "CREATE";
}

const char *ask_namespace(const hook_ask *a)
{
    if (is_namespaces(a->c))
        return meta_text(a->obj ? a->obj : a->old, "name");
    return a->c->res->namespaced ? a->c->rq.ns : "";
}

/* 1: selected; 0: not; -1: there is no such namespace. */
static int by_namespace(const hook_ask *a, const json_t *hook)
{
    const json_t *selector = doc_get(hook, "namespaceSelector");
    const char *ns = ask_namespace(a);
    json_auto_t *doc = NULL;
    const item *it;

    if (is_empty(selector) || (!*ns && !is_namespaces(a->c)))
        return 1;
    if (is_namespaces(a->c) && a->obj && !*sub_of(a->c))
        return match_labels(selector, doc_get(meta_of(a->obj), "labels"));
    it = collection_get(kinds_namespaces(a->c->server->kinds), "", ns);
    if (!it)
        return fail_not_found(collection_resource(kinds_namespaces(a->c->server->kinds)), ns, a->why);
    doc = item_json(it);
    if (!doc)
        return failure_memory(a->why);
    return match_labels(selector, doc_get(meta_of(doc), "labels"));
}

static bool by_object(const hook_ask *a, const json_t *hook)
{
    const json_t *selector = doc_get(hook, "objectSelector");

    return is_empty(selector) || (a->obj && match_labels(selector, doc_get(meta_of(a->obj), "labels"))) ||
           (a->old && match_labels(selector, doc_get(meta_of(a->old), "labels")));
}

int match_hook(const hook_ask *a, const json_t *hook, resource **ret)
{
    resource *as = by_rules(a->c, hook, ask_operation(a));
    int r;

    *ret = NULL;
    if (!as || !by_object(a, hook))
        return 0;
    r = by_namespace(a, hook);
    if (r > 0)
        *ret = as;
    return r < 0 ? -1 : 0;
}
