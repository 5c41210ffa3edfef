/* Which primaries a label selector or a name in them ties to other objects: found by what changed, without looking at each primary.
 *
 * It holds of each primary no more than that selector or name.  Loop thread. */
#ifndef RUNTIME_INTEREST_H
#define RUNTIME_INTEREST_H

#include "runtime/queue.h"

typedef struct interest interest;

/* pointer, borrowed: where primaries of kind have it; by_name: the name of an object, else a selector.  NULL when out of memory. */
interest *interest_new(const opsdk_kind *kind, const char *pointer, bool by_name);
interest *interest_free(interest *in);

/* A primary is as it is now, or gone.  OPSDK_ENOMEM: it is known no more. */
int interest_note(interest *in, const opsdk_object *primary, bool gone);
/* Adds the primaries that obj concerns. */
void interest_match(const interest *in, const opsdk_object *obj, opsdk_queue *queue);

#endif
