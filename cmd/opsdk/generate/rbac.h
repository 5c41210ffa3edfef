/* From rights to what grants them. */
#ifndef GENERATE_RBAC_H
#define GENERATE_RBAC_H

#include "model.h"

/* ServiceAccount, role and binding; the pool's array.  Problems are told. */
json_t *rbac_all(project *p);

#endif
