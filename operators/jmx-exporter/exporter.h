/* The custom resource: PrometheusJmxExporter, banzaicloud.com/v1alpha1. */
#ifndef JMX_EXPORTER_H
#define JMX_EXPORTER_H

#include "api/v1alpha1/types_gen.h"

/* What the handlers need of its spec: everything points into the object. */
typedef struct exporter {
    const opsdk_object *obj;
    opsdk_value label_selector; /* spec.labelSelector, a map of labels; may be absent */
    opsdk_value selector;       /* spec.selector, a full selector; may be absent, but not both are */
    const char *config_map, *config_key;
    int64_t port;
} exporter;

/* OPSDK_ETERMINAL, reason SpecInvalid, when a field is missing or wrong: only another one can mend it. */
int exporter_read(const opsdk_object *obj, exporter *ret, opsdk_error *err);

/* 1 when the pod is in the exporter's namespace and matches every selector that is given, 0 when not, or a negative code. */
int exporter_selects(const exporter *e, const opsdk_object *pod, opsdk_error *err);

/* The exporter that a pod belongs to: of all that select it the oldest, then the first by name, so that two never fight.
 * *ret is the caller's; NULL when there is none.  Exporters that cannot be read select nothing. */
int exporter_of_pod(opsdk_cache *cache, const opsdk_object *pod, opsdk_object **ret, opsdk_error *err);

/* Sets err and its reason; returns code. */
int fail(opsdk_error *err, int code, const char *reason, const char *fmt, ...) OPSDK_PRINTF(4, 5);

#endif
