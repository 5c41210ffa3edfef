/* Owner garbage collection, as kube-controller-manager does it: dependents go with their last owner, before it or after it, or are let go.
 *
 * It looks at each write under the server's lock, notes what is to do, and does it on the loop, a little in each turn. */
#ifndef APISERVER_GC_GC_H
#define APISERVER_GC_GC_H

#include "apiserver/apiserver.h"

typedef struct gc gc;

gc *gc_new(apiserver *s); /* NULL: no memory */
gc *gc_free(gc *g);

/* A write behind it: store_fn.  It must see each. */
void gc_see(gc *g, collection *c, const json_t *obj, item *it);
/* A turn: some of what is to do.  On the loop, with the lock held; it plans the next by itself. */
void gc_work(apiserver *s);

#endif
