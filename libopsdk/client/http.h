/* HTTP requests to the API server, over libcurl.  The only file beside runtime/loop.c that knows curl. */
#ifndef CLIENT_HTTP_H
#define CLIENT_HTTP_H

#include "core/buf.h"

#include <curl/curl.h>
#include <opsdk/client.h>

/* Takes a piece of a 2xx body.  A negative code ends the request, which returns that code and *err as it stands. */
typedef int http_sink_fn(const char *data, size_t len, void *user, opsdk_error *err);

typedef struct http_request {
    const char *method;       /* "GET" */
    const char *target;       /* path and query, escaped (core/url.h) */
    const char *content_type; /* of body */
    const char *accept;       /* media type of the reply; NULL: application/json */
    const void *body;
    size_t body_len;
    http_sink_fn *sink; /* NULL: the body is kept in the reply, at most max_body */
    void *user;
    int timeout_ms; /* 0: the client's */
} http_request;

typedef struct http_reply {
    int status;
    buf body; /* the caller's to buf_clear */
} http_reply;

/* Sends a request and waits.  Reuses connections; renews the credential once on 401; waits and repeats on 429 and 503 as Retry-After
 * says (LIMIT_TRIES, LIMIT_RETRY_AFTER_MS, and never beyond the time-out); repeats a GET or DELETE once when a kept connection turns out
 * closed.  A status of 400 or more is a failure: the server's Status fills *err.  ret may be NULL. */
int http_call(opsdk_client *c, const http_request *rq, http_reply *ret, opsdk_error *err);

/* For a loop that drives curl itself: the same request as an easy handle that is not yet started.  No time limit of its own except on
 * connecting.  The owner adds it to a multi handle, removes it, and reads the outcome.  One thread at a time. */
typedef struct http_transfer http_transfer;
int http_transfer_new(opsdk_client *c, const http_request *rq, http_transfer **ret, opsdk_error *err);
CURL *http_transfer_handle(http_transfer *t); /* CURLINFO_PRIVATE is free for the owner */
/* After curl said DONE with result: 0 for a complete 2xx reply, else the error as in http_call.  err->retry_after_ms may be set. */
int http_transfer_result(http_transfer *t, CURLcode result, opsdk_error *err);
http_transfer *http_transfer_free(http_transfer *t); /* after curl_multi_remove_handle */

#endif
