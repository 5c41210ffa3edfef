#include "operators/jmx-exporter/attach/hotspot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "operators/jmx-exporter/attach/base.h"
#include "operators/jmx-exporter/attach/find.h"
#include "operators/jmx-exporter/attach/proc.h"
#include "operators/jmx-exporter/attach/state.h"

static char attach_file[64]; /* "" or the file to remove */

void hotspot_clean(void)
{
    if (attach_file[0])
        unlink(attach_file);
    attach_file[0] = 0;
}

static int died(struct run *r)
{
    return retry(r, "JvmDied", "the JVM (pid %d) is gone", (int)r->jvm.pid);
}

/* Returns a connected socket or -errno. The JVM accepts its own user (and newer ones root) only. */
static int try_connect(const struct run *r)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    snprintf(to.sun_path, sizeof(to.sun_path), "/proc/%d/root/tmp/.java_pid%d", (int)r->jvm.pid, (int)r->jvm.ns_pid);
    user_take(r->jvm.uid, r->jvm.gid);
    int n = connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0 ? -errno : fd;
    user_back();
    if (n < 0)
        close(fd);
    return n;
}

static bool takes_quit(const struct run *r)
{
    struct proc_status status;
    char path[64];
    size_t len;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)r->jvm.pid);
    auto_text text = text_read(path, 8192, &len);
    return text && proc_status_parse(text, &status) == 0 && proc_status_takes_quit(&status);
}

/* A JVM without a handler yet would end on SIGQUIT, and an application's logging is not to be set up by an agent
 * before its main method had the chance. */
static int wait_started(struct run *r)
{
    for (int ms = 5;; ms = ms < 200 ? ms * 2 : 200) {
        bool ready = takes_quit(r) && jvm_age_ms(&r->jvm) >= r->min_age_ms;
        if (ready)
            return 0;
        if (!jvm_alive(&r->jvm))
            return died(r);
        if (!nap(r, ms))
            return retry(r, "JvmStarting", "the JVM (pid %d) has not come up yet", (int)r->jvm.pid);
    }
}

/* The process is held by a descriptor, so that the checks and the signal are about the same one. */
static int quit_send(struct run *r)
{
    auto_fd fd = (int)syscall(SYS_pidfd_open, r->jvm.pid, 0);
    long n = -1;

    user_take(r->jvm.uid, r->jvm.gid);
    bool safe = jvm_alive(&r->jvm) && takes_quit(r);
    if (safe && fd >= 0)
        n = syscall(SYS_pidfd_send_signal, fd, SIGQUIT, NULL, 0);
    if (safe && n < 0)
        n = kill(r->jvm.pid, SIGQUIT); /* kernels before 5.3, or a filter that does not know the call */
    int saved = errno;
    user_back();
    if (!safe)
        return died(r);
    if (n < 0)
        return refuse(r, "OtherUser", "may not signal the JVM (pid %d): %s", (int)r->jvm.pid, strerror(saved));
    return 0;
}

static void attach_file_name(const struct run *r)
{
    snprintf(attach_file, sizeof(attach_file), "/proc/%d/root/tmp/.attach_pid%d", (int)r->jvm.pid, (int)r->jvm.ns_pid);
}

