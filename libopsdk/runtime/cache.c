#include "runtime/cache.h"

#include "core/text.h"
#include "runtime/field_index.h"

#include <features.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <opsdk/query.h>
#include <opsdk/selector.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define TRIM_FROM (1u << 20)

typedef struct entry {
    const opsdk_kind *kind;
    const char *labels, *fields;
    store *store;
    const char *const *declared; /* fields that it may be cut down to; NULL: none */
    bool is_keys;                /* there is nothing to cut off */
} entry;

struct opsdk_cache {
    store_budget budget; /* the first: make_room gets it */
    const char *default_ns;
    opsdk_client *client; /* NULL: none */
    entry *entries;
    size_t len;
    enum opsdk_full full;
    cache_cut_fn *on_cut;
    void *user;
    size_t most;      /* that was used since memory was last given back */
    pthread_t looper; /* if looping */
    atomic_bool looping;
};

static bool make_room(store_budget *b);

opsdk_cache *cache_new(const char *default_ns)
{
    opsdk_cache *c = calloc(1, sizeof(*c));

    if (!c)
        return NULL;
    c->default_ns = default_ns;
    c->budget.make_room = make_room;
    return c;
}

opsdk_cache *cache_free(opsdk_cache *c)
{
    if (!c)
        return NULL;
    for (size_t i = 0; i < c->len; i++)
        store_free(c->entries[i].store);
    free(c->entries);
    free(c);
    return NULL;
}

bool cache_kind_same(const opsdk_kind *a, const opsdk_kind *b)
{
    return a == b || (strcmp(a->api_version, b->api_version) == 0 && strcmp(a->kind, b->kind) == 0);
}

store *cache_store(opsdk_cache *c, const opsdk_kind *kind, const char *labels, const char *fields)
{
    entry *grown;
    store *s;

    for (size_t i = 0; i < c->len; i++) {
        entry *e = c->entries + i;
        if (cache_kind_same(e->kind, kind) && text_same(e->labels, labels) && text_same(e->fields, fields))
            return e->store;
    }
    grown = realloc(c->entries, (c->len + 1) * sizeof(entry));
    if (!grown)
        return NULL;
    c->entries = grown;
    s = store_new_within(&c->budget);
    if (s)
        c->entries[c->len++] = (entry){.kind = kind, .labels = labels, .fields = fields, .store = s};
    return s;
}

/* --- within a budget --- */

void cache_client(opsdk_cache *c, opsdk_client *client)
{
    c->client = client;
}

void cache_limit(opsdk_cache *c, size_t bytes, enum opsdk_full full, cache_cut_fn *on_cut, void *user)
{
    c->budget.limit = bytes;
    c->full = full;
    c->on_cut = on_cut;
    c->user = user;
}

void cache_declare(opsdk_cache *c, const store *s, const char *const *fields, bool is_keys)
{
    for (size_t i = 0; i < c->len; i++) {
        if (c->entries[i].store != s)
            continue;
        c->entries[i].declared = fields;
        c->entries[i].is_keys = is_keys;
    }
}

size_t cache_used(const opsdk_cache *c)
{
    return atomic_load_explicit(&c->budget.used, memory_order_relaxed);
}

bool cache_has_room(const opsdk_cache *c)
{
    return cache_used(c) <= c->budget.limit / 4 * 3;
}

/* What it would be cut down to next; STORE_GIVEN: to nothing. */
static store_mode next_mode(const opsdk_cache *c, const entry *e)
{
    store_mode now = store_mode_of(e->store);

    if (c->full == OPSDK_FULL_REFUSE || e->is_keys || now == STORE_KEYS)
        return STORE_GIVEN;
    return c->full == OPSDK_FULL_FIELDS && e->declared && now == STORE_GIVEN ? STORE_FIELDS : STORE_KEYS;
}

/* The largest one of those that lose least. */
static entry *next_to_cut(const opsdk_cache *c)
{
    entry *best = NULL;

    for (size_t i = 0; i < c->len; i++) {
        entry *e = c->entries + i;
        store_mode to = next_mode(c, e), best_to = best ? next_mode(c, best) : STORE_GIVEN;
        if (to == STORE_GIVEN || (best && best_to < to))
            continue;
        if (!best || to < best_to || store_read(e->store).bytes > store_read(best->store).bytes)
            best = e;
    }
    return best;
}

