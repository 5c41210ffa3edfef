/* The list of differences that are meant (meant.txt). */
#ifndef CONFORMANCE_MEANT_H
#define CONFORMANCE_MEANT_H

#include "core/buf.h"

typedef struct meant_entry {
    char *script, *title, *path; /* patterns as fnmatch has them */
    int line;
    size_t used;
} meant_entry;

typedef struct meant {
    meant_entry *entries;
    size_t n;
} meant;

void meant_read(meant *m, const char *path);
void meant_clear(meant *m);
bool meant_match(meant *m, const char *script, const char *title, const char *path);

#endif
