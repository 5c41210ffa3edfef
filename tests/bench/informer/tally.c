#include "tests/bench/informer/tally.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct slot {
    uint64_t id;          /* 0: free */
    uint64_t top;         /* newest version that arrived */
    uint64_t handled;     /* newest version that the handler saw */
    uint64_t outstanding; /* changes that arrived and were not handled */
} slot;

struct tally {
    pthread_mutex_t lock;
    slot *slots;
    size_t mask;
    bool counting;
    _Atomic uint64_t delivered;
};

tally *tally_new(size_t objects)
{
    tally *t = calloc(1, sizeof(*t));
    size_t n = 16;

    while (n < objects * 2)
        n *= 2;
    if (t)
        t->slots = calloc(n, sizeof(slot));
    if (!t || !t->slots) {
        free(t);
        return NULL;
    }
    t->mask = n - 1;
    pthread_mutex_init(&t->lock, NULL);
    return t;
}

tally *tally_free(tally *t)
{
    if (!t)
        return NULL;
    pthread_mutex_destroy(&t->lock);
    free(t->slots);
    free(t);
    return NULL;
}

static uint64_t hash(uint64_t h, const char *text)
{
    for (; text && *text; text++)
        h = (h ^ (unsigned char)*text) * 0x100000001b3u;
    return (h ^ '/') * 0x100000001b3u;
}

static slot *slot_of(tally *t, const opsdk_object *obj)
{
    opsdk_key key = opsdk_object_key(obj);
    uint64_t id = hash(hash(0xcbf29ce484222325u, key.ns), key.name) | 1;
    size_t at = (id ^ id >> 32) & t->mask;

    while (t->slots[at].id != 0 && t->slots[at].id != id)
        at = (at + 1) & t->mask;
    t->slots[at].id = id;
    return t->slots + at;
}

static uint64_t version_of(const opsdk_object *obj)
{
    return strtoull(opsdk_object_version(obj), NULL, 10);
}

void tally_start(tally *t)
{
    pthread_mutex_lock(&t->lock);
    t->counting = true;
    atomic_store(&t->delivered, 0);
    pthread_mutex_unlock(&t->lock);
}

uint64_t tally_delivered(const tally *t)
{
    return atomic_load(&t->delivered);
}

/* A map function is told the state before a change too: that version is known already. */
void tally_arrived(tally *t, const opsdk_object *obj)
{
    uint64_t version = version_of(obj);
    slot *s;

    pthread_mutex_lock(&t->lock);
    s = slot_of(t, obj);
    if (version > s->top) {
        s->top = version;
        if (t->counting && s->handled >= version)
            atomic_fetch_add(&t->delivered, 1);
        else if (t->counting)
            s->outstanding++;
    }
    pthread_mutex_unlock(&t->lock);
}

void tally_handled(tally *t, const opsdk_object *obj)
{
    uint64_t version = version_of(obj);
    slot *s;

    pthread_mutex_lock(&t->lock);
    s = slot_of(t, obj);
    if (version > s->handled)
        s->handled = version;
    if (version >= s->top) {
        atomic_fetch_add(&t->delivered, s->outstanding);
        s->outstanding = 0;
    }
    pthread_mutex_unlock(&t->lock);
}
