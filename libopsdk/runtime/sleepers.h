/* Threads that wait for work that a lock guards: each is woken once, and nobody for nothing.
 *
 * One of them at most watches the clock too; the others sleep until they are called.  Who is called is woken when the lock is released, by
 * sleepers_unlock: otherwise he would run into it.  All functions: the lock is held. */
#ifndef RUNTIME_SLEEPERS_H
#define RUNTIME_SLEEPERS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct sleepers {
    pthread_cond_t work, time;
    size_t idle, called;     /* of those who wait at work; of these, woken and not yet up */
    bool watched, rewatched; /* somebody waits at time; and is woken already */
    int64_t watched_ms;      /* until then */
    size_t signals;          /* to be sent at work */
    bool signal_time;        /* and at time */
    bool put_off;            /* the owner's: call nobody yet */
} sleepers;

void sleepers_init(sleepers *s);
void sleepers_clear(sleepers *s);

/* Wakes one for each piece of work that is ready, and, when something is timed, one who watches the clock. */
void sleepers_call(sleepers *s, size_t ready, bool timed);
/* Something will be due at a time of clock_ms: should who watches the clock know? */
void sleepers_due(sleepers *s, int64_t due_ms);
void sleepers_call_all(sleepers *s);
/* Releases the lock, and wakes those who were called; returns how many. */
size_t sleepers_unlock(sleepers *s, pthread_mutex_t *lock);

/* Waits to be called, or, when nobody else watches the clock, until a time (INT64_MAX: none).  May return for no reason. */
void sleepers_wait(sleepers *s, pthread_mutex_t *lock, int64_t until_ms);

#endif
