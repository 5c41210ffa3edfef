/* The thread that looks after processes: waits for descriptors and times, and calls back under the server's lock. */
#ifndef APISERVER_PODS_LOOP_H
#define APISERVER_PODS_LOOP_H

#include "apiserver/apiserver.h"

/* Something to wait for; embedded in its owner's struct.  events 0 or fd -1: not now. */
typedef struct poller poller;
struct poller {
    int fd;
    short events;
    void (*ready)(poller *p, short revents);
    struct pods_loop *loop;
    poller *next, **link;
    size_t at; /* in what is polled now; 0: not in it */
};

typedef struct pods_loop pods_loop;

/* step does what is due and returns when it wants to be called again (clock_ms).  It may let go of the lock meanwhile. */
pods_loop *pods_loop_new(apiserver *s, int64_t (*step)(apiserver *s), opsdk_error *err);
/* Ends the thread, and with it all processes that it started. */
void pods_loop_stop(pods_loop *l);
pods_loop *pods_loop_free(pods_loop *l);

/* All with the lock held. */
void pods_loop_wake(pods_loop *l); /* any thread */
void poller_start(poller *p, pods_loop *l, int fd, short events, void (*ready)(poller *p, short revents));
void poller_want(poller *p, short events); /* any thread */
void poller_stop(poller *p);               /* fine when it is not started */

#endif
