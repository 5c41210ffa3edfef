/* Service accounts. */
#include "apiserver/kinds/check.h"
#include "apiserver/kinds/strategies.h"
#include "apiserver/meta.h"

/* Of the secrets only names are kept. */
static int prepare(call *c, json_t *obj, const json_t *old, failure *why)
{
    size_t i;
    json_t *secret;

    (void)c, (void)old, (void)why;
    json_array_foreach(doc_get(obj, "secrets"), i, secret)
    {
        json_t *name = json_incref(json_object_get(secret, "name"));
        json_object_clear(secret);
        doc_set(secret, "name", name);
    }
    return 0;
}

static void validate(call *c, const json_t *obj, const json_t *old, field_errors *errors)
{
    if (!old)
        return;
    meta_validate_update(obj, old, errors);
    meta_validate(c->res->names, obj, errors);
}

static void warn(call *c, const json_t *obj, const json_t *old)
{
    static const char key[] = "kubernetes.io/enforce-mountable-secrets";

    if (json_object_get(doc_at(obj, "metadata.annotations"), key) &&
        !json_object_get(doc_at(old, "metadata.annotations"), key))
        call_warn(c,
                  "metadata.annotations[%s]: deprecated in v1.32+; prefer separate namespaces to isolate access to "
                  "mounted secrets",
                  key);
}

const strategy ACCOUNT_STRATEGY = {.prepare = prepare, .validate = validate, .warn = warn};
