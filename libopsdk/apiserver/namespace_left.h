/* What is left in a namespace that is being emptied, as its conditions tell. */
#ifndef APISERVER_NAMESPACE_LEFT_H
#define APISERVER_NAMESPACE_LEFT_H

#include "apiserver/store.h"

typedef struct namespace_left {
    json_t *kinds;      /* "pods." : how many; NULL: none */
    json_t *finalizers; /* "example.com/x": how many */
    json_t *stuck;      /* kinds of which one has no finalizer, and hence should be gone: "/v1, Resource=pods" */
} namespace_left;

void namespace_left_clear(namespace_left *left);
void namespace_left_count(namespace_left *left, const resource *res, const item *it);
bool namespace_left_any(const namespace_left *left);
/* Sets the conditions of ns; false: they were so before.  only_pods: that alone was looked at, and the real server then does not say what is left. */
bool namespace_left_tell(const namespace_left *left, json_t *ns, const char *now, bool only_pods);

#endif
