/* Paths that are no resources: health, version, discovery, OpenAPI. */
#ifndef APISERVER_PATHS_H
#define APISERVER_PATHS_H

#include "apiserver/apiserver.h"

int path_handle(call *c, failure *why);

/* 404 as text, as the server answers a path that nobody serves. */
int path_unknown(call *c);

#endif
