/* Where a pod's processes run, without root: in Linux namespaces of their own, which an unprivileged user may make.
 *
 * A pod has a user and a network namespace (a loopback of its own, so that two pods may listen on one port), each of its containers a mount,
 * a process and a host name namespace: the host's file system but for a private /tmp and a /proc that shows the container alone.  Where the
 * kernel refuses that, processes are plain children in a session of their own.  No function here takes a lock. */
#ifndef APISERVER_PODS_SANDBOX_H
#define APISERVER_PODS_SANDBOX_H

#include <opsdk/common.h>
#include <sys/types.h>

/* Do namespaces work here?  Tries it once per process. */
bool sandbox_works(void);

/* What the containers of a pod share.  Descriptors, -1 when there is none: of a plain pod all are. */
typedef struct sandbox {
    int user, net;
    int diag; /* a netlink socket of the network, which tells of its sockets */
    bool host_network;
} sandbox;

/* Makes the namespaces.  -1 and errno. */
int sandbox_open(sandbox *box, bool host_network);
void sandbox_close(sandbox *box);

/* Sockets (TCP over IPv4, non-blocking) that belong to the pod's network.  How many were made, at most max. */
size_t sandbox_sockets(const sandbox *box, int *ret, size_t max);

/* A process to start.  Texts are borrowed. */
typedef struct launch {
    const sandbox *box;
    int container;     /* pidfd of the container's first process, to start another beside it; -1: this is the first */
    char *const *argv; /* NULL-terminated; argv[0] is looked for in PATH of env */
    char *const *env;  /* NULL-terminated */
    const char *dir;   /* or NULL: where the server is */
    const char *host;  /* host name, or NULL */
    bool in;           /* stdin is a pipe; else it is empty */
    bool tty;          /* stdin, stdout and stderr are one terminal */
} launch;

typedef struct process {
    pid_t pid;        /* 0: none */
    bool plain;       /* not in a namespace: signals go to its process group */
    int fd;           /* a pidfd: readable when it ended */
    int in, out, err; /* our ends, non-blocking; of a terminal in and out are it; -1: none */
} process;
#define PROCESS_NONE ((process){.fd = -1, .in = -1, .out = -1, .err = -1})

/* Starts it.  Ends with the thread that calls this.  -1 and what failed in why (of size bytes), in the words of container runtimes:
 * exec: "nope": executable file not found in $PATH. */
int process_start(process *p, const launch *l, char *why, size_t size);
void process_signal(const process *p, int signal); /* SIGKILL for the first process of a container ends all in it */
/* After it ended: 128 and the signal, or its exit code; takes the zombie away.  -1: it has not ended. */
int process_reap(process *p, int *ret_signal);
void process_close(process *p); /* closes descriptors; the process must have been reaped, or never started */
void process_close_in(process *p);

#endif
