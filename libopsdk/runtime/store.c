#include "runtime/store.h"

#include "client/clock.h"
#include "core/map.h"
#include "core/project.h"
#include "core/revision.h"
#include "runtime/field_index.h"
#include "runtime/fresh.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define TIDY_AFTER (256u << 10) /* bytes that are put in */
#define TIDY_IDLE (4u << 20)
#define TIDY_MOST (1u << 20) /* bytes that are moved in one go: half a millisecond */
#define RESERVE (8u << 10)   /* of a budget: one that does not fit leaves a gap */
#define HEAP_BLOCK 16        /* what an allocation costs beside its own bytes, about */

struct store {
    pthread_rwlock_t lock; /* of objects; a leaf */
    map objects;           /* of compacts */
    field_indexes indexes; /* likewise */
    fresh recent;          /* likewise */
    compactor *compactor;  /* the writer's, as what follows; the atomic ones are read by any */
    store_budget *budget;  /* NULL: none */
    pack room;             /* for cutting down */
    const char *const *fields;
    atomic_int mode;
    size_t alone;       /* bytes of compacts that the compactor does not count */
    size_t fresh;       /* bytes that were put in since gaps were last closed */
    bool listed;        /* what is put in comes from a list */
    bool gaps, touched; /* something was taken out since then; something was changed since store_tidy */
    atomic_size_t bytes, dictionaries, index_bytes;
    _Atomic uint64_t refused;
    atomic_bool missing;
};

static opsdk_key key_of(const void *item)
{
    return compact_name(item);
}

store *store_new_within(store_budget *b)
{
    store *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->compactor = compactor_new();
    if (!s->compactor) {
        free(s);
        return NULL;
    }
    s->budget = b;
    pthread_rwlock_init(&s->lock, NULL);
    map_init(&s->objects, key_of, (uint64_t)clock_random() << 32 | clock_random());
    pack_init(&s->room);
    return s;
}

store *store_new(void)
{
    return store_new_within(NULL);
}

store *store_free(store *s)
{
    map_slot *slot;
    size_t at = 0;

    if (!s)
        return NULL;
    if (s->budget)
        atomic_fetch_sub_explicit(&s->budget->used, s->bytes, memory_order_relaxed);
    for (slot = map_next(&s->objects, &at); slot; slot = map_next(&s->objects, &at))
        compact_unref(slot->item);
    map_clear(&s->objects);
    field_indexes_clear(&s->indexes);
    fresh_clear(&s->recent);
    compactor_free(s->compactor);
    pack_clear(&s->room);
    pthread_rwlock_destroy(&s->lock);
    free(s);
    return NULL;
}

/* Is there nothing in obj that old does not have? */
static bool is_known(const compact *old, const opsdk_object *obj, bool listed)
{
    const char *was = compact_version(old), *is = opsdk_object_version(obj);

    if (!compact_has_uid(old, opsdk_object_uid(obj)))
        return false;
    return (*is && strcmp(was, is) == 0) || (!listed && revision_older(is, was));
}

/* Readers do not look at marks, and nobody else changes what is found here: no lock. */
bool store_mark(store *s, const opsdk_object *obj, uint32_t generation, bool listed)
{
    map_slot *slot = map_find(&s->objects, opsdk_object_key(obj));

    s->listed = listed;
    if (!slot || !is_known(slot->item, obj, listed))
        return false;
    slot->mark = generation;
    return true;
}

/* --- what it takes --- */

static size_t size_of(const compact *c)
{
    return c ? compact_size(c) : 0;
}

static size_t alone(const compact *c)
{
    return c && compact_alone(c) ? compact_size(c) + HEAP_BLOCK : 0;
}

/* Says what the store takes now, gaps included, to those who ask and to the budget. */
static void account(store *s)
{
    size_t before = s->bytes, dictionaries = compactor_size(s->compactor);
    size_t indexes = field_indexes_bytes(&s->indexes);
    size_t now = compactor_room(s->compactor) + s->alone + s->recent.bytes + dictionaries + indexes +
                 s->objects.cap * sizeof(map_slot);

    s->bytes = now;
    s->index_bytes = indexes;
    s->dictionaries = dictionaries;
    if (s->budget)
        atomic_fetch_add_explicit(&s->budget->used, now - before,
                                  memory_order_relaxed); /* wraps around where it is less */
}

