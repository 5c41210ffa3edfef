/* From a CustomResourceDefinition to the model that types.h is written from. */
#ifndef IMPORT_FROM_CRD_H
#define IMPORT_FROM_CRD_H

#include "../generate/model.h"

#include <opsdk/error.h>

/* A version of a definition as a unit with one kind.  version NULL: the one that is stored.  OPSDK_EINVAL when it is no such definition or has no
 * such version or no schema. */
int from_crd(project *p, const json_t *crd, const char *version, unit **ret, opsdk_error *err);

#endif
