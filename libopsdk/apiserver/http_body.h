/* Bodies of requests where libwebsockets 4.1 needs help: in chunks, which it hands over as they come; without a length, after which it
 * no longer knows where the next request begins; and behind "Expect: 100-continue", which it does not answer. */
#ifndef APISERVER_HTTP_BODY_H
#define APISERVER_HTTP_BODY_H

#include "core/buf.h"

struct connection;

/* A body in chunks (RFC 9112, 7.1); zero is the start. */
typedef struct chunks {
    enum {
        CHUNKS_SIZE, /* the digits of a size */
        CHUNKS_SKIP, /* the rest of its line */
        CHUNKS_DATA,
        CHUNKS_BEHIND, /* the end of line behind data */
        CHUNKS_TRAILER,
        CHUNKS_DONE,
        CHUNKS_WRONG
    } state;
    uint64_t left;   /* of the chunk */
    unsigned digits; /* of its size */
    size_t line;     /* bytes of a line so far */
} chunks;

/* Takes the next piece, of any size, and adds what is data to out.  What follows the end is not looked at. */
void chunks_feed(chunks *c, const char *data, size_t len, buf *out);

/* How the body of a request that has begun ends; sets what the connection says of it.  -1: that cannot be told, close. */
int body_begin(struct connection *conn, const char *length, const char *encoding);
/* Sends what the client waits for before it sends the body, if it does.  -1: close. */
int body_continue(struct connection *conn);
/* The request is whole, and about to be handled. */
void body_end(struct connection *conn);
/* Takes the next piece.  1: that was all (of one in chunks); 0: more is to come; -1: it is wrong. */
int body_piece(struct connection *conn, const void *data, size_t len);

#endif
