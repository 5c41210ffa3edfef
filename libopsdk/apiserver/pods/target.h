/* The pod and container that a request for exec, attach or logs is about. */
#ifndef APISERVER_PODS_TARGET_H
#define APISERVER_PODS_TARGET_H

#include "apiserver/call.h"

/* *ret_pod is the stored document, the caller's; *ret_container is in it, or in the request.  404, or 400 when the container is not named among
 * several, or is none of the pod's. */
int target_find(call *c, json_t **ret_pod, const char **ret_container, failure *why);
/* 400 when nobody runs the pod. */
int target_check_node(const json_t *pod, failure *why);

#endif
