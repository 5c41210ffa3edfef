#include "client/exec.h"
#include "client/clock.h"

#include "client/client.h"
#include "client/http.h"
#include "client/ws.h"
#include "core/limits.h"
#include "core/url.h"

#include <opsdk/query.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAIL 160 /* bytes of stderr in a message */

/* One command on one connection. */
typedef struct exec_call {
    opsdk_client *client;
    const opsdk_exec_io *io;
    channel ch;
    bool opened, v4;
    bool in_done;     /* the end of stdin has been read, and sent where that is possible */
    int64_t in_ended; /* when; with v4 moved on by output */
    bool has_status;
    int64_t status_at;
    channel_exit how;
} exec_call;

/* ---- the protocol, both ways ---- */

static int on_open(const char *protocol, void *user, opsdk_error *err)
{
    exec_call *e = user;

    e->opened = true;
    e->v4 = strcmp(protocol, "v4.channel.k8s.io") == 0;
    if (!e->v4 && strcmp(protocol, "v5.channel.k8s.io") != 0)
        return opsdk_error_set(err, OPSDK_EPROTO, "exec: server chose an unknown protocol");
    atomic_store(&e->client->exec_v4, e->v4);
    return 0;
}

static int on_output(int fd, const char *data, size_t len, void *user, opsdk_error *err)
{
    exec_call *e = user;
    int r;

    e->in_ended = clock_ms();
    if (!e->io->write)
        return 0;
    r = e->io->write(fd, data, len, e->io->user);
    return r < 0 ? opsdk_error_set(err, r, "exec: output was not taken: %s", opsdk_strerror(r)) : 0;
}

static int on_receive(const char *data, size_t len, bool first, bool last, void *user, opsdk_error *err)
{
    exec_call *e = user;
    int r;

    r = channel_feed(&e->ch, data, len, first, last, err);
    if (r < 0)
        return r;
    if (!last || e->has_status || e->ch.status.len == 0)
        return 0;
    /* A Status that cannot be read yet may be the first of several messages. */
    e->has_status = channel_read_exit(e->ch.status.data, e->ch.status.len, &e->how, NULL) == 0;
    e->status_at = clock_ms();
    return 0;
}

/* After the end of stdin, or of the command. */
static long wait_for_end(exec_call *e, opsdk_error *err)
{
    int64_t now = clock_ms();

    if (e->has_status)
        return now - e->status_at < LIMIT_EXEC_CLOSE_MS ? WS_NOTHING : WS_DONE;
    if (e->v4 && e->in_done && now - e->in_ended >= LIMIT_EXEC_V4_MS)
        return opsdk_error_set(
            err, OPSDK_EPROTO,
            "exec: server speaks only v4.channel.k8s.io, which cannot close stdin, and the command waits for "
            "more of it");
    return WS_NOTHING;
}

static long on_send(char *to, void *user, opsdk_error *err)
{
    exec_call *e = user;
    long n;

    if (e->has_status || e->in_done || !e->io->read)
        return wait_for_end(e, err);

    n = e->io->read(to + 1, WS_FRAME - 1, e->io->user);
    if (n == OPSDK_EBUSY)
        return WS_NOTHING;
    if (n < 0)
        return opsdk_error_set(err, (int)n, "exec: stdin could not be read: %s", opsdk_strerror((int)n));
    if (n > 0) {
        to[0] = CHANNEL_STDIN;
        return n + 1;
    }
    e->in_done = true;
    e->in_ended = clock_ms();
    if (e->v4)
        return WS_NOTHING;
    to[0] = (char)CHANNEL_CLOSE;
    to[1] = CHANNEL_STDIN;
    return 2;
}

/* ---- the request ---- */

static int make_target(buf *b, opsdk_client *c, opsdk_key pod, const char *const argv[], const opsdk_exec_io *io,
                       const char *container, opsdk_error *err)
{
    if (!argv || !argv[0])
        return opsdk_error_set(err, OPSDK_EINVAL, "exec: no command given");
    if (!pod.name)
        return opsdk_error_set(err, OPSDK_EINVAL, "exec: no pod given");
    url_resource(b, &OPSDK_POD, pod.ns && *pod.ns ? pod.ns : opsdk_client_namespace(c), pod.name, "exec");
    url_query(b, "container", container);
    url_query(b, "stdin", io->read ? "true" : NULL);
    url_query(b, "stdout", "true");
    url_query(b, "stderr", "true");
    for (const char *const *arg = argv; *arg; arg++)
        url_query(b, "command", *arg);
    if (b->failed)
        return opsdk_error_set(err, OPSDK_EINVAL, "exec: pod name is not valid or the command line is over %u bytes",
                               LIMIT_URL);
    return 0;
}

