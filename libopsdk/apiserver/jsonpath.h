/* JSONPath as kubectl and the columns of CRDs have it: .a.b, ['a'], [0], [-1], [0:2], [*], .., [a,b], [?(@.type=="Ready")].
 *
 * Read afresh at each use: paths are short.  Untrusted, like the objects. */
#ifndef APISERVER_JSONPATH_H
#define APISERVER_JSONPATH_H

#include <jansson.h>
#include <stdbool.h>

/* The first value that the path finds in obj, the caller's.  NULL: nothing, or the path cannot be followed (an index that is out of
 * bounds, a comparison of different types, bad syntax, no memory). */
json_t *jsonpath_first(const char *path, const json_t *obj);
/* All values, as an array; NULL as above, but an empty array for nothing. */
json_t *jsonpath_all(const char *path, const json_t *obj);

/* Can it be read at all? */
bool jsonpath_is_valid(const char *path);

#endif
