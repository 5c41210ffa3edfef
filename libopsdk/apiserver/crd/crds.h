/* CustomResourceDefinitions: what the real server's controllers do for them, and the resources that they define.
 *
 * All under the server's lock.  Controllers run at once, within the write that gives them work: a client that has its answer sees their
 * work done, a watcher sees each step as an event of its own, as with the real server. */
#ifndef APISERVER_CRDS_H
#define APISERVER_CRDS_H

#include "apiserver/apiserver.h"

typedef struct crds crds;

crds *crds_new(apiserver *s);
crds *crds_free(crds *all);

/* Of customresourcedefinitions.apiextensions.k8s.io. */
extern const strategy CRD_STRATEGY;

/* An object of a CRD's resource was written or removed: when the CRD itself is waiting to go, that may have been the last. */
void crds_object_gone(apiserver *s, const resource *res);
/* Is the CRD of res, one of a CRD's, on its way out?  Nothing may be created then. */
bool crds_ends(const resource *res);

#endif
