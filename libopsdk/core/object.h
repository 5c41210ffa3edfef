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

#endif
