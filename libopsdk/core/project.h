/* Objects cut down to the fields that somebody reads. */
#ifndef CORE_PROJECT_H
#define CORE_PROJECT_H

#include "core/pack.h"

#include <opsdk/object.h>

/* What is always kept: identity, version, deletion, labels and owners. */
extern const char *const project_keys[];

/* Is the pointer one that a projection can follow: RFC 6901, through maps only? */
bool project_pointer_valid(const char *pointer);

/* Of a member of the outermost map (inner NULL), or of a map there: does project_object keep it, or a part of it?  True also for some of what it does
 * not keep, as the value may turn out to be no map. */
bool project_wants(const char *const *fields, const node *outer, const node *inner);

/* A new object with what project_keys and fields (pointers up to NULL; may be NULL) name of obj; what is not there stays absent.  room is
 * reset and used.  *ret is the caller's.  OPSDK_ENOMEM. */
int project_object(const opsdk_object *obj, const char *const *fields, pack *room, opsdk_object **ret);

#endif
