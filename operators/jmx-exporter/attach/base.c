#include "operators/jmx-exporter/attach/base.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t stopped;

void fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void text_free(char **text)
{
    free(*text);
    *text = NULL;
}

int64_t clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int left_ms(const struct run *r)
{
    int64_t left = r->deadline - clock_ms();

    if (stopped || left < 0)
        return 0;
    return left > TIMEOUT_MAX_MS ? TIMEOUT_MAX_MS : (int)left;
}

bool nap(const struct run *r, int ms)
{
    int left = left_ms(r);

    if (left == 0)
        return false;
    (void)poll(NULL, 0, ms < left ? ms : left);
    return left_ms(r) > 0;
}

bool wait_fd(const struct run *r, int fd, short events)
{
    for (;;) {
        struct pollfd p = {.fd = fd, .events = events};
        int left = left_ms(r);
        int n = left > 0 ? poll(&p, 1, left) : 0;

        if (n > 0)
            return true;
        if (left == 0 || (n < 0 && errno != EINTR))
            return false;
    }
}

static void on_stop(int signal)
{
    (void)signal;
    stopped = 1;
}

void stop_on_signals(void)
{
    struct sigaction stop = {.sa_handler = on_stop};
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGHUP, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

__attribute__((format(printf, 4, 0))) static void result_set(struct run *r, enum outcome outcome, const char *reason,
                                                             const char *format, va_list args)
{
    r->result.outcome = outcome;
    snprintf(r->result.reason, sizeof(r->result.reason), "%s", reason);
    vsnprintf(r->result.message, sizeof(r->result.message), format, args);
}

int refuse(struct run *r, const char *reason, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    result_set(r, OUTCOME_REFUSED, reason, format, args);
    va_end(args);
    return -1;
}

int retry(struct run *r, const char *reason, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    result_set(r, OUTCOME_RETRY, reason, format, args);
    va_end(args);
    return -1;
}

int dir_failed(struct run *r, const char *name, int error)
{
    if (error == ENOSPC || error == EDQUOT || error == ENOMEM || error == EMFILE || error == ENFILE)
        return retry(r, "DirUnsafe", "cannot write %s/%s: %s: free some space", r->dir, name, strerror(error));
    return refuse(r, "DirUnsafe", "cannot write %s/%s: %s: use a directory that can be written", r->dir, name,
                  strerror(error));
}

/* O_NONBLOCK: a FIFO in place of the file must not hold us up. */
static int file_open(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

char *text_read(const char *path, size_t max, size_t *ret_len)
{
    auto_fd fd = file_open(path);
    size_t len = 0;
    ssize_t n = 1;

    if (fd < 0)
        return NULL;
    char *text = malloc(max + 1);

    if (!text)
        return NULL;
    while (len < max && n > 0) {
        n = read(fd, text + len, max - len);
        len += n > 0 ? (size_t)n : 0;
    }
    if (n < 0) {
        int saved = errno;
        free(text);
        errno = saved;
        return NULL;
    }
    text[len] = 0;
    *ret_len = len;
    return text;
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

static int file_fill(int fd, const char *data, size_t len, mode_t mode, gid_t gid, int64_t mtime_ms)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_nsec = UTIME_NOW}};
    int r = write_all(fd, data, len);

    if (r < 0)
        return r;
    /* Not the file's group by right: then everybody may read it, since the JVM must. */
    if (gid != (gid_t)-1 && fchown(fd, (uid_t)-1, gid) < 0)
        mode |= S_IROTH;
    if (mtime_ms >= 0)
        times[1] = (struct timespec){.tv_sec = mtime_ms / 1000, .tv_nsec = mtime_ms % 1000 * 1000000};
    if (fchmod(fd, mode) < 0 || futimens(fd, times) < 0)
        return -errno;
    return 0;
}

int file_put(int dir_fd, const char *name, const char *data, size_t len, mode_t mode, gid_t gid, int64_t mtime_ms)
{
    char tmp[64];
    int r;

    snprintf(tmp, sizeof(tmp), ".%s.new", name); /* one name: the lock is held, and a killed run leaves one file */
    unlinkat(dir_fd, tmp, 0);
    auto_fd fd = openat(dir_fd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0)
        return -errno;
    r = file_fill(fd, data, len, mode, gid, mtime_ms);
    if (r == 0 && renameat(dir_fd, tmp, dir_fd, name) < 0)
        r = -errno;
    if (r < 0)
        unlinkat(dir_fd, tmp, 0);
    return r;
}

struct lines {
    char text[LINE_MAX_LEN];
    size_t len;
    line_fn *line;
    void *user;
};

static bool lines_feed(struct lines *l, const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (data[i] != '\n') {
            if (l->len < sizeof(l->text) - 1)
                l->text[l->len++] = data[i];
            continue;
        }
        l->text[l->len] = 0;
        if (l->line(l->text, l->len, l->user))
            return true;
        l->len = 0;
    }
    return false;
}

int file_lines(const char *path, line_fn *line, void *user)
{
    struct lines l = {.line = line, .user = user};
    auto_fd fd = file_open(path);
    char data[8192];
    ssize_t n = 1;

    if (fd < 0)
        return -errno;
    while (n > 0) {
        n = read(fd, data, sizeof(data));
        if (n < 0)
            return -errno;
        if (lines_feed(&l, data, (size_t)n))
            return 1;
    }
    return 0;
}

/* Only root can, and with the effective ids only: the way back stays open.  /proc/PID/{maps,fd,root} are then
 * readable without CAP_SYS_PTRACE, which containers do not have. */
int user_take(uid_t uid, gid_t gid)
{
    if (geteuid() == uid && getegid() == gid)
        return 0;
    if (getuid() != 0)
        return -1;
    user_back();
    if (setegid(gid) < 0 || seteuid(uid) < 0) {
        user_back();
        return -1;
    }
    return 0;
}

void user_back(void)
{
    if (geteuid() != getuid() && seteuid(getuid()) < 0)
        abort(); /* cannot be: the real id may always be taken back */
    if (getegid() != getgid() && setegid(getgid()) < 0)
        abort();
}
