#include "tests/history/run.h"

#include "client/clock.h"

#include <inttypes.h>
#include <opsdk/manager.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READERS 2

typedef struct engine {
    check *check;
    const history_opts *opts;
    opsdk_source sources[2];
    opsdk_handler handler;
    opsdk_client *client;
    opsdk_manager *manager;
    pthread_t thread, readers[READERS];
    int reading;
    atomic_bool end;
    opsdk_error err;
} engine;

static void *run_manager(void *arg)
{
    engine *e = arg;

    return opsdk_manager_run(e->manager, &e->err) < 0 ? e : NULL;
}

static void *run_reader(void *arg)
{
    engine *e = arg;

    while (!e->end)
        check_read(e->check);
    return NULL;
}

/* A client of a server without any security. */
static int connect_to(int port, opsdk_client **ret, opsdk_error *err)
{
    char path[] = "/tmp/history-XXXXXX";
    int fd = mkstemp(path), r;

    if (fd < 0)
        return opsdk_error_set(err, OPSDK_EIO, "no file in /tmp");
    dprintf(fd,
            "{apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: c, user: u}}],"
            " users: [{name: u, user: {}}], clusters: [{name: c, cluster: {server: 'http://127.0.0.1:%d'}}]}\n",
            port);
    close(fd);
    r = opsdk_client_new(&(opsdk_client_opts){.kubeconfig = path}, ret, err);
    unlink(path);
    return r;
}

/* The primary's changes go to the handler by themselves, and to the judge as those of another kind would. */
static int engine_start(engine *e, bool watch_list)
{
    static const char *const indexes[] = {WORLD_INDEX, NULL};
    int r;

    e->sources[0] = (opsdk_source){.kind = &OPSDK_CONFIGMAP, .map = check_told, .now_only = true};
    e->handler = (opsdk_handler){.name = "history",
                                 .kind = &OPSDK_CONFIGMAP,
                                 .sources = e->sources,
                                 .indexes = indexes,
                                 .reconcile = check_reconcile,
                                 .user = e->check};
    r = connect_to(e->check->server->port, &e->client, &e->err);
    if (r >= 0)
        r = opsdk_manager_new(e->client, &(opsdk_manager_opts){.listen = "", .watch_list = watch_list}, &e->manager,
                              &e->err);
    if (r >= 0)
        r = opsdk_manager_register(e->manager, &e->handler, &e->err);
    if (r >= 0 && pthread_create(&e->thread, NULL, run_manager, e) != 0)
        r = opsdk_error_set(&e->err, OPSDK_ENOMEM, "no thread");
    for (; r >= 0 && e->opts->readers && e->reading < READERS; e->reading++) {
        if (pthread_create(e->readers + e->reading, NULL, run_reader, e) != 0)
            break;
    }
    return r;
}

/* What is there can be looked at when nothing runs any more. */
static int engine_stop(engine *e)
{
    void *failed;

    atomic_store(&e->end, true);
    for (int i = 0; i < e->reading; i++)
        pthread_join(e->readers[i], NULL);
    opsdk_manager_stop(e->manager);
    pthread_join(e->thread, &failed);
    return failed ? OPSDK_EIO : 0;
}

static void engine_free(engine *e)
{
    opsdk_manager_free(e->manager);
    opsdk_client_free(e->client);
}

/* Until all is told and handled, or enough is told, or something is wrong, or nothing happens any more. */
static bool wait_complete(check *c, const history_opts *o, uint64_t enough)
{
    uint64_t before = UINT64_MAX, at = 0;
    int64_t since = clock_ms();

    while (!c->wrong && !check_complete(c) && c->events < enough) {
        uint64_t now = c->events + c->runs + c->server->world.version;
        if (now != before)
            since = clock_ms();
        else if (clock_ms() - since > o->patience_ms)
            return false;
        before = now;
        if (o->tell && c->events / 1000000 > at) {
            char line[120];
            at = c->events / 1000000;
            snprintf(line, sizeof(line),
                     "%" PRIu64 " events told, %" PRIu64 " runs of the handler, %" PRIu64 " relists",
                     (uint64_t)c->events, (uint64_t)c->runs, (uint64_t)c->relists);
            o->tell(line);
        }
        usleep(2000);
    }
    return !c->wrong;
}

static bool phase(check *c, const history_opts *o, uint64_t events, bool abrupt, bool watch_list)
{
    engine e = {.check = c, .opts = o};
    bool done;

    check_reset(c);
    if (engine_start(&e, watch_list) < 0) {
        snprintf(c->words, sizeof(c->words), "%s\n", e.err.message);
        return false;
    }
    server_run(c->server, events);
    done = wait_complete(c, o, abrupt ? c->events + events / 2 : UINT64_MAX);
    if (engine_stop(&e) < 0) {
        c->wrong++;
        snprintf(c->words, sizeof(c->words), "the manager ended: %s\n", e.err.message);
    } else if (!done && !c->wrong) {
        check_missing(c);
    }
    if (!c->wrong && !abrupt)
        check_cache(c);
    engine_free(&e);
    return true;
}

bool history_run(const history_opts *o, history_result *ret)
{
    server s = {.plant = o->plant, .fault_every = o->fault_every};
    bool ok = world_init(&s.world, o->keys, o->seed), watch_list = o->watch_list;
    check c = {0};

    memset(ret, 0, sizeof(*ret));
    ok = ok && check_init(&c, &s) && server_start(&s);
    for (uint64_t left = o->events; ok && left > 0 && !c.wrong;) {
        uint64_t n = o->phase && o->phase < left ? o->phase : left;
        left -= n;
        ok = phase(&c, o, n, o->abrupt && left > 0, watch_list);
        watch_list = !watch_list;
    }
    if (s.out)
        server_stop(&s);
    *ret = (history_result){.wrong = c.wrong,
                            .written = s.world.version,
                            .told = c.events,
                            .deletions = c.deletions,
                            .relists = c.relists,
                            .runs = c.runs,
                            .failures = c.failures,
                            .server = s.counts};
    memcpy(ret->words, c.words, sizeof(ret->words));
    check_clear(&c);
    world_clear(&s.world);
    return ok;
}
