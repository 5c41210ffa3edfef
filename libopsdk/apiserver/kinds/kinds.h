/* The built-in kinds: which resources there are, what their documents look like (generated tables), and what the server does to them. */
#ifndef APISERVER_KINDS_H
#define APISERVER_KINDS_H

#include "apiserver/resource.h"
#include "apiserver/store.h"

/* What one server holds of them.  The tables are constant; this has the resources with their collections. */
typedef struct kinds kinds;

/* Adds all built-in resources to r and makes their collections in s; both must outlive what this returns.  NULL: no memory. */
kinds *kinds_new(registry *r, store *s);
kinds *kinds_free(kinds *k);

/* Where admission looks things up. */
collection *kinds_namespaces(const kinds *k);
collection *kinds_accounts(const kinds *k);
resource *kinds_account_resource(const kinds *k);

/* Counts up with each call, for what services are given. */
unsigned kinds_number(kinds *k);

/* The schema of documents that are no resources themselves: "Scale", "Eviction", "DeleteOptions"; NULL: there is none. */
const schema *kinds_document(const char *kind);

struct opsdk_apiserver;
/* Makes what a real server makes of itself when it starts: the system's namespaces.  -1: no memory. */
int kinds_populate(struct opsdk_apiserver *s);

#endif
