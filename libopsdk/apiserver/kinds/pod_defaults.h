/* Defaults of pods and of what has pod templates (k8s.io/kubernetes/pkg/apis/core/v1/defaults.go). */
#ifndef APISERVER_POD_DEFAULTS_H
#define APISERVER_POD_DEFAULTS_H

#include <jansson.h>

void pod_spec_defaults(json_t *spec); /* of a pod or a template; NULL is fine */
void pod_defaults(json_t *pod);
void claim_spec_defaults(json_t *spec);
void resource_list_defaults(json_t *list); /* rounds up to thousandths */

#endif
