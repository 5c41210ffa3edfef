/* A round of the loop: requests are read from all sockets that have some, then what they and the watches have to say is sent.
 *
 * To send at once would wake up each client in turn, and some 4 of 10 microseconds went into that.  Nothing waits when there is but one
 * request. */
#ifndef APISERVER_HTTP_ROUND_H
#define APISERVER_HTTP_ROUND_H

#include "apiserver/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct connection;

/* All on the loop, with the server's lock held. */
typedef struct loop_round {
    uint64_t number;        /* in each a socket is read once at most */
    bool served;            /* a request, in this one */
    int64_t ready_since_us; /* a stream waits to be told that it can be sent; 0: none */
    int64_t held_since_us;
    struct connection *held[LIMIT_HELD]; /* those with an answer that is to be sent */
    size_t n;
} loop_round;

/* A request is about to be handled: what it should not keep waiting is sent. */
void round_serve(loop_round *r, const struct connection *conn);
/* Sends the answer, soon.  -1: close the connection. */
int round_answer(loop_round *r, struct connection *conn);
void round_forget(loop_round *r, const struct connection *conn); /* it is closed */
/* A stream of this connection has something. */
void round_ready(loop_round *r);
/* Is there anything that cannot wait until a socket can be read? */
bool round_waits(const loop_round *r);
/* The end of one; all is the first of all connections. */
void round_end(loop_round *r, struct connection *all);

#endif
