/* How objects come into being inside of the library. */
#ifndef CORE_OBJECT_H
#define CORE_OBJECT_H

#include "core/pack.h"

#include <opsdk/error.h>
#include <opsdk/object.h>

/* Makes an object with one reference of a complete pack; the pack can be reset afterwards.
 * OPSDK_EPROTO when the pack is over a limit or no map. */
int object_seal(const opsdk_kind *kind, const pack *p, opsdk_object **ret, opsdk_error *err);

/* The object's pack: the node of its outermost map. */
const char *object_data(const opsdk_object *obj);
size_t object_len(const opsdk_object *obj); /* bytes of it */

/* Makes an object of len bytes that were another object's data: new, fill the room, complete.  NULL when out of memory. */
opsdk_object *object_new(const opsdk_kind *kind, size_t len);
char *object_room(opsdk_object *obj);
void object_complete(opsdk_object *obj);
/* A copy of a part, as an object of its own whose outermost value it is; NULL when it is absent or memory runs out. */
opsdk_object *object_of_value(opsdk_value v);

#endif
