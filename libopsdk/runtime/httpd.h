/* A small HTTP server for probes and metrics: GET and HEAD, one answer per path, in a thread of its own.  The only file of the run
 * time that knows libwebsockets. */
#ifndef RUNTIME_HTTPD_H
#define RUNTIME_HTTPD_H

#include "core/buf.h"

#include <opsdk/error.h>

typedef struct httpd httpd;

/* Writes the body for a path and returns the status.  Runs on the server's thread; must not block. */
typedef int httpd_answer_fn(const char *path, buf *ret, const char **ret_type, void *user);

/* listen: "[address]:port"; port 0 is any free one.  OPSDK_EINVAL: malformed; OPSDK_EIO: cannot listen there. */
int httpd_new(const char *listen, httpd_answer_fn *answer, void *user, httpd **ret, opsdk_error *err);
int httpd_port(const httpd *h);
httpd *httpd_free(httpd *h); /* waits for its thread; NULL is fine */

#endif
