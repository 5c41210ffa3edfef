/* A timer wheel: any number of nodes, each due at a time; to add, to move and to take out one costs the same for a million as for one.
 *
 * Seven rings of 64 slots.  A slot of the first is a millisecond, one of the next 64, and so on; a node lies in the ring of the highest
 * digit (to base 64) in which its time differs from now, and goes down a ring when now reaches its slot.  The nodes are the caller's, in
 * its own structures.  No clock, no allocation, not thread-safe. */
#ifndef CORE_WHEEL_H
#define CORE_WHEEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WHEEL_RINGS 7 /* 2^42 ms: longer than any program runs */

typedef struct wheel_node {
    struct wheel_node *next, *prev;
    int64_t due_ms;
    uint16_t slot; /* of all rings */
} wheel_node;

typedef struct wheel {
    int64_t now_ms;
    size_t len;
    uint64_t busy[WHEEL_RINGS]; /* a bit for each slot that holds something */
    wheel_node *slots[WHEEL_RINGS * 64];
} wheel; /* zeroed: empty */

/* The node is in no wheel. */
void wheel_add(wheel *w, wheel_node *n, int64_t due_ms);
/* The node is in this wheel. */
void wheel_remove(wheel *w, wheel_node *n);
/* Takes out a node that is due by now, the one that is due first; NULL when there is none.  now never goes back. */
wheel_node *wheel_ripe(wheel *w, int64_t now_ms);
/* When to call wheel_ripe again: never after the first node is due, maybe before.  INT64_MAX when it is empty. */
int64_t wheel_next(const wheel *w);

#endif
