/* A pod whose containers are local processes, while it is there.  Under the server's lock; made by whoever stores the pod, started and freed by
 * the thread of loop.h alone, so that what it works at without the lock stays. */
#ifndef APISERVER_PODS_POD_H
#define APISERVER_PODS_POD_H

#include "apiserver/pods/log.h"
#include "apiserver/pods/loop.h"
#include "apiserver/pods/sandbox.h"

typedef struct pod pod;
typedef struct session session; /* session.h */

#define CONTAINER_ID 80

/* How a container's process ended. */
typedef struct termination {
    bool there;
    int code, signal;
    const char *reason; /* "Completed", "Error", "StartError" */
    char message[200];  /* "": none */
    char id[CONTAINER_ID];
    int64_t started_us, ended_us;
} termination;

enum container_state { CONTAINER_UNBOUND, CONTAINER_WAITING, CONTAINER_RUNNING, CONTAINER_ENDED };

typedef struct container {
    pod *pod;
    char *name, *dir;
    char **argv; /* NULL: unbound */
    bool in, tty;
    enum container_state state;
    process process;
    poller out, err, end;
    pod_log *log, *log_before; /* NULL: none */
    session *attached;
    char id[CONTAINER_ID];
    int64_t started_us;
    termination last, before; /* of this process, once it ended; of the one before it */
    int restarts;
    int64_t start_at_ms, pause_ms; /* of a restart; the pause that the next one has */
} container;

struct pod {
    apiserver *server;
    char *ns, *name, *uid;
    char ip[20];
    bool host_network, opened; /* opened: box is, and status was written once */
    sandbox box;
    char restart;        /* policy: 'A'lways, 'O'nFailure, 'N'ever */
    bool deleting, gone; /* marked for deletion; removed */
    bool signalled, dirty;
    int64_t kill_at_ms; /* 0: not */
    char start_time[32];
    container *containers;
    size_t n;
    struct proxies *proxies;
    pod *next;
};

pod *pod_new(apiserver *s, const json_t *obj); /* NULL: no memory */
bool pod_bind(pod *p, const json_t *obj);      /* containers that obj's annotations bind by now; false: none */
pod *pod_free(pod *p);                         /* its processes have been reaped */
int64_t pod_step(pod *p, int64_t now);         /* does what is due; when to come again */
bool pod_is_over(const pod *p);                /* gone, and no process is left */
container *pod_container(const pod *p, const char *name); /* NULL: none */
bool pod_runs(const pod *p);                              /* any process */

json_t *pod_document(const pod *p);                     /* what is stored, the caller's; NULL: gone, no memory */
char **pod_environment(const pod *p, const char *name); /* command_free; NULL: likewise */

void container_start(container *c);
bool container_will_restart(const container *c);
void container_clear(container *c);

/* Writes the pod's status as the kubelet would. */
void pod_write_status(pod *p);
/* To a node, as the scheduler does. */
void pod_schedule(pod *p);

#endif
