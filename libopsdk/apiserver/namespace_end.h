/* The end of namespaces, as kube-controller-manager brings it about: what is in one that is being deleted goes, pods first, then the namespace.
 *
 * It looks at each write under the server's lock and works on the loop, a little in each turn. */
#ifndef APISERVER_NAMESPACE_END_H
#define APISERVER_NAMESPACE_END_H

#include "apiserver/apiserver.h"

typedef struct namespace_ends namespace_ends;

namespace_ends *namespace_ends_new(apiserver *s); /* NULL: no memory */
namespace_ends *namespace_ends_free(namespace_ends *all);

/* A write behind it: store_fn. */
void namespace_ends_see(namespace_ends *all, const collection *c, const json_t *obj, const item *it);

#endif
