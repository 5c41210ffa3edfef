/* How items come into being (store.h says what they are). */
#ifndef APISERVER_ITEM_H
#define APISERVER_ITEM_H

#include "apiserver/store.h"

/* Of a whole object at a revision, with one reference; NULL: no memory. */
item *item_new(const resource *res, const json_t *obj, int64_t revision);

#endif
