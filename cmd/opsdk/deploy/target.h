/* One manifest on its way to the cluster. */
#ifndef DEPLOY_TARGET_H
#define DEPLOY_TARGET_H

#include <opsdk.h>

typedef struct target {
    json_t *document; /* borrowed from the array that it is in */
    opsdk_kind kind;
    opsdk_key key; /* of it; ns NULL: the client's */
    char *plural;  /* own */
} target;

typedef struct targets {
    json_t *documents; /* own */
    target *items;
    size_t len;
} targets;

/* All manifests of a folder in the order in which they are created: crd.yaml, rbac.yaml, operator.yaml, then the other files by name; the example
 * cr.yaml only if asked for.  Namespaces and definitions come first.  only: one file's name instead; NULL: all. */
int targets_read(const char *dir, const char *only, bool example, targets *ret, opsdk_error *err);
void targets_clear(targets *t);

/* Asks the server where objects of this kind are; before that the key cannot be used.  OPSDK_ENOTFOUND when it does not know the kind. */
int target_resolve(opsdk_client *c, target *t, opsdk_error *err);
/* "deployment/website-operator" */
const char *target_name(const target *t, char buf[400]);

/* Server-side apply of each, says so, and waits after definitions until they are served. */
int targets_apply(opsdk_client *c, targets *t, int timeout_ms, opsdk_error *err);

#endif
