/* A client's document, made to fit its schema, as the server's decoders and defaulters do. */
#ifndef APISERVER_DECODE_H
#define APISERVER_DECODE_H

#include "apiserver/failure.h"
#include "apiserver/schema/schema.h"
#include "core/buf.h"

enum field_validation { VALIDATION_IGNORE, VALIDATION_WARN, VALIDATION_STRICT };

typedef struct decode_opts {
    const char *kind, *version; /* for messages: Pod in version "v1" cannot be handled as a Pod: ... */
    enum field_validation validation;
    json_t *warnings; /* array that strings are added to, with VALIDATION_WARN */
    const char *text; /* the document as sent, to find duplicate fields; NULL: not looked for */
    size_t len;
    bool applied; /* made by an apply: nulls are not what a client wrote, and stay */
} decode_opts;

/* Built-in kinds: drops unknown fields and nulls, checks types (400 in encoding/json's words), puts quantities, times and
 * numbers into canonical form, drops what Go's omitempty would. */
int decode_builtin(const schema *s, json_t *doc, const decode_opts *o, failure *why);

/* One value of a built-in type within a document of another kind, such as metadata of a custom resource.  unknown (NULL: not asked for)
 * gets 'unknown field "PREFIXpath"'.  -1: error has encoding/json's words. */
int decode_struct(const schema *s, json_t *v, const char *prefix, json_t *unknown, buf *error);

/* Custom resources: prunes what the structural schema does not know (reported by validation mode), coerces metadata. */
int decode_custom(const schema *s, json_t *doc, const decode_opts *o, failure *why);
/* Numbers without a fraction become whole ones, as they are once they were written and read again.  Returns the members of all objects. */
size_t decode_settle_numbers(json_t *value);

/* Sets the defaults of fields that are absent, or null and not nullable. */
int schema_default(const schema *s, json_t *doc);

/* Custom resources: all rules, with the server's messages; old for ratcheting, or NULL.  path "" at the root. */
void schema_validate(const schema *s, const json_t *value, const json_t *old, const char *path, field_errors *errors);

#endif
