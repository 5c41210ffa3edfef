/* What an update may leave as it was: the part of the old object that a part of the new one is compared with. */
#ifndef APISERVER_RATCHET_H
#define APISERVER_RATCHET_H

#include "apiserver/schema/schema.h"

typedef struct ratchet {
    const json_t *now, *old;
    const schema *shape; /* NULL: there is nothing to compare with */
} ratchet;

/* Steps down; shape is NULL where the server does not correlate (new members, lists other than those by key). */
ratchet ratchet_member(const ratchet *r, const char *name);
ratchet ratchet_item(const ratchet *r, size_t i);
/* Equal as the schema understands it: lists by key regardless of order. */
bool ratchet_same(const ratchet *r);

#endif
