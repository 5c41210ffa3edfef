/* What the server holds: n objects, and a history that is a number.
 *
 * Event e changes object e mod n and has version BASE + 1 + e, so that any point of the past can be listed, resumed and replayed without
 * keeping anything.  Any thread. */
#ifndef REPLAY_HISTORY_H
#define REPLAY_HISTORY_H

#include "tests/bench/replay/data.h"

#include <pthread.h>
#include <stdbool.h>

#define HISTORY_BASE 1000000000u /* ten digits, and newer than every object's first version */

typedef struct history {
    data_object *objects;
    size_t n;
    pthread_mutex_t lock;
    pthread_cond_t more;
    uint64_t events;  /* so many have happened */
    uint64_t floor;   /* what is older is forgotten: 410 */
    uint64_t dropped; /* counts calls of history_expire: watches that began before end */
} history;

int history_init(history *h, enum data_set set, size_t n, int custom);

uint64_t history_events(history *h);
void history_add(history *h, uint64_t n);
/* Forgets the past and ends all watches. */
void history_expire(history *h);

/* Object i after so many events, the list item or an event's object, to at, which has room for its len. */
void history_put(const history *h, size_t i, uint64_t events, int64_t sent_ns, char *at);

#endif
