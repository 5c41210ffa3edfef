/* Configurations of admission webhooks. */
#include "apiserver/kinds/webhook.h"
#include "apiserver/hooks/hooks.h"
#include "apiserver/kinds/check.h"
#include "apiserver/kinds/strategies.h"
#include "apiserver/meta.h"

#include <string.h>

/* ---- defaults ---- */

static void hook_defaults(json_t *hook)
{
    json_t *service = doc_at(hook, "clientConfig.service"), *rule;
    size_t i;

    doc_default_text(hook, "failurePolicy", "Fail");
    doc_default_text(hook, "matchPolicy", "Equivalent");
    doc_make(hook, "namespaceSelector");
    doc_make(hook, "objectSelector");
    doc_default_int(hook, "timeoutSeconds", 10);
    doc_default_int(service, "port", 443);
    json_array_foreach(doc_get(hook, "rules"), i, rule) doc_default_text(rule, "scope", "*");
}

static void validating_defaults(json_t *obj)
{
    size_t i;
    json_t *hook;

    json_array_foreach(doc_get(obj, "webhooks"), i, hook) hook_defaults(hook);
}

static void mutating_defaults(json_t *obj)
{
    size_t i;
    json_t *hook;

    validating_defaults(obj);
    json_array_foreach(doc_get(obj, "webhooks"), i, hook) doc_default_text(hook, "reinvocationPolicy", "Never");
}

static int prepare(call *c, json_t *obj, const json_t *old, failure *why)
{
    (void)c, (void)why;
    doc_generation(obj, old, "webhooks");
    return 0;
}

/* ---- rules ---- */

static void check_words(field_errors *errors, const char *path, const json_t *words, const char *what, bool empty)
{
    size_t i;
    json_t *one;

    if (json_array_size(words) == 0)
        field_required(errors, path, "");
    if (json_array_size(words) > 1 && doc_has(words, "*"))
        field_invalid(errors, path, words, "if '*' is present, must not specify other %s", what);
    json_array_foreach((json_t *)words, i, one) if (!empty && json_string_length(one) == 0)
        field_required(errors, PATH("%s[%zu]", path, i), "");
}

/* Of what has a star on one side of its slash the other side is kept: it covers what comes later. */
static void check_sub(field_errors *errors, const char *path, const char *text, json_t *resources, json_t *subs)
{
    const char *slash = strchr(text, '/'), *sub = slash + 1, *whole = PATH("%.*s", (int)(slash - text), text);

    if (json_object_get(resources, whole))
        wrong_text(errors, path, text, "if '%s/*' is present, must not specify %s", whole, text);
    if (json_object_get(subs, sub))
        wrong_text(errors, path, text, "if '*/%s' is present, must not specify %s", sub, text);
    if (strcmp(sub, "*") == 0)
        json_object_set_new(resources, whole, json_true());
    if (strcmp(whole, "*") == 0)
        json_object_set_new(subs, sub, json_true());
}

static void check_resources(field_errors *errors, const char *path, const json_t *list)
{
    json_auto_t *resources = json_object(), *subs = json_object();
    bool bare = false;
    size_t i;
    json_t *one;

    if (json_array_size(list) == 0)
        field_required(errors, path, "");
    json_array_foreach((json_t *)list, i, one)
    {
        const char *text = json_string_value(one);
        if (!*text)
            field_required(errors, PATH("%s[%zu]", path, i), "");
        else if (strchr(text, '/'))
            check_sub(errors, PATH("%s[%zu]", path, i), text, resources, subs);
        else
            bare = strcmp(text, "*") != 0;
    }
    if (json_array_size(list) > 1 && doc_has(list, "*/*"))
        field_invalid(errors, path, list, "if '*/*' is present, must not specify other resources");
    if (doc_has(list, "*") && bare)
        field_invalid(errors, path, list, "if '*' is present, must not specify other resources without subresources");
}

static void check_rule(field_errors *errors, const char *path, const json_t *rule)
{
    const json_t *operations = doc_get(rule, "operations");
    size_t i;
    json_t *one;

    check_words(errors, PATH("%s.operations", path), operations, "operations", true);
    json_array_foreach((json_t *)operations, i, one)
        check_one_of(errors, PATH("%s.operations[%zu]", path, i), json_string_value(one),
                     CHOICE("*", "CONNECT", "CREATE", "DELETE", "UPDATE"));
    check_words(errors, PATH("%s.apiGroups", path), doc_get(rule, "apiGroups"), "API groups", true);
    check_words(errors, PATH("%s.apiVersions", path), doc_get(rule, "apiVersions"), "API versions", false);
    check_resources(errors, PATH("%s.resources", path), doc_get(rule, "resources"));
    check_one_of(errors, PATH("%s.scope", path), doc_text(rule, "scope"), CHOICE("*", "Cluster", "Namespaced"));
}

