/* Limits of schemas, beside those of core/limits.h. */
#ifndef APISERVER_SCHEMA_LIMITS_H
#define APISERVER_SCHEMA_LIMITS_H

#include "core/limits.h"

#define LIMIT_REGEX 100000     /* nodes and instructions of one regular expression */
#define LIMIT_REGEX_DEPTH 1000 /* groups in groups; as Go's */

#endif
