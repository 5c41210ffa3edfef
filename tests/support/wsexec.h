/* The exec protocol over one connection that is upgraded: runs the command of the request and tells how it ended. */
#ifndef SUPPORT_WSEXEC_H
#define SUPPORT_WSEXEC_H

#include "tests/support/wsserver.h"
#include "tests/support/wswire.h"

/* head is the request's. */
void wsexec(wswire *w, const char *head, const wsserver_opts *opts, bool v4);

#endif
