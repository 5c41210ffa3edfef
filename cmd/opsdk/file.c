#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

char *file_format(const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vasprintf(&text, fmt, ap);
    va_end(ap);
    return n < 0 ? NULL : text;
}

static int fail(opsdk_error *err, const char *path)
{
    int code = errno == ENOENT ? OPSDK_ENOTFOUND : errno == ENOMEM ? OPSDK_ENOMEM : OPSDK_EIO;

    return opsdk_error_set(err, code, "%s: %s", path, strerror(errno));
}

bool file_exists(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

static int read_all(FILE *f, const char *path, char **ret, size_t *ret_len, opsdk_error *err)
{
    size_t room = 4096, len = 0, n;
    char *text = malloc(room + 1), *more;

    while (text && (n = fread(text + len, 1, room - len, f)) > 0) {
        len += n;
        if (len < room)
            continue;
        room *= 2;
        more = room <= FILE_MAX ? realloc(text, room + 1) : NULL;
        if (!more) {
            free(text);
            return opsdk_error_set(err, OPSDK_EIO, "%s: larger than %u bytes", path, FILE_MAX);
        }
        text = more;
    }
    if (!text)
        return opsdk_error_set(err, OPSDK_ENOMEM, "%s: out of memory", path);
    if (ferror(f)) {
        free(text);
        return fail(err, path);
    }
    text[len] = '\0';
    *ret = text;
    if (ret_len)
        *ret_len = len;
    return 0;
}

int file_read(const char *path, char **ret, size_t *ret_len, opsdk_error *err)
{
    auto_close FILE *f = fopen(path, "re");

    return f ? read_all(f, path, ret, ret_len, err) : fail(err, path);
}

int file_parents(const char *path, opsdk_error *err)
{
    auto_free char *copy = strdup(path);

    if (!copy)
        return opsdk_error_set(err, OPSDK_ENOMEM, "%s: out of memory", path);
    for (char *p = strchr(copy + 1, '/'); p; p = strchr(p + 1, '/')) {
        *p = '\0';
        if (mkdir(copy, 0777) < 0 && errno != EEXIST)
            return fail(err, copy);
        *p = '/';
    }
    return 0;
}

int file_write(const char *path, const char *text, size_t len, mode_t mode, opsdk_error *err)
{
    auto_free char *aside = file_format("%s.new", path);
    FILE *f;
    bool ok;
    int r;

    if (!aside)
        return opsdk_error_set(err, OPSDK_ENOMEM, "%s: out of memory", path);
    r = file_parents(path, err);
    if (r < 0)
        return r;
    f = fopen(aside, "we");
    if (!f)
        return fail(err, aside);
    ok = fwrite(text, 1, len, f) == len && fchmod(fileno(f), mode) == 0;
    ok = fclose(f) == 0 && ok && rename(aside, path) == 0;
    if (!ok) {
        r = fail(err, path);
        unlink(aside);
    }
    return r;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void file_remove_tree(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int wait_for(pid_t pid, const char *name, opsdk_error *err)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return fail(err, name);
    if (WIFSIGNALED(status))
        return opsdk_error_set(err, OPSDK_EEXEC, "%s: ended by signal %d", name, WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        return opsdk_error_set(err, OPSDK_EEXEC, "%s: failed, exit code %d", name, WEXITSTATUS(status));
    return 0;
}

static int start(const char *const argv[], const char *dir, int in, int out, pid_t *ret, opsdk_error *err)
{
    posix_spawn_file_actions_t actions;
    int r;

    posix_spawn_file_actions_init(&actions);
    if (dir)
        posix_spawn_file_actions_addchdir_np(&actions, dir);
    if (in >= 0)
        posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    if (out >= 0)
        posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    fflush(NULL); /* what we said comes before what it says */
    r = posix_spawnp(ret, argv[0], &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    errno = r;
    return r == 0 ? 0 : fail(err, argv[0]);
}

int file_run(const char *const argv[], const char *dir, opsdk_error *err)
{
    pid_t pid;
    int r = start(argv, dir, -1, -1, &pid, err);

    return r == 0 ? wait_for(pid, argv[0], err) : r;
}

static int run_read(const char *const argv[], int in, char **ret, opsdk_error *err)
{
    char *text = NULL;
    int fds[2], r, ended;
    pid_t pid;
    FILE *f;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return fail(err, argv[0]);
    r = start(argv, NULL, in, fds[1], &pid, err);
    close(fds[1]);
    f = fdopen(fds[0], "r");
    if (r == 0) {
        r = f ? read_all(f, argv[0], &text, NULL, err) : fail(err, argv[0]);
        file_close(&f);
        ended = wait_for(pid, argv[0], r == 0 ? err : NULL);
        r = r == 0 ? ended : r;
    } else {
        file_close(&f);
    }
    if (r == 0)
        *ret = text;
    else
        free(text);
    return r;
}

int file_run_read(const char *const argv[], char **ret, opsdk_error *err)
{
    return run_read(argv, -1, ret, err);
}

int file_run_ask(const char *const argv[], const char *text, char **ret, opsdk_error *err)
{
    int in = memfd_create("question", MFD_CLOEXEC); /* unlike a pipe it takes all at once */
    ssize_t len = (ssize_t)strlen(text);
    int r;

    if (in < 0)
        return fail(err, argv[0]);
    if (pwrite(in, text, (size_t)len, 0) != len)
        r = opsdk_error_set(err, OPSDK_EIO, "%s: its input cannot be written", argv[0]);
    else
        r = run_read(argv, in, ret, err);
    close(in);
    return r;
}
