/* What strict decoding finds: fields that are unknown, and such as are there twice (sigs.k8s.io/json). */
#ifndef APISERVER_STRICT_H
#define APISERVER_STRICT_H

#include "apiserver/schema/schema.h"

typedef struct strict {
    json_t *list; /* array of strings: unknown field "spec.foo"; owned; NULL: none */
} strict;

void strict_clear(strict *found);
/* what is "unknown" or "duplicate".  Each is kept once, and 100 at most. */
void strict_add(strict *found, const char *what, const char *path);

/* The number of members of all objects in a JSON text, and in a tree: where they differ, names stand twice. */
size_t strict_members(const char *text, size_t len);
size_t strict_members_of(const json_t *v);

/* Finds all in the order of the text, which is JSON.  s NULL: duplicates alone, at any depth. */
void strict_read(strict *found, const schema *s, const char *text, size_t len);

#endif
