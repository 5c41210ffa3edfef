#include "operators/jmx-exporter/attach/check.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "operators/jmx-exporter/attach/base.h"
#include "operators/jmx-exporter/attach/find.h"
#include "operators/jmx-exporter/attach/jar.h"
#include "operators/jmx-exporter/attach/options.h"
#include "operators/jmx-exporter/attach/proc.h"

#define PATH_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-"

/* '=' and ':' would split the agent's argument elsewhere. */
static int path_check(struct run *r, const char *path)
{
    size_t len = strlen(path);

    if (path[0] != '/' || len > DIR_MAX)
        return refuse(r, "DirUnsafe", "--dir must be an absolute path of at most %d letters", DIR_MAX);
    if (strspn(path, PATH_LETTERS) != len)
        return refuse(r, "DirUnsafe",
                      "--dir may hold letters, digits and / . _ - only, since it is part of the agent's argument");
    return 0;
}

int dir_check(struct run *r, const char *path, char *canonical)
{
    char real[PATH_MAX];
    struct stat st;

    if (path_check(r, path) < 0)
        return -1;
    if (!realpath(path, real) || strlen(real) > DIR_MAX)
        return refuse(r, "DirUnsafe", "cannot use directory %s: %s", path, strerror(errno));
    if (path_check(r, real) < 0)
        return -1;
    snprintf(canonical, DIR_MAX + 1, "%.*s", DIR_MAX, real);
    r->dir = canonical;
    r->dir_fd = open(canonical, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (r->dir_fd < 0 || fstat(r->dir_fd, &st) < 0)
        return refuse(r, "DirUnsafe", "cannot open directory %s: %s", canonical, strerror(errno));
    if (st.st_uid != geteuid())
        return refuse(r, "DirUnsafe", "directory %s belongs to user %u, not to %u: make one of your own", canonical,
                      st.st_uid, geteuid());
    if (st.st_mode & (S_IWGRP | S_IWOTH))
        return refuse(r, "DirUnsafe", "directory %s may be written by others (mode %o): chmod it to 0755", canonical,
                      st.st_mode & 07777);
    return 0;
}

/* A lock file that was removed meanwhile locks nothing. */
static bool lock_is_current(const struct run *r)
{
    struct stat held, named;

    return fstat(r->lock_fd, &held) == 0 && fstatat(r->dir_fd, "lock", &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

int dir_lock(struct run *r)
{
    for (int ms = 10;; ms = ms < 200 ? ms * 2 : 200) {
        r->lock_fd = openat(r->dir_fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (r->lock_fd < 0)
            return dir_failed(r, "lock", errno);
        if (flock(r->lock_fd, LOCK_EX | LOCK_NB) == 0 && lock_is_current(r))
            return 0;
        fd_close(&r->lock_fd);
        if (!nap(r, ms))
            return retry(r, "LockBusy", "another run holds %s/lock", r->dir);
    }
}

/* The process's own directory in /proc can be locked by whoever sees it, and leaves nothing behind. */
int jvm_lock(struct run *r)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/%d", (int)r->jvm.pid);
    r->jvm_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (r->jvm_fd >= 0 && flock(r->jvm_fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
        if (!nap(r, 50))
            return retry(r, "LockBusy", "a run for another directory works on the JVM (pid %d)", (int)r->jvm.pid);
    }
    if (r->jvm_fd < 0 || !jvm_alive(&r->jvm))
        return retry(r, "JvmDied", "the JVM (pid %d) is gone", (int)r->jvm.pid);
    return 0;
}

static void options_file(const struct run *r, struct options *o, const char *file)
{
    char path[400];
    size_t len;

    snprintf(path, sizeof(path), "/proc/%d/%s/%s", (int)r->jvm.pid, file[0] == '/' ? "root" : "cwd", file);
    auto_text text = text_read(path, TEXT_MAX, &len);
    if (text)
        options_words(o, text, len);
}

/* The environment at the start of the process: where the JVM read it. */
static void options_variable(const char *environment, size_t len, const char *name, struct options *o)
{
    size_t want = strlen(name);

    for (const char *p = environment; p < environment + len; p += strlen(p) + 1) {
        if (strncmp(p, name, want) == 0 && p[want] == '=')
            options_words(o, p + want + 1, strlen(p + want + 1));
    }
}

/* In the order in which the JVM applies them, so that the last one counts here too. */
static void options_read(const struct run *r, struct options *o)
{
    char path[64];
    size_t env_len = 0, len = 0;

    snprintf(path, sizeof(path), "/proc/%d/environ", (int)r->jvm.pid);
    auto_text environment = text_read(path, TEXT_MAX, &env_len);
    snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)r->jvm.pid);
    auto_text command = text_read(path, TEXT_MAX, &len);

    if (!environment || !command)
        return; /* gone: the next step sees that */
    options_variable(environment, env_len, "JAVA_TOOL_OPTIONS", o);
    options_variable(environment, env_len, "JDK_JAVA_OPTIONS", o);
    options_command(o, command, len);
    options_variable(environment, env_len, "_JAVA_OPTIONS", o);
    for (int i = 0; i < o->n_files; i++)
        options_file(r, o, o->files[i]);
}

static bool options_get(const struct run *r, struct options *o)
{
    if (user_take(r->jvm.uid, r->jvm.gid) < 0)
        return false;
    options_read(r, o);
    user_back();
    return true;
}

int options_check(struct run *r)
{
    struct options o = {.no_attach = false};

    if (!options_get(r, &o))
        return refuse(r, "OtherUser",
                      "the JVM (pid %d) runs as user %u, group %u: run this helper as the same, or as root",
                      (int)r->jvm.pid, r->jvm.uid, r->jvm.gid);
    if (o.no_attach)
        return refuse(r, "AttachDisabled",
                      "the JVM (pid %d) was started with -XX:+DisableAttachMechanism: remove that option",
                      (int)r->jvm.pid);
    if (o.no_loading)
        return refuse(r, "DynamicLoadingDisabled",
                      "the JVM (pid %d) was started with -XX:-EnableDynamicAgentLoading: remove that option",
                      (int)r->jvm.pid);
    if (o.exporter[0])
        return refuse(r, "ForeignAgent", "the JVM (pid %d) was started with an exporter of its own: %s",
                      (int)r->jvm.pid, o.exporter);
    return 0;
}

int release_has_module(const char *text, const char *module)
{
    const char *line = strncmp(text, "MODULES=", 8) == 0 ? text : strstr(text, "\nMODULES=");
    char list[8192];

    if (!line)
        return -1;
    line = strchr(line, '=') + 1;
    line += *line == '"';
    snprintf(list, sizeof(list), "%.*s", (int)strcspn(line, "\"\n"), line);
    return module_listed(list, module);
}

bool table_has(const char *data, size_t len, const char *name)
{
    char entry[80];
    size_t want = strlen(name) + 2;

    if (want > sizeof(entry))
        return false;
    memset(entry, 0, sizeof(entry));
    memcpy(entry + 1, name, want - 2);
    return memmem(data, len, entry, want) != NULL;
}

/* lib/modules begins with its sizes; the string table stands behind three other tables:
 * magic, version, flags, resources, table length, locations size, strings size. */
static char *image_strings(const char *path, size_t *ret_len)
{
    auto_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    uint32_t head[7];

    if (fd < 0 || pread(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head) || head[0] != 0xCAFEDADA)
        return NULL;
    size_t len = head[6];
    off_t at = (off_t)sizeof(head) + (off_t)head[4] * 8 + (off_t)head[5];

    if (len == 0 || len > ((size_t)64 << 20))
        return NULL;
    auto_text text = malloc(len);

    if (!text || pread(fd, text, len, at) != (ssize_t)len)
        return NULL;
    char *strings = text;
    text = NULL;
    *ret_len = len;
    return strings;
}

/* 1 there, 0 missing, -1 cannot tell. */
static int module_in_runtime(const struct run *r, const char *module)
{
    char path[700];
    size_t len;
    int has = -1;

    snprintf(path, sizeof(path), "/proc/%d/root%s/release", (int)r->jvm.pid, r->jvm.home);
    auto_text release = text_read(path, TEXT_MAX, &len);

    if (release)
        has = release_has_module(release, module);
    if (has >= 0)
        return has;
    snprintf(path, sizeof(path), "/proc/%d/root%s/lib/modules", (int)r->jvm.pid, r->jvm.home);
    auto_text strings = image_strings(path, &len);
    return strings ? table_has(strings, len, module) : -1;
}

static int module_missing(struct run *r, const char *module, const char *why)
{
    const char *reason = "ModuleMissing";

    if (strcmp(module, "jdk.httpserver") == 0)
        reason = "NoHttpServer";
    if (strcmp(module, "java.instrument") == 0)
        reason = "NoInstrument";
    return refuse(r, reason, "the agent needs the module %s, which %s", module, why);
}

/* A main module brings what it needs and no more: the rest must have been asked for. Those of java.se stand there
 * under one name. java.instrument comes by itself with an agent. */
static bool module_asked_for(const struct options *o, const char *module)
{
    if (module_listed(o->add_modules, "ALL-SYSTEM") || module_listed(o->add_modules, "ALL-DEFAULT"))
        return true;
    if (strcmp(module, "java.instrument") == 0 || module_listed(o->add_modules, module))
        return true;
    return strncmp(module, "java.", 5) == 0 && module_listed(o->add_modules, "java.se");
}

int modules_check(struct run *r)
{
    static const char *const modules[] = {"java.instrument", "jdk.httpserver", "java.logging", "java.management",
                                          "java.desktop"};
    struct options o = {.no_attach = false};

    if (strncmp(r->jvm.java, "1.", 2) == 0)
        return 0; /* Java 8: one piece */
    if (!options_get(r, &o))
        return retry(r, "JvmDied", "the JVM (pid %d) is gone", (int)r->jvm.pid);
    for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
        user_take(r->jvm.uid, r->jvm.gid);
        int has = module_in_runtime(r, modules[i]);
        user_back();
        if (has < 0)
            return module_missing(r, modules[i],
                                  "cannot be looked for: the runtime has neither release nor lib/modules");
        if (has == 0)
            return module_missing(r, modules[i], "this Java runtime was built without: add it (jlink --add-modules)");
        if ((r->jvm.modular || o.limited) && !module_asked_for(&o, modules[i]))
            return module_missing(r, modules[i],
                                  "an application started with a main module (-m) or --limit-modules does not "
                                  "load: start it with --add-modules jdk.httpserver,java.se");
    }
    return 0;
}

struct listens {
    int port;
    bool found;
    uint64_t inode;
};

static bool listens_line(const char *line, size_t len, void *user)
{
    struct listens *l = user;

    (void)len;
    l->found = proc_tcp_listens(line, l->port, &l->inode);
    return l->found;
}

static bool listened_on(const struct run *r, const char *table)
{
    struct listens l = {.port = r->port};
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/net/%s", (int)r->jvm.pid, table);
    return file_lines(path, listens_line, &l) == 1;
}

/* Without listen() nobody can meet us there. Java reuses the address too. */
static int bind_as(int family, const struct sockaddr *address, socklen_t len)
{
    auto_fd fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1, off = 0;

    if (fd < 0)
        return -errno;
    if (family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    return bind(fd, address, len) < 0 ? -errno : 0;
}

/* As Java binds: both families in one socket, or the old one where the new one is off. */
static int bind_try(int port)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int n = bind_as(AF_INET6, (const struct sockaddr *)&six, sizeof(six));

    if (n == -EAFNOSUPPORT || n == -EADDRNOTAVAIL)
        n = bind_as(AF_INET, (const struct sockaddr *)&four, sizeof(four));
    return n;
}

int port_check(struct run *r)
{
    int n;

    user_take(r->jvm.uid, r->jvm.gid);
    bool listened = listened_on(r, "tcp") || listened_on(r, "tcp6");
    n = listened ? -EADDRINUSE : bind_try(r->port);
    user_back();
    if (n == -EACCES || n == -EPERM)
        return refuse(r, "PortNotAllowed", "the JVM's user may not listen on port %d: choose one above 1023", r->port);
    if (n == -EADDRINUSE)
        return refuse(r, "PortTaken", "somebody in this pod listens on port %d already: choose another", r->port);
    if (n < 0)
        return retry(r, "PortTaken", "cannot try port %d: %s", r->port, strerror(-n));
    return 0;
}

int jar_check(struct run *r)
{
    char path[DIR_MAX + 64];
    int saved;

    snprintf(path, sizeof(path), "/proc/%d/root%s/agent.jar", (int)r->jvm.pid, r->dir);
    user_take(r->jvm.uid, r->jvm.gid);
    auto_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    saved = errno;
    user_back();
    if (fd < 0)
        return refuse(r, "AgentUnreadable", "the JVM's user cannot read %s/agent.jar: %s", r->dir, strerror(saved));
    if (!jar_has_exporter(fd))
        return refuse(r, "AgentUnreadable", "%s/agent.jar is not a whole JMX exporter: copy it again", r->dir);
    return 0;
}
