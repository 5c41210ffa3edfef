/* One connection, and the request and answer that are on it. */
#ifndef APISERVER_HTTP_CALL_H
#define APISERVER_HTTP_CALL_H

#include "apiserver/arena.h"
#include "apiserver/http.h"
#include "apiserver/http_body.h"
#include "apiserver/http_round.h"

typedef struct connection connection;
struct connection {
    apiserver *server;
    struct lws *wsi; /* NULL: closed, while another thread works at the answer */
    arena memory;    /* the strings of the request */
    call call;
    buf in, out;
    size_t sent;   /* of out */
    bool expected; /* a body */
    bool
        handled; /* the request; while its answer is to come libwebsockets tells once more of the end of a body with more behind it */
    bool chunked; /* it comes in chunks */
    bool last;    /* what follows cannot be told from the body: close behind the answer */
    chunks chunks;
    uint64_t read_bytes;      /* from the socket, when the last request was whole */
    uint64_t begun_bytes;     /* likewise, when the head of this one had been read; 0: not asked */
    uint64_t begun_round;     /* of the loop */
    bool ready;               /* the stream has something */
    bool waiting;             /* for an answer from elsewhere */
    bool answered;            /* by another thread */
    bool held;                /* answered, and that is sent at the end of the round */
    bool cut;                 /* close when all is sent */
    bool kill;                /* close at once */
    bool upgrades;            /* to a WebSocket, unless it is refused: then this connection ends */
    bool busy;                /* with an answer that takes longer than its event */
    int64_t asked_ms;         /* when it was last looked whether the client hung up */
    int64_t hold_ms;          /* nothing is sent before this time; 0: no matter */
    connection *next, **link; /* of all */
};

connection *connection_new(apiserver *s, struct lws *wsi); /* NULL: no memory */

/* Reads the head.  CONNECTION_BODY: the body is to come; 0: that was all; -1: close. */
enum { CONNECTION_BODY = 1 };
int connection_begin(connection *conn, const char *path);

/* Adds the head of the answer to out. */
int connection_head(connection *conn);

/* Of http.c, for http_ws.c. */
connection *http_enter(apiserver *s, struct lws *wsi); /* NULL: no memory */
int http_handle(connection *conn);
int http_send_answer(connection *conn); /* -1: close the connection */
loop_round *http_round(const apiserver *s);
bool http_hung_up(connection *conn, int64_t now); /* http_wait.c: looks now and then whether the client did */
void http_wake(connection *conn);                 /* there is something to send; any thread, with the lock held */

void connection_end_stream(connection *conn);
void connection_reset(connection *conn);       /* for the next request */
connection *connection_free(connection *conn); /* returns NULL */

#endif
