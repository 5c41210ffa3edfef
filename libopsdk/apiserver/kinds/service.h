/* What the parts of services share. */
#ifndef APISERVER_SERVICE_H
#define APISERVER_SERVICE_H

#include "apiserver/kinds/check.h"

#define SERVICE_CLUSTER_IP "ClusterIP"
#define SERVICE_NODE_PORT "NodePort"
#define SERVICE_LOAD_BALANCER "LoadBalancer"
#define SERVICE_EXTERNAL_NAME "ExternalName"

bool service_is(const json_t *spec, const char *type);
bool service_is_headless(const json_t *spec);
bool service_is_outside(const json_t *spec); /* can be reached from outside of the cluster */
/* Traffic is sent to nodes that have an endpoint only, which a port of its own tells. */
bool service_needs_health_port(const json_t *spec);

/* service_check.c; old: NULL for a create. */
void service_check(field_errors *errors, const json_t *obj, const json_t *old);
void service_status_check(field_errors *errors, const json_t *obj);
void service_warn(call *c, const json_t *obj, const json_t *old);

#endif
