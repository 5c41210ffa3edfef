/* What kube-controller-manager does in a real cluster, as far as it is done here: garbage collection, the end of namespaces. */
#ifndef APISERVER_CONTROLLERS_H
#define APISERVER_CONTROLLERS_H

#include "apiserver/apiserver.h"

int controllers_start(apiserver *s); /* before the first write; -1: no memory */
void controllers_stop(apiserver *s);

#endif
