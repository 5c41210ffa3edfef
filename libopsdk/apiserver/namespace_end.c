#include "apiserver/namespace_end.h"
#include "apiserver/http.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/kinds/kinds.h"
#include "apiserver/limits.h"
#include "apiserver/meta.h"
#include "apiserver/namespace_left.h"
#include "apiserver/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const actor controller = {"system:serviceaccount:kube-system:namespace-controller", "kube-controller-manager"};

/* A namespace that is emptied, pass by pass through all its kinds until nothing is left. */
typedef struct ending {
    struct ending *next;
    char *name;
    bool waits;            /* the pass is over, and something is left that others have to let go */
    bool pods;             /* the pass is still at these */
    uint64_t kinds;        /* the registry's generation at the begin of the pass */
    size_t at;             /* the next kind */
    resource *res;         /* the kind in hand; NULL: none */
    char after[LIMIT_KEY]; /* its last object that was dealt with; "" */
    namespace_left left;
} ending;

struct namespace_ends {
    apiserver *server;
    ending *list;
};

/* ---- which ---- */

static ending **find(namespace_ends *all, const char *name)
{
    ending **at = &all->list;

    while (*at && strcmp((*at)->name, name) != 0)
        at = &(*at)->next;
    return at;
}

static void drop(ending **at)
{
    ending *e = *at;

    *at = e->next;
    namespace_left_clear(&e->left);
    free(e->name);
    free(e);
}

static void work(apiserver *s);

static void begin_pass(namespace_ends *all, ending *e)
{
    namespace_left_clear(&e->left);
    e->waits = false;
    e->pods = true;
    e->kinds = registry_generation(all->server->resources);
    e->at = 0;
    e->res = NULL;
    e->after[0] = '\0';
}

static void add(namespace_ends *all, const char *name)
{
    ending *e = *find(all, name);

    if (!e) {
        e = calloc(1, sizeof(*e));
        if (!e)
            return;
        e->name = strdup(name);
        if (!e->name) {
            free(e);
            return;
        }
        e->next = all->list;
        all->list = e;
        begin_pass(all, e);
    }
    http_soon(all->server, work, 0);
}

static bool is_ending(const json_t *ns)
{
    return json_object_get(meta_of(ns), "deletionTimestamp") && doc_has(doc_at(ns, "spec.finalizers"), "kubernetes");
}

/* Many that are left are not counted anew for each that goes. */
static void see_removal(namespace_ends *all, const item *it)
{
    ending *e = all->list ? *find(all, it->ns) : NULL;

    if (!e || !e->waits)
        return;
    begin_pass(all, e);
    http_soon(all->server, work, LIMIT_NAMESPACE_AGAIN_MS);
}

void namespace_ends_see(namespace_ends *all, const collection *c, const json_t *obj, const item *it)
{
    ending **at;

    if (c != kinds_namespaces(all->server->kinds)) {
        if (!obj)
            see_removal(all, it);
    } else if (obj && is_ending(obj)) {
        if (!*find(all, it->name))
            add(all, it->name);
    } else if (all->list) {
        at = find(all, it->name);
        if (*at)
            drop(at);
    }
}

/* ---- what is in it ---- */

/* One resource of each collection: versions share theirs. */
static bool is_content(const resource *res)
{
    return res->namespaced && res->objects && (res->verbs & VERB_DELETE) && collection_resource(res->objects) == res;
}

static bool is_pods(const resource *res)
{
    return !res->custom && strcmp(res->plural, "pods") == 0 && !*res->group;
}

/* NULL: that was the last. */
static resource *next_kind(namespace_ends *all, ending *e)
{
    resource *res = registry_next(all->server->resources, &e->at);

    while (res && (!is_content(res) || is_pods(res) != e->pods))
        res = registry_next(all->server->resources, &e->at);
    e->after[0] = '\0';
    return res;
}

typedef struct batch {
    item *items[LIMIT_GC_TURN];
    size_t n, max;
} batch;

static int gather(item *it, void *user)
{
    batch *b = user;

    b->items[b->n++] = item_ref(it);
    return b->n == b->max;
}

