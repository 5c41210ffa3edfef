/* Resource versions in order. */
#ifndef CORE_REVISION_H
#define CORE_REVISION_H

#include <stdbool.h>

/* Is a older than b?  Decimal numbers of any length, as Kubernetes promises since 1.35; false when either is something else. */
bool revision_older(const char *a, const char *b);

#endif
