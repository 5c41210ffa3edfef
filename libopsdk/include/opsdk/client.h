/* The connection to one API server.  A client may be shared freely between threads. */
#ifndef OPSDK_CLIENT_H
#define OPSDK_CLIENT_H

#include <opsdk/common.h>
#include <opsdk/error.h>

OPSDK_BEGIN

typedef struct opsdk_client opsdk_client;

/* Zero means the default. */
typedef struct opsdk_client_opts {
    const char *kubeconfig;    /* path or list of paths; default: in-cluster, else $KUBECONFIG, else ~/.kube/config */
    const char *context;       /* default: current-context */
    const char *ns;            /* default: the context's namespace, in-cluster the service account's, else "default" */
    const char *field_manager; /* of writes; default: the program's name */
    const char *user_agent;    /* default: "<program>/<version> opsdk" */
    int timeout_ms;            /* of one request, default 30 s; watches and exec have limits of their own */
    size_t max_body;           /* of one reply that is kept whole, default 8 MiB */
} opsdk_client_opts;

/* Reads the configuration and prepares credentials; opens no connection.  *ret is the caller's.
 * OPSDK_EINVAL names the file and the field; OPSDK_ENOTFOUND: no configuration anywhere. */
OPSDK_API int opsdk_client_new(const opsdk_client_opts *opts, opsdk_client **ret, opsdk_error *err) OPSDK_MUST_CHECK;

/* Call when no other thread uses it any more.  NULL is fine; returns NULL. */
OPSDK_API opsdk_client *opsdk_client_free(opsdk_client *client);

/* The namespace for keys without one; lives as long as the client. */
OPSDK_API const char *opsdk_client_namespace(const opsdk_client *client);

/* Makes all running and later calls return OPSDK_ECANCELED.  From any thread; not from a signal handler. */
OPSDK_API void opsdk_client_cancel(opsdk_client *client);

OPSDK_END
#endif
