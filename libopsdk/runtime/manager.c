#include "runtime/manager.h"

#include "client/clock.h"
#include "core/limits.h"

#include <opsdk/log.h>
#include <opsdk/version.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 1000
#define TELL_MS 10000 /* between two lines that say what is still waited for */

static char **copy_list(const char *const *list)
{
    size_t n = 0;
    char **copy;

    while (list && list[n])
        n++;
    copy = calloc(n + 1, sizeof(char *));
    for (size_t i = 0; copy && i < n; i++)
        copy[i] = strdup(list[i]); /* one that fails ends the list; told by its length */
    return copy;
}

static bool complete(char **copy, const char *const *list)
{
    size_t n = 0;

    while (list && list[n] && copy && copy[n])
        n++;
    return copy && (!list || !list[n]);
}

static void on_cut(const opsdk_kind *kind, store_mode mode, void *user)
{
    const opsdk_manager *m = user;

    opsdk_log(OPSDK_LOG_WARN, NULL, "the cache has come to its limit of %zu bytes: of %s it now keeps %s",
              m->cache_memory, kind->plural,
              mode == STORE_FIELDS ? "the fields that handlers name" : "keys, the rest is read from the server");
}

int opsdk_manager_new(opsdk_client *client, const opsdk_manager_opts *opts, opsdk_manager **ret, opsdk_error *err)
{
    static const opsdk_manager_opts none = {0};
    const opsdk_manager_opts *o = opts ? opts : &none;
    opsdk_manager *m = calloc(1, sizeof(*m));
    int r;

    if (!m)
        return opsdk_error_set(err, OPSDK_ENOMEM, "manager: out of memory");
    m->client = client;
    m->seed = (uint64_t)clock_random() << 32 | clock_random();
    m->born_ms = m->told_ms = clock_ms();
    m->grace_ms = o->grace_ms > 0 ? o->grace_ms : LIMIT_GRACE_MS;
    m->watch_list = o->watch_list;
    m->cache_memory = o->cache_memory;
    m->listen = strdup(o->listen ? o->listen : ":8080");
    m->namespaces = copy_list(o->namespaces);
    m->cache = cache_new(opsdk_client_namespace(client));
    if (m->cache) {
        cache_client(m->cache, client);
        cache_limit(m->cache, o->cache_memory, o->cache_full, on_cut, m);
    }
    r = loop_new(&m->loop, err);
    if (r >= 0 && (!m->listen || !complete(m->namespaces, o->namespaces) || !m->cache))
        r = opsdk_error_set(err, OPSDK_ENOMEM, "manager: out of memory");
    if (r < 0) {
        opsdk_manager_free(m);
        return r;
    }
    *ret = m;
    return 0;
}

opsdk_manager *opsdk_manager_free(opsdk_manager *m)
{
    if (!m || m->stuck) /* a thread still uses it: better leaked than pulled away */
        return NULL;
    httpd_free(m->httpd);
    follow_free(m);
    while (m->crews) {
        crew *c = m->crews;
        m->crews = c->next;
        crew_clear(c);
        free(c);
    }
    loop_free(m->loop);
    cache_free(m->cache);
    for (char **ns = m->namespaces; ns && *ns; ns++)
        free(*ns);
    free(m->namespaces);
    free(m->listen);
    free(m);
    return NULL;
}

void manager_born(opsdk_manager *m, int64_t ms)
{
    m->born_ms = ms;
}

int opsdk_manager_register(opsdk_manager *m, const opsdk_handler *handler, opsdk_error *err)
{
    crew *c;

    if (!handler->name || !handler->kind || !handler->reconcile)
        return opsdk_error_set(err, OPSDK_EINVAL, "handler %s: needs name, kind and reconcile",
                               handler->name ? handler->name : "without name");
    c = calloc(1, sizeof(*c));
    if (!c)
        return opsdk_error_set(err, OPSDK_ENOMEM, "handler %s: out of memory", handler->name);
    crew_init(c);
    c->manager = m;
    c->handler = handler;
    c->client = m->client;
    c->cache = m->cache;
    c->workers = handler->workers > 0 ? handler->workers : 4;
    c->next = m->crews;
    m->crews = c;
    c->queue = queue_new(handler->kind, LIMIT_QUEUE_BACKOFF_MIN_MS, LIMIT_QUEUE_BACKOFF_MAX_MS);
    if (!c->queue)
        return opsdk_error_set(err, OPSDK_ENOMEM, "handler %s: out of memory", handler->name);
    return follow_crew(m, c, err);
}

void opsdk_manager_stop(opsdk_manager *m)
{
    loop_stop(m->loop);
}

static void give_up(opsdk_manager *m, const opsdk_error *why)
{
    m->failure = *why;
    loop_stop(m->loop);
}

void manager_opened(opsdk_manager *m)
{
    if (!m->opened)
        opsdk_log(OPSDK_LOG_INFO, NULL, "watching, %lld ms after the start", (long long)(clock_ms() - m->born_ms));
    m->opened = true;
}

