#include "apiserver/pods/session.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"
#include "apiserver/pods/command.h"
#include "apiserver/pods/pods.h"
#include "apiserver/pods/target.h"
#include "apiserver/verbs.h"
#include "apiserver/version.h"
#include "client/clock.h"
#include "core/channel.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* ---- how it ended, as a Status ---- */

static json_t *failed(const char *message)
{
    return json_pack("{s:{}, s:s, s:s, s:s, s:{s:[{s:s}]}, s:i}", "metadata", "status", "Failure", "message", message,
                     "reason", "InternalError", "details", "causes", "message", message, "code", 500);
}

/* Each in the words of the one who translates it in a real cluster: the API server for v5, the container runtime for v4. */
static json_t *exited(const session *se)
{
    auto_buf command = BUF_INIT(LIMIT_POD_COMMAND);
    char code[12];
    json_t *message;

    if (se->code == 0)
        return json_pack("{s:{}, s:s}", "metadata", "status", "Success");
    for (size_t i = 0; se->argv[i]; i++)
        buf_printf(&command, "%s%s", i ? " " : "", se->argv[i]);
    snprintf(code, sizeof(code), "%d", se->code);
    if (se->v5)
        message =
            json_sprintf("command terminated with non-zero exit code: command terminated with exit code %s", code);
    else
        message = json_sprintf("command terminated with non-zero exit code: error executing command [%s], exit code %s",
                               command.data ? command.data : "", code);
    return json_pack("{s:{}, s:s, s:o, s:s, s:{s:[{s:s, s:s}]}}", "metadata", "status", "Failure", "message", message,
                     "reason", "NonZeroExitCode", "details", "causes", "reason", "ExitCode", "message", code);
}

/* ---- on a container ---- */

static void put_beside(session *se, container *c)
{
    se->of = c;
    se->beside = c->attached;
    se->link = &c->attached;
    if (se->beside)
        se->beside->link = &se->beside;
    c->attached = se;
}

static void take_away(session *se)
{
    if (!se->of)
        return;
    *se->link = se->beside;
    if (se->beside)
        se->beside->link = se->link;
    se->of = NULL;
}

/* Who is too slow for output that is not held up for him is cut off. */
void sessions_output(container *c, int fd, const char *data, size_t len)
{
    for (session *se = c->attached; se; se = se->beside)
        if (!se->argv && (fd == CHANNEL_STDOUT ? se->out : se->err))
            session_say(se, fd, data, len);
}

void sessions_end(container *c)
{
    while (c->attached) {
        session *se = c->attached;
        take_away(se);
        if (se->argv) {
            process_signal(&se->process, SIGKILL);
            continue;
        }
        poller_stop(&se->on_in);
        session_end(se, json_pack("{s:{}, s:s}", "metadata", "status", "Success"));
    }
}

/* ---- a command ---- */

static void close_output(session *se, poller *p, int *fd)
{
    poller_stop(p);
    if (*fd >= 0 && fd != &se->process.in)
        close(*fd);
    *fd = -1;
}

/* All of it is there, or it has had time to come. */
static void end_if_over(session *se, int64_t now)
{
    bool silent = se->process.out < 0 && se->process.err < 0;

    if (se->code < 0 || se->ended || (!silent && now < se->end_at_ms))
        return;
    close_output(se, &se->on_out, &se->process.out);
    close_output(se, &se->on_err, &se->process.err);
    session_end(se, exited(se));
}

static void on_out(poller *p, short revents)
{
    session *se = (session *)((char *)p - offsetof(session, on_out));

    (void)revents;
    session_read_output(se, p, &se->process.out, CHANNEL_STDOUT);
    end_if_over(se, clock_ms());
}

static void on_err(poller *p, short revents)
{
    session *se = (session *)((char *)p - offsetof(session, on_err));

    (void)revents;
    session_read_output(se, p, &se->process.err, CHANNEL_STDERR);
    end_if_over(se, clock_ms());
}

