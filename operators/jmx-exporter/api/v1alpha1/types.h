/* What this operator watches: which pods get the exporter's agent, with which configuration, on which port.
 * +opsdk:groupName=banzaicloud.com */
#ifndef JMX_API_V1ALPHA1_TYPES_H
#define JMX_API_V1ALPHA1_TYPES_H

#include <opsdk.h>

/* +opsdk:validation:XValidation:rule="self.operator in ['In', 'NotIn'] == (has(self.values) && size(self.values) > 0)",message="In and NotIn need values, Exists and DoesNotExist have none" */
typedef struct jmx_label_expression {
    /* +opsdk:validation:MinLength=1
     * +opsdk:validation:MaxLength=317 */
    const char *key;
    /* +opsdk:validation:Enum=In;NotIn;Exists;DoesNotExist */
    const char *operator_;
    /* +opsdk:validation:MaxItems=256
     * +opsdk:validation:items:MaxLength=63
     * +opsdk:listType=atomic */
    OPSDK_LIST_OF(const char *) values;
} jmx_label_expression;

/* A full selector. Where labelSelector is set too, a pod must match both.
 * +opsdk:structType=atomic */
typedef struct jmx_selector {
    /* Labels that a pod must have, all of them. */
    OPSDK_MAP_OF(const char *) match_labels;
    /* Demands on single labels, all of which must hold.
     * +opsdk:validation:MaxItems=64
     * +opsdk:listType=atomic */
    OPSDK_LIST_OF(jmx_label_expression) match_expressions;
} jmx_selector;

/* Where the exporter's configuration stands, in the namespace of this object. */
typedef struct jmx_config {
    /* Name of the ConfigMap.
     * +opsdk:validation:MaxLength=253
     * +opsdk:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$` */
    const char *config_map_name;
    /* Key of the ConfigMap under which the YAML text stands.
     * +opsdk:validation:MinLength=1
     * +opsdk:validation:MaxLength=253
     * +opsdk:validation:Pattern=`^[-._a-zA-Z0-9]+$` */
    const char *config_map_key;
} jmx_config;

/* +opsdk:validation:XValidation:rule="has(self.labelSelector) || has(self.selector)",message="labelSelector or selector must be set" */
typedef struct jmx_spec {
    /* Labels that a pod must have, all of them. An empty map selects every pod of the namespace. */
    OPSDK_MAP_OF(const char *) label_selector;
    OPSDK_OPTIONAL(jmx_selector) selector;
    jmx_config config;
    /* Port on which the agent serves /metrics. It must be free in the pod.
     * +opsdk:validation:Minimum=1
     * +opsdk:validation:Maximum=65535 */
    int32_t port;
} jmx_spec;

typedef struct jmx_endpoint {
    const char *pod;
    int32_t port;
} jmx_endpoint;

typedef struct jmx_status {
    /* The generation of spec that this status is about. */
    OPSDK_OPTIONAL(int64_t) observed_generation;
    /* The pods that serve metrics now.
     * +opsdk:listType=atomic */
    OPSDK_LIST_OF(jmx_endpoint) metrics_endpoints;
    /* Ready: every selected pod that runs serves metrics; its reason and message say why not. */
    opsdk_conditions conditions;
} jmx_status;

/* Loads the Prometheus JMX exporter into the JVMs of the pods that it selects, while they run.
 * +opsdk:kind
 * +opsdk:subresource:status
 * +opsdk:printcolumn:name=Port,type=integer,JSONPath=.spec.port
 * +opsdk:printcolumn:name=Config,type=string,JSONPath=.spec.config.configMapName
 * +opsdk:printcolumn:name=Ready,type=string,JSONPath=.status.conditions[?(@.type=="Ready")].status
 * +opsdk:printcolumn:name=Reason,type=string,JSONPath=.status.conditions[?(@.type=="Ready")].reason
 * +opsdk:printcolumn:name=Pods,type=string,priority=1,JSONPath=.status.metricsEndpoints[*].pod
 * +opsdk:printcolumn:name=Age,type=date,JSONPath=.metadata.creationTimestamp */
typedef struct prometheus_jmx_exporter {
    jmx_spec spec;
    OPSDK_OPTIONAL(jmx_status) status;
} prometheus_jmx_exporter;

#endif
