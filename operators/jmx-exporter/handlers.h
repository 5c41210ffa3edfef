/* The operator's two handlers: one works on pods, the other tells about it on the custom resource. */
#ifndef JMX_HANDLERS_H
#define JMX_HANDLERS_H

#include <opsdk.h>

extern const opsdk_handler pod_handler;      /* primary Pod: injects, annotates, takes annotations back */
extern const opsdk_handler exporter_handler; /* primary PrometheusJmxExporter: status and its conditions */

#endif
