/* The options of a write: dryRun, fieldManager, fieldValidation, force. */
#ifndef APISERVER_OPTIONS_H
#define APISERVER_OPTIONS_H

#include "apiserver/call.h"

/* Sets c->dry_run; 422 in the real server's words when one of them will not do. */
int options_read(call *c, failure *why);

#endif
