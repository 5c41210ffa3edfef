#include "tests/support/wsexec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS 256
#define CHUNK 32768

extern char **environ;

typedef struct run {
    wswire *w;
    const wsserver_opts *opts;
    bool v4, want_stdin;
    char *text; /* of the arguments */
    char *argv[ARGS];
    pid_t pid;
    int in, out, err;        /* -1: closed */
    char pending[CHUNK + 1]; /* for stdin */
    size_t n, done;
    bool in_ends; /* once pending is written */
    bool gone;    /* the client is */
    bool cut;
} run;

/* ---- the command ---- */

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c - 'a' + 10;
}

static char *unescape(char *to, const char *from, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (from[i] == '%' && i + 2 < len + 0) {
            *to++ = (char)(hex(from[i + 1]) * 16 + hex(from[i + 2]));
            i += 2;
        } else {
            *to++ = from[i];
        }
    }
    *to++ = '\0';
    return to;
}

static void read_target(run *r, const char *head)
{
    const char *p = head + strcspn(head, "?"), *end = strstr(head, " HTTP/");
    char *to = r->text = malloc(strlen(head) + ARGS);
    int n = 0;

    while (p < end) {
        size_t len;

        p++;
        len = strcspn(p, "& ");
        if (strncmp(p, "command=", 8) == 0 && n < ARGS - 1) {
            r->argv[n++] = to;
            to = unescape(to, p + 8, len - 8);
        }
        r->want_stdin = r->want_stdin || strncmp(p, "stdin=true", 10) == 0;
        p += len;
    }
}

/* As exec in a container looks for it. */
static bool find_program(const run *r, char *ret, size_t size)
{
    const char *path = r->opts->path ? r->opts->path : getenv("PATH");

    if (!r->argv[0])
        return false;
    if (strchr(r->argv[0], '/')) {
        snprintf(ret, size, "%s", r->argv[0]);
        return access(ret, X_OK) == 0;
    }
    while (*path) {
        size_t len = strcspn(path, ":");

        snprintf(ret, size, "%.*s/%s", (int)len, path, r->argv[0]);
        if (access(ret, X_OK) == 0)
            return true;
        path += len + (path[len] == ':');
    }
    return false;
}

static void make_pipe(int p[2])
{
    if (pipe2(p, O_CLOEXEC) < 0)
        abort();
}

static bool start(run *r, const char *program)
{
    posix_spawn_file_actions_t actions;
    int in[2], out[2], err[2], code;
    char path[4200] = "", *env[] = {path, NULL};

    make_pipe(in);
    make_pipe(out);
    make_pipe(err);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_adddup2(&actions, err[1], 2);
    if (r->opts->path)
        snprintf(path, sizeof(path), "PATH=%s", r->opts->path);
    code = posix_spawn(&r->pid, program, &actions, NULL, r->argv, r->opts->path ? env : environ);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    close(err[1]);
    r->in = in[1];
    r->out = out[0];
    r->err = err[0];
    fcntl(r->in, F_SETFL, O_NONBLOCK);
    if (!r->want_stdin) {
        close(r->in);
        r->in = -1;
    }
    return code == 0;
}

/* ---- messages ---- */

static void send_message(run *r, int channel, const char *data, size_t len)
{
    static const char nothing[1];
    char *message = malloc(len + 1);
    size_t size = len + 1, step = r->opts->fragment ? r->opts->fragment : size;
    bool ok = true;

    message[0] = (char)channel;
    memcpy(message + 1, data, len);
    if (r->opts->cut_after && channel == 1) {
        char head[4] = {(char)0x82, 126, (char)(size >> 8), (char)size};
        wswire_write(r->w, head, 4);
        wswire_write(r->w, message, r->opts->cut_after < size ? r->opts->cut_after : size - 1);
        r->gone = r->cut = true;
        free(message);
        return;
    }
    for (size_t at = 0; at < size && ok; at += step) {
        size_t n = size - at < step ? size - at : step;

        ok = wswire_send(r->w, at ? WSWIRE_MORE : WSWIRE_BINARY, at + n == size, message + at, n);
        if (ok && r->opts->empty_frames && at + n < size)
            ok = wswire_send(r->w, WSWIRE_MORE, false, nothing, 0);
    }
    r->gone = r->gone || !ok;
    free(message);
}

static void pump_out(run *r, int *fd, int channel)
{
    char data[CHUNK];
    ssize_t n = read(*fd, data, sizeof(data));

    if (n > 0) {
        send_message(r, channel, data, (size_t)n);
    } else {
        close(*fd);
        *fd = -1;
    }
}

static void close_in(run *r)
{
    if (r->in >= 0)
        close(r->in);
    r->in = -1;
}

static void pump_in(run *r)
{
    ssize_t n = r->in < 0 ? (ssize_t)(r->n - r->done) : write(r->in, r->pending + r->done, r->n - r->done);

    if (n < 0 && errno != EAGAIN) { /* nobody reads it any more */
        close_in(r);
        r->done = r->n;
    } else if (n > 0) {
        r->done += (size_t)n;
    }
    if (r->in_ends && r->done == r->n)
        close_in(r);
}

