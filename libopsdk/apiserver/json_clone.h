/* Copies of documents that may be changed; jansson's own leave out what they find no memory for. */
#ifndef APISERVER_JSON_CLONE_H
#define APISERVER_JSON_CLONE_H

#include <jansson.h>

/* Maps and lists are new; what they hold in the end is shared, since nobody changes a text or a number in place.  NULL: no
 * memory, or v is NULL. */
json_t *json_clone(const json_t *v);
/* The same of the top alone: what it holds is shared. */
json_t *json_clone_top(const json_t *v);

#endif
