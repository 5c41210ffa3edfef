/* Symbolic names for what differs from run to run. */
#ifndef CONFORMANCE_NAMES_H
#define CONFORMANCE_NAMES_H

#include "core/buf.h"

typedef struct names {
    struct names_pair {
        char *from, *to;
    } * pairs;
    size_t n;
} names;

void names_clear(names *n);
void names_put(names *n, const char *from, const char *to);
const char *names_get(const names *n, const char *from); /* NULL: none */
/* The name of from, which becomes WORD and a number when it is seen for the first time. */
const char *names_number(names *n, const char *from, const char *word);
/* Appends text with all that is known replaced wherever it stands. */
void names_replace(const names *n, const char *text, buf *out);

/* ResourceVersions in their order. */
typedef struct revisions {
    unsigned long long *list;
    size_t n;
    char room[32]; /* of the last name */
} revisions;

void revisions_clear(revisions *r);
void revisions_add(revisions *r, const char *text); /* what is no number is left out */
void revisions_sort(revisions *r);                  /* once, before the names */
/* "rv3", or the newest one that is older with a "+", or the text itself when it is no number.  Valid until the next call. */
const char *revisions_name(revisions *r, const char *text);
const char *revisions_floor(revisions *r, const char *text); /* the same without the "+" */

#endif
