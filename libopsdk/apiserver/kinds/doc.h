/* Reading and changing the documents of built-in kinds.  They are decoded, so that what is there has the type of its schema, and what is
 * empty is absent; a missing object (NULL) reads as an empty one. */
#ifndef APISERVER_DOC_H
#define APISERVER_DOC_H

#include "apiserver/failure.h"

#include <opsdk/common.h>

json_t *doc_get(const json_t *obj, const char *name);      /* NULL when absent or null */
json_t *doc_at(const json_t *obj, const char *path);       /* "spec.template.spec" */
const char *doc_text(const json_t *obj, const char *name); /* "" when absent */
json_int_t doc_int(const json_t *obj, const char *name, json_int_t dflt);
bool doc_flag(const json_t *obj, const char *name);
bool doc_is(const json_t *obj, const char *name, const char *text);
/* Equal, where absent, null, [] and {} are the same. */
bool doc_same(const json_t *a, const json_t *b);
bool doc_has(const json_t *list, const char *text); /* a list of strings */

/* Memory that runs out leaves a field unset. */
void doc_set(json_t *obj, const char *name, json_t *value); /* takes value; NULL deletes */
void doc_set_text(json_t *obj, const char *name, const char *text);
json_t *doc_make(json_t *obj, const char *name); /* the object there, made when absent */
void doc_default_text(json_t *obj, const char *name, const char *text);
void doc_default_int(json_t *obj, const char *name, json_int_t value);
void doc_default_flag(json_t *obj, const char *name, bool value);
/* Makes obj's field what from's is. */
void doc_keep(json_t *obj, const json_t *from, const char *name);

/* Counts the generation: 1 for what is new, one more when the field changed. */
void doc_generation(json_t *obj, const json_t *old, const char *field);

/* The path of a field, in place: PATH("%s.ports[%zu]", path, i) lives as long as the block. */
#define PATH(...) doc_path((char[512]){0}, __VA_ARGS__)
const char *doc_path(char *room, const char *fmt, ...) OPSDK_PRINTF(2, 3);

#endif
