/* Serves a world as ConfigMaps, one connection at a time, and breaks its promises now and then as real servers do.
 *
 * It makes the events while it sends them: what happens depends on the seed and on what is asked for, not on time. */
#ifndef HISTORY_SERVER_H
#define HISTORY_SERVER_H

#include "tests/history/world.h"

#include <pthread.h>
#include <stdint.h>

/* What is done wrong on purpose, to see that it is found. */
enum plant {
    PLANT_NONE,
    PLANT_DROP,          /* the server leaves an event out */
    PLANT_SWAP,          /* the server sends two events in the wrong order */
    PLANT_HIDE,          /* the server leaves an object out of its lists */
    PLANT_CHANGE,        /* an object changes and nobody is told */
    PLANT_TWICE,         /* a deletion is told twice */
    PLANT_NOT_TOLD,      /* a deletion is not told */
    PLANT_NOT_RECONCILED /* a change does not reach the handler */
};

typedef struct server_counts {
    uint64_t watches, lists, pages, cuts, ends, gone, refused, errors, junk, repeated, bookmarks;
    uint64_t reasons; /* for a list */
} server_counts;

typedef struct server {
    world world;
    enum plant plant;
    uint64_t fault_every;   /* events, about; 0: no faults */
    _Atomic uint64_t until; /* the version with which the history pauses */
    _Atomic uint64_t quiet; /* all events up to this version have been sent */
    atomic_bool stop;
    uint64_t planted;     /* the version at which the plant did its work */
    server_counts counts; /* to be read when it is quiet */
    int fd, port;
    pthread_t thread;
    struct reply *out;
} server;

/* Listens on loopback and serves in a thread.  False: it cannot. */
bool server_start(server *s);
void server_stop(server *s);
/* Makes so many events more. */
void server_run(server *s, uint64_t events);

#endif
