#include "apiserver/admission/admission.h"
#include "apiserver/admission/plugins.h"
#include "apiserver/crd/crds.h"
#include "apiserver/kinds/kinds.h"
#include "apiserver/meta.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool admission_is(const admission *a, const char *group, const char *plural, const char *sub)
{
    const char *have = a->c->sub ? a->c->sub->name : "";

    return strcmp(a->c->res->plural, plural) == 0 && strcmp(a->c->res->group, group) == 0 && strcmp(have, sub) == 0;
}

/* The name of the request, else of the object, which may be about to be generated. */
static const char *name_of(const admission *a)
{
    if (*a->c->rq.name)
        return a->c->rq.name;
    if (*meta_text(a->obj, "name"))
        return meta_text(a->obj, "name");
    return *meta_text(a->obj, "generateName") ? meta_text(a->obj, "generateName") : "Unknown";
}

int admission_forbid(const admission *a, const char *fmt, ...)
{
    const char *name = name_of(a);
    char label[320], *text = NULL;
    va_list args;

    va_start(args, fmt);
    if (vasprintf(&text, fmt, args) < 0)
        text = NULL;
    va_end(args);
    failure_set(a->why, 403, "Forbidden", "%s \"%s\" is forbidden: %s", resource_label(a->c->res, label, sizeof(label)),
                name, text ? text : "");
    failure_about(a->why, name, a->c->res->group, a->c->res->plural);
    free(text);
    return -1;
}

/* ---- NamespaceLifecycle ---- */

static bool is_immortal(const char *name)
{
    return strcmp(name, "default") == 0 || strcmp(name, "kube-system") == 0 || strcmp(name, "kube-public") == 0;
}

static int no_namespace(const char *ns, failure *why)
{
    failure_set(why, 404, "NotFound", "namespaces \"%s\" not found", ns);
    failure_about(why, ns, "", "namespaces");
    return -1;
}

static int is_ending(const admission *a, const char *ns)
{
    char message[320];

    admission_forbid(a, "unable to create new content in namespace %s because it is being terminated", ns);
    snprintf(message, sizeof(message), "namespace %s is being terminated", ns);
    failure_cause(a->why, "NamespaceTerminating", message, "metadata.namespace");
    return -1;
}

int plugin_namespace_lifecycle(const admission *a)
{
    const char *ns = *a->c->rq.ns ? a->c->rq.ns : meta_text(a->obj, "namespace");
    const item *it;

    if (admission_is(a, "", "namespaces", ""))
        return !a->obj && is_immortal(a->c->rq.name) ? admission_forbid(a, "this namespace may not be deleted") : 0;
    if (!a->c->res->namespaced || !a->obj)
        return 0;
    it = collection_get(kinds_namespaces(a->c->server->kinds), "", ns);
    if (!it)
        return no_namespace(ns, a->why);
    return !a->old && strcmp(it->fields[0], "Terminating") == 0 ? is_ending(a, ns) : 0;
}

/* No plug-in, but what the real server has in front of them for custom resources. */
static int check_definition(const admission *a)
{
    if (!a->obj || a->old || !a->c->res->custom || !crds_ends(a->c->res))
        return 0;
    return admission_forbid(a, "create not allowed while custom resource definition is terminating");
}

/* ---- the chain ---- */

int admission_builtin(call *c, json_t *obj, const json_t *old, failure *why)
{
    static int (*const chain[])(const admission *) = {
        check_definition, plugin_namespace_lifecycle, plugin_service_account, plugin_node_taint,
        plugin_priority,  plugin_toleration_seconds,  plugin_storage_in_use,  plugin_runtime_class};
    const admission a = {c, obj, old, why};

    for (size_t i = 0; i < sizeof(chain) / sizeof(chain[0]); i++)
        if (chain[i](&a) < 0)
            return -1;
    return 0;
}

int admission_place(call *c, json_t *obj, failure *why)
{
    const admission a = {c, obj, NULL, why};

    return check_definition(&a) < 0 || plugin_namespace_lifecycle(&a) < 0 ? -1 : 0;
}

int admission_mutate(call *c, json_t *obj, const json_t *old, bool *ret_released, failure *why)
{
    return admission_builtin(c, obj, old, why) < 0 ? -1 : hooks_mutate(c, obj, old, ret_released, why);
}

int admission_validate(call *c, const json_t *obj, const json_t *old, bool *ret_released, failure *why)
{
    const admission a = {c, (json_t *)obj, old, why};

    return plugin_claim_resize(&a) < 0 ? -1 : hooks_validate(c, obj, old, ret_released, why);
}
