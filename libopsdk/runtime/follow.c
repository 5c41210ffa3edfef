/* What the handlers want watched, each once, and who is told of its changes. */
#include "client/clock.h"
#include "core/project.h"
#include "runtime/field_index.h"
#include "runtime/manager.h"
#include "runtime/source.h"

#include <inttypes.h>
#include <opsdk/log.h>
#include <stdlib.h>
#include <string.h>

#define REPEAT_MS 30000 /* the same trouble of one watch is logged once in so long */

static followed *followed_for(opsdk_manager *m, const opsdk_kind *kind, const char *labels, const char *fields)
{
    store *s = cache_store(m->cache, kind, labels, fields);
    followed *f;

    if (!s)
        return NULL;
    for (f = m->followed; f; f = f->next) {
        if (f->store == s)
            return f;
    }
    f = calloc(1, sizeof(*f));
    if (!f)
        return NULL;
    *f = (followed){.manager = m, .kind = kind, .labels = labels, .fields = fields, .store = s, .next = m->followed};
    m->followed = f;
    return f;
}

/* Adds what a subscriber wants kept; the first one starts from keys alone. */
static int want(followed *f, enum opsdk_keep keep, const char *const *fields, const char *name, opsdk_error *err)
{
    size_t n = 0;
    const char **grown;

    if (!f->subscribers)
        f->cut = true;
    if (keep == OPSDK_KEEP_ALL)
        f->cut = false;
    f->undeclared |= keep == OPSDK_KEEP_ALL && !fields;
    if (keep == OPSDK_KEEP_FIELDS && !fields)
        return opsdk_error_set(err, OPSDK_EINVAL, "handler %s, %s: OPSDK_KEEP_FIELDS needs keep_fields", name,
                               f->kind->plural);
    for (; keep != OPSDK_KEEP_KEYS && fields && fields[n]; n++) {
        if (!project_pointer_valid(fields[n]))
            return opsdk_error_set(err, OPSDK_EINVAL,
                                   "handler %s, %s: keep_fields and indexes: '%s' is no pointer (RFC 6901)", name,
                                   f->kind->plural, fields[n]);
    }
    grown = realloc(f->keeps, (f->n_keeps + n + 1) * sizeof(char *));
    if (!grown)
        return opsdk_error_set(err, OPSDK_ENOMEM, "handler %s: out of memory", name);
    f->keeps = grown;
    for (size_t i = 0; i < n; i++)
        f->keeps[f->n_keeps++] = fields[i];
    f->keeps[f->n_keeps] = NULL;
    return 0;
}

static int subscribe(followed *f, crew *c, const opsdk_source *source, opsdk_error *err)
{
    subscriber *s = f ? calloc(1, sizeof(*s)) : NULL;
    const char *pointer = source ? source_pointer(source) : NULL;
    interest *in = s && pointer ? interest_new(c->handler->kind, pointer, source->referred_by) : NULL;
    int r;

    if (!s || (pointer && !in)) {
        free(s);
        return opsdk_error_set(err, OPSDK_ENOMEM, "handler %s: out of memory", c->handler->name);
    }
    *s = (subscriber){c, source, in, NULL};
    r = want(f, source ? source->keep : c->handler->keep, source ? source->keep_fields : c->handler->keep_fields,
             c->handler->name, err);
    s->next = f->subscribers;
    f->subscribers = s;
    f->wants_old |= source && source_wants_old(source);
    return r;
}

/* What the cache finds objects by is kept of each. */
static int index_by(followed *f, const char *const *pointers, const char *name, opsdk_error *err)
{
    int r = pointers ? want(f, OPSDK_KEEP_FIELDS, pointers, name, err) : 0;

    for (; r >= 0 && pointers && *pointers; pointers++)
        r = store_index(f->store, *pointers);
    return r == OPSDK_ENOMEM ? opsdk_error_set(err, r, "handler %s: out of memory", name) : r;
}

static int index_source(followed *f, const opsdk_source *s, const char *name, opsdk_error *err)
{
    static const char *const owners[] = {FIELD_INDEX_OWNERS, NULL};
    int r = index_by(f, s->indexes, name, err);

    return r >= 0 && s->owned ? index_by(f, owners, name, err) : r;
}

