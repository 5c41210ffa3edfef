#include "apiserver/gc/gc.h"
#include "apiserver/gc/acts.h"
#include "apiserver/http.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"
#include "apiserver/meta.h"

#include <stdlib.h>
#include <string.h>

/* Queues that a node can be in, as bits of its jobs. */
enum { JOB_CHECK = 1, JOB_ORPHAN = 2, JOB_AGAIN = 4 };

typedef struct queue { /* a ring */
    gc_node **list;
    size_t first, len, cap;
} queue;

struct gc {
    apiserver *server;
    graph *graph;
    queue checks;   /* is there an owner left? */
    queue orphans;  /* owners whose dependents are to be let go */
    queue again;    /* what went wrong, for later */
    uint64_t kinds; /* the registry's generation when that was last tried */
};

/* ---- queues ---- */

static bool grow(queue *q)
{
    size_t cap = q->cap ? 2 * q->cap : 64;
    gc_node **more = calloc(cap, sizeof(*more));

    if (!more)
        return false;
    for (size_t i = 0; i < q->len; i++)
        more[i] = q->list[(q->first + i) % q->cap];
    free(q->list);
    *q = (queue){more, 0, q->len, cap};
    return true;
}

static bool push(queue *q, gc_node *n)
{
    if (q->len == q->cap && !grow(q))
        return false;
    q->list[(q->first + q->len++) % q->cap] = n;
    return true;
}

static gc_node *pop(queue *q)
{
    gc_node *n = q->list[q->first];

    q->first = (q->first + 1) % q->cap;
    q->len--;
    return n;
}

static void put(gc *g, queue *q, gc_node *n, unsigned char job)
{
    if (n->jobs & job || !push(q, n))
        return;
    n->jobs |= job;
    http_soon(g->server, gc_work, q == &g->again ? LIMIT_GC_AGAIN_MS : 0);
}

static void check(gc *g, gc_node *n)
{
    put(g, &g->checks, n, JOB_CHECK);
}

/* ---- owners as references name them ---- */

static const json_t *references(const json_t *obj)
{
    return json_object_get(meta_of(obj), "ownerReferences");
}

static bool observe(gc_node *n, collection *c, item *it)
{
    json_auto_t *obj = item_json(it);

    if (obj)
        graph_observe(n, c, it, obj);
    return obj != NULL;
}

typedef struct uid_search {
    const char *uid;
    item *found;
} uid_search;

static int compare_uid(item *it, void *user)
{
    uid_search *search = user;

    if (strcmp(it->uid, search->uid) != 0)
        return 0;
    search->found = it;
    return 1;
}

/* Looks an owner up that was not written since it is named: where it should be, else anywhere among its kind, once. */
static void find_owner(gc_node *owner, resource *res, const json_t *ref, const char *ns)
{
    item *it = collection_get(res->objects, res->namespaced ? ns : "", doc_text(ref, "name"));
    uid_search search = {owner->uid, it};
    auto_failure why = {0};

    if (!it || strcmp(it->uid, owner->uid) != 0) {
        search.found = NULL;
        collection_each(res->objects, 0, "", NULL, compare_uid, &search, &why);
    }
    owner->searched = !search.found || observe(owner, res->objects, search.found);
}

enum standing {
    OWNER_SOLID,
    OWNER_WAITING, /* for its dependents to go */
    OWNER_ABSENT,
    OWNER_UNKNOWN,   /* nobody knows its kind, yet */
    OWNER_IMPOSSIBLE /* a namespaced owner of something that has no namespace */
};

static enum standing judge(gc *g, const gc_node *n, const json_t *ref)
{
    resource *res = registry_kind(g->server->resources, doc_text(ref, "apiVersion"), doc_text(ref, "kind"));
    gc_node *owner = graph_find(g->graph, doc_text(ref, "uid"));
    const char *ns = res && res->namespaced ? n->it->ns : "";

    if (!res || !res->objects || !owner)
        return OWNER_UNKNOWN;
    if (res->namespaced && !*n->it->ns)
        return OWNER_IMPOSSIBLE;
    if (!owner->it && !owner->searched)
        find_owner(owner, res, ref, n->it->ns);
    if (!owner->it && !owner->searched)
        return OWNER_UNKNOWN; /* there is no memory to look at it */
    if (!owner->it || owner->objects != res->objects || strcmp(owner->it->name, doc_text(ref, "name")) != 0 ||
        strcmp(owner->it->ns, ns) != 0)
        return OWNER_ABSENT;
    return owner->foreground ? OWNER_WAITING : OWNER_SOLID;
}

/* ---- what a write changes ---- */

