/* What a container's process is started with, by its pod's document. */
#ifndef APISERVER_PODS_COMMAND_H
#define APISERVER_PODS_COMMAND_H

#include <jansson.h>
#include <opsdk/common.h>

/* Does doc, a pod's, bind the container of that spec?  *ret: NULL-terminated, all owned.  An annotation that is no list of texts binds nothing. */
bool command_read(const json_t *doc, const json_t *spec, char ***ret);
/* That of the server, with the pod's name as host and what the container's env sets; NULL: no memory. */
char **command_environment(const json_t *doc, const json_t *spec, const char *ip);
void command_free(char **texts); /* of either; NULL is fine */
/* Is there any binding? */
bool command_any(const json_t *doc);

#endif
