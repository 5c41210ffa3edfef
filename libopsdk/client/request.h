/* What requests about objects have in common. */
#ifndef CLIENT_REQUEST_H
#define CLIENT_REQUEST_H

#include "client/client.h"
#include "client/http.h"

#include <opsdk/object.h>

/* The path of key's object, of its sub-resource, or of the collection when named is false; the client's namespace stands in for a
 * missing one. */
int request_target(const opsdk_client *c, opsdk_key key, bool named, const char *sub, buf *ret, opsdk_error *err);

/* Calls and reads the reply as an object of kind; ret may be NULL. */
int request_object(opsdk_client *c, const http_request *rq, const opsdk_kind *kind, opsdk_object **ret,
                   opsdk_error *err);

/* Calls and reads the reply as a tree, the caller's. */
int request_json(opsdk_client *c, const http_request *rq, json_t **ret, opsdk_error *err);

#endif
