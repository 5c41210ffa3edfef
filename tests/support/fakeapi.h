/* An API server that does what a test tells it: scripted replies on 127.0.0.1, requests recorded.
 *
 *     fakeapi *f = fakeapi_start(NULL);
 *     fakeapi_on(f, "GET /api/v1/pods", (fakeapi_reply){.body = "{...}"});
 *     opsdk_client *c = fakeapi_client(f, NULL);
 *     ...
 *     fakeapi_stop(f);
 *
 * HTTP/1.1 with kept connections, one thread per connection.  A request that no reply is left for gets 404.  All functions may be
 * called from any thread; those that wait abort the program when nothing happens for a minute. */
#ifndef SUPPORT_FAKEAPI_H
#define SUPPORT_FAKEAPI_H

#include "tests/support/pki.h"

#include <opsdk/client.h>

typedef struct fakeapi fakeapi;

typedef struct fakeapi_opts {
    bool tls;
    const char *names; /* of the server's certificate; default "IP:127.0.0.1,DNS:localhost" */
    bool expired;      /* the certificate is */
    bool want_cert;    /* asks the client for a certificate of the authority; refuses without */
    bool nobody;       /* keeps its port from others, and listens not: connections are refused */
} fakeapi_opts;

typedef struct fakeapi_reply {
    int status;                                  /* default 200 */
    const char *headers;                         /* more lines, each with "\r\n" */
    const char *type;                            /* default application/json */
    const char *body;                            /* default "" */
    size_t len;                                  /* of body; 0: its strlen */
    size_t piece;                                /* > 0: chunked transfer, so many bytes per chunk and per write */
    size_t cut_at;                               /* > 0: the connection is closed after so many bytes of body */
    bool close;                                  /* the connection is closed after the reply */
    bool drop;                                   /* the connection is closed instead of a reply */
    bool silent;                                 /* no reply ever, the connection stays open */
    bool hold;                                   /* chunked and left open behind body: a watch.  See fakeapi_send. */
    int delay_ms;                                /* before the reply; at most 2000 */
    char *(*make)(const char *body, void *user); /* makes the body of the request's, to be freed, in place of body */
    void *user;
    int times; /* how often it is given; default 1; -1: always */
} fakeapi_reply;

typedef struct fakeapi_request {
    const char *method, *target;
    const char *headers; /* "Name: value\r\n" lines */
    const char *body;
    const char *user; /* CN of the client's certificate; "" without */
    int connection;   /* which one, from 0 */
} fakeapi_request;

fakeapi *fakeapi_start(const fakeapi_opts *opts);
fakeapi *fakeapi_stop(fakeapi *f);
int fakeapi_port(const fakeapi *f);
const char *fakeapi_url(const fakeapi *f);
const pki *fakeapi_authority(const fakeapi *f); /* with tls */

/* what is "METHOD /path", where the request's target starts with the path, or "METHOD"; "" matches all.  Replies that match are used up in the order of adding.
 * Everything is copied. */
void fakeapi_on(fakeapi *f, const char *what, fakeapi_reply reply);

/* Writes a kubeconfig for it and returns its path, which lives as long as f.  user is what stands in the user's map, as JSON
 * members: "\"token\": \"x\""; NULL: nothing.  cluster likewise, beside the server and the authority. */
const char *fakeapi_kubeconfig(fakeapi *f, const char *user, const char *cluster);
/* A folder for files of the test, removed with f. */
const char *fakeapi_folder(const fakeapi *f);
/* Writes a file there; the path lives as long as f. */
const char *fakeapi_file(fakeapi *f, const char *name, const char *text, int mode);
/* A client by fakeapi_kubeconfig(f, user, NULL); the caller's to free. */
opsdk_client *fakeapi_client(fakeapi *f, const char *user);

/* What came in so far. */
int fakeapi_count(fakeapi *f);
int fakeapi_connections(fakeapi *f);
/* Waits for the n-th request, from 0; lives as long as f. */
fakeapi_request fakeapi_wait(fakeapi *f, int n);
/* The value of a header line, a copy in a buffer of this thread; "" when absent. */
const char *fakeapi_header(fakeapi_request r, const char *name);

/* Held replies, in the order of their requests, from 0.  The first waits until it is there. */
void fakeapi_wait_held(fakeapi *f, int n);
void fakeapi_send(fakeapi *f, int n, const char *text); /* one chunk */
void fakeapi_end(fakeapi *f, int n);                    /* the reply ends properly */
void fakeapi_break(fakeapi *f, int n);                  /* the connection is closed in the middle */
/* Waits until the client has closed its side of a held reply. */
void fakeapi_wait_gone(fakeapi *f, int n);

#endif
