/* labelSelector and fieldSelector of a request. */
#ifndef APISERVER_SELECT_H
#define APISERVER_SELECT_H

#include "apiserver/store.h"

typedef struct selection selection;

/* Of the parameters; NULL or "" selects everything (*ret is NULL then).  400 in the server's words. */
int selection_parse(const resource *res, const char *labels, const char *fields, selection **ret, failure *why);
selection *selection_free(selection *s);
/* NULL selects everything. */
bool selection_match(const selection *s, const item *it);

#endif
