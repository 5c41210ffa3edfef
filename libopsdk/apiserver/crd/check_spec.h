/* Checks of a CRD as a whole, with the real server's messages (apiextensions/validation). */
#ifndef APISERVER_CRD_CHECK_SPEC_H
#define APISERVER_CRD_CHECK_SPEC_H

#include "apiserver/crd/spot.h"

#include <jansson.h>

/* spec.names or status.acceptedNames. */
void check_names(spot *at, const json_t *names);
void check_subresources(spot *at, const json_t *subresources);
void check_columns(spot *at, const json_t *columns);
void check_selectables(spot *at, const json_t *fields, const json_t *schema);
void check_conversion(spot *at, const json_t *conversion, bool more_versions);

/* All of spec; the spot is at "spec". */
void check_spec(spot *at, const json_t *spec);
void check_stored_versions(spot *at, const json_t *crd);
/* Of groups that belong to Kubernetes.  old NULL: create. */
void check_approval(spot *at, const json_t *crd, const json_t *old);

#endif
