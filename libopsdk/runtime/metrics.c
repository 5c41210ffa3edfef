/* What /healthz, /readyz and /metrics answer.  Names are those of controller-runtime where it has one. */
#include "client/clock.h"
#include "runtime/manager.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STALL_MS 15000 /* a loop that did not go round for so long hangs: in a map callback, or in the kernel */

static int health(const opsdk_manager *m, buf *ret)
{
    int64_t age = loop_age_ms(m->loop);

    if (m->state == MANAGER_STOPPING || age < STALL_MS) {
        buf_puts(ret, "ok\n");
        return 200;
    }
    buf_printf(ret, "the event loop has stood still for %" PRId64 " ms\n", age);
    return 503;
}

static int readiness(const opsdk_manager *m, buf *ret)
{
    for (const followed *f = m->followed; f; f = f->next) {
        if (store_read(f->store).missing)
            buf_printf(ret, "%s: the cache is full, some were refused\n", f->kind->plural);
    }
    if (m->state == MANAGER_SYNCED && ret->len == 0) {
        buf_puts(ret, "ok\n");
        return 200;
    }
    if (m->state == MANAGER_STOPPING)
        buf_puts(ret, "stopping\n");
    for (const tail *t = m->tails; t && m->state == MANAGER_STARTING; t = t->next) {
        if (!t->synced)
            buf_printf(ret, "%s%s%s: not read yet\n", t->what->kind->plural, t->ns ? " in " : "", t->ns ? t->ns : "");
    }
    return 503;
}

