/* The trees of what was written last: who changes an object again need not read its text again. */
#ifndef APISERVER_TREES_H
#define APISERVER_TREES_H

#include "apiserver/limits.h"
#include "apiserver/store.h"

typedef struct trees {
    struct {
        item *it;
        json_t *tree;
    } slots[LIMIT_TREES]; /* by the hash of the key, so that a version makes place for the next */
} trees;

/* A new reference; nobody may change the tree.  NULL: it is not here. */
json_t *trees_find(const trees *t, const item *it);
/* Takes tree, which says what it says and which nobody changes from now on. */
void trees_keep(trees *t, const item *it, json_t *tree);
void trees_clear(trees *t);

#endif
