#include "client/cp_extract.h"

#include "core/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

struct extract {
    tar_reader reader;
    char *base; /* the plain path that entries begin with; "" for everything */
    char *dst;
    int root;      /* dst, or the folder that the file goes to; -1 before the first entry */
    bool one_file; /* the first entry was a file: there must be no second */
    bool any;
    buf path; /* of the entry that is made, beneath root */
    int dir;  /* the folder that it is in */
    buf dir_path;
    int file; /* -1: none open */
    char temp[32];
    unsigned mode;
};

static int failed(opsdk_error *err, const char *what, const char *path)
{
    return opsdk_error_set(err, OPSDK_EIO, "cp: %s %s: %s", what, path, strerror(errno));
}

/* ---- folders ---- */

/* For kernels before 5.6, and sandboxes that forbid openat2. */
static int open_walk(int root, const char *path)
{
    char name[256];
    int fd = fcntl(root, F_DUPFD_CLOEXEC, 3), next;

    while (fd >= 0 && *path) {
        size_t len = strcspn(path, "/");

        if (len >= sizeof(name)) {
            close(fd);
            errno = ENAMETOOLONG;
            return -1;
        }
        snprintf(name, sizeof(name), "%.*s", (int)len, path);
        next = openat(fd, name, OPEN_DIR | O_NOFOLLOW);
        close(fd);
        fd = next;
        path += len + (path[len] == '/');
    }
    return fd;
}

int extract_open(int root, const char *path, bool walk)
{
    struct open_how how = {.flags = OPEN_DIR | O_NOFOLLOW, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    long fd;

    if (walk || !*path)
        return open_walk(root, path);
    fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
    return fd >= 0 || (errno != ENOSYS && errno != EPERM) ? (int)fd : open_walk(root, path);
}

/* Opens the folder that path is in as x->dir, unless it is open, and returns the last part of path; NULL on failure. */
static const char *enter_parent(extract *x, const char *path, opsdk_error *err)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;

    if (x->dir >= 0 && x->dir_path.len == len && memcmp(x->dir_path.data, path, len) == 0)
        return slash ? slash + 1 : path;
    if (x->dir >= 0)
        close(x->dir);
    buf_reset(&x->dir_path);
    buf_add(&x->dir_path, path, len);
    x->dir = x->dir_path.failed ? -1 : extract_open(x->root, x->dir_path.data, false);
    if (x->dir < 0) {
        failed(err, "cannot open the folder of", path);
        return NULL;
    }
    return slash ? slash + 1 : path;
}

/* Makes dst itself, the folder that everything goes below. */
static int make_root(extract *x, const char *path, opsdk_error *err)
{
    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        return failed(err, "cannot make", path);
    x->root = open(path, OPEN_DIR);
    return x->root < 0 ? failed(err, "cannot open the folder", path) : 0;
}

