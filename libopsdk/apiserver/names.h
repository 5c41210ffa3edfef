/* Rules for names and other short texts (k8s.io/apimachinery/pkg/util/validation), with the messages for what breaks them. */
#ifndef APISERVER_NAMES_H
#define APISERVER_NAMES_H

#include "apiserver/failure.h"

enum name_rule {
    NAME_DNS_SUBDOMAIN, /* of most objects */
    NAME_DNS_LABEL,
    NAME_DNS_1035_LABEL, /* begins with a letter */
    NAME_PATH_SEGMENT,   /* RBAC: anything but what a path cannot have */
    NAME_QUALIFIED,      /* keys of labels, finalizers: "example.com/name" */
    NAME_LABEL_VALUE,
    NAME_CONFIG_KEY, /* keys of config maps and secrets */
    NAME_ENVIRONMENT,
    NAME_PORT,
    NAME_HTTP_HEADER,
    NAME_PERCENT,
    NAME_WILDCARD_SUBDOMAIN
};

#define NAME_WRONGS 5 /* that one name can have at most */

/* The number of what is wrong with value; messages are literals. */
size_t name_check(enum name_rule rule, const char *value, const char *ret[NAME_WRONGS]);
bool name_is(enum name_rule rule, const char *value);

/* Adds what is wrong with it to the errors, as an invalid value. */
void name_validate(enum name_rule rule, const char *value, const char *path, field_errors *errors);
/* As the start of a name to be generated: ends with '-' if it likes. */
void name_validate_prefix(enum name_rule rule, const char *value, const char *path, field_errors *errors);

/* labels or annotations, a map of strings, at path ("metadata.labels"). */
void labels_validate(const json_t *labels, const char *path, field_errors *errors);
void annotations_validate(const json_t *annotations, const char *path, field_errors *errors);

#endif
