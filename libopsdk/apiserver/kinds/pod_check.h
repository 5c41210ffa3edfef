/* What pods may be (k8s.io/kubernetes/pkg/apis/core/validation), in parts.  The documents have their defaults. */
#ifndef APISERVER_POD_CHECK_H
#define APISERVER_POD_CHECK_H

#include "apiserver/kinds/check.h"

/* What is around a container. */
typedef struct pod_scope {
    field_errors *errors;
    const json_t *spec;
    json_t *volumes; /* by name, those that are right; owned */
    bool pod;        /* not a template */
} pod_scope;

/* pod is its name, "" for a template. */
void pod_spec_check(field_errors *errors, const char *path, const json_t *spec, bool pod);
void pod_template_check(field_errors *errors, const char *path, const json_t *template);
void pod_annotations_check(field_errors *errors, const char *path, const json_t *annotations, const json_t *spec);
void tolerations_check(field_errors *errors, const char *path, const json_t *list);

/* volume_check.c */
void volumes_check(const pod_scope *p, const char *path, const json_t *volumes);
void descending_path_check(field_errors *errors, const char *path, const char *text);
void field_ref_check(field_errors *errors, const char *path, const json_t *ref, bool volume);
void resource_ref_check(field_errors *errors, const char *path, const json_t *ref, bool volume);

/* container_check.c */
void containers_check(const pod_scope *p, const char *path);
void resources_check(field_errors *errors, const char *path, const json_t *resources);

/* handler_check.c: probes and lifecycle */
void probes_check(const pod_scope *p, const char *path, const json_t *container);
void lifecycle_check(const pod_scope *p, const char *path, const json_t *lifecycle);

/* A port, or the name of one. */
void port_or_name_check(field_errors *errors, const char *path, const json_t *port);

#endif
