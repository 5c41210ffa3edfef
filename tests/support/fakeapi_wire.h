/* HTTP/1.1 on one socket, with or without TLS: the part of fakeapi that knows no script. */
#ifndef SUPPORT_FAKEAPI_WIRE_H
#define SUPPORT_FAKEAPI_WIRE_H

#include "tests/support/pki.h"

#include <stddef.h>

typedef struct wire_server wire_server; /* TLS settings; NULL: plain */
typedef struct wire wire;

typedef struct wire_request {
    const char *method, *target, *headers, *body, *user;
    char *bytes; /* what they are in: the caller's to free */
} wire_request;

wire_server *wire_server_new(const pki *authority, const pki *own, bool want_cert);
void wire_server_free(wire_server *s);

/* NULL when the TLS handshake fails. */
wire *wire_open(const wire_server *s, int fd);
void wire_close(wire *w); /* NULL is fine; leaves fd open */

/* False at the end of the connection. */
bool wire_read(wire *w, wire_request *ret);
bool wire_head(wire *w, int status, const char *type, const char *headers, bool chunked, size_t len, bool close);
bool wire_body(wire *w, const char *data, size_t len, bool chunked, size_t piece);
/* len 0 ends the reply. */
bool wire_chunk(wire *w, const char *data, size_t len);
/* The peer has not closed its side. */
bool wire_is_open(int fd);
/* The value of a header line into ret, cut to room; "" when absent. */
void wire_header(const char *headers, const char *name, char *ret, size_t room);

#endif
