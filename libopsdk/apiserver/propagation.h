/* What becomes of the dependents of an object that is deleted: the finalizers with which garbage collection keeps owners. */
#ifndef APISERVER_PROPAGATION_H
#define APISERVER_PROPAGATION_H

#include "apiserver/resource.h"

/* 422 for DeleteOptions that contradict themselves. */
int propagation_check(const json_t *opts, failure *why);
/* Adds or takes back "orphan" and "foregroundDeletion", as opts (or NULL) say, else as obj has them already. */
void propagation_set(const resource *res, json_t *obj, const json_t *opts);

#endif
