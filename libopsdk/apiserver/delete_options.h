/* DeleteOptions: the body, or where there is none the parameters. */
#ifndef APISERVER_DELETE_OPTIONS_H
#define APISERVER_DELETE_OPTIONS_H

#include "apiserver/call.h"

/* *ret is a map, the caller's.  Sets c->dry_run.  400 for what cannot be read, 422 for what does not go together. */
int delete_options_read(call *c, json_t **ret, failure *why);

#endif
