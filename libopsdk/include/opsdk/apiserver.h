/* The embedded Kubernetes API server, for tests and demos: the API from memory, in this process, ready in milliseconds.
 *
 * A library of its own: link with -lopsdk-apiserver (pkg-config opsdk-apiserver).  Not for production: nothing is stored. */
#ifndef OPSDK_APISERVER_H
#define OPSDK_APISERVER_H

#include <opsdk/common.h>
#include <opsdk/error.h>

OPSDK_BEGIN

typedef struct opsdk_apiserver opsdk_apiserver;

typedef struct opsdk_apiserver_opts { /* zero is the default of each */
    const char *listen;               /* "127.0.0.1:0" (a free port); "unix:PATH" */
} opsdk_apiserver_opts;

/* Starts a server in a thread of its own; it answers when this returns.  *ret is the caller's: end it with opsdk_apiserver_stop.
 * OPSDK_EIO when it cannot listen, OPSDK_EINVAL for an option that cannot be, OPSDK_ENOMEM. */
OPSDK_API int opsdk_apiserver_start(const opsdk_apiserver_opts *opts, opsdk_apiserver **ret,
                                    opsdk_error *err) OPSDK_MUST_CHECK;

/* "http://127.0.0.1:PORT".  Lives as long as the server; any thread. */
OPSDK_API const char *opsdk_apiserver_url(const opsdk_apiserver *server);

/* Ends it and all that it started, closes every connection, frees it.  NULL is fine; returns NULL. */
OPSDK_API opsdk_apiserver *opsdk_apiserver_stop(opsdk_apiserver *server);

OPSDK_END
#endif
