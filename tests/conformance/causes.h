/* The order of causes that the real server has in none, since it walks maps of Go: conflicts by manager, and what a custom resource's schema
 * refuses in the members of one object. */
#ifndef CONFORMANCE_CAUSES_H
#define CONFORMANCE_CAUSES_H

#include <jansson.h>

/* Sorts the causes of a Status, and the message that names them one after the other. */
void causes_sort(json_t *status);

#endif