static int subscribe_source(opsdk_manager *m, crew *c, const opsdk_source *s, opsdk_error *err)
{
    followed *f = followed_for(m, s->kind, s->labels, s->fields);
    int r = subscribe(f, c, s, err);

    return r < 0 ? r : index_source(f, s, c->handler->name, err);
}

int follow_crew(opsdk_manager *m, crew *c, opsdk_error *err)
{
    const opsdk_handler *h = c->handler;
    followed *f = followed_for(m, h->kind, h->labels, h->fields);
    int r;

    r = subscribe(f, c, NULL, err);
    if (r < 0)
        return r;
    c->primaries = f->store;
    r = index_by(f, h->indexes, h->name, err);
    if (r < 0)
        return r;
    for (const opsdk_source *s = h->sources; s && s->kind; s++) {
        r = source_check(s, h->name, err);
        if (r >= 0 && source_pointer(s)) /* of each primary that is needed, whatever else is kept */
            r = want(f, OPSDK_KEEP_FIELDS, (const char *const[]){source_pointer(s), NULL}, h->name, err);
        if (r >= 0)
            r = subscribe_source(m, c, s, err);
        if (r < 0)
            return r;
    }
    return 0;
}

bool follow_synced(const opsdk_manager *m)
{
    for (const tail *t = m->tails; t; t = t->next) {
        if (!t->synced)
            return false;
    }
    return true;
}

/* A primary has changed: what is it interested in now? */
static void note_primary(const opsdk_manager *m, const crew *c, const watch_change *change)
{
    for (const followed *f = m->followed; f; f = f->next) {
        for (const subscriber *s = f->subscribers; s; s = s->next) {
            if (s->crew == c && s->interest &&
                interest_note(s->interest, change->now, change->type == OPSDK_DELETED) < 0)
                queue_lose(c->queue);
        }
    }
}

static void dispatch(const opsdk_manager *m, const subscriber *s, const watch_change *change)
{
    crew *c = s->crew;
    opsdk_key key = opsdk_object_key(change->now);

    if (s->source) {
        source_map(s->source, &(source_target){c->handler, c->cache, c->queue, s->interest}, change);
        return;
    }
    note_primary(m, c, change);
    if (change->type != OPSDK_DELETED)
        queue_add(c->queue, key.ns, key.name);
}

/* What a list tells may stand for several changes: it is nobody's alone. */
static uint64_t stamp_of(const tail *t, const watch_change *change)
{
    const opsdk_object *obj = change->now;
    opsdk_key key = opsdk_object_key(obj);

    if (change->listed)
        return 0;
    key.kind = t->what->kind;
    return own_stamp(t->what->manager, key, opsdk_object_uid(obj),
                     change->type == OPSDK_DELETED ? "" : opsdk_object_version(obj));
}

static void on_change(const watch_change *change, void *user)
{
    tail *t = user;
    uint64_t stamp;

    if (change->type == OPSDK_SYNCED) {
        if (!t->synced)
            opsdk_log(OPSDK_LOG_INFO, NULL, "%s%s%s: %zu read", t->what->kind->plural, t->ns ? " in " : "",
                      t->ns ? t->ns : "", store_count(t->what->store, NULL));
        t->synced = true;
        manager_synced(t->what->manager);
        return;
    }
    stamp = stamp_of(t, change);
    for (const subscriber *s = t->what->subscribers; s; s = s->next) {
        queue_because(s->crew->queue, change->listed, stamp);
        dispatch(t->what->manager, s, change);
    }
    if (change->type == OPSDK_DELETED)
        sight_gone(&t->seen, opsdk_object_uid(change->now));
}

/* Workers are woken once for all changes that came together. */
static void on_pause(void *user)
{
    tail *t = user;

    for (const subscriber *s = t->what->subscribers; s; s = s->next)
        queue_flush(s->crew->queue);
}

/* What was refused is not asked for again while memory is short: a list would be refused likewise. */
void follow_refused(opsdk_manager *m)
{
    bool room = cache_has_room(m->cache);

    for (tail *t = m->tails; t; t = t->next) {
        store_stats stats = store_read(t->what->store);
        if (stats.refused > t->refused)
            opsdk_log(OPSDK_LOG_ERROR, NULL,
                      "the cache is at its limit: %" PRIu64 " times %s that are new were refused", stats.refused,
                      t->what->kind->plural);
        t->refused = stats.refused;
        if (stats.missing && room)
            watch_list_again(t->watch);
    }
    for (followed *f = m->followed; room && f; f = f->next)
        store_forget_missing(f->store);
}

