/* YAML as the API server reads it: with the booleans of YAML 1.1 (yes, on, y ...), and keys that stand twice are told instead of refused.
 * The rest is opsdk_yaml_parse(). */
#ifndef OPSDK_CORE_YAML_H
#define OPSDK_CORE_YAML_H

#include "core/buf.h"

#include <jansson.h>

typedef struct yaml_old {
    buf problem;     /* what is wrong, as Go's parser says it: line 1: did not find expected ',' or ']' */
    json_t *doubles; /* strings: line 4: key "a" already set in map; the last one counts */
} yaml_old;

void yaml_old_clear(yaml_old *old);
#define auto_yaml_old __attribute__((cleanup(yaml_old_clear))) yaml_old

/* Negative when it is no YAML; *old is filled in all cases.  len: the caller's limit. */
int yaml_parse_old(const char *text, size_t len, json_t **ret, yaml_old *old);

#endif
