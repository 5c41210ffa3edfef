/* The configuration of a process inside a pod: the service account's files. */
#ifndef CLIENT_INCLUSTER_H
#define CLIENT_INCLUSTER_H

#include "client/config.h"

/* KUBERNETES_SERVICE_HOST and _PORT are set and the service account's token is there. */
bool incluster_possible(void);
/* Fills *ret from them.  OPSDK_SERVICEACCOUNT_DIR in the environment stands in for the usual folder: for tests. */
int incluster_load(config *ret, opsdk_error *err);

#endif
