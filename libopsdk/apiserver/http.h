/* HTTP and WebSocket at the door: libwebsockets, one thread (the loop).
 *
 * A request is read whole, handed to api_handle under the server's lock, and its answer sent; or the answer is a stream that goes on. */
#ifndef APISERVER_HTTP_H
#define APISERVER_HTTP_H

#include "apiserver/apiserver.h"

#include <opsdk/error.h>

struct lws;

/* Starts to listen and serve in a thread of its own. */
int http_start(apiserver *s, opsdk_error *err);
/* Ends the thread and every connection. */
void http_stop(apiserver *s);
const char *http_url(const apiserver *s);

/* An answer without an end known beforehand; embedded in its owner's struct.  All but http_stream_ready runs on the loop with the
 * server's lock held. */
typedef struct stream stream;
struct stream {
    /* Adds what there is to send.  False: that was all, end properly.  Nothing added: wait for http_stream_ready. */
    bool (*fill)(stream *st, buf *out);
    void (*close)(stream *st); /* the connection is gone; frees the owner */
    struct connection *conn;   /* set by http */
    int64_t wake_ms;           /* fill is also called at this time (clock_ms); 0: not */
    bool cut;                  /* set by the owner: end abruptly once what was filled is sent */
};

/* There is something to fill.  Any thread, with the lock held. */
void http_stream_ready(stream *st);

/* For faults: closes the connections of the calls that which picks, makes them silent, or makes all of them behave again. */
typedef bool http_pick_fn(const call *c, const void *user);
void http_cut(apiserver *s, http_pick_fn *which, const void *user);
void http_silence(apiserver *s, http_pick_fn *which, const void *user);
void http_unmangle(apiserver *s);

/* Answers a call that was taken (call.taken), from any thread with the lock held; c->status, body and so on are set. */
void http_answer(call *c);

/* Runs work on the loop soon, with the lock held: once, however often it is asked for before.  Any thread, with the lock held. */
typedef void http_work_fn(apiserver *s);
void http_soon(apiserver *s, http_work_fn *work, int64_t after_ms);

#endif
