#include "operators/jmx-exporter/attach/agent.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "operators/jmx-exporter/attach/base.h"
#include "operators/jmx-exporter/attach/options.h"
#include "operators/jmx-exporter/attach/proc.h"

struct look {
    char jar[DIR_MAX + 16];
    off_t jar_size; /* another copy of our jar, in another directory, is ours no more */
    enum agent agent;
    char *path;
    size_t size;
};

/* Ours outweighs all: it decides that nothing is loaded. */
static void look_path(struct look *l, const char *path, const struct stat *st)
{
    size_t len;
    const char *base = path_base(path, &len);

    if (path_is(path, l->jar)) {
        l->agent = AGENT_OURS;
        return;
    }
    if (l->agent == AGENT_OURS || len < 4 || memcmp(base + len - 4, ".jar", 4) != 0)
        return;
    if (!name_is_exporter(path) && !(st && st->st_size == l->jar_size))
        return;
    l->agent = AGENT_FOREIGN;
    snprintf(l->path, l->size, "%s", path);
}

static bool look_map(const char *line, size_t len, void *user)
{
    const char *path = proc_map_path(line);

    (void)len;
    if (path)
        look_path(user, path, NULL);
    return false;
}

static int look_files(const struct run *r, struct look *l)
{
    char path[64], target[LINE_MAX_LEN];
    struct stat st;

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)r->jvm.pid);
    DIR *dir = opendir(path);
    if (!dir)
        return -1;
    for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        ssize_t n = readlinkat(dirfd(dir), e->d_name, target, sizeof(target) - 1);
        if (n <= 0 || target[0] != '/')
            continue;
        target[n] = 0;
        look_path(l, target, fstatat(dirfd(dir), e->d_name, &st, 0) == 0 && S_ISREG(st.st_mode) ? &st : NULL);
    }
    closedir(dir);
    return 0;
}

enum agent agent_look(const struct run *r, char *ret_path, size_t size)
{
    struct look l = {.agent = AGENT_NONE, .jar_size = -1, .path = ret_path, .size = size};
    struct stat st;
    char maps[64];

    snprintf(l.jar, sizeof(l.jar), "%s/agent.jar", r->dir);
    if (fstatat(r->dir_fd, "agent.jar", &st, 0) == 0)
        l.jar_size = st.st_size;
    snprintf(maps, sizeof(maps), "/proc/%d/maps", (int)r->jvm.pid);
    if (user_take(r->jvm.uid, r->jvm.gid) < 0)
        return AGENT_UNKNOWN;
    int n = look_files(r, &l) < 0 ? -1 : file_lines(maps, look_map, &l);
    user_back();
    return n < 0 ? AGENT_UNKNOWN : l.agent;
}

struct inodes {
    int port;
    uint64_t list[16];
    int n;
};

static bool inode_line(const char *line, size_t len, void *user)
{
    struct inodes *in = user;

    (void)len;
    if (in->n < 16 && proc_tcp_listens(line, in->port, &in->list[in->n]))
        in->n++;
    return false;
}

static bool socket_is(const struct inodes *in, const char *target)
{
    uint64_t inode;

    if (sscanf(target, "socket:[%" SCNu64 "]", &inode) != 1)
        return false;
    for (int i = 0; i < in->n; i++) {
        if (in->list[i] == inode)
            return true;
    }
    return false;
}

static bool has_socket(const struct run *r, const struct inodes *in)
{
    char path[64], target[64];
    bool found = false;

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)r->jvm.pid);
    DIR *dir = opendir(path);
    if (!dir)
        return false;
    for (struct dirent *e = readdir(dir); e && !found; e = readdir(dir)) {
        ssize_t n = readlinkat(dirfd(dir), e->d_name, target, sizeof(target) - 1);
        target[n > 0 ? n : 0] = 0;
        found = socket_is(in, target);
    }
    closedir(dir);
    return found;
}

bool agent_listens(const struct run *r, int port)
{
    struct inodes in = {.port = port};
    char path[64];

    if (user_take(r->jvm.uid, r->jvm.gid) < 0)
        return false;
    snprintf(path, sizeof(path), "/proc/%d/net/tcp", (int)r->jvm.pid);
    (void)file_lines(path, inode_line, &in);
    snprintf(path, sizeof(path), "/proc/%d/net/tcp6", (int)r->jvm.pid);
    (void)file_lines(path, inode_line, &in);
    bool found = in.n > 0 && has_socket(r, &in);
    user_back();
    return found;
}