static size_t used(const store *s)
{
    return atomic_load_explicit(&s->budget->used, memory_order_relaxed);
}

/* Would it, in the place of what has its key? */
static bool fits(const store *s, const compact *c, const compact *old)
{
    bool grows = !old && s->objects.len + 1 > s->objects.cap / 4 * 3;
    size_t more = size_of(c) + (grows ? s->objects.cap * sizeof(map_slot) : 0);

    return used(s) + more + RESERVE <= s->budget->limit + size_of(old);
}

/* Is there no use in even packing what is new? */
static bool is_full(const store *s)
{
    s->budget->full = s->budget->full && used(s) > s->budget->limit / 16 * 15;
    return s->budget->full;
}

store_stats store_read(const store *s)
{
    return (store_stats){s->bytes, s->dictionaries, s->index_bytes, s->refused, s->missing};
}

void store_forget_missing(store *s)
{
    s->missing = false;
}

store_mode store_mode_of(const store *s)
{
    return (store_mode)s->mode;
}

/* In the place of what is there. */
static void swap(store *s, map_slot *slot, compact *with)
{
    compact *was = slot->item;

    pthread_rwlock_wrlock(&s->lock);
    slot->item = with;
    fresh_note(&s->recent, with, NULL);
    pthread_rwlock_unlock(&s->lock);
    s->alone += alone(with) - alone(was);
    compact_unref(was);
}

static bool has(const compact *k, void *user)
{
    store *s = user;
    map_slot *slot = map_find(&s->objects, compact_name(k));

    return slot && slot->item == k;
}

static void replace(compact *with, void *user)
{
    store *s = user;

    swap(s, map_find(&s->objects, compact_name(with)), with);
}

/* See compactor_tidy. */
static void tidy(store *s, size_t part, size_t most)
{
    s->fresh = 0;
    s->gaps = false;
    compactor_tidy(s->compactor, part, most, &(compactor_owner){has, replace, s});
    account(s);
}

static void forget_recent(store *s)
{
    pthread_rwlock_wrlock(&s->lock);
    fresh_clear(&s->recent);
    pthread_rwlock_unlock(&s->lock);
    account(s);
}

bool store_tidy(store *s)
{
    bool idle = !s->touched;

    s->touched = false;
    if (!idle)
        return false;
    compactor_rest(s->compactor);
    forget_recent(s);
    tidy(s, 32, TIDY_IDLE);
    return true;
}

/* Something has been put in, in the place of something or not, or taken out. */
static void changed(store *s, const compact *now, const compact *old)
{
    s->alone += alone(now) - alone(old);
    s->fresh += size_of(now);
    s->gaps |= old != NULL;
    s->touched = true;
    account(s);
}

/* --- putting in --- */

/* Packs what is kept of obj. */
static int keep(store *s, const opsdk_object *obj, compact **ret)
{
    opsdk_auto_object *cut = NULL;
    int r = 0;

    if (s->mode != STORE_GIVEN)
        r = project_object(obj, s->mode == STORE_FIELDS ? s->fields : NULL, &s->room, &cut);
    if (r < 0)
        return r;
    *ret = compactor_pack(s->compactor, cut ? cut : obj);
    return *ret ? 0 : OPSDK_ENOMEM;
}

static const compact *known_as(const store *s, const opsdk_object *obj)
{
    map_slot *slot = map_find(&s->objects, opsdk_object_key(obj));

    return slot ? slot->item : NULL;
}

static int refuse(store *s)
{
    s->refused++;
    s->missing = true;
    return STORE_REFUSED;
}

/* The same within the budget, for which all stores may be cut down, this one included. */
static int keep_within(store *s, const opsdk_object *obj, compact **ret)
{
    auto_compact *packed = NULL;
    store_mode mode;
    bool room;
    int r;

    if (!s->budget || s->budget->limit == 0)
        return keep(s, obj, ret);
    if (is_full(s) && !known_as(s, obj))
        return refuse(s);
    do {
        mode = store_mode_of(s);
        if (!packed) {
            r = keep(s, obj, &packed);
            if (r < 0)
                return r;
        }
        room = fits(s, packed, known_as(s, obj));
        if (!room && !s->budget->full && (s->gaps || s->recent.bytes > 0)) {
            forget_recent(s);
            tidy(s, 32, SIZE_MAX);
            room = fits(s, packed, known_as(s, obj));
        }
        if (!room && !s->budget->make_room(s->budget)) {
            s->budget->full = true;
            if (!known_as(s, obj))
                return refuse(s);
            room = true;
        }
        if (mode != store_mode_of(s))
            packed = compact_unref(packed);
    } while (!room || !packed);
    *ret = packed;
    packed = NULL;
    return 0;
}

