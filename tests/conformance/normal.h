/* Takes out of a transcript what differs from run to run, and keeps the relations.
 *
 * uids become uid1, uid2 ... in the order in which they are first seen; resourceVersions of objects rv1, rv2 ... in their numeric
 * order; a list's or bookmark's becomes the newest of those that it covers ("rv3"), since other writers may have moved it on; times
 * become TIME or TIME+30s, as far as they lie ahead of the request; generated names get GEN1 ... for their suffix. */
#ifndef CONFORMANCE_NORMAL_H
#define CONFORMANCE_NORMAL_H

#include <jansson.h>

typedef struct normal_opts {
    const char *id, *ns; /* become ID and NS */
} normal_opts;

/* The caller's; members sorted. */
json_t *normalise(const json_t *records, const normal_opts *opts);

#endif