static void pump_socket(run *r)
{
    char data[CHUNK + 1];
    int opcode;
    long n = wswire_receive(r->w, &opcode, data, sizeof(data));

    if (n < 0 || opcode == WSWIRE_CLOSE) {
        r->gone = true;
        return;
    }
    if (opcode == WSWIRE_PING)
        wswire_send(r->w, WSWIRE_PONG, true, data, (size_t)n);
    if (opcode != WSWIRE_BINARY || n < 1)
        return;
    if (data[0] == 0) {
        memcpy(r->pending, data + 1, (size_t)n - 1);
        r->n = (size_t)n - 1;
        r->done = 0;
    } else if (data[0] == (char)255 && n == 2 && data[1] == 0 && !r->v4) {
        r->in_ends = true;
    } else {
        r->gone = true; /* not what a client sends */
    }
    pump_in(r);
}

static void pump_all(run *r)
{
    while (!r->gone && (r->out >= 0 || r->err >= 0)) {
        bool busy = r->done < r->n, listens = !busy && !r->opts->deaf;
        struct pollfd p[] = {{r->w->fd, listens ? POLLIN : 0, 0},
                             {r->out, POLLIN, 0},
                             {r->err, POLLIN, 0},
                             {busy ? r->in : -1, POLLOUT, 0}};

        if (listens && wswire_pending(r->w)) {
            pump_socket(r);
            continue;
        }
        if (poll(p, 4, -1) < 0)
            return;
        if (p[1].revents)
            pump_out(r, &r->out, 1);
        if (p[2].revents)
            pump_out(r, &r->err, 2);
        if (p[3].revents || (busy && r->in < 0))
            pump_in(r);
        if (p[0].revents & (POLLHUP | POLLERR))
            r->gone = r->gone || !listens;
        if (p[0].revents && !r->gone)
            pump_socket(r);
    }
}

/* ---- the end ---- */

static void tell_status(run *r, int status, bool found)
{
    char text[512];
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);

    if (r->opts->error)
        snprintf(text, sizeof(text), "%s", r->opts->error);
    else if (!found)
        snprintf(text, sizeof(text),
                 "{\"metadata\":{},\"status\":\"Failure\",\"message\":\"Internal error occurred: exec: \\\"%.100s\\\": "
                 "executable "
                 "file not found in $PATH\",\"reason\":\"InternalError\",\"code\":500}",
                 r->argv[0]);
    else if (code == 0)
        snprintf(text, sizeof(text), "{\"metadata\":{},\"status\":\"Success\"}");
    else
        snprintf(text, sizeof(text),
                 "{\"metadata\":{},\"status\":\"Failure\",\"message\":\"command terminated with non-zero exit "
                 "code\",\"reason\":"
                 "\"NonZeroExitCode\",\"details\":{\"causes\":[{\"reason\":\"ExitCode\",\"message\":\"%d\"}]}}",
                 code);
    send_message(r, 3, text, strlen(text));
}

/* Reads what is still coming, so that closing does not reset the connection. */
static void drain(run *r)
{
    char data[CHUNK + 1];
    int opcode;

    while (!r->cut && wswire_receive(r->w, &opcode, data, sizeof(data)) >= 0 && opcode != WSWIRE_CLOSE)
        continue;
}

static void finish(run *r, int status, bool found)
{
    if (r->gone)
        return;
    if (!r->opts->cut)
        tell_status(r, status, found);
    if (!r->opts->cut && !r->opts->no_close && !r->opts->linger)
        wswire_send(r->w, WSWIRE_CLOSE, true, "\x03\xe8", 2);
    if (!r->opts->cut && !r->opts->no_close)
        drain(r);
}

static void greet(run *r)
{
    if (r->opts->empty_frames) {
        send_message(r, 1, "", 0);
        send_message(r, 2, "", 0);
        send_message(r, 3, "", 0);
        wswire_send(r->w, WSWIRE_BINARY, true, "", 0);
    }
    if (r->opts->stray)
        wswire_send(r->w, WSWIRE_BINARY, true, r->opts->stray, r->opts->stray_len);
}

/* Until the other side has had enough. */
static void hold(run *r)
{
    struct pollfd p = {r->w->fd, POLLRDHUP, 0};

    while (poll(&p, 1, -1) >= 0 && !p.revents)
        continue;
}

void wsexec(wswire *w, const char *head, const wsserver_opts *opts, bool v4)
{
    run r = {.w = w, .opts = opts, .v4 = v4, .in = -1, .out = -1, .err = -1};
    char program[4200];
    int status = 0;
    bool found;

    if (opts->mute) {
        hold(&r);
        return;
    }
    read_target(&r, head);
    greet(&r);
    found = find_program(&r, program, sizeof(program)) && start(&r, program);
    if (found) {
        pump_all(&r);
        if (r.gone)
            kill(r.pid, SIGKILL);
        close_in(&r);
        waitpid(r.pid, &status, 0);
    }
    close_in(&r);
    if (r.out >= 0)
        close(r.out);
    if (r.err >= 0)
        close(r.err);
    finish(&r, status, found);
    free(r.text);
}