/* Is it worth its memory as it is?  Of what a list brings there is too much, and nobody waits for it; a store without a budget has no readers. */
static bool remembers(const store *s, const opsdk_object *obj)
{
    if (!s->budget || s->mode != STORE_GIVEN || s->listed)
        return false;
    return s->budget->limit == 0 || used(s) + opsdk_object_size(obj) <= s->budget->limit / 16 * 15;
}

/* Readers go on while the writer packs. */
int store_put(store *s, const opsdk_object *obj, uint32_t generation, compact **ret_old)
{
    bool indexed = field_indexes_know(&s->indexes, obj);
    compact *packed = NULL;
    void *old = NULL;
    int r;

    r = keep_within(s, obj, &packed);
    if (r != 0)
        return r;

    pthread_rwlock_wrlock(&s->lock);
    r = map_put(&s->objects, packed, generation, &old);
    if (r >= 0 && !indexed)
        field_indexes_put(&s->indexes, obj);
    if (r >= 0)
        fresh_note(&s->recent, packed, remembers(s, obj) ? obj : NULL);
    pthread_rwlock_unlock(&s->lock);
    if (r < 0) {
        compact_unref(packed);
        return r;
    }
    changed(s, packed, old);
    if (s->fresh > TIDY_AFTER)
        tidy(s, 6, TIDY_MOST);
    *ret_old = old;
    return 0;
}

static void cut_one(store *s, map_slot *slot)
{
    opsdk_auto_object *obj = NULL;
    compact *cut = NULL;

    if (compact_open(slot->item, &obj) == 0 && keep(s, obj, &cut) == 0)
        swap(s, slot, cut);
}

void store_cut(store *s, store_mode mode, const char *const *fields)
{
    compactor *other = compactor_new(); /* the dictionary is of whole objects */
    map_slot *slot;
    size_t at = 0;

    if (other) {
        compactor_free(s->compactor);
        s->compactor = other;
    }
    s->fields = fields;
    s->mode = (int)mode;
    for (slot = map_next(&s->objects, &at); slot; slot = map_next(&s->objects, &at))
        cut_one(s, slot);
    account(s);
}

compact *store_remove(store *s, const opsdk_object *last)
{
    compact *old = NULL;
    map_slot *slot;

    pthread_rwlock_wrlock(&s->lock);
    slot = map_find(&s->objects, opsdk_object_key(last));
    if (slot && !revision_older(opsdk_object_version(last), compact_version(slot->item)))
        old = map_remove(&s->objects, opsdk_object_key(last));
    if (old)
        field_indexes_remove(&s->indexes, compact_key(old));
    pthread_rwlock_unlock(&s->lock);
    changed(s, NULL, old);
    return old;
}

static bool in_namespace(const compact *c, const char *ns)
{
    const char *own = compact_key(c).ns;

    return !ns || (own && strcmp(own, ns) == 0);
}

static map_slot *next_stale(store *s, const char *ns, uint32_t generation, size_t *at)
{
    map_slot *slot;

    for (slot = map_next(&s->objects, at); slot; slot = map_next(&s->objects, at)) {
        if (slot->mark != generation && in_namespace(slot->item, ns))
            break;
    }
    return slot;
}

int store_sweep(store *s, const char *ns, uint32_t generation, size_t *at, opsdk_object **ret)
{
    map_slot *slot = next_stale(s, ns, generation, at);
    compact *gone;
    int r;

    if (!slot)
        return 0;
    r = compact_open(slot->item, ret);
    if (r < 0)
        return r;
    pthread_rwlock_wrlock(&s->lock);
    gone = map_remove(&s->objects, compact_key(slot->item));
    field_indexes_remove(&s->indexes, compact_key(gone));
    (*at)--;
    pthread_rwlock_unlock(&s->lock);
    changed(s, NULL, gone);
    compact_unref(gone);
    return 1;
}

compact *store_find(store *s, opsdk_key key)
{
    map_slot *slot;
    compact *c;

    pthread_rwlock_rdlock(&s->lock);
    slot = map_find(&s->objects, key);
    c = slot ? compact_ref(slot->item) : NULL;
    pthread_rwlock_unlock(&s->lock);
    return c;
}

