/* Kubernetes Events about an object, and conditions in a status. */
#ifndef OPSDK_EVENT_H
#define OPSDK_EVENT_H

#include <opsdk/client.h>
#include <opsdk/log.h>
#include <opsdk/object.h>

OPSDK_BEGIN

/* Records a v1 Event: type Normal for OPSDK_LOG_INFO and below, else Warning.  The same event about the same object within
 * ten minutes raises the count of the first one instead of making another.  Blocks for one request at most; a failure is
 * logged and otherwise ignored, since an event must never stop the work it tells of. */
OPSDK_API void opsdk_event(opsdk_client *c, const opsdk_object *about, enum opsdk_level level, const char *reason,
                           const char *fmt, ...) OPSDK_PRINTF(5, 6);

/* One entry for .status.conditions of obj: keeps lastTransitionTime when the status did not change.  The caller's; NULL when
 * out of memory.  obj may lack conditions. */
OPSDK_API json_t *opsdk_condition(const opsdk_object *obj, const char *type, bool status, const char *reason,
                                  const char *fmt, ...) OPSDK_PRINTF(5, 6);

OPSDK_END
#endif
