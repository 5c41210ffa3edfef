/* The Accept header: what a client would like, best first. */
#ifndef APISERVER_ACCEPT_H
#define APISERVER_ACCEPT_H

#include <opsdk/common.h>

#define ACCEPT_RANGES 16 /* what goes beyond is not looked at */

typedef struct accept_text {
    const char *at;
    size_t len;
} accept_text;

/* One media range; its parameters are empty when absent.  All borrowed from the header. */
typedef struct accept_range {
    accept_text type, as, group, version;
    int weight; /* q in thousandths */
} accept_range;

/* How many there are, sorted by weight, then as they stand. */
size_t accept_parse(const char *header, accept_range ret[ACCEPT_RANGES]);

bool accept_is(accept_text text, const char *what);
/* Does the range, wildcards included, allow this type? */
bool accept_allows(const accept_range *r, const char *type);

#endif
