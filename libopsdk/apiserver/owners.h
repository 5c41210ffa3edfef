/* Who owns the fields of what a call writes: the bridge from a call to apply/. */
#ifndef APISERVER_OWNERS_H
#define APISERVER_OWNERS_H

#include "apiserver/write.h"

int owners_update(writing *w, failure *why);
/* w->obj becomes config merged into w->old (NULL: a create). */
int owners_apply(writing *w, const json_t *config, bool force, failure *why);

#endif
