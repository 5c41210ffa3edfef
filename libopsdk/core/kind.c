#include <opsdk/kind.h>
#include <string.h>
#include <strings.h>

const opsdk_kind OPSDK_POD = {"v1", "Pod", "pods", false};
const opsdk_kind OPSDK_CONFIGMAP = {"v1", "ConfigMap", "configmaps", false};
const opsdk_kind OPSDK_SECRET = {"v1", "Secret", "secrets", false};
const opsdk_kind OPSDK_SERVICE = {"v1", "Service", "services", false};
const opsdk_kind OPSDK_DEPLOYMENT = {"apps/v1", "Deployment", "deployments", false};
const opsdk_kind OPSDK_NAMESPACE = {"v1", "Namespace", "namespaces", true};
const opsdk_kind OPSDK_EVENT = {"v1", "Event", "events", false};

const opsdk_kind *opsdk_kind_find(const char *name)
{
    static const struct {
        const opsdk_kind *kind;
        const char *brief;
    } known[] = {
        {&OPSDK_POD, "po"},      {&OPSDK_CONFIGMAP, "cm"},      {&OPSDK_SECRET, "secret"},
        {&OPSDK_SERVICE, "svc"}, {&OPSDK_DEPLOYMENT, "deploy"}, {&OPSDK_NAMESPACE, "ns"},
        {&OPSDK_EVENT, "ev"},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        const opsdk_kind *k = known[i].kind;
        if (strcasecmp(name, k->kind) == 0 || strcmp(name, k->plural) == 0 || strcmp(name, known[i].brief) == 0)
            return k;
    }
    return NULL;
}
