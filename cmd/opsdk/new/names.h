/* The names of a new resource: given, derived, and checked before anything is written. */
#ifndef NEW_NAMES_H
#define NEW_NAMES_H

#include "../generate/pool.h"

#include <opsdk/error.h>

typedef struct resource_names {
    const char *group, *version, *kind, *plural; /* as Kubernetes has them */
    const char *singular;                        /* the kind in small letters */
    const char *c;                               /* of the C struct: prometheus_rule */
    const char *upper;                           /* of the opsdk_kind that is generated: PROMETHEUS_RULE */
    const char *guard;                           /* the version as a macro has it: V1ALPHA1 */
    bool cluster_scoped;
} resource_names;

/* api_version: GROUP/VERSION; plural may be NULL.  Strings live as long as the pool.  OPSDK_EINVAL says which name is wrong, and why. */
int resource_names_make(pool *p, const char *api_version, const char *kind, const char *plural, bool cluster_scoped,
                        resource_names *ret, opsdk_error *err);
/* The C name of a kind's struct: one that no word of C or C++ and no usual function of the C library has; short ones, which would hide behind local
 * variables, get longer. */
const char *resource_c_name(pool *p, const char *kind);
/* Of a project: of its program, Deployment, ServiceAccount. */
int project_name_check(const char *name, opsdk_error *err);

#endif
