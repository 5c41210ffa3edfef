#include "client/cp_tree.h"

#include "core/limits.h"
#include "core/tar.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct tree {
    FTS *walk;
    size_t skip; /* of each path: the length of src and its slash */
    buf head;    /* header or padding yet to be handed out, from sent on */
    size_t sent;
    int fd;        /* of the file that is read; -1 */
    uint64_t left; /* of it */
    uint64_t size;
    bool end;
};

int tree_open(const char *path, uint64_t *ret_size, unsigned *ret_mode)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat st;

    if (fd < 0)
        return -1;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        errno = EINVAL;
        return -1;
    }
    *ret_size = (uint64_t)st.st_size;
    *ret_mode = st.st_mode & 0777;
    return fd;
}

int tree_new(const char *src, tree **ret, opsdk_error *err)
{
    char *paths[] = {(char *)(uintptr_t)src, NULL};
    tree *t = calloc(1, sizeof(*t));
    FTSENT *first;

    if (!t)
        return opsdk_error_set(err, OPSDK_ENOMEM, "cp: out of memory");
    t->fd = -1;
    t->head = BUF_INIT(4 * LIMIT_TAR_NAME);
    t->skip = strlen(src);
    t->walk = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
    /* The first is src itself.  It is read here since glibc's fts_close looks at memory that it did not set before that. */
    first = t->walk ? fts_read(t->walk) : NULL;
    if (!first || first->fts_info != FTS_D) {
        tree_free(t);
        return opsdk_error_set(err, OPSDK_EIO, "cp: cannot read %s: %s", src, strerror(errno));
    }
    *ret = t;
    return 0;
}

tree *tree_free(tree *t)
{
    if (!t)
        return NULL;
    if (t->walk)
        fts_close(t->walk);
    if (t->fd >= 0)
        close(t->fd);
    buf_clear(&t->head);
    free(t);
    return NULL;
}

static int unreadable(const FTSENT *f, int number, opsdk_error *err)
{
    return opsdk_error_set(err, OPSDK_EIO, "cp: cannot read %s: %s", f->fts_path, strerror(number));
}

static int add_link(tree *t, const FTSENT *f, tar_entry *e, opsdk_error *err)
{
    char target[LIMIT_TAR_NAME + 1];
    ssize_t n = readlink(f->fts_path, target, LIMIT_TAR_NAME);

    if (n < 0)
        return unreadable(f, errno, err);
    target[n] = '\0';
    e->type = TAR_SYMLINK;
    e->link = target;
    tar_put_header(&t->head, e);
    return 0;
}

static int add_file(tree *t, const FTSENT *f, tar_entry *e, opsdk_error *err)
{
    t->fd = tree_open(f->fts_path, &t->left, &e->mode);
    if (t->fd < 0)
        return unreadable(f, errno, err);
    t->size = e->size = t->left;
    e->type = TAR_FILE;
    tar_put_header(&t->head, e);
    return 0;
}

static int add_entry(tree *t, const FTSENT *f, opsdk_error *err)
{
    const char *name = f->fts_path + t->skip;
    tar_entry e = {.type = TAR_DIR};

    name += strspn(name, "/");
    if (strlen(name) > LIMIT_TAR_NAME)
        return opsdk_error_set(err, OPSDK_EINVAL, "cp: name is too long: %s", f->fts_path);
    e.name = name;
    switch (f->fts_info) {
    case FTS_D:
        e.mode = f->fts_statp->st_mode & 0777;
        tar_put_header(&t->head, &e);
        return 0;
    case FTS_SL:
    case FTS_SLNONE:
        e.mode = 0777;
        return add_link(t, f, &e, err);
    case FTS_F:
        return add_file(t, f, &e, err);
    default:
        return opsdk_error_set(err, OPSDK_EINVAL, "cp: %s is neither a file, a folder nor a link", f->fts_path);
    }
}

/* Puts the next header into head, or the archive's end. */
static int next_entry(tree *t, opsdk_error *err)
{
    FTSENT *f;

    errno = 0;
    f = fts_read(t->walk);
    if (!f && errno)
        return opsdk_error_set(err, OPSDK_EIO, "cp: cannot read the folder: %s", strerror(errno));
    if (!f) {
        t->end = true;
        tar_put_end(&t->head);
        return 0;
    }
    if (f->fts_info == FTS_DP)
        return 0;
    if (f->fts_info == FTS_DNR || f->fts_info == FTS_ERR || f->fts_info == FTS_NS)
        return unreadable(f, f->fts_errno, err);
    return add_entry(t, f, err);
}

static long read_file(tree *t, char *to, size_t len, opsdk_error *err)
{
    ssize_t n = read(t->fd, to, t->left < len ? (size_t)t->left : len);

    if (n < 0)
        return opsdk_error_set(err, OPSDK_EIO, "cp: cannot read: %s", strerror(errno));
    if (n == 0)
        return opsdk_error_set(err, OPSDK_EIO, "cp: a file shrank while it was read");
    t->left -= (uint64_t)n;
    return n;
}

static void end_file(tree *t)
{
    close(t->fd);
    t->fd = -1;
    tar_put_padding(&t->head, t->size);
}

/* One step: some bytes at to, or 0 and a changed state. */
static long step(tree *t, char *to, size_t len, opsdk_error *err)
{
    size_t n = t->head.len - t->sent;

    if (t->head.failed)
        return opsdk_error_set(err, OPSDK_ENOMEM, "cp: out of memory");
    if (n > 0) {
        n = n < len ? n : len;
        memcpy(to, t->head.data + t->sent, n);
        t->sent += n;
        return (long)n;
    }
    buf_reset(&t->head);
    t->sent = 0;
    if (t->fd >= 0 && t->left > 0)
        return read_file(t, to, len, err);
    if (t->fd >= 0) {
        end_file(t);
        return 0;
    }
    return next_entry(t, err);
}

long tree_read(char *to, size_t len, void *user, opsdk_error *err)
{
    tree *t = user;
    size_t got = 0;

    while (got < len && !(t->end && t->sent == t->head.len)) {
        long n = step(t, to + got, len - got, err);

        if (n < 0)
            return n;
        got += (size_t)n;
    }
    return (long)got;
}
