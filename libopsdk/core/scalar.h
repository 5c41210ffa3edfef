/* Plain YAML scalars under the core schema of YAML 1.2. */
#ifndef CORE_SCALAR_H
#define CORE_SCALAR_H

#include <jansson.h>

/* The value that a plain scalar stands for.  NULL with *ret_why set when JSON has none, else when out of memory. */
json_t *scalar_read(const char *text, size_t len, const char **ret_why);

#endif
