/* Compares transcripts. */
#ifndef CONFORMANCE_COMPARE_H
#define CONFORMANCE_COMPARE_H

#include "tests/conformance/meant.h"

#include <jansson.h>

typedef struct tally {
    size_t total, equal, as_meant; /* requests and streams */
} tally;

/* Prints where right differs from left (JSON path, left, right), but for what is meant, and counts. */
void compare(const char *script, const json_t *left, const json_t *right, meant *m, tally *t);

#endif
