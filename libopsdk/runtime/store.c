#include "runtime/store.h"

#include "client/clock.h"
#include "core/map.h"
#include "core/revision.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct store {
    pthread_rwlock_t lock; /* of objects; a leaf */
    map objects;           /* of compacts */
    compactor *compactor;  /* the writer's */
};

static opsdk_key key_of(const void *item)
{
    return compact_key(item);
}

store *store_new(void)
{
    store *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->compactor = compactor_new();
    if (!s->compactor) {
        free(s);
        return NULL;
    }
    pthread_rwlock_init(&s->lock, NULL);
    map_init(&s->objects, key_of, (uint64_t)clock_random() << 32 | clock_random());
    return s;
}

store *store_free(store *s)
{
    map_slot *slot;
    size_t at = 0;

    if (!s)
        return NULL;
    for (slot = map_next(&s->objects, &at); slot; slot = map_next(&s->objects, &at))
        compact_unref(slot->item);
    map_clear(&s->objects);
    compactor_free(s->compactor);
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

    if (!slot || !is_known(slot->item, obj, listed))
        return false;
    slot->mark = generation;
    return true;
}

/* Readers go on while the writer packs. */
int store_put(store *s, const opsdk_object *obj, uint32_t generation, compact **ret_old)
{
    void *old = NULL;
    compact *packed;
    int r;

    packed = compactor_pack(s->compactor, obj);
    if (!packed)
        return OPSDK_ENOMEM;

    pthread_rwlock_wrlock(&s->lock);
    r = map_put(&s->objects, packed, generation, &old);
    pthread_rwlock_unlock(&s->lock);
    if (r < 0) {
        compact_unref(packed);
        return r;
    }
    *ret_old = old;
    return 0;
}

compact *store_remove(store *s, const opsdk_object *last)
{
    compact *old = NULL;
    map_slot *slot;

    pthread_rwlock_wrlock(&s->lock);
    slot = map_find(&s->objects, opsdk_object_key(last));
    if (slot && !revision_older(opsdk_object_version(last), compact_version(slot->item)))
        old = map_remove(&s->objects, opsdk_object_key(last));
    pthread_rwlock_unlock(&s->lock);
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
    (*at)--;
    pthread_rwlock_unlock(&s->lock);
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
