/* What this operator reads from pods and writes on them. */
#ifndef JMX_POD_H
#define JMX_POD_H

#include "exporter.h"

/* The seed's mark; what it is keyed to stands beside it, since the agent lives in a container's process, not in the pod. */
#define MARK "jmx-prometheus-exporter"
#define MARK_VERIFIED "verified"
#define KEYED "jmx-exporter.banzaicloud.com/"
#define KEYED_CONTAINER KEYED "container"       /* name of the container that was processed */
#define KEYED_CONTAINER_ID KEYED "container-id" /* and which start of it */
#define KEYED_CONFIG KEYED "config-hash"
#define KEYED_EXPORTER KEYED "exporter"
#define KEYED_REASON KEYED "reason" /* why the last try did not work */
#define SCRAPE "prometheus.io/scrape"
#define SCRAPE_PORT "prometheus.io/port"
#define SCRAPE_PATH "prometheus.io/path"
#define METRICS_PATH "/metrics" /* the only path of jmx_exporter from 1.0.0 on */

/* Phase Running and not on its way out. */
bool pod_is_running(const opsdk_object *pod);

/* Containers that run now, the pod's default container first: walks with *i from 0; false at the end. */
typedef struct pod_container {
    const char *name, *id;
} pod_container;
bool pod_next_container(const opsdk_object *pod, size_t *i, pod_container *ret);

/* Is the pod marked for this exporter (its name), and for the container as it runs now?  config NULL: whatever the configuration. */
bool pod_is_processed(const opsdk_object *pod, const char *owner, const char *config);

/* Was it ever marked by this operator? */
bool pod_is_marked(const opsdk_object *pod);

/* One merge patch each; nothing is sent when every member has its value already. */
int pod_mark_processed(const opsdk_request *rq, const exporter *e, const pod_container *c, const char *config,
                       int64_t port, opsdk_error *err);
int pod_mark_failed(const opsdk_request *rq, const exporter *e, const char *reason, opsdk_error *err);
int pod_unmark(const opsdk_request *rq, opsdk_error *err);

#endif
