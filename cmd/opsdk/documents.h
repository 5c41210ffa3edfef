/* Files of manifests: several YAML documents, "---" between. */
#ifndef OPSDK_CMD_DOCUMENTS_H
#define OPSDK_CMD_DOCUMENTS_H

#include <jansson.h>
#include <opsdk/error.h>

/* *ret, the caller's, is an array of what a file holds, empty documents and items of a List taken apart.  Messages name file and line. */
int documents_read(const char *path, json_t **ret, opsdk_error *err);
/* The first of a kind, borrowed from the array; NULL when there is none. */
json_t *documents_find(const json_t *documents, const char *kind);
/* A string at a path of members such as "metadata", "name"; NULL at the end; borrowed, NULL when it is not there. */
const char *documents_string(const json_t *root, ...);

#endif
