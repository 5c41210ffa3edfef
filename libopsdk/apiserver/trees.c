#include "apiserver/trees.h"

/* FNV-1a. */
static size_t slot_of(const char *key)
{
    uint32_t hash = 2166136261u;

    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * 16777619u;
    return hash % LIMIT_TREES;
}

json_t *trees_find(const trees *t, const item *it)
{
    size_t i = slot_of(it->key);

    return t->slots[i].it == it ? json_incref(t->slots[i].tree) : NULL;
}

static void empty(trees *t, size_t i)
{
    t->slots[i].it = item_unref(t->slots[i].it);
    json_decref(t->slots[i].tree);
    t->slots[i].tree = NULL;
}

void trees_keep(trees *t, const item *it, json_t *tree)
{
    size_t i = slot_of(it->key);

    empty(t, i);
    if (it->len > LIMIT_TREE) {
        json_decref(tree);
        return;
    }
    t->slots[i].it = item_ref(it);
    t->slots[i].tree = tree;
}

void trees_clear(trees *t)
{
    for (size_t i = 0; i < LIMIT_TREES; i++)
        empty(t, i);
}
