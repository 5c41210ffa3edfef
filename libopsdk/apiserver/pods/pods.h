/* Pods that are local processes: those whose annotations name a command for a container, where the server's user allows that.
 *
 *     opsdk.dev/command.CONTAINER: '["java", "-jar", "app.jar"]'      ([]: what the container's command and args say)
 */
#ifndef APISERVER_PODS_PODS_H
#define APISERVER_PODS_PODS_H

#include "apiserver/pods/pod.h"

#define POD_COMMAND "opsdk.dev/command."
#define POD_NODE "local"

typedef struct pods pods;

int pods_start(apiserver *s, opsdk_error *err);
void pods_stop(apiserver *s); /* ends all processes; before http_stop */
void pods_free(apiserver *s);

/* After a pod was written (now NULL: removed). */
void pods_stored(apiserver *s, const json_t *now, const json_t *old);
void pods_warn(call *c, const json_t *obj);
/* Allows this pod to have processes, whatever the options of the server say. */
int pods_allow(apiserver *s, const char *ns, const char *name, failure *why);

pod *pods_find(const apiserver *s, const char *ns, const char *name); /* NULL: none, or it is gone */
resource *pods_resource(const apiserver *s);
pods_loop *pods_loop_of(const apiserver *s);
bool pods_has_loop(apiserver *s); /* begins it when it is not there */
session **pods_sessions(apiserver *s);

#endif
