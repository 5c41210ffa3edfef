/* What only CRDs say of a value: bounds, patterns, combinators ...  Each schema that crd/ makes has rules; built-in ones have none.
 *
 * Made by crd/build.c, which owns all that is pointed to. */
#ifndef APISERVER_RULES_H
#define APISERVER_RULES_H

#include "apiserver/schema/format.h"
#include "apiserver/schema/regex.h"
#include "apiserver/schema/schema.h"

#define RULE_NONE INT64_MIN /* of a count that is not bounded */

typedef struct rule_bound {
    bool set, exclusive;
    double value;
} rule_bound;

typedef struct rule_list { /* of schemas */
    const schema *const *list;
    size_t n;
} rule_list;

struct schema_rules {
    const char *types; /* as messages name them: "object", "integer,string"; "" when the schema has no type */
    const format *format;
    const regex *format_re;
    rule_bound minimum, maximum, multiple_of;
    int64_t min_length, max_length, min_items, max_items, min_properties, max_properties;
    const char *pattern; /* NULL: none */
    const regex *pattern_re;
    const json_t *choices;       /* enum, an array; NULL: any */
    const json_t *dflt;          /* NULL: none */
    const char *const *required; /* NULL-terminated; NULL: none */
    rule_list all_of, any_of, one_of;
    const schema * not ;
    const schema
        *metadata; /* what the CRD says of metadata where SCHEMA_OBJECT_META stands (root, embedded); NULL: nothing */
    bool closed;   /* additionalProperties: false */
    bool keyed;    /* items are additionalProperties */
};

/* What the CRD says of a member: a property (metadata's own description included) or additionalProperties; NULL: nothing. */
const schema *rules_child(const schema *s, const char *name);

#endif
