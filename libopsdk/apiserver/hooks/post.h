/* Documents sent to servers over HTTPS, several at once, with the answers: libcurl. */
#ifndef APISERVER_HOOKS_POST_H
#define APISERVER_HOOKS_POST_H

#include "core/buf.h"

#include <stdatomic.h>

typedef struct post {
    const char *url; /* NULL: is not sent */
    const char *to;  /* "HOST:PORT" to connect to instead of what the URL names; or NULL */
    const buf *ca;   /* authorities, in PEM; empty: the system's */
    long timeout_ms;
    const char *body;
    size_t len;
    /* What came of it. */
    long status;       /* of HTTP; 0: none came */
    buf answer;        /* its max is set before */
    char trouble[512]; /* in Go's words where there are some; "": none */
} post;

void *post_curl_new(void); /* NULL: no memory */
void post_curl_free(void *curl);

/* Blocks until all are answered, late, or stop is set.  One thread at a time for each curl. */
void posts_run(void *curl, post *list, size_t n, const atomic_bool *stop);

#endif
