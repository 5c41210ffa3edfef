/* What becomes of the dependents of an object that is deleted: the finalizers with which garbage collection keeps owners. */
#ifndef APISERVER_PROPAGATION_H
#define APISERVER_PROPAGATION_H

#include "apiserver/resource.h"

/* DeleteOptions that contradict themselves. */
void propagation_check(const json_t *opts, field_errors *errors);
/* Adds or takes back "orphan" and "foregroundDeletion", as opts (or NULL) say, else as obj has them already. */
void propagation_set(const resource *res, json_t *obj, const json_t *opts);

#endif
