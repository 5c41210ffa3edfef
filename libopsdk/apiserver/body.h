/* The body of a request, and what is wrong with it in the real server's words. */
#ifndef APISERVER_BODY_H
#define APISERVER_BODY_H

#include "apiserver/call.h"

/* A document that cannot be read at all, and of what nobody knows what it is: "the object provided is unrecognized (must be of type
 * ConfigMap): REASON (BODY)".  -1. */
int body_unrecognized(const call *c, const char *reason, failure *why);

/* The options of a delete: a map, and errors without words around them. */
int body_options(call *c, json_t **ret, failure *why);

/* A configuration to apply; *ret_doubles becomes a list of keys that stand twice, the caller's, or stays. */
int body_yaml(call *c, json_t **ret, json_t **ret_doubles, failure *why);

/* A patch as JSON; before: what errors begin with. */
int body_patch(call *c, const char *before, json_t **ret, failure *why);

/* Is a built-in document of the kind and version that the path names?  400 when not. */
int body_check_kind(const call *c, const json_t *obj, failure *why);

#endif
