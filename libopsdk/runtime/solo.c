/* opsdk_watch: one watch with a loop and a thread of its own. */
#include "runtime/thread.h"
#include "runtime/watch.h"

#include <stdlib.h>
#include <string.h>

struct opsdk_watch {
    opsdk_watch_opts opts;
    loop *loop;
    store *store;
    watch *watch;
    pthread_t thread;
    char *strings[3]; /* copies of what opts borrows */
};

static void on_change(const watch_change *change, void *user)
{
    opsdk_watch *w = user;

    w->opts.on_event(change->type, change->now, w->opts.user);
}

static void on_trouble(const opsdk_error *why, int64_t wait_ms, void *user)
{
    opsdk_watch *w = user;

    if (w->opts.on_trouble)
        w->opts.on_trouble(why, wait_ms < 0 ? 0 : wait_ms, w->opts.user);
}

static void *run(void *arg)
{
    opsdk_watch *w = arg;
    opsdk_error err = {0};

    while (loop_run(w->loop, &err) < 0) { /* descriptors or memory ran out: that may pass */
        on_trouble(&err, 1000, w);
        nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
    }
    return NULL;
}

static opsdk_watch *watch_clear(opsdk_watch *w)
{
    watch_free(w->watch);
    loop_free(w->loop);
    store_free(w->store);
    for (size_t i = 0; i < 3; i++)
        free(w->strings[i]);
    free(w);
    return NULL;
}

static bool keep(opsdk_watch *w, size_t i, const char **text)
{
    if (!*text)
        return true;
    *text = w->strings[i] = strdup(*text);
    return *text;
}

static int prepare(opsdk_watch *w, opsdk_client *c, const opsdk_kind *kind, opsdk_error *err)
{
    opsdk_watch_opts *o = &w->opts;
    watch_what what;
    int r;

    w->store = store_new();
    if (!w->store || !keep(w, 0, &o->ns) || !keep(w, 1, &o->labels) || !keep(w, 2, &o->fields))
        return opsdk_error_set(err, OPSDK_ENOMEM, "watch %s: out of memory", kind->plural);
    r = loop_new(&w->loop, err);
    if (r < 0)
        return r;
    what = (watch_what){.client = c,
                        .kind = kind,
                        .ns = o->ns,
                        .labels = o->labels,
                        .fields = o->fields,
                        .silence_ms = o->silence_ms,
                        .watch_list = o->watch_list,
                        .store = w->store,
                        .on_change = on_change,
                        .on_trouble = on_trouble,
                        .user = w};
    return watch_new(w->loop, &what, &w->watch, err);
}

int opsdk_watch_start(opsdk_client *c, const opsdk_kind *kind, const opsdk_watch_opts *opts, opsdk_watch **ret,
                      opsdk_error *err)
{
    opsdk_watch *w;
    int r;

    if (!c || !kind || !opts || !opts->on_event)
        return opsdk_error_set(err, OPSDK_EINVAL, "opsdk_watch_start: needs a client, a kind and on_event");
    w = calloc(1, sizeof(*w));
    if (!w)
        return opsdk_error_set(err, OPSDK_ENOMEM, "watch %s: out of memory", kind->plural);
    w->opts = *opts;
    r = prepare(w, c, kind, err);
    if (r >= 0)
        r = thread_start(&w->thread, run, w, err);
    if (r < 0) {
        watch_clear(w);
        return r;
    }
    *ret = w;
    return 0;
}

opsdk_watch *opsdk_watch_stop(opsdk_watch *w)
{
    if (!w)
        return NULL;
    loop_stop(w->loop);
    pthread_join(w->thread, NULL);
    return watch_clear(w);
}
