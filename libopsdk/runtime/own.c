#include "runtime/own.h"

#include "core/hash.h"
#include "core/labels.h"
#include "core/revision.h"
#include "core/text.h"
#include "runtime/manager.h"

#include <stdlib.h>
#include <string.h>

struct own_write {
    own_write *next;
    opsdk_key key; /* strings are behind the struct */
    const char *uid, *version;
    opsdk_object *object; /* NULL when it is gone */
    bool sure;
};

/* That a watch shows one write. */
typedef struct own_wait {
    struct own_wait *next;
    opsdk_queue *queue;
    queue_own *own;
    char version[WROTE_VERSION]; /* "": that uid is gone */
    char uid[WROTE_VERSION];
} own_wait;

/* The caller knows that it is short enough. */
static void set_text(char to[WROTE_VERSION], const char *text)
{
    memcpy(to, text, strlen(text) + 1);
}

/* --- what a watch has shown --- */

void sight_init(sight *s)
{
    *s = (sight){.waits = NULL};
    pthread_mutex_init(&s->lock, NULL);
}

static void end_all(own_wait *list)
{
    while (list) {
        own_wait *next = list->next;
        queue_seen(list->queue, list->own);
        free(list);
        list = next;
    }
}

void sight_clear(sight *s)
{
    end_all(s->waits);
    pthread_mutex_destroy(&s->lock);
}

/* Handlers may run before a watch has told of its first version. */
static bool shown(const sight *s, const own_wait *w)
{
    return *w->version && *s->version && !revision_older(s->version, w->version);
}

/* Takes out what is shown by now, or waits for this uid (NULL: none) to be gone. */
static own_wait *take_out(sight *s, const char *uid)
{
    own_wait *list = NULL, **at = &s->waits;

    while (*at) {
        own_wait *w = *at;
        if (!shown(s, w) && !(uid && !*w->version && strcmp(w->uid, uid) == 0)) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        w->next = list;
        list = w;
    }
    return list;
}

void sight_version(sight *s, const char *version)
{
    own_wait *list = NULL;

    pthread_mutex_lock(&s->lock);
    if (strcmp(s->version, version) != 0 && strlen(version) < sizeof(s->version)) {
        set_text(s->version, version);
        list = take_out(s, NULL);
    }
    pthread_mutex_unlock(&s->lock);
    end_all(list); /* without the lock: the queue has one of its own */
}

void sight_gone(sight *s, const char *uid)
{
    own_wait *list;

    pthread_mutex_lock(&s->lock);
    list = s->waits ? take_out(s, uid) : NULL;
    pthread_mutex_unlock(&s->lock);
    end_all(list);
}

static void wait_for(sight *s, own_wait *w)
{
    own_wait *list;

    pthread_mutex_lock(&s->lock);
    w->next = s->waits;
    s->waits = w;
    list = take_out(s, NULL);
    pthread_mutex_unlock(&s->lock);
    end_all(list);
}

/* --- what a run writes --- */

uint64_t own_stamp(const opsdk_manager *m, opsdk_key key, const char *uid, const char *version)
{
    uint64_t h = hash_text(m->seed, key.kind->kind);

    h = hash_text(hash_text(h, key.ns ? key.ns : ""), key.name);
    h = hash_text(hash_text(h, uid), version);
    return h ? h : 1;
}

static opsdk_key whole_key(const crew *c, opsdk_key key)
{
    if (key.kind->cluster_scoped)
        key.ns = NULL;
    else if (!key.ns)
        key.ns = opsdk_client_namespace(c->client);
    return key;
}

static const char *keep(char **at, const char *text)
{
    size_t len = strlen(text ? text : "") + 1;
    char *copy = *at;

    memcpy(copy, text ? text : "", len);
    *at += len;
    return text ? copy : NULL;
}

static void heard(const wrote *w, void *user)
{
    own_log *log = user;
    opsdk_key key = whole_key(log->crew, w->key);
    size_t len = strlen(key.name) + strlen(key.ns ? key.ns : "") + strlen(w->uid) + strlen(w->version) + 4;
    own_write *o = strlen(w->uid) < WROTE_VERSION ? malloc(sizeof(*o) + len) : NULL;
    char *at = (char *)(o + 1);

    if (!o) /* then it is not waited for, and its event is anybody's */
        return;
    o->key = OPSDK_KEY(key.kind, keep(&at, key.ns), keep(&at, key.name));
    o->uid = keep(&at, w->uid);
    o->version = keep(&at, w->version);
    o->object = w->object ? opsdk_object_ref(w->object) : NULL;
    o->sure = w->sure;
    o->next = log->writes;
    log->writes = o;
}

