/* Documents from text. */
#ifndef APISERVER_JSON_READ_H
#define APISERVER_JSON_READ_H

#include <jansson.h>

/* As json_loadb with these flags, of which JSON_ALLOW_NUL and JSON_DECODE_ANY are known here; plain documents are read in one pass of
 * its own, which takes a third of the time, and all others by jansson, which also words what is wrong with them. */
json_t *json_read(const char *text, size_t len, size_t flags, json_error_t *err);

/* The first of these alone.  NULL: it is not plain, or no JSON. */
json_t *json_read_plain(const char *text, size_t len, size_t flags);

#endif
