/* The tables of opsdk/meta.h, as "opsdk generate" would write them. */
#include <opsdk/meta.h>

#define MEMBER(T, f) (((T *)0)->f)

static const opsdk_schema generation =
    OPSDK_TABLE_OPTIONAL(MEMBER(opsdk_meta_condition, observed_generation), &OPSDK_SCHEMA_INT64);
static const opsdk_schema values = OPSDK_TABLE_LIST(MEMBER(opsdk_meta_label_expression, values), &OPSDK_SCHEMA_STRING);
static const opsdk_schema labels =
    OPSDK_TABLE_MAP(MEMBER(opsdk_meta_label_selector, match_labels), &OPSDK_SCHEMA_STRING);
static const opsdk_schema expressions =
    OPSDK_TABLE_LIST(MEMBER(opsdk_meta_label_selector, match_expressions), &OPSDK_SCHEMA_META_LABEL_EXPRESSION);

static const opsdk_field condition_fields[] = {
    {"type", &OPSDK_SCHEMA_STRING, offsetof(opsdk_meta_condition, type)},
    {"status", &OPSDK_SCHEMA_STRING, offsetof(opsdk_meta_condition, status)},
    {"observedGeneration", &generation, offsetof(opsdk_meta_condition, observed_generation)},
    {"lastTransitionTime", &OPSDK_SCHEMA_STRING, offsetof(opsdk_meta_condition, last_transition_time)},
    {"reason", &OPSDK_SCHEMA_STRING, offsetof(opsdk_meta_condition, reason)},
    {"message", &OPSDK_SCHEMA_STRING, offsetof(opsdk_meta_condition, message)},
    {0},
};
static const opsdk_field expression_fields[] = {
    {"key", &OPSDK_SCHEMA_STRING, offsetof(opsdk_meta_label_expression, key)},
    {"operator", &OPSDK_SCHEMA_STRING, offsetof(opsdk_meta_label_expression, operator_)},
    {"values", &values, offsetof(opsdk_meta_label_expression, values)},
    {0},
};
static const opsdk_field selector_fields[] = {
    {"matchLabels", &labels, offsetof(opsdk_meta_label_selector, match_labels)},
    {"matchExpressions", &expressions, offsetof(opsdk_meta_label_selector, match_expressions)},
    {0},
};

const opsdk_schema OPSDK_SCHEMA_META_CONDITION = OPSDK_TABLE_STRUCT(opsdk_meta_condition, condition_fields);
const opsdk_schema OPSDK_SCHEMA_META_LABEL_EXPRESSION =
    OPSDK_TABLE_STRUCT(opsdk_meta_label_expression, expression_fields);
const opsdk_schema OPSDK_SCHEMA_META_LABEL_SELECTOR = OPSDK_TABLE_STRUCT(opsdk_meta_label_selector, selector_fields);
