/* From a path and a method to what is asked (k8s.io/apiserver/pkg/endpoints/request, RequestInfoFactory). */
#ifndef APISERVER_REQUEST_H
#define APISERVER_REQUEST_H

#include "apiserver/arena.h"
#include "apiserver/call.h"

/* Fills in what the path says; method, path and params are there.  -1: no memory. */
int request_resolve(request *rq, arena *a);

#endif