/* What is still there is counted. */
static void delete_one(namespace_ends *all, ending *e, resource *res, const item *it)
{
    json_auto_t *opts = json_pack("{s:s, s:{s:s}}", "propagationPolicy", "Background", "preconditions", "uid", it->uid);
    auto_failure why = {0};
    item *still;

    if (opts)
        actor_delete(all->server, &controller, res, it->ns, it->name, opts, &why);
    still = collection_get(res->objects, it->ns, it->name);
    if (still)
        namespace_left_count(&e->left, res, still);
}

/* Some of the kind in hand; how many there were. */
static size_t delete_some(namespace_ends *all, ending *e, size_t max)
{
    batch b = {.max = max};
    auto_failure why = {0};
    resource *res = resource_hold(e->res);

    collection_each(res->objects, 0, e->name, *e->after ? e->after : NULL, gather, &b, &why);
    for (size_t i = 0; i < b.n; i++) {
        snprintf(e->after, sizeof(e->after), "%s", b.items[i]->key);
        delete_one(all, e, res, b.items[i]);
        item_unref(b.items[i]);
    }
    resource_release(res);
    return b.n;
}

/* ---- its end ---- */

/* The namespace as it is stored; the caller's; NULL: gone. */
static json_t *load(const apiserver *s, const char *name)
{
    const item *it = collection_get(kinds_namespaces(s->kinds), "", name);

    return it ? item_json(it) : NULL;
}

static resource *namespaces(const apiserver *s)
{
    return collection_resource(kinds_namespaces(s->kinds));
}

static void tell(namespace_ends *all, const ending *e)
{
    json_auto_t *ns = load(all->server, e->name);
    auto_failure why = {0};
    char now[32];

    if (ns && namespace_left_tell(&e->left, ns, apiserver_time(all->server, now), e->pods))
        actor_update(all->server, &controller, "update", namespaces(all->server), "status", ns, &why);
}

static void finalize(namespace_ends *all, const char *name)
{
    json_auto_t *ns = load(all->server, name);
    json_t *list = doc_at(ns, "spec.finalizers");
    auto_failure why = {0};

    for (size_t i = json_array_size(list); i-- > 0;)
        if (strcmp(json_string_value(json_array_get(list, i)), "kubernetes") == 0)
            json_array_remove(list, i);
    if (ns)
        actor_update(all->server, &controller, "update", namespaces(all->server), "finalize", ns, &why);
}

/* Pods that are left hold up all else.  e may go. */
static void end_pass(namespace_ends *all, ending *e)
{
    if (e->pods && !namespace_left_any(&e->left)) {
        e->pods = false;
        e->at = 0;
        return;
    }
    e->waits = true;
    tell(all, e);
    if (!namespace_left_any(&e->left))
        finalize(all, e->name);
}

/* At most max objects; how many it dealt with. */
static size_t step(namespace_ends *all, ending *e, size_t max)
{
    size_t n;

    if (e->kinds != registry_generation(all->server->resources))
        begin_pass(all, e);
    if (!e->res)
        e->res = next_kind(all, e);
    if (!e->res) {
        end_pass(all, e);
        return 0;
    }
    n = delete_some(all, e, max);
    if (n < max)
        e->res = NULL;
    return n;
}

static ending *first_busy(namespace_ends *all)
{
    ending *e = all->list;

    while (e && e->waits)
        e = e->next;
    return e;
}

static void work(apiserver *s)
{
    namespace_ends *all = s->namespace_ends;
    size_t left = LIMIT_GC_TURN;
    ending *e;

    for (e = first_busy(all); e && left > 0; e = first_busy(all))
        left -= step(all, e, left);
    if (e)
        http_soon(s, work, 0);
}

/* ---- begin and end ---- */

namespace_ends *namespace_ends_new(apiserver *s)
{
    namespace_ends *all = calloc(1, sizeof(*all));

    if (all)
        all->server = s;
    return all;
}

namespace_ends *namespace_ends_free(namespace_ends *all)
{
    while (all && all->list)
        drop(&all->list);
    free(all);
    return NULL;
}
