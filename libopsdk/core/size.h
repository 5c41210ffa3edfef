/* Amounts of memory as Kubernetes writes them. */
#ifndef CORE_SIZE_H
#define CORE_SIZE_H

#include <stdbool.h>
#include <stddef.h>

/* "64Mi", "1500k", "67108864": a whole number with k, M, G, Ki, Mi, Gi or nothing.  False: none of that, or too large. */
bool size_parse(const char *text, size_t *ret);

#endif
