#include "tests/support/container.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <opsdk/exec.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

char container_base[64];
wsserver *container_server;
opsdk_client *container_client;

/* ---- folders and files ---- */

/* container_base/... in one of a few buffers in turn. */
const char *box_at(const char *fmt, ...)
{
    static char paths[8][8192];
    static int turn;
    char *path = paths[turn++ % 8];
    int n = snprintf(path, sizeof(paths[0]), "%s/", container_base);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(path + n, sizeof(paths[0]) - (size_t)n, fmt, ap);
    va_end(ap);
    return path;
}

/* The exit code of a program of this machine. */
int box_program(const char *const argv[])
{
    int status = -1;
    pid_t pid;

    ck_assert_int_eq(posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)(uintptr_t)argv, environ), 0);
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}

void box_write(const char *path, const void *data, size_t len, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
    ck_assert_int_eq(write(fd, data, len), (ssize_t)len);
    fchmod(fd, mode);
    close(fd);
}

bool box_same(const char *a, const char *b)
{
    return box_program(OPSDK_ARGV("diff", "-r", "--no-dereference", a, b)) == 0;
}

unsigned box_mode(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

bool box_exists(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

/* What is in a folder, hidden names too. */
int box_count(const char *path)
{
    DIR *dir = opendir(path);
    int n = 0;

    ck_assert_ptr_nonnull(dir);
    for (const struct dirent *d = readdir(dir); d; d = readdir(dir))
        n += strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
    closedir(dir);
    return n;
}

/* ---- a container that has these programs ---- */

void box_start(const char *tools, wsserver_opts opts)
{
    static char path[256];

    snprintf(container_base, sizeof(container_base), "/tmp/opsdk-cp-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(container_base));
    umask(022);
    mkdir(box_at("bin"), 0755);
    for (const char *p = tools; *p; p += strcspn(p, " "), p += strspn(p, " ")) {
        int len = (int)strcspn(p, " ");

        snprintf(path, sizeof(path), "/usr/bin/%.*s", len, p);
        ck_assert_int_eq(symlink(path, box_at("bin/%.*s", len, p)), 0);
    }
    snprintf(path, sizeof(path), "%s/bin", container_base);
    opts.path = path;
    container_server = wsserver_start(&opts);
    container_client = wsserver_client(container_server, NULL, NULL);
}

void box_stop(void)
{
    container_client = opsdk_client_free(container_client);
    container_server = wsserver_stop(container_server);
    box_program(OPSDK_ARGV("chmod", "-R", "u+rwx", container_base));
    box_program(OPSDK_ARGV("rm", "-rf", container_base));
}
