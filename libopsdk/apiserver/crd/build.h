/* From a CRD's openAPIV3Schema to the form that the server reads. */
#ifndef APISERVER_CRD_BUILD_H
#define APISERVER_CRD_BUILD_H

#include "apiserver/arena.h"
#include "apiserver/schema/rules.h"

typedef struct built_schema {
    arena mem;
    json_t *doc; /* what strings and values are borrowed from */
    regex **regexes;
    size_t n_regexes, cap_regexes;
    const schema *root;
} built_schema;

/* openapi (borrowed; NULL: nothing is known) must be a schema that crd/check_* has nothing against; what is wrong all the same
 * is taken for absent.  -1: no memory. */
int build_schema(const json_t *openapi, built_schema *ret);
/* With what the server checks defaults against: int-or-string is any type there. */
int build_schema_of_defaults(const json_t *openapi, built_schema *ret);
void built_schema_clear(built_schema *b);

#endif
