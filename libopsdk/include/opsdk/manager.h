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

/* What becomes of the cache when it has come to its limit.  Kinds that take most are cut down first; each is told in the log and by metrics,
 * and stays so until the program starts anew.  When nothing is left to cut off, objects that are new are refused, and /readyz says so. */
enum opsdk_full {
    /* Kinds are kept as OPSDK_KEEP_KEYS.  Handlers see no less than before: reconcile gets its object, and opsdk_cache_get and _select get
     * theirs, from the server, at a request each (the role needs "get"), and the former fails, to be tried again, when it cannot be asked.
     * opsdk_cache_get then returns what is kept.  So it does in map functions, which must not wait; these see new states whole, but states
     * before a change, and those of what vanished unseen, as keys. */
    OPSDK_FULL_KEYS,
    /* Kinds whose handlers and sources all name keep_fields are kept as OPSDK_KEEP_FIELDS, and nothing else is seen of them.  When there is
     * none any more, as OPSDK_FULL_KEYS. */
    OPSDK_FULL_FIELDS,
    OPSDK_FULL_REFUSE /* new objects are refused at once: to handlers they do not exist */
};

/* The same in pieces, for tests and for programs with a main of their own. */
typedef struct opsdk_manager opsdk_manager;
typedef struct opsdk_manager_opts {
    const char *const *namespaces; /* NULL-terminated; NULL: all */
    const char *listen;            /* probes and metrics: "[address]:port", default ":8080"; "": no server */
    int grace_ms;                  /* for running reconciles at the stop, default 30 s; then the client is cancelled */
    bool watch_list;               /* as in opsdk_watch_opts; opsdk_main: --watch-list */
    size_t cache_memory;        /* bytes that the cache takes at most; 0: no limit; opsdk_main: --cache-memory=64Mi */
    enum opsdk_full cache_full; /* what then; opsdk_main: --cache-full=keys|fields|refuse */
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
