/* One thread that waits for everything: running HTTP transfers, timers and a wake-up from other threads.
 *
 * All functions belong to the loop's thread, except those that say otherwise.  Callbacks run inside loop_run; they may start, arm and
 * remove whatever they like, but a transfer's sink must not remove a transfer (curl is inside it). */
#ifndef RUNTIME_LOOP_H
#define RUNTIME_LOOP_H

#include "client/http.h"

typedef struct loop loop;

int loop_new(loop **ret, opsdk_error *err);
loop *loop_free(loop *l); /* after its transfers are removed and its timers disarmed */

/* Runs callbacks until loop_stop.  OPSDK_EIO when curl or the kernel fails in a way that cannot be waited out. */
int loop_run(loop *l, opsdk_error *err);
/* Makes loop_run return, also when it has not begun.  From any thread or signal handler. */
void loop_stop(loop *l);
bool loop_stopped(const loop *l); /* likewise */
/* Milliseconds since the loop last went round: any thread.  A healthy loop goes round at least once per second. */
int64_t loop_age_ms(const loop *l);

/* A timer, embedded in its owner; zeroed with fn and user set. */
typedef struct loop_timer {
    void (*fn)(void *user);
    void *user;
    int64_t at_ms; /* of clock_ms */
    struct loop_timer *next;
    bool armed;
} loop_timer;
void loop_arm(loop *l, loop_timer *t, int64_t delay_ms); /* again: moves it */
void loop_disarm(loop *l, loop_timer *t);

/* A transfer, embedded in its owner; zeroed with these set. */
typedef struct loop_transfer {
    http_transfer *http;
    void (*open)(void *user);                  /* the reply's headers say 2xx; may be NULL */
    void (*done)(CURLcode result, void *user); /* it is removed already */
    void *user;
    int floor_ms; /* given up when less than LIMIT_FLOOR bytes per second arrive for so long; 0: never */
    struct loop_transfer *prev, *next;
    bool opened;
} loop_transfer;
int loop_start(loop *l, loop_transfer *t, opsdk_error *err);
void loop_remove(loop *l, loop_transfer *t);

#endif
