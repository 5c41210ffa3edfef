/* Label selectors as the server takes them in a query: "app=x,tier!=front,!old". */
#ifndef CORE_LABELS_H
#define CORE_LABELS_H

#include <opsdk/object.h>

/* Does obj match?  1 or 0; OPSDK_EINVAL for what is not known here: sets ("in", "notin") and longer names and values than there are. */
int labels_match(const char *selector, const opsdk_object *obj);

#endif
