/* The inside of opsdk_client, for the files of this layer. */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include "client/config.h"
#include "client/credential.h"

#include <opsdk/client.h>
#include <pthread.h>
#include <stdatomic.h>

struct http_pool;
struct ws_pool;
struct recorder;

struct opsdk_client {
    config cfg;
    credential *cred;
    char *field_manager, *user_agent;
    int timeout_ms;
    size_t max_body;
    atomic_bool cancelled;
    atomic_bool exec_v4;       /* the last exec was over v4.channel.k8s.io, which cannot close stdin */
    struct http_pool *http;    /* idle easy handles: http.c */
    struct ws_pool *ws;        /* idle websocket contexts: ws.c; made at first use */
    struct recorder *recorder; /* recent events: event.c; made at first use */
    pthread_mutex_t lock;      /* of the making of the last two */
};

/* Called by opsdk_client_free; NULL is fine. */
void http_pool_free(struct http_pool *p);
void ws_pool_free(struct ws_pool *p);
void recorder_free(struct recorder *r);

#endif
