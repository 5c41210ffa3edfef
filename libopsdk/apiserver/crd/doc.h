/* Short ways into documents. */
#ifndef APISERVER_CRD_DOC_H
#define APISERVER_CRD_DOC_H

#include <jansson.h>
#include <stdbool.h>

const char *doc_text(const json_t *doc, const char *name); /* "" when it is no string */
bool doc_flag(const json_t *doc, const char *name);        /* is it true? */
bool doc_has(const json_t *list, const char *text);        /* a list of strings */
json_t *doc_at(const json_t *doc, const char *a, const char *b);

#endif
