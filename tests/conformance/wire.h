/* HTTP: requests, and streams that go on while requests run.  One thread drives all. */
#ifndef CONFORMANCE_WIRE_H
#define CONFORMANCE_WIRE_H

#include "core/buf.h"

#include <curl/curl.h>

typedef struct wire_opts {
    const char *url;
    const char *ca, *cert, *key; /* files, or NULL */
} wire_opts;

typedef struct wire wire;

typedef struct ask {
    const char *method, *path;
    char *const *headers; /* "Name: value" */
    size_t n_headers;
    const char *type; /* default of Content-Type, or NULL: none is sent */
    const char *body; /* or NULL */
    size_t body_len;
    bool anonymous;
} ask;

/* An exchange, or a stream.  body grows while it runs. */
typedef struct exchange {
    CURL *easy;
    struct curl_slist *headers;
    char *url, *sent;
    buf head, body;
    long status;
    bool done, broken; /* broken: no proper end */
    struct exchange *next;
} exchange;

wire *wire_new(const wire_opts *opts);
wire *wire_free(wire *w);

exchange *wire_ask(wire *w, const ask *a);   /* runs to its end */
exchange *wire_start(wire *w, const ask *a); /* returns when the head is there */
/* Lets things move for at most ms. */
void wire_turn(wire *w, int ms);
exchange *wire_drop(wire *w, exchange *x); /* hangs up; NULL */

int64_t wire_now_ms(void);

#endif