static int make_dir(extract *x, unsigned mode, opsdk_error *err)
{
    const char *name;
    struct stat st;

    if (x->path.len == 0)
        return 0;
    name = enter_parent(x, x->path.data, err);
    if (!name)
        return OPSDK_EIO;
    if (mkdirat(x->dir, name, (mode & 0777) | 0700) == 0)
        return 0;
    if (errno != EEXIST || fstatat(x->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return failed(err, "cannot make", x->path.data);
    if (!S_ISDIR(st.st_mode))
        return opsdk_error_set(err, OPSDK_EIO, "cp: %s is here already, and is no folder", x->path.data);
    return 0;
}

/* ---- files ---- */

static int make_file(extract *x, unsigned mode, opsdk_error *err)
{
    uint64_t random;
    const char *name;

    name = enter_parent(x, x->path.data, err);
    if (!name)
        return OPSDK_EIO;
    if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return failed(err, "no random numbers for", x->path.data);
    snprintf(x->temp, sizeof(x->temp), ".opsdk-%016llx", (unsigned long long)random);
    x->file = openat(x->dir, x->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    x->mode = mode & 0777;
    return x->file < 0 ? failed(err, "cannot make", x->path.data) : 0;
}

static int write_file(const char *data, size_t len, void *user, opsdk_error *err)
{
    extract *x = user;

    while (len > 0) {
        ssize_t n = write(x->file, data, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed(err, "cannot write", x->path.data);
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

static void drop_file(extract *x)
{
    if (x->file < 0)
        return;
    close(x->file);
    x->file = -1;
    unlinkat(x->dir, x->temp, 0);
}

/* The file is whole: it gets its name. */
static int name_file(extract *x, opsdk_error *err)
{
    const char *slash = strrchr(x->path.data, '/'), *name = slash ? slash + 1 : x->path.data;
    int r = 0;

    if (fchmod(x->file, x->mode) < 0 || (x->one_file && fsync(x->file) < 0) ||
        renameat(x->dir, x->temp, x->dir, name) < 0)
        r = failed(err, "cannot write", x->path.data);
    if (r < 0) {
        drop_file(x);
        return r;
    }
    if (close(x->file) < 0)
        r = failed(err, "cannot write", x->path.data);
    x->file = -1;
    return r;
}

/* A file that is all there is waits for the end of the command that sent it, which may yet say that it is not right. */
static int end_file(void *user, opsdk_error *err)
{
    extract *x = user;

    return x->one_file ? 0 : name_file(x, err);
}

/* ---- entries ---- */

/* dst is the file's new name, or the folder that it goes into. */
static int start_file(extract *x, opsdk_error *err)
{
    const char *slash = strrchr(x->dst, '/'), *base = strrchr(x->base, '/'), *name = slash ? slash + 1 : x->dst;
    auto_buf parent = BUF_INIT(LIMIT_TAR_NAME);
    struct stat st;
    int r;

    x->one_file = true;
    buf_reset(&x->path);
    if (stat(x->dst, &st) == 0 && S_ISDIR(st.st_mode)) {
        buf_puts(&x->path, base ? base + 1 : x->base);
        r = make_root(x, x->dst, err);
    } else {
        buf_puts(&x->path, name);
        buf_add(&parent, slash ? x->dst : ".", slash ? (size_t)(slash - x->dst) + 1 : 1);
        x->root = open(parent.data ? parent.data : ".", OPEN_DIR);
        r = x->root < 0 ? failed(err, "cannot open the folder of", x->dst) : 0;
    }
    if (r == 0 && (x->path.failed || x->path.len == 0))
        return opsdk_error_set(err, OPSDK_EINVAL, "cp: \"%s\" is no name for a file", x->dst);
    return r;
}

static int first_entry(extract *x, enum tar_type type, opsdk_error *err)
{
    if (x->path.len > 0)
        return opsdk_error_set(err, OPSDK_EPROTO, "cp: \"%s\" came before the folder that it is in", x->path.data);
    return type == TAR_DIR ? make_root(x, x->dst, err) : start_file(x, err);
}

/* Makes x->path, beneath root, of the entry's name. */
static int place(extract *x, const tar_entry *e, opsdk_error *err)
{
    size_t base = strlen(x->base), rest;
    int r;

    r = tar_path(e->name, &x->path, err);
    if (r < 0)
        return r;
    if (base == 0)
        return 0;
    rest = x->path.len > base ? x->path.len - base : 0;
    if (strncmp(x->path.data, x->base, base) != 0 || (rest > 0 && x->path.data[base] != '/'))
        return opsdk_error_set(err, OPSDK_EPROTO, "cp: container sent \"%s\", which is not what was asked for",
                               e->name);
    rest -= rest > 0;
    memmove(x->path.data, x->path.data + x->path.len - rest, rest + 1);
    x->path.len = rest;
    return 0;
}

static int on_entry(const tar_entry *e, void *user, opsdk_error *err)
{
    extract *x = user;
    int r;

    if (e->type != TAR_FILE && e->type != TAR_DIR)
        return opsdk_error_set(err, OPSDK_EPROTO, "cp: \"%s\" is a %s, which is not copied out of a container", e->name,
                               e->type == TAR_SYMLINK ? "symbolic link"
                               : e->type == TAR_LINK  ? "hard link"
                                                      : "device or pipe");
    r = place(x, e, err);
    if (r < 0)
        return r;
    if (x->any && (x->one_file || (x->path.len == 0 && e->type == TAR_FILE)))
        return opsdk_error_set(err, OPSDK_EPROTO, "cp: container sent \"%s\" twice or after a single file", e->name);
    if (!x->any)
        r = first_entry(x, e->type, err);
    if (r < 0)
        return r;
    x->any = true;
    return e->type == TAR_DIR ? make_dir(x, e->mode, err) : make_file(x, e->mode, err);
}

/* ---- the whole ---- */

int extract_new(const char *base, const char *dst, extract **ret, opsdk_error *err)
{
    const tar_sink sink = {.entry = on_entry, .data = write_file, .end = end_file};
    auto_buf plain = BUF_INIT(LIMIT_TAR_NAME);
    extract *x;
    int r;

    r = tar_path(base, &plain, err);
    if (r < 0)
        return r;
    x = calloc(1, sizeof(*x));
    if (!x)
        return opsdk_error_set(err, OPSDK_ENOMEM, "cp: out of memory");
    tar_reader_init(&x->reader, &sink);
    x->reader.sink.user = x;
    x->path = BUF_INIT(LIMIT_TAR_NAME);
    x->dir_path = BUF_INIT(LIMIT_TAR_NAME);
    x->root = x->dir = x->file = -1;
    x->base = strdup(plain.data);
    x->dst = strdup(dst);
    if (!x->base || !x->dst) {
        extract_free(x);
        return opsdk_error_set(err, OPSDK_ENOMEM, "cp: out of memory");
    }
    *ret = x;
    return 0;
}

extract *extract_free(extract *x)
{
    if (!x)
        return NULL;
    drop_file(x);
    if (x->dir >= 0)
        close(x->dir);
    if (x->root >= 0)
        close(x->root);
    tar_reader_clear(&x->reader);
    buf_clear(&x->path);
    buf_clear(&x->dir_path);
    free(x->base);
    free(x->dst);
    free(x);
    return NULL;
}

int extract_feed(extract *x, const char *data, size_t len, opsdk_error *err)
{
    return tar_feed(&x->reader, data, len, err);
}

int extract_end(extract *x, opsdk_error *err)
{
    int r;

    r = tar_end(&x->reader, err);
    if (r == 0 && !x->any)
        return opsdk_error_set(err, OPSDK_ENOTFOUND, "cp: the archive from the container is empty");
    return r == 0 && x->one_file ? name_file(x, err) : r;
}

int extract_plain_start(extract *x, opsdk_error *err)
{
    int r;

    r = start_file(x, err);
    return r < 0 ? r : make_file(x, 0644, err);
}

int extract_plain_feed(extract *x, const char *data, size_t len, opsdk_error *err)
{
    x->reader.bytes += len;
    if (x->reader.bytes > x->reader.max_bytes)
        return opsdk_error_set(err, OPSDK_EPROTO, "cp: %s is too large", x->base);
    return write_file(data, len, x, err);
}

int extract_plain_end(extract *x, uint64_t least, opsdk_error *err)
{
    if (x->reader.bytes < least)
        return opsdk_error_set(err, OPSDK_EIO, "cp: only %llu of %llu bytes of %s arrived",
                               (unsigned long long)x->reader.bytes, (unsigned long long)least, x->base);
    return name_file(x, err);
}
