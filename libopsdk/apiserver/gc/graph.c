#include "apiserver/gc/graph.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/meta.h"
#include "core/map.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct graph {
    map nodes;
};

static opsdk_key key_of(const void *node)
{
    const gc_node *n = node;

    return (opsdk_key){.ns = "", .name = n->uid};
}

graph *graph_new(void)
{
    graph *g = calloc(1, sizeof(*g));
    uint64_t seed = 0;

    if (g && getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == sizeof(seed))
        map_init(&g->nodes, key_of, seed);
    else if (g)
        map_init(&g->nodes, key_of, 1);
    return g;
}

static void node_free(gc_node *n)
{
    for (gc_edge *e = n->owners, *sibling; e; e = sibling) {
        sibling = e->sibling;
        free(e);
    }
    item_unref(n->it);
    free(n);
}

graph *graph_free(graph *g)
{
    map_slot *slot;

    if (!g)
        return NULL;
    for (size_t at = 0; (slot = map_next(&g->nodes, &at));)
        node_free(slot->item);
    map_clear(&g->nodes);
    free(g);
    return NULL;
}

gc_node *graph_find(const graph *g, const char *uid)
{
    map_slot *slot = map_find(&g->nodes, (opsdk_key){.ns = "", .name = uid});

    return slot ? slot->item : NULL;
}

gc_node *graph_node(graph *g, const char *uid)
{
    gc_node *n = graph_find(g, uid);
    size_t len = strlen(uid) + 1;
    void *old;

    if (n)
        return n;
    n = calloc(1, sizeof(*n) + len);
    if (!n)
        return NULL;
    memcpy(n->uid, uid, len);
    if (map_put(&g->nodes, n, 0, &old) < 0) {
        free(n);
        return NULL;
    }
    return n;
}

void graph_tidy(graph *g, gc_node *n)
{
    bool waits = n->it && n->deleting && (n->foreground || n->orphans);

    if (n->owners || n->dependents || n->jobs || n->pins || waits)
        return;
    map_remove(&g->nodes, (opsdk_key){.ns = "", .name = n->uid});
    node_free(n);
}

void graph_observe(gc_node *n, collection *objects, item *it, const json_t *obj)
{
    json_t *meta = meta_of(obj), *finalizers = json_object_get(meta, "finalizers");

    item_ref(it);
    item_unref(n->it);
    n->it = it;
    n->objects = objects;
    n->deleting = json_object_get(meta, "deletionTimestamp") != NULL;
    n->foreground = n->deleting && doc_has(finalizers, "foregroundDeletion");
    n->orphans = n->deleting && doc_has(finalizers, "orphan");
}

void graph_lose(gc_node *n)
{
    n->it = item_unref(n->it);
    n->deleting = n->foreground = n->orphans = false;
    n->searched = true; /* a uid does not come back */
}

gc_edge *graph_link(gc_node *dependent, gc_node *owner, bool blocks)
{
    gc_edge *e = calloc(1, sizeof(*e));

    if (!e)
        return NULL;
    *e = (gc_edge){.owner = owner, .dependent = dependent, .next = owner->dependents, .link = &owner->dependents};
    e->sibling = dependent->owners;
    if (e->next)
        e->next->link = &e->next;
    dependent->owners = owner->dependents = e;
    graph_block(e, blocks);
    return e;
}

void graph_block(gc_edge *e, bool blocks)
{
    e->owner->n_blocking += (size_t)blocks - (size_t)e->blocks;
    e->blocks = blocks;
}

void graph_unlink(graph *g, gc_edge *e)
{
    gc_edge **at = &e->dependent->owners;

    while (*at != e)
        at = &(*at)->sibling;
    *at = e->sibling;
    *e->link = e->next;
    if (e->next)
        e->next->link = e->link;
    graph_block(e, false);
    graph_tidy(g, e->owner);
    free(e);
}
