/* A kind is data: no discovery, no registration. */
#ifndef OPSDK_KIND_H
#define OPSDK_KIND_H

#include <opsdk/common.h>

OPSDK_BEGIN

typedef struct opsdk_kind {
    const char *api_version; /* "v1", "apps/v1", "banzaicloud.com/v1alpha1" */
    const char *kind;        /* "Pod" */
    const char *plural;      /* "pods", as in the resource's path */
    bool cluster_scoped;
} opsdk_kind;

extern OPSDK_API const opsdk_kind OPSDK_POD, OPSDK_CONFIGMAP, OPSDK_SECRET, OPSDK_SERVICE, OPSDK_DEPLOYMENT,
    OPSDK_NAMESPACE, OPSDK_EVENT;

/* The name of one object.  Strings and kind are borrowed from the caller. */
typedef struct opsdk_key {
    const opsdk_kind *kind;
    const char *ns; /* NULL: cluster-scoped, or the client's default namespace where one is needed */
    const char *name;
} opsdk_key;
#define OPSDK_KEY(k, n, m) ((opsdk_key){(k), (n), (m)})

/* Finds a built-in kind by kind, plural or usual short name ("Pod", "pods", "po"); NULL when there is none.  Static. */
OPSDK_API const opsdk_kind *opsdk_kind_find(const char *name);

OPSDK_END
#endif
