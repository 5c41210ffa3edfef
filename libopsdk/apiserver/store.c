#include "apiserver/store.h"
#include "apiserver/item.h"
#include "apiserver/join.h"
#include "apiserver/json_clone.h"
#include "apiserver/limits.h"
#include "apiserver/trees.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The present or a past state: items in order of their keys. */
typedef struct snapshot {
    int64_t revision;
    item **items;
    size_t n;
} snapshot;

struct collection {
    store *owner;
    resource *res;
    char *name;   /* "plural.group" */
    item **items; /* in order of their keys */
    size_t n, cap;
    event *history; /* a ring */
    size_t first, len, history_cap;
    size_t history_bytes;
    int64_t forgotten; /* revision of the newest event that is no longer in history */
    watcher *watchers;
    snapshot snapshots[LIMIT_SNAPSHOTS]; /* the next to go is the one with the lowest revision */
};

struct store {
    int64_t revision, compacted;
    trees trees;
    collection **list;
    size_t n;
    store_fn *observer; /* NULL: none */
    void *observer_user;
};

store *store_new(void)
{
    store *s = calloc(1, sizeof(*s));

    if (s)
        s->revision = 1;
    return s;
}

static void event_clear(event *e)
{
    item_unref(e->now);
    item_unref(e->prev);
}

static void snapshot_clear(snapshot *s)
{
    for (size_t i = 0; i < s->n; i++)
        item_unref(s->items[i]);
    free(s->items);
    *s = (snapshot){0};
}

static void collection_free(collection *c)
{
    for (size_t i = 0; i < c->n; i++)
        item_unref(c->items[i]);
    for (size_t i = 0; i < c->len; i++)
        event_clear(&c->history[(c->first + i) % c->history_cap]);
    for (size_t i = 0; i < LIMIT_SNAPSHOTS; i++)
        snapshot_clear(&c->snapshots[i]);
    free(c->items);
    free(c->history);
    free(c->name);
    free(c);
}

store *store_free(store *s)
{
    if (!s)
        return NULL;
    trees_clear(&s->trees);
    for (size_t i = 0; i < s->n; i++)
        collection_free(s->list[i]);
    free(s->list);
    free(s);
    return NULL;
}

int64_t store_revision(const store *s)
{
    return s->revision;
}

void store_set_revision(store *s, int64_t revision)
{
    s->revision = revision;
}

int64_t store_compacted(const store *s)
{
    return s->compacted;
}

static collection *find(const store *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->list[i]->name, name) == 0)
            return s->list[i];
    return NULL;
}

collection *store_collection(store *s, resource *res)
{
    char name[320];
    collection *c = find(s, resource_label(res, name, sizeof(name)));
    collection **more;

    if (c)
        return c;
    more = reallocarray(s->list, s->n + 1, sizeof(*more));
    if (!more)
        return NULL;
    s->list = more;
    c = calloc(1, sizeof(*c));
    if (c)
        c->name = strdup(name);
    if (!c || !c->name) {
        free(c);
        return NULL;
    }
    c->owner = s;
    c->res = res;
    c->forgotten = s->compacted;
    s->list[s->n++] = c;
    return c;
}

void collection_set_resource(collection *c, resource *res)
{
    c->res = res;
}

resource *collection_resource(const collection *c)
{
    return c->res;
}

void store_observe(store *s, store_fn *fn, void *user)
{
    s->observer = fn;
    s->observer_user = user;
}

static void tell_observer(collection *c, const json_t *obj, item *it)
{
    if (c->owner->observer)
        c->owner->observer(c->owner->observer_user, c, obj, it);
}

/* ---- the present ---- */

