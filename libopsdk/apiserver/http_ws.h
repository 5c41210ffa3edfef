/* WebSockets that a request was upgraded to. */
#ifndef APISERVER_HTTP_WS_H
#define APISERVER_HTTP_WS_H

#include "apiserver/http_call.h"

enum { WEBSOCKET_NOTHING, WEBSOCKET_MESSAGE, WEBSOCKET_END };

/* What is done with one; embedded in its owner's struct.  A handler sets call.ws instead of an answer.  All runs on the loop, with the lock
 * held; the last two may be called by any thread that has it. */
typedef struct websocket websocket;
struct websocket {
    void (*open)(websocket *ws, const char *protocol);
    /* A piece of a message.  False: break off. */
    bool (*receive)(websocket *ws, const char *data, size_t len, bool first, bool last);
    int (*fill)(websocket *ws, buf *out); /* adds the next message, or says that there is none, or that it is over */
    void (*close)(websocket *ws);         /* the connection is gone; frees the owner, sooner or later */
    connection *conn;                     /* set by http_ws */
    bool ready;                           /* there is something to fill */
    bool full, paused;                    /* full: nothing more is to be received at present */
    bool inside;                          /* a message */
};

void websocket_ready(websocket *ws);
void websocket_full(websocket *ws, bool full);

/* The events of libwebsockets; 0, or -1 to close the connection. */
struct lws;
int ws_upgrade(apiserver *s, struct lws *wsi, const char *kind);
int ws_open(connection *conn);
int ws_receive(connection *conn, const char *data, size_t len);
int ws_writable(connection *conn);
void ws_closed(connection *conn); /* with the lock held */

#endif
