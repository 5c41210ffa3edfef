/* Ways into a pod's network: whatever port a pod listens on is reachable at its address from outside, too. */
#ifndef APISERVER_PODS_PROXY_H
#define APISERVER_PODS_PROXY_H

#include "apiserver/pods/pod.h"

typedef struct proxies proxies;
proxies *proxies_new(pod *p); /* NULL: no memory */
proxies *proxies_free(proxies *x);

/* Looks which ports there are, every LIMIT_PORTS_MS; when to come again. */
int64_t proxies_step(proxies *x, int64_t now);

#endif