/* ---- clients ---- */

static void check_step(field_errors *errors, const char *path, const char *whole, size_t i, const char *step)
{
    const char *wrong[NAME_WRONGS];
    size_t n;

    if (!*step) {
        wrong_text(errors, path, whole, "segment[%zu] may not be empty", i);
        return;
    }
    n = name_check(NAME_DNS_SUBDOMAIN, step, wrong);
    for (size_t k = 0; k < n; k++)
        wrong_text(errors, path, whole, "segment[%zu]: %s", i, wrong[k]);
}

static void check_path(field_errors *errors, const char *path, const char *text)
{
    size_t len = strlen(text), i = 0;
    const char *p = text + 1, *end;

    if (len == 0 || strcmp(text, "/") == 0)
        return;
    if (strcmp(text, "//") == 0) {
        wrong_text(errors, path, text, "segment[0] may not be empty");
        return;
    }
    if (*text != '/')
        wrong_text(errors, path, text, "must start with a '/'");
    end = text + len - (len > 1 && text[len - 1] == '/');
    for (;; i++) {
        size_t step = strcspn(p, "/");
        if (p + step > end)
            step = (size_t)(end - p);
        check_step(errors, path, text, i, PATH("%.*s", (int)step, p));
        p += step + 1;
        if (p > end)
            return;
    }
}

void webhook_service_validate(field_errors *errors, const char *path, const json_t *service)
{
    json_int_t port = doc_int(service, "port", 443);

    if (!*doc_text(service, "name"))
        field_required(errors, PATH("%s.name", path), "");
    if (!*doc_text(service, "namespace"))
        field_required(errors, PATH("%s.namespace", path), "");
    if (port < 1 || port > 65535)
        wrong_int(errors, PATH("%s.port", path), port, "port is not valid: must be between 1 and 65535, inclusive");
    check_path(errors, PATH("%s.path", path), doc_text(service, "path"));
}

void webhook_url_validate(field_errors *errors, const char *path, const char *url)
{
    static const char form[] = "; desired format: https://host[/path]";
    const char *rest = strstr(url, "://"), *at;
    size_t scheme = rest ? (size_t)(rest - url) : strcspn(url, ":/?#"), host;

    if (url[scheme] != ':')
        scheme = 0;
    if (scheme != 5 || strncmp(url, "https", 5) != 0)
        wrong_text(errors, path, PATH("%.*s", (int)scheme, url), "'https' is the only allowed URL scheme%s", form);
    rest = rest ? rest + 3 : "";
    host = strcspn(rest, "/?#");
    at = memchr(rest, '@', host);
    if (host == 0 || (at && at == rest + host - 1))
        wrong_text(errors, path, "", "host must be specified%s", form);
    if (at)
        wrong_text(errors, path, PATH("%.*s", (int)(at - rest), rest), "user information is not permitted in the URL");
    if (strchr(rest, '#') && strchr(rest, '#')[1])
        wrong_text(errors, path, strchr(rest, '#') + 1, "fragments are not permitted in the URL");
    at = rest + strcspn(rest, "?#");
    if (*at == '?' && strcspn(at + 1, "#") > 0)
        wrong_text(errors, path, PATH("%.*s", (int)strcspn(at + 1, "#"), at + 1),
                   "query parameters are not permitted in the URL");
}

static void check_client(field_errors *errors, const char *path, const json_t *client)
{
    const json_t *url = doc_get(client, "url"), *service = doc_get(client, "service");

    if (!url == !service)
        field_required(errors, path, "exactly one of url or service is required");
    else if (url)
        webhook_url_validate(errors, PATH("%s.url", path), json_string_value(url));
    else
        webhook_service_validate(errors, PATH("%s.service", path), service);
}

/* ---- a hook ---- */

