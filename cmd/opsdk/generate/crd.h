/* From the model to what the cluster is told: the CustomResourceDefinition. */
#ifndef GENERATE_CRD_H
#define GENERATE_CRD_H

#include "model.h"

/* The definitions of all kinds of the project, one per kind with all its versions, ordered by name; the pool's array.  Problems that
 * concern several versions, or that a server would find, are told. */
json_t *crd_all(project *p);

#endif
