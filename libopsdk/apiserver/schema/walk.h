/* A value beside the schema that a CRD has for it. */
#ifndef APISERVER_WALK_H
#define APISERVER_WALK_H

#include "apiserver/schema/rules.h"
#include "core/buf.h"

/* path is as k8s.io/apimachinery's field.Path prints it, "spec.map[key].list[0]"; may be added to, and is cut back afterwards.  What
 * visit returns other than 0 ends the walk. */
typedef int walk_fn(const schema *s, json_t *value, buf *path, void *user);

/* Calls visit for value and for all in it that the CRD describes, the outer before the inner; what visit returned, or 0. */
int schema_walk(const schema *s, json_t *value, walk_fn *visit, void *user);

/* Adds the path of a member: what a walk began with, where it is, and the member's name. */
void walk_path(buf *out, const char *prefix, const buf *path, const char *name);

#endif