/* The refusal of a handshake has no words that can be had; the same request without an upgrade is refused for the same reason,
 * with words.  Not when the server is in trouble or wants to be left alone. */
static int explain(opsdk_client *c, const char *target, opsdk_error *err)
{
    opsdk_error words = {0};
    int status = err->http_status, r;

    if (status < 400 || status == 401 || status == 429 || status >= 500)
        return err->code;
    r = http_call(c, &(http_request){.method = "GET", .target = target}, NULL, &words);
    if (r < 0 && words.http_status == status && !strcasestr(words.message, "upgrade"))
        *err = words;
    return opsdk_error_wrap(err, 0, "exec");
}

static int call_once(opsdk_client *c, opsdk_key pod, const char *const argv[], const opsdk_exec_io *io,
                     const char *container, exec_call *e, opsdk_error *err)
{
    auto_buf target = BUF_INIT(LIMIT_URL);
    ws_io ws = {
        .protocols = "v5.channel.k8s.io, v4.channel.k8s.io",
        .open = on_open,
        .receive = on_receive,
        .send = on_send,
        .user = e,
        .timeout_ms = io->timeout_ms,
        .silence_ms = io->silence_ms > 0 ? io->silence_ms : LIMIT_EXEC_SILENCE_MS,
    };
    int r;

    r = make_target(&target, c, pod, argv, io, container, err);
    if (r < 0)
        return r;
    r = ws_run(c, target.data, &ws, err);
    return r < 0 && err->http_status ? explain(c, target.data, err) : r;
}

/* The container that the pod's author meant for such commands; NULL if none is named. */
static int default_container(opsdk_client *c, opsdk_key pod, opsdk_object **ret_pod, const char **ret, opsdk_error *err)
{
    int r;

    pod.kind = &OPSDK_POD;
    r = opsdk_get(c, pod, ret_pod, err);
    if (r < 0)
        return r;
    *ret = opsdk_object_annotation(*ret_pod, "kubectl.kubernetes.io/default-container");
    if (!*ret)
        *ret = opsdk_value_str(opsdk_at(*ret_pod, "/spec/containers/0/name"), NULL);
    return 0;
}

/* A connection that broke instead of being closed may have lost output, so it is a failure even after the status; unless the
 * server had a reason to break it: input that the command did not read. */
static int outcome(const exec_call *e, int r, opsdk_error *err)
{
    bool unread = e->io->read && !e->in_done;

    if (r == OPSDK_EIO && e->has_status && unread)
        return 0;
    if (r == OPSDK_EIO && e->opened && !e->has_status)
        return opsdk_error_wrap(err, 0, "exec: stream ended without exit status");
    if (r == 0 && !e->has_status)
        return opsdk_error_set(err, OPSDK_EIO, "exec: stream ended without exit status");
    return r;
}

int exec_run(opsdk_client *c, opsdk_key pod, const char *const argv[], const opsdk_exec_io *io, channel_exit *ret,
             opsdk_error *err)
{
    exec_call e = {.client = c, .io = io};
    opsdk_auto_object *found = NULL;
    opsdk_error why = {0};
    const char *container = io->container;
    int r;

    channel_init(&e.ch, on_output, &e);
    r = call_once(c, pod, argv, io, container, &e, &why);
    /* Only a pod of several containers needs one named: then, and only then, it is worth a request to find out which. */
    if (r < 0 && why.http_status == 400 && !container) {
        r = default_container(c, pod, &found, &container, &why);
        if (r == 0)
            r = call_once(c, pod, argv, io, container, &e, &why);
    }
    r = outcome(&e, r, &why);
    if (r == 0)
        *ret = e.how;
    else if (err)
        *err = why;
    channel_clear(&e.ch);
    return r;
}

/* ---- the public calls ---- */

/* The end of a text that fits in a message, without the line feed at its end. */
static const char *tail(const char *text, size_t len, int *ret_len)
{
    size_t from;

    while (len > 0 && strchr(" \r\n\t", text[len - 1]))
        len--;
    from = len > TAIL ? len - TAIL : 0;
    *ret_len = (int)(len - from);
    return len > 0 ? text + from : "";
}

