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

#endif
