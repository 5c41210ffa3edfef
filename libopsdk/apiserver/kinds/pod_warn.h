/* What the server warns of in pods and templates (k8s.io/kubernetes/pkg/api/pod/warnings.go). */
#ifndef APISERVER_POD_WARN_H
#define APISERVER_POD_WARN_H

#include "apiserver/call.h"

/* before is "" for a pod and "spec.template." for a template of most kinds. */
void pod_warn(call *c, const char *before, const json_t *pod);

#endif
