/* labelSelector and fieldSelector of a request. */
#ifndef APISERVER_SELECT_H
#define APISERVER_SELECT_H

#include "apiserver/store.h"

typedef struct selection selection;

/* Reads the parameters; "" selects everything (*ret is NULL then).  400 in the server's words. */
int selection_read(const char *labels, const char *fields, selection **ret, failure *why);
/* Finds the fields that are selected by among those that the resource has; 400 for others. */
int selection_resolve(selection *s, const resource *res, failure *why);
/* One object alone, of those that are selected.  400 when a field selector says otherwise. */
int selection_name(selection **s, const char *name, failure *why);
selection *selection_free(selection *s);
/* NULL selects everything. */
bool selection_match(const selection *s, const item *it);

#endif