/* A reference that is new. */
static void settle(gc *g, gc_node *n, gc_node *owner, const json_t *ref)
{
    enum standing now = judge(g, n, ref);

    if (now == OWNER_IMPOSSIBLE && !owner->it && !owner->searched)
        find_owner(owner, registry_kind(g->server->resources, doc_text(ref, "apiVersion"), doc_text(ref, "kind")), ref,
                   "");
    if (now != OWNER_SOLID)
        check(g, n);
    if ((now == OWNER_IMPOSSIBLE || now == OWNER_ABSENT) && owner->it && *owner->it->ns &&
        strcmp(owner->it->ns, n->it->ns) != 0)
        act_complain(g->server, n, ref);
}

static gc_edge *edge_to(const gc_node *n, const char *uid)
{
    gc_edge *e = n->owners;

    while (e && (e->seen || strcmp(e->owner->uid, uid) != 0))
        e = e->sibling;
    return e;
}

static void keep_edge(gc *g, gc_edge *e, bool blocks)
{
    bool unblocked = e->blocks && !blocks;

    e->seen = true;
    graph_block(e, blocks);
    if (unblocked)
        check(g, e->owner);
}

static void add_edge(gc *g, gc_node *n, const json_t *ref, bool blocks)
{
    gc_node *owner = graph_node(g->graph, doc_text(ref, "uid"));
    gc_edge *e = owner ? graph_link(n, owner, blocks) : NULL;

    if (!e)
        return; /* for want of memory it is not collected */
    e->seen = true;
    settle(g, n, owner, ref);
}

static void remove_unseen(gc *g, gc_node *n)
{
    for (gc_edge *e = n->owners, *sibling; e; e = sibling) {
        sibling = e->sibling;
        if (e->seen)
            continue;
        if (e->owner->foreground)
            check(g, e->owner);
        graph_unlink(g->graph, e);
    }
}

static void compare_owners(gc *g, gc_node *n, const json_t *refs)
{
    size_t i;
    json_t *ref;

    for (gc_edge *e = n->owners; e; e = e->sibling)
        e->seen = false;
    json_array_foreach((json_t *)refs, i, ref)
    {
        bool blocks = json_is_true(json_object_get(ref, "blockOwnerDeletion"));
        gc_edge *e = edge_to(n, doc_text(ref, "uid"));
        if (e)
            keep_edge(g, e, blocks);
        else
            add_edge(g, n, ref, blocks);
    }
    remove_unseen(g, n);
}

/* The first write that says so starts it. */
static void start_deletion(gc *g, gc_node *n, bool waited, bool orphaned)
{
    if (n->orphans && !orphaned) {
        put(g, &g->orphans, n, JOB_ORPHAN);
    } else if (n->foreground && !waited) {
        for (gc_edge *e = n->dependents; e; e = e->next)
            check(g, e->dependent);
        check(g, n);
    }
}

static void see_write(gc *g, collection *c, const json_t *obj, item *it)
{
    const json_t *refs = references(obj);
    bool leaves = json_object_get(meta_of(obj), "deletionTimestamp") && json_object_get(meta_of(obj), "finalizers"),
         waited, orphaned;
    gc_node *n = graph_find(g->graph, it->uid);

    if (!n && json_array_size(refs) == 0 && !leaves)
        return;
    n = n ? n : graph_node(g->graph, it->uid);
    if (!n)
        return;
    n->pins++;
    waited = n->foreground;
    orphaned = n->orphans;
    graph_observe(n, c, it, obj);
    compare_owners(g, n, refs);
    start_deletion(g, n, waited, orphaned);
    n->pins--;
    graph_tidy(g->graph, n);
}

static void see_removal(gc *g, const item *it)
{
    gc_node *n = graph_find(g->graph, it->uid);

    if (!n)
        return;
    n->pins++;
    graph_lose(n);
    for (gc_edge *e = n->dependents; e; e = e->next)
        check(g, e->dependent);
    for (gc_edge *e = n->owners; e; e = e->sibling)
        e->seen = false;
    remove_unseen(g, n);
    n->pins--;
    graph_tidy(g->graph, n);
}

/* Events are left to themselves; and a kind that comes may be what was unknown before. */
void gc_see(gc *g, collection *c, const json_t *obj, item *it)
{
    const resource *res = collection_resource(c);

    if (res && strcmp(res->plural, "events") == 0 && !res->custom)
        return;
    if (obj)
        see_write(g, c, obj, it);
    else
        see_removal(g, it);
    if (g->again.len && g->kinds != registry_generation(g->server->resources))
        http_soon(g->server, gc_work, 0);
}

/* ---- what is to do ---- */

typedef struct owners_left {
    size_t solid, waiting;
    json_t *others; /* uids of those that are not solid */
    enum standing trouble;
} owners_left;