/* What is free between what is not goes back to the system, too. */
static void give_back(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

static bool make_room(store_budget *b)
{
    opsdk_cache *c = (opsdk_cache *)b;
    entry *e = next_to_cut(c);
    store_mode mode;

    if (!e)
        return false;
    mode = next_mode(c, e);
    store_cut(e->store, mode, e->declared);
    give_back();
    if (c->on_cut)
        c->on_cut(e->kind, mode, c->user);
    return true;
}

void cache_tidy(opsdk_cache *c)
{
    bool idle = true;
    size_t used;

    for (size_t i = 0; i < c->len; i++)
        idle = store_tidy(c->entries[i].store) && idle;
    used = cache_used(c);
    if (used > c->most)
        c->most = used;
    if (!idle || c->most - used < TRIM_FROM + used / 16)
        return;
    give_back();
    c->most = used;
}

void cache_looping(opsdk_cache *c)
{
    c->looper = pthread_self();
    c->looping = true;
}

static bool may_ask(const opsdk_cache *c, const store *s)
{
    return store_mode_of(s) == STORE_KEYS && c->client && !(c->looping && pthread_equal(c->looper, pthread_self()));
}

int cache_view(const opsdk_cache *c, const store *s, const compact *packed, opsdk_object **ret, opsdk_error *err)
{
    opsdk_object *obj = NULL;

    if (may_ask(c, s))
        return opsdk_get(c->client, compact_key(packed), ret, err);
    obj = store_fresh(s, packed);
    if (!obj && compact_open(packed, &obj) < 0)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory to open the object");
    *ret = obj;
    return 0;
}

/* --- readers --- */

/* The namespace that is looked in; false for a key that names nothing. */
static bool settle(const opsdk_cache *cache, opsdk_key *key)
{
    if (!key->kind || !key->name)
        return false;
    if (key->kind->cluster_scoped)
        key->ns = NULL;
    else if (!key->ns)
        key->ns = cache->default_ns;
    return true;
}

compact *cache_find(const opsdk_cache *cache, opsdk_key key)
{
    compact *found = NULL;

    if (!settle(cache, &key))
        return NULL;
    for (size_t i = 0; i < cache->len && !found; i++) {
        if (cache_kind_same(cache->entries[i].kind, key.kind))
            found = store_find(cache->entries[i].store, key);
    }
    return found;
}

opsdk_object *opsdk_cache_get(opsdk_cache *cache, opsdk_key key)
{
    opsdk_object *obj = NULL;
    opsdk_error err = {0};

    if (!settle(cache, &key))
        return NULL;
    for (size_t i = 0; i < cache->len && !obj; i++) {
        auto_compact *packed = NULL;
        if (cache_kind_same(cache->entries[i].kind, key.kind))
            packed = store_find(cache->entries[i].store, key);
        if (packed && cache_view(cache, cache->entries[i].store, packed, &obj, &err) < 0 && err.code != OPSDK_ENOTFOUND)
            compact_open(packed, &obj); /* the server cannot be asked: what is kept */
    }
    return obj;
}

static int by_key(const void *a, const void *b)
{
    opsdk_key x = compact_key(*(compact *const *)a), y = compact_key(*(compact *const *)b);
    int r = strcmp(x.ns ? x.ns : "", y.ns ? y.ns : "");

    return r ? r : strcmp(x.name, y.name);
}

/* Which objects of a kind. */
typedef struct wanted {
    const opsdk_value *selector; /* with these labels; NULL: with any */
    const char *pointer, *value; /* that have this there; NULL: whatever they have */
    bool scanned;                /* no index has picked them */
} wanted;

static int matches(const wanted *want, const opsdk_object *obj, opsdk_error *err)
{
    if (want->scanned)
        return field_index_match(obj, want->pointer, want->value);
    return want->selector && want->selector->obj ? opsdk_selector_match(*want->selector, obj, err) : 1;
}

/* What a handler is to see of one that matches; *ret stays NULL when the server has none any more. */
static int see(const opsdk_cache *c, const store *cut, const compact *packed, opsdk_object *opened, opsdk_object **ret,
               opsdk_error *err)
{
    int r;

    if (!cut) {
        *ret = opsdk_object_ref(opened);
        return 0;
    }
    r = cache_view(c, cut, packed, ret, err);
    return r == OPSDK_ENOTFOUND ? 0 : r;
}

/* Opens one after the other, and keeps those that match; not what the one before it is already (two watches may see the same object).  cut:
 * a store of theirs that holds keys alone; what selectors look at is among them. */
static int open_matching(const opsdk_cache *c, const compacts *from, const store *cut, const wanted *want,
                         opsdk_objects *ret, opsdk_error *err)
{
    ret->items = malloc((from->len + 1) * sizeof(opsdk_object *));
    if (!ret->items)
        return opsdk_error_set(err, OPSDK_ENOMEM, "cache: out of memory for %zu objects", from->len);
    for (size_t i = 0; i < from->len; i++) {
        opsdk_auto_object *obj = NULL;
        opsdk_object *seen = NULL;
        int r;
        if (i > 0 && by_key(from->items + i - 1, from->items + i) == 0)
            continue;
        r = compact_open(from->items[i], &obj);
        if (r < 0)
            return opsdk_error_set(err, r, "cache: out of memory for an object");
        r = cut && want->scanned ? 1 : matches(want, obj, err);
        if (r > 0)
            r = see(c, cut, from->items[i], obj, &seen, err);
        if (r < 0)
            return r;
        if (seen && cut && want->scanned && matches(want, seen, err) == 0) /* what is kept does not tell */
            seen = opsdk_object_unref(seen);
        if (seen)
            ret->items[ret->len++] = seen;
    }
    return 0;
}

/* By the index if there is one. */
static int collect(store *s, const char *ns, wanted *want, compacts *ret)
{
    int r = want->pointer ? store_collect_by(s, ns, want->pointer, want->value, ret) : 0;

    if (r != 0)
        return r;
    want->scanned = want->pointer;
    return store_collect(s, ns, ret);
}

static int pick(opsdk_cache *cache, const opsdk_kind *kind, const char *ns, wanted *want, opsdk_objects *ret,
                opsdk_error *err)
{
    opsdk_auto_objects list = {0};
    auto_compacts found = {0};
    const store *cut = NULL;
    bool known = false;
    int r;

    for (size_t i = 0; i < cache->len; i++) {
        if (!cache_kind_same(cache->entries[i].kind, kind))
            continue;
        known = true;
        if (may_ask(cache, cache->entries[i].store))
            cut = cache->entries[i].store;
        r = collect(cache->entries[i].store, kind->cluster_scoped ? NULL : ns, want, &found);
        if (r < 0)
            return opsdk_error_set(err, r, "cache of %s: out of memory", kind->plural);
    }
    if (!known)
        return opsdk_error_set(err, OPSDK_EINVAL, "%s are not watched: name the kind in the handler's table",
                               kind->plural);

    if (found.len > 1)
        qsort(found.items, found.len, sizeof(found.items[0]), by_key);
    r = open_matching(cache, &found, cut, want, &list, err);
    if (r < 0)
        return r;
    *ret = list;
    list = (opsdk_objects){0};
    return 0;
}

int opsdk_cache_select(opsdk_cache *cache, const opsdk_kind *kind, const char *ns, const opsdk_value *selector,
                       opsdk_objects *ret, opsdk_error *err)
{
    return pick(cache, kind, ns, &(wanted){.selector = selector}, ret, err);
}

int opsdk_cache_by_index(opsdk_cache *cache, const opsdk_kind *kind, const char *ns, const char *pointer,
                         const char *value, opsdk_objects *ret, opsdk_error *err)
{
    for (size_t i = 0; i < cache->len; i++) {
        if (cache_kind_same(cache->entries[i].kind, kind) && !store_indexes(cache->entries[i].store, pointer))
            return opsdk_error_set(err, OPSDK_EINVAL, "%s are not indexed by '%s': name it in indexes of each source",
                                   kind->plural, pointer);
    }
    return pick(cache, kind, ns, &(wanted){.pointer = pointer, .value = value}, ret, err);
}

int opsdk_cache_owned(opsdk_cache *cache, const opsdk_kind *kind, const opsdk_object *owner, opsdk_objects *ret,
                      opsdk_error *err)
{
    const char *uid = opsdk_object_uid(owner);

    if (!*uid)
        return opsdk_error_set(err, OPSDK_EINVAL, "cache of %s: an owner without uid", kind->plural);
    return pick(cache, kind, opsdk_object_key(owner).ns, &(wanted){.pointer = FIELD_INDEX_OWNERS, .value = uid}, ret,
                err);
}

size_t opsdk_cache_count(opsdk_cache *cache, const opsdk_kind *kind, const char *ns)
{
    size_t n = 0;

    for (size_t i = 0; i < cache->len; i++) {
        if (cache_kind_same(cache->entries[i].kind, kind))
            n += store_count(cache->entries[i].store, kind->cluster_scoped ? NULL : ns);
    }
    return n;
}
