#include "files.h"

#include "../file.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define DEPTH 6 /* of folders */
#define EVENTS (IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE)

static int watch_below(int fd, const char *dir, int depth, opsdk_error *err)
{
    struct dirent **names = NULL;
    int n, r = 0;

    if (inotify_add_watch(fd, dir, EVENTS | IN_ONLYDIR) < 0)
        return opsdk_error_set(err, OPSDK_EIO, "%s: cannot be watched: %s", dir, strerror(errno));
    n = depth < DEPTH ? scandir(dir, &names, NULL, alphasort) : 0;
    for (int i = 0; i < n; i++) {
        const char *name = names[i]->d_name;
        auto_free char *path = file_format("%s/%s", dir, name);

        if (r == 0 && path && names[i]->d_type == DT_DIR && *name != '.' && strcmp(name, "build") != 0)
            r = watch_below(fd, path, depth + 1, err);
        free(names[i]);
    }
    free(names);
    return r;
}

int files_watch(files *f, opsdk_error *err)
{
    int r;

    *f = (files){.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
    if (f->fd < 0)
        return opsdk_error_set(err, OPSDK_EIO, "files cannot be watched: %s", strerror(errno));
    r = watch_below(f->fd, ".", 0, err);
    if (r < 0)
        files_close(f);
    return r;
}

static bool ends(const char *name, const char *with)
{
    size_t n = strlen(name), m = strlen(with);

    return n >= m && strcmp(name + n - m, with) == 0;
}

/* Editors write aside under odd names, which end otherwise. */
static bool counts(const char *name)
{
    if (*name == '.' || ends(name, "_gen.h") || ends(name, "_gen.c"))
        return false;
    return ends(name, ".c") || ends(name, ".h") || strcmp(name, "Makefile") == 0;
}

void files_read(files *f)
{
    _Alignas(struct inotify_event) char piece[8192];
    const struct inotify_event *e;
    ssize_t n;

    while ((n = read(f->fd, piece, sizeof(piece))) > 0) {
        for (char *at = piece; at < piece + n; at += sizeof(*e) + e->len) {
            e = (const struct inotify_event *)(const void *)at;
            if (e->len == 0 || !counts(e->name))
                continue;
            f->any = true;
            f->types = f->types || strcmp(e->name, "types.h") == 0;
        }
    }
}

void files_close(files *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}
