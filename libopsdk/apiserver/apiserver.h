/* The server's state, and what holds it together.  One thread (the loop) serves; others may come in under the lock. */
#ifndef APISERVER_APISERVER_H
#define APISERVER_APISERVER_H

#include "apiserver/call.h"
#include "apiserver/resource.h"
#include "apiserver/store.h"

#include <opsdk/apiserver.h>
#include <pthread.h>

struct opsdk_apiserver {
    pthread_mutex_t lock;      /* of all below, but for what is set once at the start */
    opsdk_apiserver_opts opts; /* strings owned */
    store *objects;
    registry *resources;
    struct kinds *kinds;
    struct discovery *discovery;
    struct openapi *openapi;
    struct http *http;
    struct kubeconfig *kubeconfigs; /* files */
    const char *own_kubeconfig;     /* path of the server's own; set once */
    int64_t skew_ms;                /* of the clock, a fault */
    bool expires;                   /* the end of the oldest event is planned */
    struct crds *crds;
    struct gc *gc;                         /* NULL: none */
    struct namespace_ends *namespace_ends; /* likewise */
    struct faults *faults;
    struct hooks *hooks;
    struct recorder *recorder;
    struct pods *pods;
    struct auth *auth;
    struct tls *tls; /* NULL: none; set once */
};

/* "now" for all that is stored: seconds and microseconds since 1970, with the skew. */
int64_t apiserver_now_us(const apiserver *s);
/* RFC 3339 in UTC into room (of at least 32 bytes), which it returns. */
const char *apiserver_time(const apiserver *s, char *room);

const char *apiserver_time_in(const apiserver *s, int64_t seconds, char *room); /* then */

int kubeconfig_make(apiserver *s, opsdk_error *err); /* the server's own */
void kubeconfig_remove(apiserver *s);                /* all */
/* Appends what such a file holds for a user (NULL: whoever says nothing of himself).  -1: no memory. */
int kubeconfig_text(const apiserver *s, const user_info *user, buf *out);

/* A request from head to answer, under the lock, once it is authenticated.  Whatever fails is answered as a Status. */
void api_handle(call *c);
/* The rest of one that hooks_take took, in its thread. */
void api_resume(call *c);

/* Writes that the server itself does (garbage collection, controllers, loading of manifests): as the given manager, all
 * steps of a client's write but authorization.  doc is borrowed. */
int api_create(apiserver *s, resource *res, const char *ns, const json_t *doc, const char *manager, failure *why);
int api_update(apiserver *s, resource *res, const char *sub, const json_t *doc, const char *manager, failure *why);
int api_apply(apiserver *s, resource *res, const char *ns, const json_t *doc, const char *manager, failure *why);
int api_delete(apiserver *s, resource *res, const char *ns, const char *name, const char *uid, const char *propagation,
               failure *why);

/* The same as a controller of a real cluster, whose requests stand in the log.  opts: DeleteOptions or NULL, borrowed. */
typedef struct actor {
    const char *user; /* a service account of kube-system; NULL: the server itself, and nothing is logged */
    const char *manager;
} actor;
int actor_create(apiserver *s, const actor *who, resource *res, const char *ns, const json_t *doc, failure *why);
/* verb is what stands in the log: "update" or "patch". */
int actor_update(apiserver *s, const actor *who, const char *verb, resource *res, const char *sub, const json_t *doc,
                 failure *why);
int actor_delete(apiserver *s, const actor *who, resource *res, const char *ns, const char *name, const json_t *opts,
                 failure *why);

#endif
