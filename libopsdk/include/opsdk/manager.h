/* Runs handlers: watches, cache, queues, workers, probes, metrics, signals. */
#ifndef OPSDK_MANAGER_H
#define OPSDK_MANAGER_H

#include <opsdk/client.h>
#include <opsdk/handler.h>

OPSDK_BEGIN

#define OPSDK_HANDLERS(...) ((const opsdk_handler *const[]){__VA_ARGS__, NULL})

/* The whole main() of an operator: flags, environment, client, signals, run.  Returns the exit status: 0 after SIGTERM or
 * SIGINT and a clean drain, 1 on failure, 2 for bad flags.
 * Namespace: flag --namespace, else environment OPERATOR_NAMESPACE or WATCH_NAMESPACE (empty: all namespaces), else all. */
OPSDK_API int opsdk_main(int argc, char **argv, const opsdk_handler *const handlers[]);

/* The same in pieces, for tests and for programs with a main of their own. */
typedef struct opsdk_manager opsdk_manager;
typedef struct opsdk_manager_opts {
    const char *const *namespaces; /* NULL-terminated; NULL: all */
    const char *listen;            /* probes and metrics: "[address]:port", default ":8080"; "": no server */
    int grace_ms;                  /* for running reconciles at the stop, default 30 s; then the client is cancelled */
    bool watch_list;               /* as in opsdk_watch_opts; opsdk_main: --watch-list */
} opsdk_manager_opts;

/* client is borrowed until opsdk_manager_free; *ret is the caller's. */
OPSDK_API int opsdk_manager_new(opsdk_client *client, const opsdk_manager_opts *opts, opsdk_manager **ret,
                                opsdk_error *err) OPSDK_MUST_CHECK;
/* handler is borrowed.  Before opsdk_manager_run only. */
OPSDK_API int opsdk_manager_register(opsdk_manager *m, const opsdk_handler *handler, opsdk_error *err) OPSDK_MUST_CHECK;
/* Runs until stopped; 0 after a clean drain. */
OPSDK_API int opsdk_manager_run(opsdk_manager *m, opsdk_error *err) OPSDK_MUST_CHECK;
/* From any thread or signal handler. */
OPSDK_API void opsdk_manager_stop(opsdk_manager *m);
OPSDK_API opsdk_manager *opsdk_manager_free(opsdk_manager *m); /* NULL is fine; returns NULL */

OPSDK_END
#endif
