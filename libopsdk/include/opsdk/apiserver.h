/* The embedded Kubernetes API server, for tests and demos: the API from memory, in this process, ready in milliseconds.
 *
 * A library of its own: link with -lopsdk-apiserver (pkg-config opsdk-apiserver).  Not for production: nothing is stored. */
#ifndef OPSDK_APISERVER_H
#define OPSDK_APISERVER_H

#include <opsdk/common.h>
#include <opsdk/error.h>
#include <opsdk/kind.h>

OPSDK_BEGIN

typedef struct opsdk_apiserver opsdk_apiserver;

typedef struct opsdk_apiserver_opts { /* zero is the default of each */
    const char *listen;               /* "127.0.0.1:0" (a free port); "unix:PATH" */
    bool tls;                         /* speaks https, with certificates that are made at the start */
    bool
        rbac; /* asks who it is, and evaluates roles; else everybody may do everything.  Implies tls, but for a Unix socket. */
    bool no_controllers; /* as kube-apiserver alone: nothing collects garbage or ends namespaces */
    bool pods; /* pods whose annotations name a command run it: whoever may create pods here may run programs as you */
    const char *webhooks; /* "HOST:PORT" that answers for all services of webhooks; NULL: they are unreachable */
    bool refuse_cel;      /* refuses CRDs that have CEL rules; else they are taken with a warning, and not evaluated */
} opsdk_apiserver_opts;

/* Starts a server in a thread of its own; it answers when this returns.  *ret is the caller's: end it with opsdk_apiserver_stop.
 * OPSDK_EIO when it cannot listen, OPSDK_EINVAL for an option that cannot be, OPSDK_ENOMEM. */
OPSDK_API int opsdk_apiserver_start(const opsdk_apiserver_opts *opts, opsdk_apiserver **ret,
                                    opsdk_error *err) OPSDK_MUST_CHECK;

/* "http://127.0.0.1:PORT", or https.  Lives as long as the server; any thread. */
OPSDK_API const char *opsdk_apiserver_url(const opsdk_apiserver *server);

/* Path of a kubeconfig for it, for opsdk_client_opts and for kubectl: a file of this user's in $TMPDIR that goes with the server. */
OPSDK_API const char *opsdk_apiserver_kubeconfig(const opsdk_apiserver *server);

/* The same for a user: "system:serviceaccount:NAMESPACE:NAME", which need not be there, or any other name; in groups (NULL-terminated, or NULL)
 * besides those that each has by himself.  Service accounts are given a token, others a certificate where there is TLS; that, and *ret_path, live
 * as long as the server.  Requests with it are
 * the user's in opsdk_apiserver_requests, and allowed by his roles where rbac was asked for.  OPSDK_EIO, OPSDK_EINVAL, OPSDK_ENOMEM.
 * Any thread. */
OPSDK_API int opsdk_apiserver_kubeconfig_for(opsdk_apiserver *server, const char *user, const char *const *groups,
                                             const char **ret_path, opsdk_error *err);

/* Applies what a YAML or JSON file, or each file of a folder, holds, in the namespace "default" where none is given: definitions and
 * namespaces first, then in order.  Stops at the first that is refused: OPSDK_EREJECTED and its like with the server's words;
 * OPSDK_EINVAL for what cannot be read, with file and line; OPSDK_ENOTFOUND for an unknown kind.  Any thread; blocks. */
OPSDK_API int opsdk_apiserver_load(opsdk_apiserver *server, const char *path, opsdk_error *err);
/* The same of text. */
OPSDK_API int opsdk_apiserver_load_text(opsdk_apiserver *server, const char *text, opsdk_error *err);

/* Waits until the object is there (what is NULL), until the value at a pointer such as "/status/phase" is there (value is NULL) or is value (a
 * string as it is, anything else as JSON), or until a condition such as "Ready" has the status value (NULL: "True").
 * timeout_ms 0: 30 s.  OPSDK_ETIMEOUT.  Any thread; blocks. */
