/* Label selectors, as in Kubernetes' LabelSelector and in the plain map of older kinds. */
#ifndef OPSDK_SELECTOR_H
#define OPSDK_SELECTOR_H

#include <opsdk/object.h>

OPSDK_BEGIN

/* Does obj match?  selector is either a map of labels ({"app":"x"}) or a full selector ({"matchLabels":{...},
 * "matchExpressions":[{"key","operator","values"}]}); a map whose only keys are matchLabels and matchExpressions, with a
 * map and an array as values, is taken as the latter.  An empty selector matches everything; an absent or null one
 * nothing (meta/v1 LabelSelector).
 * Returns 1 or 0, or OPSDK_EINVAL for a malformed selector, naming the field. */
OPSDK_API int opsdk_selector_match(opsdk_value selector, const opsdk_object *obj, opsdk_error *err);

OPSDK_END
#endif
