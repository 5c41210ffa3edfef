/* Log lines: one JSON object per line on stderr, control characters neutralised.  Any thread. */
#ifndef OPSDK_LOG_H
#define OPSDK_LOG_H

#include <opsdk/common.h>
#include <opsdk/object.h>

OPSDK_BEGIN

enum opsdk_level { OPSDK_LOG_ERROR, OPSDK_LOG_WARN, OPSDK_LOG_INFO, OPSDK_LOG_DEBUG };

/* about may be NULL; else its kind, namespace and name are fields of the line. */
OPSDK_API void opsdk_log(enum opsdk_level level, const opsdk_object *about, const char *fmt, ...) OPSDK_PRINTF(3, 4);
/* Lines above this level are dropped; the default is OPSDK_LOG_INFO. */
OPSDK_API void opsdk_log_level(enum opsdk_level max);

OPSDK_END
#endif
