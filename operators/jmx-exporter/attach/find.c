#include "operators/jmx-exporter/attach/find.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "operators/jmx-exporter/attach/base.h"
#include "operators/jmx-exporter/attach/proc.h"

enum kind {
    KIND_NONE,
    KIND_HOTSPOT,
    KIND_OPENJ9,
    KIND_STARTING, /* named java, no JVM in it yet */
    KIND_HIDDEN,   /* named java, not ours to look into */
    KIND_ELSEWHERE /* a JVM of another container that shares our process ids */
};

struct found {
    struct jvm jvms[JVMS_MAX];
    enum kind kinds[JVMS_MAX];
    int n;
    pid_t hidden;
    pid_t starting;
    int elsewhere;
};

static int stat_read(pid_t pid, struct proc_stat *ret)
{
    char path[64];
    size_t len;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    auto_text text = text_read(path, 4096, &len);
    return text ? proc_stat_parse(text, len, ret) : -1;
}

static bool dead(char state)
{
    return state == 'Z' || state == 'X' || state == 'x';
}

bool jvm_alive(const struct jvm *jvm)
{
    struct proc_stat s;

    return stat_read(jvm->pid, &s) == 0 && s.start == jvm->start && !dead(s.state);
}

int64_t jvm_age_ms(const struct jvm *jvm)
{
    struct timespec now;
    int64_t tick = sysconf(_SC_CLK_TCK);

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - (int64_t)jvm->start * 1000 / (tick > 0 ? tick : 100);
}

static bool named_java(pid_t pid)
{
    char path[64];
    size_t len, base_len;

    snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
    auto_text text = text_read(path, 4096, &len);

    if (!text || len == 0)
        return false;
    const char *base = path_base(text, &base_len);
    return base_len == 4 && memcmp(base, "java", 4) == 0;
}

struct libs {
    bool jvm;
    bool j9;
};

/* OpenJ9 has a libjvm.so as well, which only passes calls on: so all lines are read. */
static bool libs_line(const char *line, size_t len, void *user)
{
    struct libs *libs = user;
    const char *path = proc_map_path(line);
    size_t base_len;

    (void)len;
    if (!path)
        return false;
    const char *base = path_base(path, &base_len);
    libs->jvm |= base_len == strlen("libjvm.so") && memcmp(base, "libjvm.so", base_len) == 0;
    libs->j9 |= base_len > strlen("libj9vm") && memcmp(base, "libj9vm", strlen("libj9vm")) == 0;
    return false;
}

