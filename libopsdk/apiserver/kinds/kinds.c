#include "apiserver/kinds/kinds.h"
#include "apiserver/kinds/tables.h"

#include <stdlib.h>

struct kinds {
    size_t n;
    resource resources[];
};

/* Reviews and other virtual resources are answered, not stored. */
static bool is_stored(const resource *res)
{
    return res->verbs & VERB_LIST;
}

/* A kind that is stored as that of another group has its collection. */
static int add(resource *res, registry *r, store *s)
{
    if (is_stored(res)) {
        const resource *home = res->home ? registry_find(r, res->home, res->version, res->plural) : NULL;
        res->objects = store_collection(s, home ? home : res);
        if (!res->objects)
            return -1;
    }
    return registry_add(r, res);
}

kinds *kinds_new(registry *r, store *s)
{
    size_t n = 0;
    kinds *k;

    while (KINDS[n].plural)
        n++;
    k = malloc(sizeof(*k) + n * sizeof(k->resources[0]));
    if (!k)
        return NULL;
    k->n = n;
    for (size_t i = 0; i < n; i++) {
        k->resources[i] = KINDS[i];
        if (add(&k->resources[i], r, s) < 0)
            return kinds_free(k);
    }
    return k;
}

kinds *kinds_free(kinds *k)
{
    free(k);
    return NULL;
}
