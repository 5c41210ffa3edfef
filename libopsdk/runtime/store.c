#include "runtime/store.h"

#include "client/clock.h"
#include "core/map.h"
#include "core/revision.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct store {
    pthread_rwlock_t lock; /* of objects; a leaf */
    map objects;
};

static opsdk_key key_of(const void *item)
{
    return opsdk_object_key(item);
}

store *store_new(void)
{
    store *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
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
        opsdk_object_unref(slot->item);
    map_clear(&s->objects);
    pthread_rwlock_destroy(&s->lock);
    free(s);
    return NULL;
}

/* Is there nothing in obj that old does not have? */
static bool is_known(const opsdk_object *old, const opsdk_object *obj, bool listed)
{
    const char *was = opsdk_object_version(old), *is = opsdk_object_version(obj);

    if (strcmp(opsdk_object_uid(old), opsdk_object_uid(obj)) != 0)
        return false;
    return (*is && strcmp(was, is) == 0) || (!listed && revision_older(is, was));
}

int store_put(store *s, opsdk_object *obj, uint32_t generation, bool listed, opsdk_object **ret_old)
{
    void *old = NULL;
    map_slot *slot;
    int r = 1;

    pthread_rwlock_wrlock(&s->lock);
    slot = map_find(&s->objects, opsdk_object_key(obj));
    if (slot && is_known(slot->item, obj, listed)) {
        slot->mark = generation;
        r = 0;
    } else if (map_put(&s->objects, obj, generation, &old) < 0) {
        r = OPSDK_ENOMEM;
    }
    pthread_rwlock_unlock(&s->lock);
    if (r <= 0)
        opsdk_object_unref(obj);
    else
        *ret_old = old;
    return r;
}

opsdk_object *store_remove(store *s, const opsdk_object *last)
{
    opsdk_object *old = NULL;
    map_slot *slot;

    pthread_rwlock_wrlock(&s->lock);
    slot = map_find(&s->objects, opsdk_object_key(last));
    if (slot && !revision_older(opsdk_object_version(last), opsdk_object_version(slot->item)))
        old = map_remove(&s->objects, opsdk_object_key(last));
    pthread_rwlock_unlock(&s->lock);
    return old;
}

static bool in_namespace(const opsdk_object *obj, const char *ns)
{
    const char *own = opsdk_object_key(obj).ns;

    return !ns || (own && strcmp(own, ns) == 0);
}

opsdk_object *store_sweep(store *s, const char *ns, uint32_t generation, size_t *at)
{
    opsdk_object *gone = NULL;
    map_slot *slot;

    pthread_rwlock_wrlock(&s->lock);
    for (slot = map_next(&s->objects, at); slot; slot = map_next(&s->objects, at)) {
        if (slot->mark == generation || !in_namespace(slot->item, ns))
            continue;
        gone = map_remove(&s->objects, opsdk_object_key(slot->item));
        (*at)--;
        break;
    }
    pthread_rwlock_unlock(&s->lock);
    return gone;
}

opsdk_object *store_get(store *s, opsdk_key key)
{
    opsdk_object *obj;
    map_slot *slot;

    pthread_rwlock_rdlock(&s->lock);
    slot = map_find(&s->objects, key);
    obj = slot ? opsdk_object_ref(slot->item) : NULL;
    pthread_rwlock_unlock(&s->lock);
    return obj;
}

int store_collect(store *s, const char *ns, opsdk_objects *ret)
{
    opsdk_object **items;
    map_slot *slot;
    size_t at = 0;

    pthread_rwlock_rdlock(&s->lock);
    items = realloc(ret->items, (ret->len + s->objects.len + 1) * sizeof(opsdk_object *));
    if (!items) {
        pthread_rwlock_unlock(&s->lock);
        return OPSDK_ENOMEM;
    }
    ret->items = items;
    for (slot = map_next(&s->objects, &at); slot; slot = map_next(&s->objects, &at)) {
        if (in_namespace(slot->item, ns))
            items[ret->len++] = opsdk_object_ref(slot->item);
    }
    pthread_rwlock_unlock(&s->lock);
    return 0;
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