static void on_version(const char *version, void *user)
{
    tail *t = user;

    sight_version(&t->seen, version);
}

static void on_open(void *user)
{
    tail *t = user;

    if (t->trouble)
        opsdk_log(OPSDK_LOG_INFO, NULL, "watch of %s is open again", t->what->kind->plural);
    t->trouble = 0;
    manager_opened(t->what->manager);
}

/* Whoever may write objects could write unreadable ones for ever: the log gets one line now and then, the metric counts. */
static void notice(tail *t, const opsdk_error *what)
{
    bool often = t->notices++ > 0 && clock_ms() - t->noticed_at_ms < REPEAT_MS;

    opsdk_log(often ? OPSDK_LOG_DEBUG : OPSDK_LOG_WARN, NULL, "%s", what->message);
    if (!often)
        t->noticed_at_ms = clock_ms();
}

static void on_trouble(const opsdk_error *why, int64_t wait_ms, void *user)
{
    tail *t = user;
    bool repeated = why->code == t->trouble && clock_ms() - t->trouble_at_ms < REPEAT_MS;

    if (wait_ms < 0) {
        notice(t, why);
        return;
    }
    t->restarts++;
    opsdk_log(repeated ? OPSDK_LOG_DEBUG : OPSDK_LOG_WARN, NULL, "%s%s%s: %s; again in %" PRId64 " ms",
              t->what->kind->plural, t->ns ? " in " : "", t->ns ? t->ns : "", why->message, wait_ms);
    if (repeated)
        return;
    t->trouble = why->code;
    t->trouble_at_ms = clock_ms();
}

static int start_tail(followed *f, const char *ns, opsdk_error *err)
{
    opsdk_manager *m = f->manager;
    tail *t = calloc(1, sizeof(*t));
    watch_what what;

    if (!t)
        return opsdk_error_set(err, OPSDK_ENOMEM, "watch %s: out of memory", f->kind->plural);
    sight_init(&t->seen);
    t->what = f;
    t->ns = ns;
    t->next = m->tails;
    m->tails = t;
    what = (watch_what){.client = m->client,
                        .kind = f->kind,
                        .ns = ns,
                        .labels = f->labels,
                        .fields = f->fields,
                        .store = f->store,
                        .watch_list = m->watch_list,
                        .wants_old = f->wants_old,
                        .cut = f->cut,
                        .fields_kept = f->keeps,
                        .on_change = on_change,
                        .on_pause = on_pause,
                        .on_version = on_version,
                        .on_open = on_open,
                        .on_trouble = on_trouble,
                        .user = t};
    return watch_new(m->loop, &what, &t->watch, err);
}

int follow_start(opsdk_manager *m, opsdk_error *err)
{
    for (followed *f = m->followed; f; f = f->next) {
        bool declared = !f->cut && !f->undeclared && f->n_keeps > 0;
        int r = 0;
        cache_declare(m->cache, f->store, declared ? f->keeps : NULL, f->cut && f->n_keeps == 0);
        if (f->kind->cluster_scoped || !m->namespaces[0])
            r = start_tail(f, NULL, err);
        for (char **ns = m->namespaces; !f->kind->cluster_scoped && *ns && r >= 0; ns++)
            r = start_tail(f, *ns, err);
        if (r < 0)
            return r;
    }
    return 0;
}

static void followed_free(followed *f)
{
    while (f->subscribers) {
        subscriber *s = f->subscribers;
        f->subscribers = s->next;
        interest_free(s->interest);
        free(s);
    }
    free(f->keeps);
    free(f);
}

void follow_free(opsdk_manager *m)
{
    while (m->tails) {
        tail *t = m->tails;
        m->tails = t->next;
        watch_free(t->watch);
        sight_clear(&t->seen);
        free(t);
    }
    while (m->followed) {
        followed *f = m->followed;
        m->followed = f->next;
        followed_free(f);
    }
}