/* In /tmp, where the JVM looks if its own directory has none: without a writable /tmp there is no socket either. */
static int attach_file_make(struct run *r)
{
    attach_file_name(r);
    user_take(r->jvm.uid, r->jvm.gid);
    unlink(attach_file);
    auto_fd fd = open(attach_file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int saved = errno;
    user_back();
    if (fd >= 0)
        return 0;
    attach_file[0] = 0;
    return refuse(r, "TmpNotWritable",
                  "cannot write /tmp in the container (%s), which every attach needs: mount an emptyDir there",
                  strerror(saved));
}

static void attach_file_remove(const struct run *r)
{
    user_take(r->jvm.uid, r->jvm.gid);
    hotspot_clean();
    user_back();
}

/* There is a listener. An unanswered signal on record is that of a run that was killed, and so is its file. */
static void attach_file_sweep(struct run *r)
{
    if (!state_is_current(r) || r->state.signals == 0)
        return;
    attach_file_name(r);
    attach_file_remove(r);
    r->state.signals = 0;
}

/* A JVM that does not answer prints a thread dump for each signal: so it gets few, over all runs. */
static int count_signal(struct run *r)
{
    if (!state_is_current(r))
        state_renew(r, 0);
    if (r->state.signals >= SIGNALS_MAX)
        return refuse(r, "NoReply",
                      "the JVM (pid %d) did not open its attach socket after %d requests: is attaching disabled?",
                      (int)r->jvm.pid, SIGNALS_MAX);
    r->state.signals++;
    return state_write(r);
}

/* Waits for the socket after the signal, until a time. Returns the connection, or -1. */
static int wait_socket(struct run *r, int64_t until)
{
    for (int ms = 10;; ms = ms < 200 ? ms * 2 : 200) {
        int fd = try_connect(r);
        if (fd >= 0)
            return fd;
        if (!jvm_alive(&r->jvm))
            return died(r);
        if (clock_ms() >= until || !nap(r, ms))
            return retry(r, "NoReply", "the JVM (pid %d) has not opened its attach socket", (int)r->jvm.pid);
    }
}

/* Connects to a listener that is there; a full queue is waited for. */
static int connect_listener(const struct run *r)
{
    int fd = try_connect(r);

    while (fd == -EAGAIN && nap(r, 50))
        fd = try_connect(r);
    return fd;
}

static int listener_ask(struct run *r, int64_t until)
{
    if (count_signal(r) < 0 || attach_file_make(r) < 0)
        return -1;
    int fd = quit_send(r) < 0 ? -1 : wait_socket(r, until);
    attach_file_remove(r);
    if (fd >= 0)
        r->state.signals = 0;
    return fd;
}

/* A JVM that was asked very early removes the new socket as a stale one, later in its start: it makes another when it
 * is asked again. */
static int listener_start(struct run *r)
{
    int64_t half = clock_ms() + left_ms(r) / 2, wait = clock_ms() + SIGNAL_WAIT_MS;
    int fd = listener_ask(r, half < wait ? half : wait);

    if (fd >= 0 || left_ms(r) == 0 || !jvm_alive(&r->jvm) || strcmp(r->result.reason, "NoReply") != 0)
        return fd;
    return listener_ask(r, r->deadline);
}

/* Never signals while somebody listens on the socket. */
static int hotspot_connect(struct run *r)
{
    int fd = connect_listener(r);

    if (fd < 0 && wait_started(r) < 0)
        return -1;
    if (fd < 0)
        fd = connect_listener(r);
    if (fd >= 0) {
        attach_file_sweep(r);
        return fd;
    }
    if (fd == -ENOENT || fd == -ECONNREFUSED)
        return listener_start(r);
    if (fd == -EACCES || fd == -EPERM)
        return refuse(r, "OtherUser", "may not connect to the attach socket of the JVM (pid %d)", (int)r->jvm.pid);
    return retry(r, "NoReply", "cannot connect to the JVM (pid %d): %s", (int)r->jvm.pid, strerror(-fd));
}

/* Sends what fits in one piece: the JVM reads a request to its end before it looks at it, so half a request,
 * from a run that was killed, is dropped. */
static int request_send(struct run *r, int fd, const char *const words[4])
{
    char request[2048] = "1";
    size_t len = 2;

    for (int i = 0; i < 4; i++) {
        size_t n = strlen(words[i]) + 1;
        if (len + n > sizeof(request))
            return refuse(r, "LoadFailed", "an attach argument of %zu bytes is too long", n);
        memcpy(request + len, words[i], n);
        len += n;
    }
    if (send(fd, request, len, MSG_NOSIGNAL) != (ssize_t)len)
        return jvm_alive(&r->jvm) ? retry(r, "NoReply", "cannot send to the JVM: %s", strerror(errno)) : died(r);
    return 0;
}

/* Reads to the end; what exceeds size is dropped. Returns the length, always NUL-terminated, or -1. */
static int reply_read(struct run *r, int fd, char *reply, size_t size)
{
    size_t len = 0;

    for (;;) {
        char spill[4096];
        bool room = len + 1 < size;
        if (!wait_fd(r, fd, POLLIN))
            return retry(r, "TimedOut", "the JVM (pid %d) did not answer in time; the request may still be served",
                         (int)r->jvm.pid);
        ssize_t n = recv(fd, room ? reply + len : spill, room ? size - 1 - len : sizeof(spill), 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        len += room ? (size_t)n : 0;
    }
    reply[len] = 0;
    return (int)len;
}

static int ask(struct run *r, const char *const words[4], char *reply, size_t size)
{
    auto_fd fd = hotspot_connect(r);

    if (fd < 0 || request_send(r, fd, words) < 0)
        return -1;
    int len = reply_read(r, fd, reply, size);

    if (len != 0)
        return len;
    for (int ms = 10; jvm_alive(&r->jvm) && ms < 400; ms *= 2)
        nap(r, ms);
    return jvm_alive(&r->jvm)
               ? retry(r, "NoReply", "the JVM (pid %d) closed the connection without a word", (int)r->jvm.pid)
               : died(r);
}

static int text_alloc(struct run *r, size_t size, char **ret)
{
    *ret = malloc(size);
    return *ret ? 0 : retry(r, "TimedOut", "out of memory");
}

static int learn(struct run *r, const char *properties)
{
    size_t size = strlen(properties) + 1;
    char main_module[256];

    if (property_get(properties, "java.version", r->jvm.java, sizeof(r->jvm.java)) < 0 ||
        property_get(properties, "java.home", r->jvm.home, sizeof(r->jvm.home)) < 0)
        return refuse(r, "LoadFailed", "the JVM (pid %d) does not tell its java.version and java.home",
                      (int)r->jvm.pid);
    if (text_alloc(r, size, &r->jvm.class_path) < 0)
        return -1;
    if (property_get(properties, "java.class.path", r->jvm.class_path, size) < 0)
        r->jvm.class_path[0] = 0;
    r->jvm.modular = property_get(properties, "jdk.module.main", main_module, sizeof(main_module)) >= 0;
    return 0;
}

/* A JVM whose own start is not over serves the socket already, but may fail to list its properties. */
int hotspot_meet(struct run *r)
{
    static const char *const words[] = {"properties", "", "", ""};
    struct reply reply;
    auto_text text = NULL;

    if (text_alloc(r, PROPERTIES_MAX, &text) < 0)
        return -1;
    for (int tries = 1; tries <= MEET_TRIES; tries++) {
        if (ask(r, words, text, PROPERTIES_MAX) < 0)
            return -1;
        if (reply_parse(text, &reply) == 0 && reply.status == 0)
            return learn(r, reply.text);
        if (!nap(r, 100 * tries))
            break;
    }
    return retry(r, "NoReply", "the JVM (pid %d) does not know the attach protocol, or refused it", (int)r->jvm.pid);
}

/* The first line of the JVM's text, without anything that could upset a log. */
static void first_line(const char *text, char *ret, size_t size)
{
    size_t n = 0;

    for (; *text && *text != '\n' && n + 1 < size; text++)
        ret[n++] = (unsigned char)*text < 0x20 || (unsigned char)*text >= 0x7f ? '?' : *text;
    ret[n] = 0;
}

static int load_failed(struct run *r, const struct reply *reply)
{
    char line[300];

    first_line(reply->text, line, sizeof(line));
    if (strstr(line, "Dynamic agent loading is not enabled"))
        return refuse(r, "DynamicLoadingDisabled", "the JVM (pid %d) says: %s", (int)r->jvm.pid, line);
    if (strstr(line, "java.instrument"))
        return refuse(r, "NoInstrument", "the JVM (pid %d) says: %s", (int)r->jvm.pid, line);
    if (reply->has_code && reply->code == 100)
        return refuse(r, "AgentUnreadable", "the JVM (pid %d) cannot use %s/agent.jar as an agent", (int)r->jvm.pid,
                      r->dir);
    return refuse(r, "LoadFailed", "the JVM (pid %d) answered %d to the load: %s", (int)r->jvm.pid, reply->status,
                  line);
}

/* If the load ended the JVM it must not be tried again by itself. */
static int load_unanswered(struct run *r)
{
    if (jvm_alive(&r->jvm))
        return -1;
    return refuse(r, "JvmDied",
                  "the JVM (pid %d) ended while it loaded the agent: see what the application printed last",
                  (int)r->jvm.pid);
}

int hotspot_load(struct run *r)
{
    char argument[2 * DIR_MAX + 64], text[REPLY_MAX];
    const char *const words[] = {"load", "instrument", "false", argument};
    struct reply reply;

    snprintf(argument, sizeof(argument), "%s/agent.jar=%d:%s/config.yaml", r->dir, r->port, r->dir);
    if (ask(r, words, text, sizeof(text)) < 0)
        return load_unanswered(r);
    if (reply_parse(text, &reply) < 0)
        return refuse(r, "LoadFailed", "the JVM (pid %d) answered something else than a result", (int)r->jvm.pid);
    if (reply.status != 0 || !reply.has_code || reply.code != 0)
        return load_failed(r, &reply);
    return 0;
}