OPSDK_API int opsdk_apiserver_wait(opsdk_apiserver *server, opsdk_key key, const char *what, const char *value,
                                   int timeout_ms, opsdk_error *err);
/* Waits until there is no such object. */
OPSDK_API int opsdk_apiserver_wait_gone(opsdk_apiserver *server, opsdk_key key, int timeout_ms, opsdk_error *err);

typedef struct opsdk_apiserver_run_opts { /* of a pod that is not there yet; zero is the default of each */
    const char *image;                    /* as its status shows it; nothing is pulled: "local" */
    const char *const *labels;            /* name, value, name, value, ..., NULL */
    const char *dir;                      /* where the command runs: where this program does */
    const char *restart_policy;           /* "Always", "OnFailure", "Never" */
    bool host_network;                    /* shares this machine's network instead of having a loopback of its own */
} opsdk_apiserver_run_opts;

/* Runs argv (NULL-terminated, no shell) as that container (NULL: the first, or "app" of a new pod) of a pod, which is created when it is not
 * there: its status turns Running; exec, attach, logs and cp go to the process.  It sees this machine's files, but a /tmp and, on Linux
 * with user namespaces, processes and ports of its own.  Ends with the pod or the server.  The same for clients, where
 * opsdk_apiserver_opts.pods allows it, is the annotation opsdk.dev/command.CONTAINER with argv as JSON.
 * Returns at once: wait for "/status/phase", "Running".  OPSDK_EINVAL, OPSDK_EREJECTED with the server's words.  Any thread. */
OPSDK_API int opsdk_apiserver_run(opsdk_apiserver *server, opsdk_key pod, const char *container,
                                  const char *const argv[], const opsdk_apiserver_run_opts *opts, opsdk_error *err);

/* Misbehaves from now on: "NAME key=value ...", such as "too-many-requests n=3 retry-after=1 verb=list resource=pods".  Names, what they do and
 * their defaults are in docs/testing.md and in opsdk_apiserver_fault_name.  verb, resource, ns, name, user, agent (part of the user agent)
 * say which requests it concerns, after lets some of these pass first, n is how many it hits (-1: all, until
 * opsdk_apiserver_heal).  OPSDK_EINVAL names what cannot be read.  Any thread. */
OPSDK_API int opsdk_apiserver_fault(opsdk_apiserver *server, const char *spec, opsdk_error *err);
/* Takes back all faults that are in force; silent connections stay open and go on.  Any thread. */
OPSDK_API void opsdk_apiserver_heal(opsdk_apiserver *server);
/* The i-th fault's name, and what it does; NULL behind the last.  Static. */
OPSDK_API const char *opsdk_apiserver_fault_name(size_t i, const char **ret_help);

/* One request that was answered (of a watch: that began).  Strings are "" where there is nothing, and live as long as the call that shows them. */
typedef struct opsdk_apiserver_request {
    int64_t time_us, latency_us; /* since 1970; from the request's last byte to its answer */
    const char *user, *user_agent, *method, *path;
    const char *verb; /* as RBAC has it: "list" */
    const char *group, *resource, *subresource, *ns, *name;
    int status;
    size_t bytes; /* of the answer's body */
} opsdk_apiserver_request;

/* NULL and 0 fit everything; user_agent fits as a part. */
typedef struct opsdk_apiserver_filter {
    const char *verb, *resource, *subresource, *ns, *name, *user, *user_agent;
    int status;
} opsdk_apiserver_filter;

/* Calls each (NULL is fine) for the requests of the newest 16,384 that fit, oldest first, and returns how many there are.  each must not call
 * the server.  Any thread. */
typedef void opsdk_apiserver_request_fn(const opsdk_apiserver_request *request, void *user);
OPSDK_API size_t opsdk_apiserver_requests(opsdk_apiserver *server, const opsdk_apiserver_filter *filter,
                                          opsdk_apiserver_request_fn *each, void *user);

/* Ends it and all that it started, closes every connection, frees it.  NULL is fine; returns NULL. */
OPSDK_API opsdk_apiserver *opsdk_apiserver_stop(opsdk_apiserver *server);

OPSDK_END
#endif
