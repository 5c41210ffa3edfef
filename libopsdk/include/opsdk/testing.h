/* Handlers under test: an embedded API server, a client of it and a manager that runs them, in three calls.
 *
 * Inline, since it needs both libraries: link with -lopsdk -lopsdk-apiserver (pkg-config opsdk opsdk-apiserver).  Not part of opsdk.h. */
#ifndef OPSDK_TESTING_H
#define OPSDK_TESTING_H

#include <opsdk/apiserver.h>
#include <opsdk/manager.h>
#include <pthread.h>
#include <string.h>

OPSDK_BEGIN

/* Zero it once, but for what says how the handlers run.  server and client are for the test to use between start and stop; client is the
 * administrator's. */
typedef struct opsdk_testing {
    const char *
        as; /* whom the handlers are: "system:serviceaccount:NAMESPACE:NAME"; with rbac, his roles are to suffice.  NULL: the administrator */
    const char *ns; /* the namespace that they watch; NULL: all */
    opsdk_apiserver *server;
    opsdk_client *client;
    opsdk_client *handlers; /* theirs */
    const char *namespaces[2];
    opsdk_manager *manager;
    pthread_t thread;
    bool running;
    opsdk_error err; /* of the manager's end */
} opsdk_testing;

static inline void *opsdk_testing_run(void *arg)
{
    opsdk_testing *t = (opsdk_testing *)arg;

    return opsdk_manager_run(t->manager, &t->err) < 0 ? arg : NULL;
}

/* Ends the handlers, then the server.  True when the handlers ended cleanly.  Fine to call after a failed start. */
static inline bool opsdk_testing_stop(opsdk_testing *t)
{
    void *failed = NULL;

    if (t->running) {
        opsdk_manager_stop(t->manager);
        pthread_join(t->thread, &failed);
    }
    t->manager = opsdk_manager_free(t->manager);
    t->handlers = opsdk_client_free(t->handlers);
    t->client = opsdk_client_free(t->client);
    t->server = opsdk_apiserver_stop(t->server);
    t->running = false;
    return failed == NULL;
}

/* A client of the server: as that user (NULL: the administrator). */
static inline int opsdk_testing_connect(opsdk_testing *t, const char *as, opsdk_client **ret, opsdk_error *err)
{
    opsdk_client_opts opts;
    int r = 0;

    memset(&opts, 0, sizeof(opts));
    opts.kubeconfig = opsdk_apiserver_kubeconfig(t->server);
    if (as)
        r = opsdk_apiserver_kubeconfig_for(t->server, as, NULL, &opts.kubeconfig, err);
    return r < 0 ? r : opsdk_client_new(&opts, ret, err);
}

/* Starts a server with opts (NULL: the defaults), applies the manifests of a file or folder (NULL: none), and runs the handlers (OPSDK_HANDLERS)
 * in a thread, without probes.  On failure everything is stopped again, and err says why. */
static inline int opsdk_testing_start(opsdk_testing *t, const opsdk_apiserver_opts *opts, const char *manifests,
                                      const opsdk_handler *const handlers[], opsdk_error *err)
{
    opsdk_manager_opts manager;
    int r = opsdk_apiserver_start(opts, &t->server, err);

    memset(&manager, 0, sizeof(manager));
    manager.listen = "";
    t->namespaces[0] = t->ns;
    manager.namespaces = t->ns ? t->namespaces : NULL;
    if (r == 0)
        r = manifests ? opsdk_apiserver_load(t->server, manifests, err) : 0;
    if (r == 0)
        r = opsdk_testing_connect(t, NULL, &t->client, err);
    if (r == 0)
        r = opsdk_testing_connect(t, t->as, &t->handlers, err);
    if (r == 0)
        r = opsdk_manager_new(t->handlers, &manager, &t->manager, err);
    for (; r == 0 && *handlers; handlers++)
        r = opsdk_manager_register(t->manager, *handlers, err);
    t->running = r == 0 && pthread_create(&t->thread, NULL, opsdk_testing_run, t) == 0;
    if (r == 0 && !t->running)
        r = opsdk_error_set(err, OPSDK_ENOMEM, "no thread for the handlers");
    if (r < 0)
        opsdk_testing_stop(t);
    return r;
}

OPSDK_END
#endif
