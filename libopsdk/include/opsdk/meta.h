/* Types of Kubernetes' meta/v1 that custom resources use in their own. */
#ifndef OPSDK_META_H
#define OPSDK_META_H

#include <opsdk/schema.h>

OPSDK_BEGIN

/* One aspect of the current state of the resource. */
typedef struct opsdk_meta_condition {
    /* Type of the condition in CamelCase, such as Ready.
     * +opsdk:validation:Pattern=`^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$`
     * +opsdk:validation:MaxLength=316 */
    const char *type;
    /* +opsdk:validation:Enum="True";"False";Unknown */
    const char *status;
    /* The generation of the resource that the condition was made for.
     * +opsdk:validation:Minimum=0 */
    OPSDK_OPTIONAL(int64_t) observed_generation;
    /* When the status changed the last time. */
    opsdk_time last_transition_time;
    /* Why it changed, in one CamelCase word.
     * +opsdk:validation:MinLength=1
     * +opsdk:validation:MaxLength=1024
     * +opsdk:validation:Pattern=`^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$` */
    const char *reason;
    /* The same for people; may be empty.
     * +opsdk:validation:MaxLength=32768 */
    const char *message;
} opsdk_meta_condition;

/* The state of the resource, one entry per type.
 * +opsdk:listType=map
 * +opsdk:listMapKey=type */
typedef OPSDK_LIST_OF(opsdk_meta_condition) opsdk_conditions;

/* A demand on one label. */
typedef struct opsdk_meta_label_expression {
    /* The label. */
    const char *key;
    /* In, NotIn, Exists or DoesNotExist. */
    const char *operator_;
    /* For In and NotIn at least one, for the others none.
     * +opsdk:listType=atomic */
    OPSDK_LIST_OF(const char *) values;
} opsdk_meta_label_expression;

/* Selects objects by their labels; an empty one selects all.
 * +opsdk:structType=atomic */
typedef struct opsdk_meta_label_selector {
    /* Labels that an object must have, all of them. */
    OPSDK_MAP_OF(const char *) match_labels;
    /* Demands on single labels, all of which must hold.
     * +opsdk:listType=atomic */
    OPSDK_LIST_OF(opsdk_meta_label_expression) match_expressions;
} opsdk_meta_label_selector;

extern OPSDK_API const opsdk_schema OPSDK_SCHEMA_META_CONDITION, OPSDK_SCHEMA_META_LABEL_EXPRESSION,
    OPSDK_SCHEMA_META_LABEL_SELECTOR;

OPSDK_END
#endif