void manager_synced(opsdk_manager *m)
{
    opsdk_error err = {0};

    if (m->state != MANAGER_STARTING || !follow_synced(m))
        return;
    for (crew *c = m->crews; c; c = c->next) {
        c->resync_at_ms = clock_ms() + c->handler->resync_ms;
        if (crew_start(c, &err) < 0) {
            give_up(m, &err);
            return;
        }
    }
    m->state = MANAGER_SYNCED;
    opsdk_log(OPSDK_LOG_INFO, NULL, "ready, %lld ms after the start", (long long)(clock_ms() - m->born_ms));
}

/* Every primary again, spread over a tenth of the period. */
static void resync(crew *c)
{
    int64_t period = c->handler->resync_ms;
    auto_compacts all = {0};

    if (period <= 0 || clock_ms() < c->resync_at_ms)
        return;
    c->resync_at_ms += period;
    if (store_collect(c->primaries, NULL, &all) < 0)
        return; /* next time */
    for (size_t i = 0; i < all.len; i++) {
        opsdk_key key = compact_key(all.items[i]);
        queue_add_after(c->queue, key.ns, key.name, (int64_t)((uint64_t)(period / 10) * clock_random() >> 32));
    }
}

static void tell_waiting(opsdk_manager *m)
{
    if (m->state != MANAGER_STARTING || clock_ms() - m->told_ms < TELL_MS)
        return;
    m->told_ms = clock_ms();
    for (const tail *t = m->tails; t; t = t->next) {
        if (!t->synced)
            opsdk_log(OPSDK_LOG_WARN, NULL, "%s%s%s: not read yet; nothing is reconciled until they are",
                      t->what->kind->plural, t->ns ? " in " : "", t->ns ? t->ns : "");
    }
}

static void on_tick(void *user)
{
    opsdk_manager *m = user;
    opsdk_error err = {0};

    tell_waiting(m);
    follow_refused(m);
    cache_tidy(m->cache);
    for (crew *c = m->crews; c; c = c->next) {
        queue_stats stats;
        queue_read(c->queue, &stats);
        queue_trim(c->queue);
        if (stats.lost) { /* a level-triggered program that starts afresh misses nothing; one that goes on might */
            opsdk_error_set(&err, OPSDK_ENOMEM, "handler %s: out of memory, a change could not be queued",
                            c->handler->name);
            give_up(m, &err);
            return;
        }
        if (m->state == MANAGER_SYNCED)
            resync(c);
    }
    loop_arm(m->loop, &m->tick, TICK_MS);
}

static bool join_all(opsdk_manager *m, int64_t until_ms)
{
    bool all = true;

    for (crew *c = m->crews; c; c = c->next)
        all = crew_join(c, until_ms) && all;
    return all;
}

/* Lets running reconciles finish, then cancels what they wait for, then gives up on them. */
static int drain(opsdk_manager *m, opsdk_error *err)
{
    for (crew *c = m->crews; c; c = c->next)
        crew_stop(c);
    m->state = MANAGER_STOPPING;
    opsdk_log(OPSDK_LOG_INFO, NULL, "stopping");
    if (join_all(m, clock_ms() + m->grace_ms))
        return 0;
    opsdk_log(OPSDK_LOG_WARN, NULL, "reconciles still run after %d ms: their calls are cancelled", m->grace_ms);
    opsdk_client_cancel(m->client);
    if (join_all(m, clock_ms() + LIMIT_CANCEL_MS))
        return 0;
    m->stuck = true;
    return opsdk_error_set(err, OPSDK_ETIMEOUT, "a reconcile did not end within %d ms of being cancelled",
                           LIMIT_CANCEL_MS);
}

static void log_start(const opsdk_manager *m)
{
    auto_buf where = BUF_INIT(LIMIT_LOG_LINE / 8), what = BUF_INIT(LIMIT_LOG_LINE / 8);

    for (char **ns = m->namespaces; *ns; ns++)
        buf_printf(&where, "%s%s", where.len ? ", " : "", *ns);
    for (const followed *f = m->followed; f; f = f->next)
        buf_printf(&what, "%s%s", what.len ? ", " : "", f->kind->plural);
    opsdk_log(OPSDK_LOG_INFO, NULL, "libopsdk %s starts; namespaces: %s; kinds: %s", opsdk_version(),
              where.data ? where.data : "all", what.data ? what.data : "none");
}

int opsdk_manager_run(opsdk_manager *m, opsdk_error *err)
{
    opsdk_error later = {0};
    int r, drained;

    if (!m->crews)
        return opsdk_error_set(err, OPSDK_EINVAL, "manager: no handler is registered");
    log_start(m);
    r = follow_start(m, err);
    if (r >= 0 && *m->listen)
        r = httpd_new(m->listen, metrics_answer, m, &m->httpd, err);
    if (r < 0)
        return r;

    cache_looping(m->cache);
    m->tick = (loop_timer){.fn = on_tick, .user = m};
    loop_arm(m->loop, &m->tick, TICK_MS);
    r = loop_run(m->loop, err);
    loop_disarm(m->loop, &m->tick);
    if (r >= 0 && m->failure.code) {
        r = m->failure.code;
        if (err)
            *err = m->failure;
    }
    drained = drain(m, r < 0 ? &later : err);
    return r < 0 ? r : drained;
}
