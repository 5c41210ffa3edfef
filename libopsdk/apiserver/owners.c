#include "apiserver/owners.h"

#include "apiserver/apply/managed.h"
#include "apiserver/version.h"

#include <stdio.h>
#include <string.h>

#define PATHS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* What the real server's strategies take back or leave alone, and hence nobody comes to own that way (GetResetFields).  The first that fits counts;
 * NULL fits all. */
static const struct reset {
    const char *group, *plural, *sub;
    const char *const *paths, *const *only;
} resets[] = {
    {"", "pods", "status", PATHS("spec", "metadata.deletionTimestamp", "metadata.ownerReferences"), NULL},
    {"", "pods", "ephemeralcontainers", NULL, PATHS("spec.ephemeralContainers")},
    {"", "pods", "resize", NULL,
     PATHS("spec.containers.*.resources", "spec.containers.*.resizePolicy", "spec.initContainers.*.resources",
           "spec.initContainers.*.resizePolicy")},
    {"apps", "deployments", "status", PATHS("spec", "metadata.labels"), NULL},
    {"apiextensions.k8s.io", NULL, "status", PATHS("metadata", "spec"), NULL},
    {"flowcontrol.apiserver.k8s.io", NULL, "status", PATHS("metadata", "spec"), NULL},
    {"admissionregistration.k8s.io", NULL, "status", PATHS("metadata", "spec"), NULL},
    {"resource.k8s.io", NULL, "status", PATHS("metadata", "spec"), NULL},
    {"storage.k8s.io", NULL, "status", PATHS("metadata", "spec"), NULL},
    {"certificates.k8s.io", "certificatesigningrequests", "", PATHS("spec", "status"), NULL},
    {"certificates.k8s.io", "certificatesigningrequests", "status", PATHS("spec", "status.conditions"), NULL},
    {"certificates.k8s.io", "certificatesigningrequests", "approval", PATHS("spec", "status.certificate"), NULL},
    {NULL, NULL, "status", PATHS("spec"), NULL},
    {NULL, NULL, "", PATHS("status"), NULL}, /* of those that have the subresource */
    {"", "namespaces", "finalize", PATHS("status"), NULL},
};

static bool fits(const char *pattern, const char *text)
{
    return !pattern || strcmp(pattern, text) == 0;
}

static const struct reset *reset_of(const resource *res, const char *sub)
{
    if (!*sub && !resource_sub(res, "status"))
        return NULL;
    for (size_t i = 0; i < sizeof(resets) / sizeof(resets[0]); i++) {
        const struct reset *r = resets + i;
        if (fits(r->group, res->group) && fits(r->plural, res->plural) && fits(r->sub, sub))
            return r;
    }
    return NULL;
}

/* Another version of the same resource. */
static const schema *other_version(const char *api_version, void *user)
{
    const call *c = user;
    const char *slash = strchr(api_version, '/'), *version = slash ? slash + 1 : api_version;
    size_t len = slash ? (size_t)(slash - api_version) : 0;
    const resource *res;

    if (strlen(c->res->group) != len || strncmp(c->res->group, api_version, len) != 0)
        return NULL;
    res = registry_find(c->server->resources, c->res->group, version, c->res->plural);
    return res ? res->schema : NULL;
}

static managed_write describe(call *c, char *version, size_t len, char *now)
{
    const char *sub = c->sub ? c->sub->name : "";
    const struct reset *reset = reset_of(c->res, sub);

    return (managed_write){
        .schema = c->res->schema,
        .kind = c->res->kind,
        .manager = call_manager(c),
        .api_version = version_name(c->res, version, len),
        .sub = sub,
        .time = apiserver_time(c->server, now),
        .reset = reset ? reset->paths : NULL,
        .only = reset ? reset->only : NULL,
        .builtin = !c->res->custom,
        .other = other_version,
        .user = c,
    };
}

int owners_update(writing *w, failure *why)
{
    char version[320], now[32];
    managed_write m = describe(w->c, version, sizeof(version), now);

    return w->applied ? 0 : managed_update(&m, w->obj, w->old, why);
}

int owners_apply(writing *w, const json_t *config, bool force, failure *why)
{
    char version[320], now[32];
    managed_write m = describe(w->c, version, sizeof(version), now);

    w->applied = true;
    return managed_apply(&m, w->old, config, force, &w->obj, why);
}