static owners_left classify(gc *g, const gc_node *n, const json_t *refs)
{
    owners_left left = {.others = json_array()};
    size_t i;
    json_t *ref;

    json_array_foreach((json_t *)refs, i, ref)
    {
        enum standing now = judge(g, n, ref);
        if (now == OWNER_UNKNOWN || now == OWNER_IMPOSSIBLE) {
            left.trouble = now;
            break;
        }
        left.solid += now == OWNER_SOLID;
        left.waiting += now == OWNER_WAITING;
        if (now != OWNER_SOLID)
            json_array_append(left.others, json_object_get(ref, "uid"));
    }
    return left;
}

static bool has_waiting_dependent(const gc_node *n)
{
    for (const gc_edge *e = n->dependents; e; e = e->next)
        if (e->dependent->foreground)
            return true;
    return false;
}

/* A ring of owners that wait for each other is broken up where it is met. */
static int delete_foreground(gc *g, const gc_node *n)
{
    if (has_waiting_dependent(n) && act_unblock(g->server, n) < 0)
        return -1;
    return n->it ? act_delete(g->server, n, "Foreground") : 0;
}

static int delete_by_finalizers(gc *g, const gc_node *n, const json_t *obj)
{
    const json_t *finalizers = json_object_get(meta_of(obj), "finalizers");
    const char *policy = doc_has(finalizers, "orphan")               ? "Orphan"
                         : doc_has(finalizers, "foregroundDeletion") ? "Foreground"
                                                                     : "Background";

    return act_delete(g->server, n, policy);
}

static int collect(gc *g, const gc_node *n, const json_t *obj)
{
    owners_left left = classify(g, n, references(obj));
    json_auto_t *others = left.others;

    if (left.trouble == OWNER_IMPOSSIBLE)
        return 0;
    if (left.trouble == OWNER_UNKNOWN || !others)
        return -1;
    if (left.solid)
        return json_array_size(others) ? act_drop_owners(g->server, n, others) : 0;
    if (left.waiting && n->dependents)
        return delete_foreground(g, n);
    return delete_by_finalizers(g, n, obj);
}

/* -1: to be tried again. */
static int do_check(gc *g, gc_node *n)
{
    json_auto_t *obj = NULL;

    if (!n->it || (n->deleting && !n->foreground))
        return 0;
    if (n->foreground)
        return n->n_blocking ? 0 : act_drop_finalizer(g->server, n, "foregroundDeletion");
    if (!n->owners)
        return 0;
    obj = item_json(n->it);
    return obj ? collect(g, n, obj) : -1;
}

/* One dependent, or the owner when there is none left.  1: there is more. */
static int do_orphan(gc *g, gc_node *n)
{
    if (!n->it || !n->orphans)
        return 0;
    if (!n->dependents)
        return act_drop_finalizer(g->server, n, "orphan");
    return act_drop_owner(g->server, n->dependents->dependent, n->uid) < 0 ? -1 : 1;
}

static void run_one(gc *g, queue *q, unsigned char job, int (*run)(gc *g, gc_node *n))
{
    gc_node *n = pop(q);
    int r;

    n->jobs &= (unsigned char)~job;
    n->pins++;
    r = run(g, n);
    n->pins--;
    if (r > 0)
        put(g, q, n, job);
    else if (r < 0)
        put(g, &g->again, n, JOB_AGAIN);
    graph_tidy(g->graph, n);
}

static void try_again(gc *g)
{
    g->kinds = registry_generation(g->server->resources);
    for (size_t i = g->again.len; i > 0; i--) {
        gc_node *n = pop(&g->again);
        n->jobs &= (unsigned char)~JOB_AGAIN;
        if (n->orphans)
            put(g, &g->orphans, n, JOB_ORPHAN);
        else
            check(g, n);
        graph_tidy(g->graph, n);
    }
}

void gc_work(apiserver *s)
{
    gc *g = s->gc;

    if (g->again.len && !g->checks.len && !g->orphans.len)
        try_again(g);
    for (int i = 0; i < LIMIT_GC_TURN && (g->checks.len || g->orphans.len); i++) {
        if (g->checks.len)
            run_one(g, &g->checks, JOB_CHECK, do_check);
        else
            run_one(g, &g->orphans, JOB_ORPHAN, do_orphan);
    }
    if (g->checks.len || g->orphans.len)
        http_soon(s, gc_work, 0);
    else if (g->again.len)
        http_soon(s, gc_work, LIMIT_GC_AGAIN_MS);
}

/* ---- begin and end ---- */

gc *gc_new(apiserver *s)
{
    gc *g = calloc(1, sizeof(*g));

    if (g)
        g->graph = graph_new();
    if (!g || !g->graph || !grow(&g->checks) || !grow(&g->orphans) || !grow(&g->again))
        return gc_free(g);
    g->server = s;
    return g;
}

gc *gc_free(gc *g)
{
    if (!g)
        return NULL;
    graph_free(g->graph);
    free(g->checks.list);
    free(g->orphans.list);
    free(g->again.list);
    free(g);
    return NULL;
}
