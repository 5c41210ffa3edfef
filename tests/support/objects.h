/* Small objects for tests. */
#ifndef SUPPORT_OBJECTS_H
#define SUPPORT_OBJECTS_H

#include <opsdk/object.h>

/* fmt makes JSON, in which ' stands for ".  Fails the test when it is none. */
opsdk_object *object_of(const opsdk_kind *kind, const char *fmt, ...) OPSDK_PRINTF(2, 3);

/* One with this name in namespace "ns", uid "u-NAME" and version. */
opsdk_object *object_named(const opsdk_kind *kind, const char *name, const char *version);

#endif