static bool same_object(opsdk_key a, opsdk_key b)
{
    return cache_kind_same(a.kind, b.kind) && text_same(a.ns, b.ns) && strcmp(a.name, b.name) == 0;
}

/* The version that this run knows an object by: of its own last write, else what the cache holds. */
static bool known(opsdk_key key, char ret[WROTE_VERSION], void *user)
{
    own_log *log = user;
    const own_write *w = log->writes;
    auto_compact *packed = NULL;
    const char *version = "";

    if (!key.name)
        return false;
    key = whole_key(log->crew, key);
    while (w && !same_object(w->key, key))
        w = w->next;
    if (w)
        version = w->version;
    else
        packed = cache_find(log->crew->cache, key);
    if (packed)
        version = compact_version(packed);
    if (!*version || strlen(version) >= WROTE_VERSION)
        return false;
    set_text(ret, version);
    return true;
}

void own_begin(own_log *log, crew *c)
{
    *log = (own_log){.ear = {c->client, heard, known, log}, .crew = c};
    wrote_listen(&log->ear);
}

/* --- at the end of a run --- */

/* Will this watch show the write?  One that is narrowed shows what matches, and what it holds: also that it goes.  By fields, or sets of
 * labels, what matches is the server's to say. */
static bool shows(const tail *t, const own_write *w)
{
    auto_compact *there = NULL;

    if (!cache_kind_same(t->what->kind, w->key.kind) || (t->ns && !text_same(t->ns, w->key.ns)))
        return false;
    if (w->object && !t->what->fields && (!t->what->labels || labels_match(t->what->labels, w->object) > 0))
        return true;
    there = store_find(t->what->store, w->key);
    return there && compact_has_uid(there, w->uid);
}

static unsigned count_waits(const own_log *log)
{
    unsigned n = 0;

    for (const own_write *w = log->writes; w; w = w->next) {
        for (const tail *t = log->crew->manager->tails; t; t = t->next)
            n += shows(t, w);
    }
    return n;
}

static queue_own *stamps_of(const own_log *log)
{
    const crew *c = log->crew;
    queue_own *own;
    size_t n = 0;

    for (const own_write *w = log->writes; w; w = w->next)
        n++;
    own = calloc(1, sizeof(*own) + n * sizeof(own->stamps[0]));
    for (const own_write *w = own ? log->writes : NULL; w; w = w->next) {
        if (w->sure && !c->handler->run_after_own_writes)
            own->stamps[own->n++] = own_stamp(c->manager, w->key, w->uid, w->version);
    }
    return own;
}

/* A deleted object may have gone between the look at the store and the beginning of the wait. */
static void begin_wait(tail *t, const own_write *w, own_wait *wait)
{
    set_text(wait->version, w->version);
    set_text(wait->uid, w->uid);
    wait_for(&t->seen, wait);
    if (!*w->version && !shows(t, w))
        sight_gone(&t->seen, w->uid);
}

static void begin_waits(const own_log *log, queue_own *own, unsigned pending)
{
    crew *c = log->crew;

    for (const own_write *w = log->writes; w; w = w->next) {
        for (tail *t = c->manager->tails; t && pending > 0; t = t->next) {
            own_wait *wait = shows(t, w) ? calloc(1, sizeof(*wait)) : NULL;
            if (!wait)
                continue;
            wait->queue = c->queue;
            wait->own = own;
            pending--;
            begin_wait(t, w, wait);
        }
    }
    for (; pending > 0; pending--) /* shown meanwhile, or without memory to wait */
        queue_seen(c->queue, own);
}

static void log_clear(own_log *log)
{
    while (log->writes) {
        own_write *next = log->writes->next;
        opsdk_object_unref(log->writes->object);
        free(log->writes);
        log->writes = next;
    }
}

void own_end(own_log *log, const queue_item *item)
{
    queue_own *own = NULL;

    wrote_listen(NULL);
    if (log->writes)
        own = stamps_of(log);
    if (own) {
        unsigned pending = count_waits(log);
        own->pending = pending;
        own->refs = pending + 1;
        queue_hold(log->crew->queue, item, own);
        begin_waits(log, own, pending);
    }
    log_clear(log);
}