opsdk_object *store_fresh(const store *s, const compact *c)
{
    store *locked = (store *)s;
    opsdk_object *obj;

    pthread_rwlock_rdlock(&locked->lock);
    obj = fresh_find(&s->recent, c);
    pthread_rwlock_unlock(&locked->lock);
    return obj;
}

int store_collect(store *s, const char *ns, compacts *ret)
{
    compact **items;
    map_slot *slot;
    size_t at = 0;

    pthread_rwlock_rdlock(&s->lock);
    items = realloc(ret->items, (ret->len + s->objects.len + 1) * sizeof(compact *));
    if (!items) {
        pthread_rwlock_unlock(&s->lock);
        return OPSDK_ENOMEM;
    }
    ret->items = items;
    for (slot = map_next(&s->objects, &at); slot; slot = map_next(&s->objects, &at)) {
        if (in_namespace(slot->item, ns))
            items[ret->len++] = compact_ref(slot->item);
    }
    pthread_rwlock_unlock(&s->lock);
    return 0;
}

/* --- indexes --- */

int store_index(store *s, const char *pointer)
{
    return field_indexes_add(&s->indexes, pointer);
}

bool store_indexes(const store *s, const char *pointer)
{
    return field_indexes_find(&s->indexes, pointer);
}

/* All objects are opened: this is rare. */
static void fill(store *s, field_index *x)
{
    map_slot *slot;
    size_t at = 0;

    field_index_begin(x);
    for (slot = map_next(&s->objects, &at); slot && !field_index_lost(x); slot = map_next(&s->objects, &at)) {
        opsdk_auto_object *obj = NULL;
        if (compact_open(slot->item, &obj) < 0)
            field_index_lose(x);
        else
            field_index_put(x, obj);
    }
}

void store_reindex(store *s)
{
    for (size_t i = 0; i < s->indexes.len; i++) {
        if (!field_index_lost(s->indexes.items[i]) || s->mode != STORE_GIVEN) /* what was cut off cannot be indexed */
            continue;
        pthread_rwlock_wrlock(&s->lock);
        fill(s, s->indexes.items[i]);
        pthread_rwlock_unlock(&s->lock);
    }
}

typedef struct gathering {
    store *store;
    const char *ns;
    compacts *to;
    size_t room; /* that is left in it */
    bool failed;
} gathering;

static bool grow_compacts(gathering *g)
{
    size_t cap = g->to->len * 2 + 16;
    compact **items = realloc(g->to->items, cap * sizeof(compact *));

    if (!items)
        return false;
    g->to->items = items;
    g->room = cap - g->to->len;
    return true;
}

static void gather(opsdk_key key, void *user)
{
    gathering *g = user;
    map_slot *slot = map_find(&g->store->objects, key);

    if (!slot || !in_namespace(slot->item, g->ns) || g->failed)
        return;
    g->failed = g->room == 0 && !grow_compacts(g);
    if (g->failed)
        return;
    g->to->items[g->to->len++] = compact_ref(slot->item);
    g->room--;
}

int store_collect_by(store *s, const char *ns, const char *pointer, const char *value, compacts *ret)
{
    gathering g = {.store = s, .ns = ns, .to = ret};
    const field_index *x = field_indexes_find(&s->indexes, pointer);
    size_t before = ret->len;
    bool usable;

    pthread_rwlock_rdlock(&s->lock);
    usable = x && !field_index_lost(x);
    if (usable)
        field_index_find(x, value, gather, &g);
    pthread_rwlock_unlock(&s->lock);
    while (g.failed && ret->len > before)
        compact_unref(ret->items[--ret->len]);
    return g.failed ? OPSDK_ENOMEM : usable;
}

void compacts_clear(compacts *list)
{
    for (size_t i = 0; i < list->len; i++)
        compact_unref(list->items[i]);
    free(list->items);
    *list = (compacts){0};
}

size_t store_count(store *s, const char *ns)
{
    map_slot *slot;
    size_t n = 0, at = 0;

    pthread_rwlock_rdlock(&s->lock);
    if (!ns)
        n = s->objects.len;
    for (slot = ns ? map_next(&s->objects, &at) : NULL; slot; slot = map_next(&s->objects, &at))
        n += in_namespace(slot->item, ns);
    pthread_rwlock_unlock(&s->lock);
    return n;
}
