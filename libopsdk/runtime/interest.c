#include "runtime/interest.h"

#include "client/clock.h"
#include "core/map.h"
#include "core/object.h"

#include <opsdk/selector.h>
#include <stdlib.h>
#include <string.h>

/* Of one primary. */
typedef struct wish {
    struct wish *next, **at; /* in its group */
    struct group *group;
    opsdk_object *selector; /* a copy of just that; NULL by name */
    const char *name;
    char ns[]; /* "" without; name is behind it */
} wish;

/* The wishes of one namespace and, by name, for one name. */
typedef struct group {
    wish *first;
    const char *name;
    char ns[];
} group;

struct interest {
    const opsdk_kind *kind;
    const char *pointer;
    bool by_name;
    map wishes, groups;
};

static opsdk_key wish_key(const void *item)
{
    const wish *w = item;

    return OPSDK_KEY(NULL, w->ns, w->name);
}

static opsdk_key group_key(const void *item)
{
    const group *g = item;

    return OPSDK_KEY(NULL, g->ns, g->name);
}

interest *interest_new(const opsdk_kind *kind, const char *pointer, bool by_name)
{
    interest *in = calloc(1, sizeof(*in));
    uint64_t seed = (uint64_t)clock_random() << 32 | clock_random();

    if (!in)
        return NULL;
    *in = (interest){.kind = kind, .pointer = pointer, .by_name = by_name};
    map_init(&in->wishes, wish_key, seed);
    map_init(&in->groups, group_key, seed);
    return in;
}

static wish *wish_free(wish *w)
{
    if (!w)
        return NULL;
    opsdk_object_unref(w->selector);
    free(w);
    return NULL;
}

interest *interest_free(interest *in)
{
    map_slot *slot;
    size_t at = 0;

    if (!in)
        return NULL;
    for (slot = map_next(&in->wishes, &at); slot; slot = map_next(&in->wishes, &at))
        wish_free(slot->item);
    at = 0;
    for (slot = map_next(&in->groups, &at); slot; slot = map_next(&in->groups, &at))
        free(slot->item);
    map_clear(&in->wishes);
    map_clear(&in->groups);
    free(in);
    return NULL;
}

/* Two strings behind a head of that size. */
static void *alloc_named(size_t head, const char *ns, const char *name, const char **ret_name)
{
    size_t ns_len = strlen(ns) + 1, name_len = strlen(name) + 1;
    char *block = malloc(head + ns_len + name_len);

    if (!block)
        return NULL;
    memcpy(block + head, ns, ns_len);
    memcpy(block + head + ns_len, name, name_len);
    *ret_name = block + head + ns_len;
    return block;
}

static group *group_for(interest *in, const char *ns, const char *name)
{
    map_slot *slot = map_find(&in->groups, OPSDK_KEY(NULL, ns, name));
    const char *own;
    void *none;
    group *g;

    if (slot)
        return slot->item;
    g = alloc_named(offsetof(group, ns), ns, name, &own);
    if (!g)
        return NULL;
    g->first = NULL;
    g->name = own;
    if (map_put(&in->groups, g, 0, &none) == 0)
        return g;
    free(g);
    return NULL;
}

static void leave(interest *in, wish *w)
{
    group *g = w->group;

    *w->at = w->next;
    if (w->next)
        w->next->at = w->at;
    if (!g->first)
        free(map_remove(&in->groups, group_key(g)));
}

static void join(group *g, wish *w)
{
    w->group = g;
    w->next = g->first;
    w->at = &g->first;
    if (w->next)
        w->next->at = &w->next;
    g->first = w;
}

static void forget(interest *in, const char *ns, const char *name)
{
    wish *w = map_remove(&in->wishes, OPSDK_KEY(NULL, ns, name));

    if (!w)
        return;
    leave(in, w);
    wish_free(w);
}

static bool wished(const interest *in, opsdk_value v)
{
    return in->by_name ? *opsdk_value_str(v, "") != '\0' : opsdk_value_type(v) == OPSDK_MAP;
}

static int add(interest *in, const char *ns, const char *name, opsdk_value v)
{
    const char *own = NULL;
    wish *w = alloc_named(offsetof(wish, ns), ns, name, &own);
    void *none;
    group *g;

    if (!w)
        return OPSDK_ENOMEM;
    w->name = own;
    w->selector = in->by_name ? NULL : object_of_value(v);
    g = in->by_name || w->selector
            ? group_for(in, in->kind->cluster_scoped ? "" : ns, in->by_name ? opsdk_value_str(v, "") : "")
            : NULL;
    if (!g || map_put(&in->wishes, w, 0, &none) < 0) {
        if (g && !g->first)
            free(map_remove(&in->groups, group_key(g)));
        wish_free(w);
        return OPSDK_ENOMEM;
    }
    join(g, w);
    return 0;
}

int interest_note(interest *in, const opsdk_object *primary, bool gone)
{
    opsdk_value v = opsdk_at(primary, in->pointer);
    opsdk_key key = opsdk_object_key(primary);
    const char *ns = key.ns ? key.ns : "";

    forget(in, ns, key.name);
    return gone || !wished(in, v) ? 0 : add(in, ns, key.name, v);
}

void interest_match(const interest *in, const opsdk_object *obj, opsdk_queue *queue)
{
    opsdk_key key = opsdk_object_key(obj);
    const char *ns = key.ns && !in->kind->cluster_scoped ? key.ns : "";
    map_slot *slot = map_find(&in->groups, OPSDK_KEY(NULL, ns, in->by_name ? key.name : ""));
    const group *g = slot ? slot->item : NULL;

    for (const wish *w = g ? g->first : NULL; w; w = w->next) {
        if (in->by_name || opsdk_selector_match(opsdk_at(w->selector, ""), obj, NULL) > 0)
            queue_add(queue, *w->ns ? w->ns : NULL, w->name);
    }
}
