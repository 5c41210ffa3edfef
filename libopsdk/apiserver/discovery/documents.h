/* The documents of discovery, made afresh; NULL: no memory. */
#ifndef APISERVER_DOCUMENTS_H
#define APISERVER_DOCUMENTS_H

#include "apiserver/discovery/groups.h"

json_t *document_versions(const char *address);               /* /api: APIVersions */
json_t *document_groups(const registry *r);                   /* /apis: APIGroupList */
json_t *document_group(const registry *r, const char *group); /* /apis/GROUP: APIGroup; NULL also: no such group */
json_t *document_resources(const registry *r, const group_version *g); /* APIResourceList */

/* APIGroupDiscoveryList (apidiscovery.k8s.io/v2): of the core group alone, or of all others. */
json_t *document_aggregated(const registry *r, bool core);

#endif
