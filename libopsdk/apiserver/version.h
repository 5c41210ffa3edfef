/* Objects in the form of one version of their kind, and in the form that is stored. */
#ifndef APISERVER_VERSION_H
#define APISERVER_VERSION_H

#include "apiserver/store.h"

/* "apps/v1", "v1", into room, which it returns. */
const char *version_name(const resource *res, char *room, size_t len);

/* A tree as res has it, the caller's; NULL: no memory. */
json_t *version_read(const resource *res, const item *it);

/* Likewise, but shared with others: it must not be changed. */
json_t *version_tree(const resource *res, const item *it);

/* Stores obj, which is as res has it; its metadata.resourceVersion becomes the new revision.  *ret is borrowed (NULL is fine), and
 * written only when what is stored is obj as it is. */
int version_store(const resource *res, json_t *obj, item **ret, failure *why);

#endif
