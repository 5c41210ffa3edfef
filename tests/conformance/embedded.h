/* Documents inside of messages, such as "Invalid value: {...}: must ...": made independent of the order of their members. */
#ifndef CONFORMANCE_EMBEDDED_H
#define CONFORMANCE_EMBEDDED_H

#include "core/buf.h"

void embedded_sort(const char *text, buf *out);

#endif