static void on_end(poller *p, short revents)
{
    session *se = (session *)((char *)p - offsetof(session, on_end));
    int sig, code = process_reap(&se->process, &sig);

    (void)revents;
    if (code < 0)
        return;
    poller_stop(p);
    take_away(se);
    se->code = code;
    se->end_at_ms = clock_ms() + LIMIT_SESSION_END_MS;
    end_if_over(se, clock_ms());
}

static void has_started(session *se)
{
    pods_loop *loop = pods_loop_of(se->server);

    poller_start(&se->on_end, loop, se->process.fd, POLLIN, on_end);
    poller_start(&se->on_out, loop, se->process.out, POLLIN, on_out);
    if (se->process.err >= 0)
        poller_start(&se->on_err, loop, se->process.err, POLLIN, on_err);
    if (se->in && se->process.in >= 0)
        session_watch_input(se, se->process.in);
    session_resize(se);
}

/* The lock is let go while it starts: the container stays, since this thread alone frees it. */
static void start_command(session *se, container *c)
{
    apiserver *s = se->server;
    char why[200] = "", message[320], **env = pod_environment(c->pod, c->name);
    launch l = {.box = &c->pod->box,
                .container = c->process.fd,
                .argv = se->argv,
                .env = env,
                .dir = c->dir,
                .in = se->in,
                .tty = se->tty};
    process begun = PROCESS_NONE;
    int r = -1;

    put_beside(se, c);
    pthread_mutex_unlock(&s->lock);
    if (env)
        r = process_start(&begun, &l, why, sizeof(why));
    pthread_mutex_lock(&s->lock);
    se->process = begun;
    command_free(env);
    if (r == 0) {
        has_started(se);
        return;
    }
    take_away(se);
    snprintf(message, sizeof(message), "Internal error occurred: error executing command in container: %s", why);
    session_end(se, failed(message));
}

static void attach(session *se, container *c)
{
    put_beside(se, c);
    se->tty = c->tty;
    if (se->in && c->process.in >= 0)
        session_watch_input(se, c->process.in);
    session_resize(se);
}

static void start(session *se)
{
    pod *p = pods_find(se->server, se->ns, se->pod);
    container *c = p ? pod_container(p, se->container) : NULL;
    char message[320];

    se->opened = false;
    if (!c || c->state != CONTAINER_RUNNING) {
        snprintf(message, sizeof(message),
                 "Internal error occurred: unable to upgrade connection: container not found (\"%.200s\")",
                 se->container);
        session_end(se, failed(message));
    } else if (se->argv) {
        start_command(se, c);
    } else {
        attach(se, c);
    }
}

/* ---- of all ---- */

static session *session_free(session *se)
{
    take_away(se);
    poller_stop(&se->on_in);
    poller_stop(&se->on_out);
    poller_stop(&se->on_err);
    poller_stop(&se->on_end);
    process_close(&se->process);
    buf_clear(&se->messages);
    buf_clear(&se->input);
    buf_clear(&se->size);
    command_free(se->argv);
    free(se->ns);
    free(se->pod);
    free(se->container);
    free(se);
    return NULL;
}

/* The command goes on without its client, as in a cluster; its pipes do not. */
static void hang_up(session *se)
{
    poller_stop(&se->on_in);
    close_output(se, &se->on_out, &se->process.out);
    close_output(se, &se->on_err, &se->process.err);
    process_close_in(&se->process);
}

int64_t sessions_step(apiserver *s, int64_t now)
{
    int64_t next = INT64_MAX;

    for (session **link = pods_sessions(s), *se = *link; se; se = *link) {
        if (se->opened && !se->gone)
            start(se);
        if (se->gone)
            hang_up(se);
        if (se->code >= 0)
            end_if_over(se, now);
        if (se->code >= 0 && !se->ended && se->end_at_ms < next)
            next = se->end_at_ms;
        if (*link != se) { /* another came before it while the lock was away */
            link = &(*link)->next;
            while (*link != se)
                link = &(*link)->next;
        }
        if (se->gone && se->process.pid == 0) {
            *link = se->next;
            session_free(se);
        } else {
            link = &se->next;
        }
    }
    return next;
}

