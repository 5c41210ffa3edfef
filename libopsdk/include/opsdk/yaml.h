/* YAML as JSON: the subset that has a JSON meaning, with limits.  For configuration, not for the cluster's own stream. */
#ifndef OPSDK_YAML_H
#define OPSDK_YAML_H

#include <jansson.h>
#include <opsdk/common.h>
#include <opsdk/error.h>

OPSDK_BEGIN

/* Reads one document of len bytes (UTF-8 or UTF-16 with a mark) under the core schema of YAML 1.2.  *ret is the caller's.
 * Anchors, aliases and merge keys ("<<") are expanded; keys are strings as written; an empty document is null.
 * Refused as OPSDK_EINVAL with line and column: syntax errors, a second document, duplicate keys, keys that are no scalars,
 * tags other than the core schema's, numbers that JSON lacks (.inf, .nan, integers over 64 bits), aliases that expand beyond
 * the limit, more than 128 levels, more than 1 MiB.
 * name is for the message: a file's path or "ConfigMap x, key y". */
OPSDK_API int opsdk_yaml_parse(const char *name, const char *text, size_t len, json_t **ret,
                               opsdk_error *err) OPSDK_MUST_CHECK;

OPSDK_END
#endif
