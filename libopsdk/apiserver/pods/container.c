/* One container: its process from start to end, and whether another follows. */
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"
#include "apiserver/pods/command.h"
#include "apiserver/pods/pods.h"
#include "apiserver/pods/session.h"
#include "client/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE 16384

/* As container runtimes name them. */
static void make_id(char id[CONTAINER_ID])
{
    size_t len = (size_t)snprintf(id, CONTAINER_ID, "opsdk://");

    for (int i = 0; i < 8; i++)
        len += (size_t)snprintf(id + len, CONTAINER_ID - len, "%08x", clock_random());
}

/* ---- output ---- */

/* False: that is all for now, or for ever (then the poller is stopped). */
static bool read_some(container *c, poller *p, int *fd, int number)
{
    char data[PIECE];
    ssize_t n = read(*fd, data, sizeof(data));

    if (n > 0) {
        pod_log_add(c->log, number, data, (size_t)n, apiserver_now_us(c->pod->server));
        sessions_output(c, number, data, (size_t)n);
        return true;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    poller_stop(p); /* EOF; of a terminal: EIO */
    close(*fd);
    *fd = -1;
    return false;
}

static void on_out(poller *p, short revents)
{
    container *c = (container *)((char *)p - offsetof(container, out));

    (void)revents;
    read_some(c, p, &c->process.out, 1);
}

static void on_err(poller *p, short revents)
{
    container *c = (container *)((char *)p - offsetof(container, err));

    (void)revents;
    read_some(c, p, &c->process.err, 2);
}

/* ---- the end ---- */

static bool will_restart(const container *c)
{
    const pod *p = c->pod;

    if (p->deleting || p->gone)
        return false;
    return p->restart == 'A' || (p->restart == 'O' && c->last.code != 0);
}

bool container_will_restart(const container *c)
{
    return c->state == CONTAINER_WAITING && c->last.there && will_restart(c);
}

/* At once the first time, and then after longer and longer pauses. */
static void plan_restart(container *c)
{
    bool fresh = c->restarts == 0 || c->last.ended_us - c->last.started_us > (int64_t)LIMIT_RESTART_FORGET_MS * 1000;
    int64_t pause = fresh ? 0 : c->pause_ms ? 2 * c->pause_ms : LIMIT_RESTART_MS;

    c->pause_ms = pause < LIMIT_RESTART_MAX_MS ? pause : LIMIT_RESTART_MAX_MS;
    c->start_at_ms = clock_ms() + c->pause_ms;
    c->state = CONTAINER_WAITING;
}

static void has_ended(container *c, int code, int sig, const char *reason, const char *message)
{
    c->before = c->last;
    c->last = (termination){.there = true, .code = code, .signal = sig, .reason = reason, .started_us = c->started_us};
    c->last.ended_us = apiserver_now_us(c->pod->server);
    snprintf(c->last.message, sizeof(c->last.message), "%s", message);
    memcpy(c->last.id, c->id, sizeof(c->id));
    pod_log_end(c->log, c->last.ended_us);
    c->state = CONTAINER_ENDED;
    if (will_restart(c))
        plan_restart(c);
    sessions_end(c);
    c->pod->dirty = true;
}

static void on_end(poller *p, short revents)
{
    container *c = (container *)((char *)p - offsetof(container, end));
    int sig, code = process_reap(&c->process, &sig);

    (void)revents;
    if (code < 0)
        return;
    while (c->process.out >= 0 && read_some(c, &c->out, &c->process.out, 1))
        continue;
    while (c->process.err >= 0 && read_some(c, &c->err, &c->process.err, 2))
        continue;
    poller_stop(&c->out);
    poller_stop(&c->err);
    poller_stop(&c->end);
    process_close(&c->process);
    has_ended(c, code, sig, code == 0 ? "Completed" : "Error", "");
}

/* ---- the start ---- */

static bool new_log(container *c)
{
    pod_log *log = pod_log_new();

    if (!log)
        return false;
    pod_log_unref(c->log_before);
    c->log_before = c->log;
    c->log = log;
    return true;
}

static void has_started(container *c)
{
    pods_loop *loop = pods_loop_of(c->pod->server);

    c->state = CONTAINER_RUNNING;
    poller_start(&c->end, loop, c->process.fd, POLLIN, on_end);
    poller_start(&c->out, loop, c->process.out, POLLIN, on_out);
    if (c->process.err >= 0)
        poller_start(&c->err, loop, c->process.err, POLLIN, on_err);
    c->pod->dirty = true;
}

void container_start(container *c)
{
    apiserver *s = c->pod->server;
    char **env = pod_environment(c->pod, c->name);
    launch l = {.box = &c->pod->box,
                .container = -1,
                .argv = c->argv,
                .env = env,
                .dir = c->dir,
                .host = c->pod->host_network ? NULL : c->pod->name,
                .in = c->in,
                .tty = c->tty};
    process begun;
    char why[200] = "";
    int r;

    if (!env || !new_log(c)) {
        command_free(env);
        c->start_at_ms = clock_ms() + LIMIT_RESTART_MS; /* no memory: later */
        return;
    }
    c->restarts += c->last.there;
    make_id(c->id);
    c->started_us = apiserver_now_us(s);
    pthread_mutex_unlock(&s->lock);
    r = process_start(&begun, &l, why, sizeof(why));
    pthread_mutex_lock(&s->lock);
    c->process = begun;
    command_free(env);
    if (r == 0)
        has_started(c);
    else
        has_ended(c, 128, 0, "StartError", why);
}

void container_clear(container *c)
{
    poller_stop(&c->out);
    poller_stop(&c->err);
    poller_stop(&c->end);
    process_close(&c->process);
    pod_log_unref(c->log);
    pod_log_unref(c->log_before);
    command_free(c->argv);
    free(c->name);
    free(c->dir);
}