void sessions_free(apiserver *s)
{
    for (session *se = *pods_sessions(s), *next; se; se = next) {
        next = se->next;
        process_signal(&se->process, SIGKILL);
        if (se->process.pid > 0)
            waitpid(se->process.pid, NULL, 0);
        session_free(se);
    }
    *pods_sessions(s) = NULL;
}

/* ---- the request ---- */

static void on_open(websocket *ws, const char *protocol)
{
    session *se = (session *)((char *)ws - offsetof(session, ws));

    se->v5 = strcmp(protocol, "v5.channel.k8s.io") == 0;
    se->opened = true;
    session_say(se, se->out ? CHANNEL_STDOUT : se->err ? CHANNEL_STDERR : CHANNEL_ERROR, "", 0);
    pods_loop_wake(pods_loop_of(se->server));
}

static void on_close(websocket *ws)
{
    session *se = (session *)((char *)ws - offsetof(session, ws));

    se->gone = true;
    pods_loop_wake(pods_loop_of(se->server));
}

static char **read_command(const call *c)
{
    size_t n = 0;
    char **argv = calloc(c->rq.n_params + 1, sizeof(*argv));

    for (size_t i = 0; argv && i < c->rq.n_params; i++)
        if (strcmp(c->rq.params[i].name, "command") == 0)
            argv[n++] = strdup(c->rq.params[i].value);
    return argv;
}

static session *session_new(call *c, const char *name, bool command)
{
    session *se = calloc(1, sizeof(*se));

    if (!se)
        return NULL;
    se->ws = (websocket){.open = on_open, .receive = session_receive, .fill = session_fill, .close = on_close};
    se->server = c->server;
    se->process = PROCESS_NONE;
    se->code = -1;
    se->messages = BUF_INIT(4 * LIMIT_SESSION_OUT);
    se->input = BUF_INIT(4 * LIMIT_SESSION_IN);
    se->size = BUF_INIT(1024);
    se->in = request_flag(&c->rq, "stdin");
    se->out = request_flag(&c->rq, "stdout");
    se->tty = request_flag(&c->rq, "tty");
    se->err = request_flag(&c->rq, "stderr") && !se->tty;
    se->ns = strdup(c->rq.ns);
    se->pod = strdup(c->rq.name);
    se->container = strdup(name);
    se->argv = command ? read_command(c) : NULL;
    if (!se->ns || !se->pod || !se->container || (command && !se->argv))
        return session_free(se);
    return se;
}

static bool has_protocol(const char *list)
{
    return strstr(list, "v5.channel.k8s.io") || strstr(list, "v4.channel.k8s.io");
}

static int upgrade(call *c, bool command, failure *why)
{
    json_auto_t *doc = NULL;
    const char *name;
    session *se;

    if (target_find(c, &doc, &name, why) < 0 || target_check_node(doc, why) < 0)
        return -1;
    if (!has_protocol(c->rq.upgrade))
        return failure_bad_request(why, "Upgrade request required");
    if (command && !request_param(&c->rq, "command"))
        return failure_bad_request(why, "you must specify a command");
    se = pods_has_loop(c->server) ? session_new(c, name, command) : NULL;
    if (!se)
        return failure_memory(why);
    se->next = *pods_sessions(c->server);
    *pods_sessions(c->server) = se;
    c->ws = &se->ws;
    c->status = 101;
    return 0;
}

int session_exec(call *c, failure *why)
{
    return upgrade(c, true, why);
}

int session_attach(call *c, failure *why)
{
    return upgrade(c, false, why);
}

int session_forward(call *c, failure *why)
{
    json_auto_t *doc = NULL;
    const item *it = verb_find(c, why);

    if (!it)
        return -1;
    doc = version_read(c->res, it);
    if (!doc)
        return failure_memory(why);
    if (target_check_node(doc, why) < 0)
        return -1;
    if (!*c->rq.upgrade && strcmp(c->rq.method, "GET") == 0)
        return failure_bad_request(why, "Upgrade request required");
    return failure_bad_request(why, "this server forwards no ports: those of a pod are reachable at its address, %s",
                               doc_text(doc_get(doc, "status"), "podIP"));
}