int exec_failed(const char *program, const channel_exit *how, const char *err_text, size_t err_len, opsdk_error *err)
{
    int len;
    const char *words = tail(err_text, err_len, &len);

    if (how->code < 0)
        opsdk_error_set(err, OPSDK_EEXEC, "%.64s did not run: %s", program, how->message);
    else
        opsdk_error_set(err, OPSDK_EEXEC, "%.64s: exit code %d%s%.*s", program, how->code, len ? ": " : "", len, words);
    if (err)
        snprintf(err->reason, sizeof(err->reason), "%s", how->reason);
    return OPSDK_EEXEC;
}

void exec_said(const char *program, const char *err_text, size_t err_len, opsdk_error *err)
{
    int len;
    const char *words = tail(err_text, err_len, &len);

    if (len > 0)
        opsdk_error_wrap(err, 0, "%.64s: %.*s", program, len, words);
}

int opsdk_exec_stream(opsdk_client *c, opsdk_key pod, const char *const argv[], const opsdk_exec_io *io,
                      opsdk_error *err)
{
    channel_exit how;
    int r;

    r = exec_run(c, pod, argv, io, &how, err);
    if (r < 0)
        return r;
    return how.code < 0 ? exec_failed(argv[0], &how, NULL, 0, err) : how.code;
}

/* Both ends of opsdk_exec in memory. */
typedef struct exec_memory {
    const char *in;
    size_t in_len;
    buf out[2];
} exec_memory;

static long memory_read(char *to, size_t len, void *user)
{
    exec_memory *m = user;

    len = len < m->in_len ? len : m->in_len;
    memcpy(to, m->in, len);
    m->in += len;
    m->in_len -= len;
    return (long)len;
}

static int memory_write(int fd, const char *data, size_t len, void *user)
{
    exec_memory *m = user;
    buf *b = &m->out[fd - 1];
    size_t room = b->max - b->len;

    buf_add(b, data, len < room ? len : room);
    if (len > room)
        return OPSDK_EEXEC;
    return b->failed ? OPSDK_ENOMEM : 0;
}

/* Also after a failure: what came until then.  OPSDK_ENOMEM leaves the texts empty. */
static int fill_output(exec_memory *m, const channel_exit *how, opsdk_output *ret)
{
    ret->exit_code = how->code;
    ret->out = buf_take(&m->out[0], &ret->out_len);
    ret->err = buf_take(&m->out[1], &ret->err_len);
    return ret->out && ret->err ? 0 : OPSDK_ENOMEM;
}

int opsdk_exec(opsdk_client *c, opsdk_key pod, const char *const argv[], const opsdk_exec_opts *opts, opsdk_output *ret,
               opsdk_error *err)
{
    static const opsdk_exec_opts none = {0};
    const opsdk_exec_opts *o = opts ? opts : &none;
    size_t max = o->max_output > 0 ? o->max_output : LIMIT_EXEC_OUTPUT;
    exec_memory m = {.in = o->in, .in_len = o->in_len, .out = {BUF_INIT(max), BUF_INIT(max)}};
    opsdk_exec_io io = {
        .read = o->in ? memory_read : NULL,
        .write = memory_write,
        .user = &m,
        .container = o->container,
        .timeout_ms = o->timeout_ms > 0 ? o->timeout_ms : LIMIT_EXEC_MS,
    };
    channel_exit how = {.code = -1};
    opsdk_output local = {0};
    int r;

    r = exec_run(c, pod, argv, &io, &how, err);
    if (r == OPSDK_EEXEC)
        opsdk_error_set(err, r, "%s: output is over %zu bytes", argv[0], max);
    if (r == 0 && (how.code < 0 || (how.code > 0 && !o->any_exit)))
        r = exec_failed(argv[0], &how, m.out[1].data, m.out[1].len, err);
    if (fill_output(&m, &how, ret ? ret : &local) < 0 && r == 0)
        r = opsdk_error_set(err, OPSDK_ENOMEM, "exec: out of memory for the output");
    opsdk_output_clear(&local);
    buf_clear(&m.out[0]);
    buf_clear(&m.out[1]);
    return r;
}

void opsdk_output_clear(opsdk_output *o)
{
    free(o->out);
    free(o->err);
    *o = (opsdk_output){.exit_code = -1};
}
