/* What the garbage collector does to objects: requests as its user.  All return 0, or -1 when it is to be tried again later. */
#ifndef APISERVER_GC_ACTS_H
#define APISERVER_GC_ACTS_H

#include "apiserver/apiserver.h"
#include "apiserver/gc/graph.h"

int act_delete(apiserver *s, const gc_node *n, const char *propagation);
int act_drop_finalizer(apiserver *s, const gc_node *n, const char *finalizer);
/* Takes the references to one uid out, or to each of a list. */
int act_drop_owner(apiserver *s, const gc_node *n, const char *uid);
int act_drop_owners(apiserver *s, const gc_node *n, const json_t *uids);
/* No reference blocks its owner any more. */
int act_unblock(apiserver *s, const gc_node *n);
/* An event: the owner that ref names is in another namespace. */
void act_complain(apiserver *s, const gc_node *n, const json_t *ref);

#endif