/* The directory, as the process sees it, must be ours: else it is in another container. */
static bool sees_dir(const struct run *r, pid_t pid)
{
    char path[DIR_MAX + 64];
    struct stat ours, theirs;

    snprintf(path, sizeof(path), "/proc/%d/root%s", (int)pid, r->dir);
    if (fstat(r->dir_fd, &ours) < 0 || stat(path, &theirs) < 0)
        return false;
    return ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

static enum kind kind_of(const struct run *r, const struct jvm *jvm)
{
    struct libs libs = {false, false};
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/maps", (int)jvm->pid);
    int n = user_take(jvm->uid, jvm->gid) == 0 ? file_lines(path, libs_line, &libs) : -EACCES;
    bool seen = (libs.jvm || libs.j9) && sees_dir(r, jvm->pid);
    user_back();
    if (n == -EACCES || n == -EPERM)
        return named_java(jvm->pid) ? KIND_HIDDEN : KIND_NONE;
    if (n == 0 && (libs.jvm || libs.j9) && !seen)
        return KIND_ELSEWHERE;
    if (libs.j9)
        return KIND_OPENJ9;
    if (libs.jvm)
        return KIND_HOTSPOT;
    return n == 0 && named_java(jvm->pid) ? KIND_STARTING : KIND_NONE;
}

/* Who a process is; false if it is gone, ending, or the kernel's own. */
static bool identify(pid_t pid, struct jvm *ret)
{
    struct proc_status status;
    struct proc_stat stat;
    char path[64];
    size_t len;

    if (stat_read(pid, &stat) < 0 || dead(stat.state))
        return false;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    auto_text text = text_read(path, 8192, &len);

    if (!text || proc_status_parse(text, &status) < 0)
        return false;
    *ret = (struct jvm){
        .pid = pid,
        .ns_pid = status.ns_pid ? status.ns_pid : pid,
        .uid = status.euid,
        .gid = status.egid,
        .start = stat.start,
    };
    return true;
}

static void look(const struct run *r, pid_t pid, struct found *f)
{
    struct jvm jvm;

    if (pid == getpid() || !identify(pid, &jvm))
        return;
    enum kind kind = kind_of(r, &jvm);

    if (kind == KIND_HIDDEN)
        f->hidden = pid;
    if (kind == KIND_STARTING)
        f->starting = pid;
    f->elsewhere += kind == KIND_ELSEWHERE;
    if ((kind != KIND_HOTSPOT && kind != KIND_OPENJ9) || f->n == JVMS_MAX)
        return;
    f->kinds[f->n] = kind;
    f->jvms[f->n++] = jvm;
}

/* False: time ran out on the way, so there may be more. */
static bool scan(const struct run *r, struct found *f)
{
    struct dirent *e;

    memset(f, 0, sizeof(*f));
    if (r->want_pid) {
        look(r, r->want_pid, f);
        return true;
    }
    DIR *dir = opendir("/proc");

    for (e = dir ? readdir(dir) : NULL; e && left_ms(r) > 0; e = readdir(dir)) {
        char *end;
        long pid = strtol(e->d_name, &end, 10);
        if (*end == 0 && pid > 0 && pid <= INT32_MAX)
            look(r, (pid_t)pid, f);
    }
    if (dir)
        closedir(dir);
    return !e;
}

/* Of several, the one that this directory's agent is already in. */
static int choose(const struct run *r, const struct found *f)
{
    for (int i = 0; i < f->n; i++) {
        if (r->state.pid == f->jvms[i].pid && r->state.start == f->jvms[i].start)
            return i;
    }
    return f->n == 1 ? 0 : -1;
}

static int several(struct run *r, const struct found *f)
{
    char list[160] = "";
    size_t len = 0;

    for (int i = 0; i < f->n && len < sizeof(list) - 16; i++)
        len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%d", i ? ", " : "", (int)f->jvms[i].pid);
    return refuse(r, "SeveralJvms", "this container runs %d JVMs (pid %s): name one with --pid", f->n, list);
}

static int none(struct run *r, const struct found *f)
{
    if (f->hidden)
        return refuse(r, "OtherUser",
                      "process %d looks like a JVM of another user: run this helper as that user or as root",
                      (int)f->hidden);
    if (f->starting)
        return retry(r, "JvmStarting", "process %d is java but has not started its JVM yet", (int)f->starting);
    return retry(r, "NoJvm", "no JVM found in this container (%d in others that share its process ids)", f->elsewhere);
}

int jvm_find(struct run *r)
{
    int64_t patience = clock_ms() + FIND_MS;
    struct found f = {.n = 0}, now;
    int chosen;

    for (int ms = 10;; ms = ms < 300 ? ms * 2 : 300) {
        bool whole = scan(r, &now);
        if (whole)
            f = now;
        chosen = whole ? choose(r, &f) : -1;
        if (chosen >= 0)
            break;
        if (whole && (f.starting || clock_ms() < patience) && nap(r, ms))
            continue;
        return f.n > 1 ? several(r, &f) : none(r, &f);
    }
    r->jvm = f.jvms[chosen];
    if (f.kinds[chosen] == KIND_OPENJ9)
        return refuse(r, "NotHotSpot",
                      "process %d is an OpenJ9 JVM; only HotSpot is supported: start it with -javaagent",
                      (int)r->jvm.pid);
    return 0;
}
