/* Where pods want to be. */
#ifndef APISERVER_AFFINITY_H
#define APISERVER_AFFINITY_H

#include "apiserver/failure.h"

void affinity_check(field_errors *errors, const char *path, const json_t *affinity);

#endif