static void check_name(field_errors *errors, const char *path, const char *name)
{
    const char *wrong[NAME_WRONGS], *dot = strchr(name, '.');

    if (!*name)
        field_required(errors, path, "");
    else if (name_check(NAME_DNS_SUBDOMAIN, name, wrong) > 0)
        wrong_text(errors, path, name, "%s", wrong[0]);
    else if (!dot || !strchr(dot + 1, '.'))
        wrong_text(errors, path, name, "should be a domain with at least three segments separated by dots");
}

static void check_versions(field_errors *errors, const char *path, const json_t *versions)
{
    json_auto_t *seen = json_object();
    size_t i;
    json_t *one;

    if (json_array_size(versions) == 0) {
        field_required(errors, path, "must specify one of v1, v1beta1");
        return;
    }
    json_array_foreach((json_t *)versions, i, one)
    {
        const char *text = json_string_value(one);
        if (json_object_get(seen, text))
            wrong_text(errors, PATH("%s[%zu]", path, i), text, "duplicate version");
        else
            name_validate(NAME_DNS_1035_LABEL, text, PATH("%s[%zu]", path, i), errors);
        json_object_set_new(seen, text, json_true());
    }
    if (!doc_has(versions, "v1") && !doc_has(versions, "v1beta1"))
        field_invalid(errors, path, versions, "must include at least one of v1, v1beta1");
}

static void check_hook(field_errors *errors, const char *path, const json_t *hook)
{
    json_int_t timeout = doc_int(hook, "timeoutSeconds", 10);
    size_t i;
    json_t *rule;

    check_name(errors, PATH("%s.name", path), doc_text(hook, "name"));
    json_array_foreach(doc_get(hook, "rules"), i, rule) check_rule(errors, PATH("%s.rules[%zu]", path, i), rule);
    check_one_of(errors, PATH("%s.failurePolicy", path), doc_text(hook, "failurePolicy"), CHOICE("Fail", "Ignore"));
    check_one_of(errors, PATH("%s.matchPolicy", path), doc_text(hook, "matchPolicy"), CHOICE("Equivalent", "Exact"));
    if (!*doc_text(hook, "sideEffects"))
        field_required(errors, PATH("%s.sideEffects", path), "must specify one of None, NoneOnDryRun");
    else
        check_one_of(errors, PATH("%s.sideEffects", path), doc_text(hook, "sideEffects"),
                     CHOICE("None", "NoneOnDryRun"));
    if (timeout < 1 || timeout > 30)
        wrong_int(errors, PATH("%s.timeoutSeconds", path), timeout,
                  "the timeout value must be between 1 and 30 seconds");
    check_selector(errors, PATH("%s.namespaceSelector", path), doc_get(hook, "namespaceSelector"));
    check_selector(errors, PATH("%s.objectSelector", path), doc_get(hook, "objectSelector"));
    check_client(errors, PATH("%s.clientConfig", path), doc_get(hook, "clientConfig"));
    if (doc_get(hook, "reinvocationPolicy"))
        check_one_of(errors, PATH("%s.reinvocationPolicy", path), doc_text(hook, "reinvocationPolicy"),
                     CHOICE("IfNeeded", "Never"));
    if (json_array_size(doc_get(hook, "matchConditions")))
        field_forbidden(errors, PATH("%s.matchConditions", path),
                        "CEL expressions are not supported by the embedded API server");
    check_versions(errors, PATH("%s.admissionReviewVersions", path), doc_get(hook, "admissionReviewVersions"));
}

static void validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    json_auto_t *names = json_object();
    size_t i;
    json_t *hook;

    if (old)
        meta_validate(c->res->names, obj, errors);
    json_array_foreach(doc_get(obj, "webhooks"), i, hook)
    {
        const char *name = doc_text(hook, "name");
        check_hook(errors, PATH("webhooks[%zu]", i), hook);
        if (*name && json_object_get(names, name))
            duplicate_text(errors, PATH("webhooks[%zu].name", i), name);
        json_object_set_new(names, name, json_true());
    }
}

static void stored(call *c, const json_t *now, const json_t *old)
{
    (void)now, (void)old;
    hooks_changed(c->server->hooks);
}

const strategy VALIDATING_WEBHOOK_STRATEGY = {
    .defaults = validating_defaults, .prepare = prepare, .validate = validate, .stored = stored};
const strategy MUTATING_WEBHOOK_STRATEGY = {
    .defaults = mutating_defaults, .prepare = prepare, .validate = validate, .stored = stored};
