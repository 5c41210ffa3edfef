/* Documents of built-in kinds as clients of Go send them by default: application/vnd.kubernetes.protobuf. */
#ifndef APISERVER_PROTOBUF_H
#define APISERVER_PROTOBUF_H

#include "apiserver/failure.h"
#include "apiserver/schema/schema.h"

/* The schema of a kind that comes in protobuf; NULL: none. */
typedef const schema *protobuf_find_fn(const char *api_version, const char *kind, const void *user);

/* Reads "k8s\0" and a runtime.Unknown (k8s.io/apimachinery/pkg/runtime/serializer/protobuf): a document with apiVersion and kind as it
 * would come as JSON, but for zero values that Go leaves out of that.  *ret is the caller's.  400 when it is malformed. */
int protobuf_decode(const char *data, size_t len, protobuf_find_fn *find, const void *user, json_t **ret, failure *why);

#endif
