/* Who owns whom, by uid: every object that names owners, and every owner that is named.
 *
 * Kept by the writes to the store, under the server's lock, so that it is never behind. */
#ifndef APISERVER_GC_GRAPH_H
#define APISERVER_GC_GRAPH_H

#include "apiserver/store.h"

typedef struct gc_node gc_node;

/* One reference. */
typedef struct gc_edge {
    gc_node *owner, *dependent;
    struct gc_edge *next, **link; /* of the owner's */
    struct gc_edge *sibling;      /* of the dependent's */
    bool blocks;                  /* blockOwnerDeletion */
    bool seen;                    /* for its user */
} gc_edge;

struct gc_node {
    item *it; /* as stored now; NULL: not there, only named */
    collection *objects;
    gc_edge *owners, *dependents;
    size_t n_blocking;  /* of the dependents */
    bool deleting;      /* it is on its way out: */
    bool foreground;    /* and waits for its dependents, */
    bool orphans;       /* or lets them go first */
    bool searched;      /* it was looked for in the store */
    unsigned char jobs; /* for its user: the queues that it is in */
    unsigned pins;      /* and who looks at it now */
    char uid[];
};

typedef struct graph graph;
graph *graph_new(void); /* NULL: no memory */
graph *graph_free(graph *g);

gc_node *graph_find(const graph *g, const char *uid); /* NULL: unknown */
gc_node *graph_node(graph *g, const char *uid);       /* made when it is unknown; NULL: no memory */
/* Forgets it when nothing is known of it and it is in no queue. */
void graph_tidy(graph *g, gc_node *n);

/* What is stored under its uid now. */
void graph_observe(gc_node *n, collection *objects, item *it, const json_t *obj);
/* That is gone. */
void graph_lose(gc_node *n);

gc_edge *graph_link(gc_node *dependent, gc_node *owner, bool blocks); /* NULL: no memory */
void graph_block(gc_edge *e, bool blocks);
void graph_unlink(graph *g, gc_edge *e); /* frees it; and the owner, when that was all there was */

#endif