/* Where key is in items, or would be. */
static size_t place(item *const *items, size_t n, const char *key, bool *ret_found)
{
    size_t low = 0, high = n;

    *ret_found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(items[middle]->key, key);
        if (order == 0) {
            *ret_found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const char *key_of(char *room, size_t len, const char *ns, const char *name)
{
    return join(room, len, ns ? ns : "", ns && *ns ? '/' : '\0', name);
}

item *collection_get(const collection *c, const char *ns, const char *name)
{
    char key[LIMIT_KEY];
    bool found;
    size_t at = place(c->items, c->n, key_of(key, sizeof(key), ns, name), &found);

    return found ? c->items[at] : NULL;
}

json_t *collection_tree(const collection *c, const item *it)
{
    json_t *tree = trees_find(&c->owner->trees, it);

    return tree ? tree : item_json(it);
}

void collection_keep_tree(collection *c, const item *it, json_t *tree)
{
    trees_keep(&c->owner->trees, it, tree);
}

size_t collection_len(const collection *c)
{
    return c->n;
}

static bool grow(collection *c)
{
    size_t cap = c->cap ? 2 * c->cap : 16;
    item **more;

    if (c->n < c->cap)
        return true;
    more = reallocarray(c->items, cap, sizeof(*more));
    if (!more)
        return false;
    c->items = more;
    c->cap = cap;
    return true;
}

/* ---- the past ---- */

/* What an event keeps: the object before it is the one of an event before. */
static size_t bytes_of(const item *it)
{
    return sizeof(*it) + (it->packed ? it->packed : it->len);
}

static void forget_first(collection *c)
{
    event *e = &c->history[c->first];

    c->forgotten = e->revision;
    c->history_bytes -= bytes_of(e->now);
    event_clear(e);
    c->first = (c->first + 1) % c->history_cap;
    c->len--;
}

/* The ring grows to its limit; then the oldest event goes. */
static bool make_room(collection *c)
{
    size_t cap = c->history_cap ? 4 * c->history_cap : 64;
    event *more;

    if (c->len < c->history_cap)
        return true;
    if (cap > LIMIT_HISTORY) {
        forget_first(c);
        return true;
    }
    more = calloc(cap, sizeof(*more));
    if (!more)
        return false;
    for (size_t i = 0; i < c->len; i++)
        more[i] = c->history[(c->first + i) % c->history_cap];
    free(c->history);
    c->history = more;
    c->history_cap = cap;
    c->first = 0;
    return true;
}

/* Takes over the references of e. */
static void happen(collection *c, event e)
{
    c->history[(c->first + c->len++) % c->history_cap] = e;
    c->history_bytes += bytes_of(e.now);
    while (c->history_bytes > LIMIT_HISTORY_BYTES && c->len > 1)
        forget_first(c);
    for (watcher *w = c->watchers, *next; w; w = next) {
        next = w->next;
        w->on_event(w, &e);
    }
}

void store_compact(store *s, int64_t revision)
{
    if (revision > s->compacted)
        s->compacted = revision;
    for (size_t i = 0; i < s->n; i++) {
        collection *c = s->list[i];
        while (c->len && c->history[c->first].revision <= revision)
            forget_first(c);
        if (c->forgotten < revision)
            c->forgotten = revision;
        for (size_t k = 0; k < LIMIT_SNAPSHOTS; k++)
            if (c->snapshots[k].revision < revision)
                snapshot_clear(&c->snapshots[k]);
    }
}

/* ---- writes ---- */

static void stamp(json_t *obj, int64_t revision)
{
    char text[24];

    snprintf(text, sizeof(text), "%lld", (long long)revision);
    json_object_set_new_nocheck(json_object_get(obj, "metadata"), "resourceVersion", json_string_nocheck(text));
}

int collection_put(collection *c, json_t *obj, item **ret, failure *why)
{
    int64_t revision = c->owner->revision + 1;
    bool found;
    item *now, *prev;
    size_t at;

    stamp(obj, revision);
    now = grow(c) && make_room(c) ? item_new(c->res, obj, revision) : NULL;
    if (!now)
        return failure_memory(why);
    at = place(c->items, c->n, now->key, &found);
    prev = found ? c->items[at] : NULL;
    if (!found) {
        memmove(c->items + at + 1, c->items + at, (c->n - at) * sizeof(*c->items));
        c->n++;
    }
    c->items[at] = now;
    c->owner->revision = revision;
    if (ret)
        *ret = now;
    happen(c, (event){found ? EVENT_MODIFIED : EVENT_ADDED, revision, item_ref(now), prev});
    tell_observer(c, obj, now);
    return 0;
}

/* The removed object as the event shows it: with the revision of its removal. */
static item *last_words(const collection *c, const item *prev, int64_t revision)
{
    json_auto_t *tree = collection_tree(c, prev), *obj = json_clone_top(tree); /* down to what changes */
    json_t *meta = json_clone_top(json_object_get(obj, "metadata"));

    if (json_object_set_new_nocheck(obj, "metadata", meta) < 0)
        return NULL;
    stamp(obj, revision);
    return item_new(c->res, obj, revision);
}

int collection_remove(collection *c, const char *ns, const char *name, item **ret_last, failure *why)
{
    int64_t revision = c->owner->revision + 1;
    char key[LIMIT_KEY];
    bool found;
    size_t at = place(c->items, c->n, key_of(key, sizeof(key), ns, name), &found);
    item *prev = found ? c->items[at] : NULL, *last = NULL;

    if (!found)
        return failure_internal(why, "%s is gone already", key);
    last = make_room(c) ? last_words(c, prev, revision) : NULL;
    if (!last)
        return failure_memory(why);
    memmove(c->items + at, c->items + at + 1, (c->n - at - 1) * sizeof(*c->items));
    c->n--;
    c->owner->revision = revision;
    if (ret_last)
        *ret_last = last;
    happen(c, (event){EVENT_DELETED, revision, last, prev});
    tell_observer(c, NULL, last);
    return 0;
}

/* ---- reads ---- */

static bool changed_since(const collection *c, int64_t revision)
{
    return c->len ? c->history[(c->first + c->len - 1) % c->history_cap].revision > revision : c->forgotten > revision;
}

static void take_out(snapshot *s, size_t at)
{
    item_unref(s->items[at]);
    memmove(s->items + at, s->items + at + 1, (--s->n - at) * sizeof(*s->items));
}

/* There is room: as many places as there were objects and events. */
static void undo(snapshot *s, const event *e)
{
    bool found;
    size_t at = place(s->items, s->n, e->now->key, &found);

    if (found && e->type == EVENT_ADDED) {
        take_out(s, at);
        return;
    }
    if (found) {
        item_unref(s->items[at]);
    } else {
        memmove(s->items + at + 1, s->items + at, (s->n - at) * sizeof(*s->items));
        s->n++;
    }
    s->items[at] = item_ref(e->prev);
}

/* The state at a revision: the present one, and back through the events. */
static int rewind_to(const collection *c, int64_t revision, snapshot *s, failure *why)
{
    snapshot_clear(s);
    s->items = calloc(c->n + c->len + 1, sizeof(*s->items));
    if (!s->items)
        return failure_memory(why);
    for (; s->n < c->n; s->n++)
        s->items[s->n] = item_ref(c->items[s->n]);
    for (size_t i = c->len; i-- > 0;) {
        const event *e = &c->history[(c->first + i) % c->history_cap];
        if (e->revision <= revision)
            break;
        undo(s, e);
    }
    s->revision = revision;
    return 0;
}

/* Kept for the pages to come; the lowest revision makes room. */
static const snapshot *snapshot_at(collection *c, int64_t revision, failure *why)
{
    snapshot *slot = &c->snapshots[0];

    for (size_t i = 0; i < LIMIT_SNAPSHOTS; i++) {
        if (c->snapshots[i].items && c->snapshots[i].revision == revision)
            return &c->snapshots[i];
        if (c->snapshots[i].revision < slot->revision)
            slot = &c->snapshots[i];
    }
    if (revision < c->forgotten) {
        failure_set(why, 410, "Expired", "too old resource version: %lld (%lld)", (long long)revision,
                    (long long)c->forgotten);
        return NULL;
    }
    return rewind_to(c, revision, slot, why) < 0 ? NULL : slot;
}

item *collection_get_at(collection *c, int64_t revision, const char *ns, const char *name)
{
    auto_failure why = {0};
    char key[LIMIT_KEY];
    const snapshot *s = changed_since(c, revision) ? snapshot_at(c, revision, &why) : NULL;
    bool found;
    size_t at;

    if (!s)
        return collection_get(c, ns, name);
    at = place(s->items, s->n, key_of(key, sizeof(key), ns, name), &found);
    return found ? s->items[at] : NULL;
}

int collection_each(collection *c, int64_t revision, const char *ns, const char *after, each_item_fn *each, void *user,
                    failure *why)
{
    snapshot now = {0, c->items, c->n};
    const snapshot *s = &now;
    char prefix[LIMIT_KEY];
    size_t len, at;
    bool found;
    int r = 0;

    if (revision && changed_since(c, revision)) {
        s = snapshot_at(c, revision, why);
        if (!s)
            return -1;
    }
    len = strlen(key_of(prefix, sizeof(prefix), ns, ""));
    at = place(s->items, s->n, after ? after : prefix, &found);
    for (at += found; r == 0 && at < s->n && strncmp(s->items[at]->key, prefix, len) == 0; at++)
        r = each(s->items[at], user);
    return r;
}

/* ---- watches ---- */

void collection_end_watches(collection *c)
{
    for (watcher *w = c->watchers, *next; w; w = next) {
        next = w->next;
        if (w->on_end)
            w->on_end(w);
    }
}

int watcher_start(watcher *w, collection *c, int64_t revision, failure *why)
{
    if (revision < c->forgotten)
        return failure_set(why, 410, "Expired", "too old resource version: %lld (%lld)", (long long)revision,
                           (long long)c->forgotten);
    for (size_t i = 0; i < c->len; i++) {
        const event *e = &c->history[(c->first + i) % c->history_cap];
        if (e->revision > revision)
            w->on_event(w, e);
    }
    w->objects = c;
    w->next = c->watchers;
    w->link = &c->watchers;
    if (w->next)
        w->next->link = &w->next;
    c->watchers = w;
    return 0;
}

void watcher_stop(watcher *w)
{
    if (!w->link)
        return;
    *w->link = w->next;
    if (w->next)
        w->next->link = w->link;
    w->link = NULL;
}