static void head(buf *b, const char *name, const char *type, const char *help)
{
    buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_results(const opsdk_manager *m, buf *b)
{
    head(b, "controller_runtime_reconcile_total", "counter", "Reconciles per handler and result.");
    for (const crew *c = m->crews; c; c = c->next) {
        const char *name = c->handler->name;
        const struct {
            const char *result;
            uint64_t n;
        } all[] = {{"success", c->stats.success},
                   {"error", c->stats.error + c->stats.terminal},
                   {"requeue", 0},
                   {"requeue_after", c->stats.requeue_after}};
        for (size_t i = 0; i < 4; i++)
            buf_printf(b, "controller_runtime_reconcile_total{controller=\"%s\",result=\"%s\"} %" PRIu64 "\n", name,
                       all[i].result, all[i].n);
    }
}

static void put_times(const opsdk_manager *m, buf *b)
{
    head(b, "controller_runtime_reconcile_time_seconds", "histogram", "How long reconciles took.");
    for (const crew *c = m->crews; c; c = c->next) {
        const char *name = c->handler->name;
        const crew_stats *s = &c->stats;
        uint64_t n = 0;
        for (size_t i = 0; i < CREW_BUCKETS; i++) {
            n += s->bucket[i];
            buf_printf(b, "controller_runtime_reconcile_time_seconds_bucket{controller=\"%s\",le=\"%g\"} %" PRIu64 "\n",
                       name, crew_bucket_s[i], n);
        }
        n += s->slower;
        buf_printf(b, "controller_runtime_reconcile_time_seconds_bucket{controller=\"%s\",le=\"+Inf\"} %" PRIu64 "\n",
                   name, n);
        buf_printf(b, "controller_runtime_reconcile_time_seconds_sum{controller=\"%s\"} %.6f\n", name,
                   (double)s->took_us / 1e6);
        buf_printf(b, "controller_runtime_reconcile_time_seconds_count{controller=\"%s\"} %" PRIu64 "\n", name, n);
    }
}

/* One number per handler. */
static uint64_t of_crew(const crew *c, int which)
{
    queue_stats q;

    queue_read(c->queue, &q);
    switch (which) {
    case 0:
        return c->stats.error + c->stats.terminal;
    case 1:
        return c->stats.terminal;
    case 2:
        return (uint64_t)c->workers;
    case 3:
        return q.running;
    case 4:
        return q.depth;
    case 5:
        return q.adds;
    case 6:
        return q.retries;
    case 7:
        return q.echoes;
    default:
        return q.overdue;
    }
}

static void put_crews(const opsdk_manager *m, buf *b)
{
    static const struct {
        const char *name, *type, *help, *label;
    } all[] = {
        {"controller_runtime_reconcile_errors_total", "counter", "Reconciles that failed.", "controller"},
        {"controller_runtime_terminal_reconcile_errors_total", "counter", "Of these, those not tried again.",
         "controller"},
        {"controller_runtime_max_concurrent_reconciles", "gauge", "Workers.", "controller"},
        {"controller_runtime_active_workers", "gauge", "Workers that reconcile.", "controller"},
        {"workqueue_depth", "gauge", "Keys that are ready.", "name"},
        {"workqueue_adds_total", "counter", "Keys added, those already waiting included.", "name"},
        {"workqueue_retries_total", "counter", "Keys that failed and wait for another try.", "name"},
        {"opsdk_own_events_total", "counter", "Events that made no key run: its handler's own writes.", "controller"},
        {"opsdk_own_overdue_total", "counter", "Keys whose own writes the cache did not show in time.", "controller"},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        head(b, all[i].name, all[i].type, all[i].help);
        for (const crew *c = m->crews; c; c = c->next)
            buf_printf(b, "%s{%s=\"%s\"} %" PRIu64 "\n", all[i].name, all[i].label, c->handler->name,
                       of_crew(c, (int)i));
    }
}

/* A label's value: selectors come from the handler and may hold quotes. */
static void put_label(buf *b, const char *name, const char *value)
{
    buf_printf(b, ",%s=\"", name);
    for (const char *p = value ? value : ""; *p; p++) {
        if (*p == '"' || *p == '\\')
            buf_addc(b, '\\');
        buf_addc(b, *p == '\n' ? ' ' : *p);
    }
    buf_addc(b, '"');
}

/* A kind may be watched in several ways, and no two lines may have the same labels. */
static void put_numbered(buf *b, const char *name, const followed *f, const char *ns, uint64_t n)
{
    buf_printf(b, "%s{kind=\"%s\"", name, f->kind->kind);
    if (ns)
        put_label(b, "namespace", ns);
    if (f->labels)
        put_label(b, "label_selector", f->labels);
    if (f->fields)
        put_label(b, "field_selector", f->fields);
    buf_printf(b, "} %" PRIu64 "\n", n);
}

/* One number per watch. */
static uint64_t of_tail(const tail *t, int which)
{
    const watcher_stats *w = watch_counts(t->watch);

    switch (which) {
    case 0:
        return t->restarts;
    case 1:
        return t->notices;
    case 2:
        return w->lists;
    case 3:
        return w->unreadable;
    default:
        return w->rewinds;
    }
}

static void put_watches(const opsdk_manager *m, buf *b)
{
    static const struct {
        const char *name, *help;
    } all[] = {
        {"opsdk_watch_restarts_total", "Lists and watches that failed and were begun again."},
        {"opsdk_watch_notices_total", "Oddities that were dealt with, such as unreadable objects."},
        {"opsdk_watch_lists_total",
         "Lists that were read to their end: one, and one for each time the past was forgotten."},
        {"opsdk_watch_unreadable_total", "Objects that could not be read and were skipped."},
        {"opsdk_watch_rewinds_total", "Times that the server's resourceVersion went back."},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        head(b, all[i].name, "counter", all[i].help);
        for (const tail *t = m->tails; t; t = t->next)
            put_numbered(b, all[i].name, t->what, t->ns, of_tail(t, (int)i));
    }
}

/* One number per kind. */
static uint64_t of_store(const followed *f, int which)
{
    store_stats s = store_read(f->store);
    store_mode mode = store_mode_of(f->store);

    switch (which) {
    case 0:
        return store_count(f->store, NULL);
    case 1:
        return s.bytes;
    case 2:
        return s.dictionaries;
    case 6:
        return s.indexes;
    case 3:
        return mode == STORE_GIVEN ? (f->cut ? f->n_keeps > 0 ? 1 : 2 : 0) : mode == STORE_FIELDS ? 1 : 2;
    case 4:
        return mode != STORE_GIVEN;
    default:
        return s.refused;
    }
}

static void put_stores(const opsdk_manager *m, buf *b)
{
    static const struct {
        const char *name, *type, *help;
    } all[] = {
        {"opsdk_cache_objects", "gauge", "Objects kept."},
        {"opsdk_cache_bytes", "gauge", "Memory that they take."},
        {"opsdk_cache_dictionary_bytes", "gauge", "Of this, what packing and opening takes, whatever their number."},
        {"opsdk_cache_keep", "gauge", "What is kept of each: 0 everything, 1 some fields, 2 keys."},
        {"opsdk_cache_degraded", "gauge", "1: less is kept than handlers asked for, since the cache was full."},
        {"opsdk_cache_refused_total", "counter", "Objects that did not fit, each time that they came."},
        {"opsdk_cache_index_bytes", "gauge", "Of the memory, what finding objects by a value takes."},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        head(b, all[i].name, all[i].type, all[i].help);
        for (const followed *f = m->followed; f; f = f->next)
            put_numbered(b, all[i].name, f, NULL, of_store(f, (int)i));
    }
    if (m->cache_memory > 0) {
        head(b, "opsdk_cache_limit_bytes", "gauge", "What all kinds together may take.");
        buf_printf(b, "opsdk_cache_limit_bytes %zu\n", m->cache_memory);
    }
}

static void put_process(buf *b)
{
    FILE *f = fopen("/proc/self/statm", "re");
    unsigned long pages;

    if (!f)
        return;
    if (fscanf(f, "%*u %lu", &pages) == 1) {
        head(b, "process_resident_memory_bytes", "gauge", "Resident memory.");
        buf_printf(b, "process_resident_memory_bytes %lu\n", pages * (unsigned long)sysconf(_SC_PAGESIZE));
    }
    fclose(f);
}

int metrics_answer(const char *path, buf *ret, const char **ret_type, void *user)
{
    const opsdk_manager *m = user;

    if (strcmp(path, "/healthz") == 0)
        return health(m, ret);
    if (strcmp(path, "/readyz") == 0)
        return readiness(m, ret);
    if (strcmp(path, "/metrics") != 0) {
        buf_puts(ret, "not found: /healthz, /readyz and /metrics are here\n");
        return 404;
    }
    *ret_type = "text/plain; version=0.0.4; charset=utf-8";
    put_results(m, ret);
    put_times(m, ret);
    put_crews(m, ret);
    put_watches(m, ret);
    put_stores(m, ret);
    put_process(ret);
    return 200;
}
