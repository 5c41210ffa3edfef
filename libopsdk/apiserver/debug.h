/* Paths below /debug/opsdk/, by which "opsdk dev" reaches a server that runs: faults and the request log.  They are no part of the Kubernetes
 * API, are not recorded, and are for loopback alone, as the server is. */
#ifndef APISERVER_DEBUG_H
#define APISERVER_DEBUG_H

#include "apiserver/call.h"

bool debug_is(const call *c); /* one of these paths? */
int debug_handle(call *c, failure *why);

#endif
