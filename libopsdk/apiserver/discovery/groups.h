/* Groups, versions and resources in the order in which discovery names them. */
#ifndef APISERVER_GROUPS_H
#define APISERVER_GROUPS_H

#include "apiserver/resource.h"

/* One version of a group, with what it has.  Built-in groups come in the order of the registry, then those of CRDs by name, their
 * versions by version_compare, their resources by name. */
typedef struct group_version {
    const char *group, *version;
    bool custom; /* all that is in it is of CRDs */
    resource *const *resources;
    size_t n;
} group_version;

/* All that is served.  One block of memory, the caller's to free; what it refers to is borrowed from the registry.  NULL: no memory. */
group_version *groups_list(const registry *r, size_t *ret_n);

/* Is there a built-in resource in the group? */
bool groups_has_builtin(const registry *r, const char *group);

/* As Kubernetes ranks versions: v2 before v1 before v1beta2 before v1alpha1 before foo.  Below 0: a comes first. */
int version_compare(const char *a, const char *b);

/* The type that a resource's objects are stored as: its own, or another version or group that shares them. */
typedef struct storage_type {
    const char *group, *version, *kind;
} storage_type;
storage_type groups_storage(const registry *r, const resource *res);

#endif
