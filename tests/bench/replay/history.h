/* What the server holds: n objects, and a history that is a number.
 *
 * Event e changes object e mod n and has version BASE + 1 + e, so that any point of the past can be listed, resumed and replayed without
 * keeping anything.  Any thread. */
#ifndef REPLAY_HISTORY_H
#define REPLAY_HISTORY_H

#include "tests/bench/replay/data.h"
#include "tests/bench/replay/reply.h"

#include <pthread.h>
#include <stdbool.h>

#define HISTORY_BASE 1000000000u /* ten digits, and newer than every object's first version */

/* Where it stands. */
typedef struct history_state {
    uint64_t events;  /* so many have happened */
    uint64_t floor;   /* what is older is forgotten: 410 */
    uint64_t dropped; /* counts calls of history_expire: watches that began before end */
} history_state;

typedef struct history {
    data_object *json, *proto; /* the latter NULL when there are none in protobuf */
    size_t n;
    bool custom;
    pthread_mutex_t lock;
    pthread_cond_t more;
    history_state state; /* under the lock */
} history;

int history_init(history *h, enum data_set set, size_t n, bool custom);

history_state history_now(history *h);
void history_add(history *h, uint64_t n);
/* Changes n objects, of which no watch tells: it forgets the past and ends all watches. */
void history_expire(history *h, uint64_t n);
/* Waits for events beyond those of now, and brings it up to date; false at until_ns or when the watches end. */
bool history_wait(history *h, history_state *now, int64_t until_ns);

/* The place of the i-th object of a list after so many events: what changed last comes last, so that a relist is done when it has arrived. */
size_t history_nth(const history *h, uint64_t events, size_t i);

/* Object i of one encoding after so many events: the list item or an event's object. */
void history_put(reply *out, const history *h, const data_object *objects, size_t i, uint64_t events, int64_t sent_ns);

#endif
