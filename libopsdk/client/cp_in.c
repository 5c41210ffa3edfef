#include "client/client.h"
#include "client/cp.h"
#include "client/cp_tree.h"
#include "core/limits.h"
#include "core/tar.h"

#include <errno.h>
#include <fts.h>
#include <opsdk/cp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* Paths are arguments, never part of a script.  What a script has not read when it fails is read away: an unread stdin would keep
 * the server from telling how it ended.  "go" asks for stdin.  One line each: some servers cannot read a request with an encoded line feed. */

/* $1 folder, $2 temporary name, $3 name, $4 mode, $5 length, $6 head or cat.  head ends by itself where stdin cannot be closed (v4),
 * but copies slowly in busybox. */
static const char put_script[] =
    "to=${1%/}/$3; tmp=${1%/}/$2; "
    "mkdir -p \"$1\" || exit 1; "
    "if [ -d \"$to\" ]; then echo \"$to is a folder; put a / behind it to copy into it\" >&2; exit 1; fi; "
    "umask 077; "
    "fail() { rm -f \"$tmp\"; cat >/dev/null; exit 1; }; "
    ": >\"$tmp\" || exit 1; "
    "echo go; "
    "if [ $6 = head ]; then head -c \"$5\" >\"$tmp\" || fail; else cat >\"$tmp\" || fail; fi; "
    "command -v wc >/dev/null 2>&1 || exit 75; "
    "[ \"$(wc -c <\"$tmp\")\" -eq \"$5\" ] || { echo 'not all bytes arrived' >&2; fail; }; "
    "chmod \"$4\" \"$tmp\" && mv -f \"$tmp\" \"$to\" || fail";

/* The same arguments, when the length could not be counted there: that the first script has told its end, after the end of its
 * input, shows that nothing was cut off. */
static const char name_script[] = "to=${1%/}/$3; tmp=${1%/}/$2; "
                                  "chmod \"$4\" \"$tmp\" && mv -f \"$tmp\" \"$to\" || { rm -f \"$tmp\"; exit 1; }";

/* $1 folder. */
static const char untar_script[] = "command -v tar >/dev/null 2>&1 || exit 127; "
                                   "mkdir -p \"$1\" || exit 1; "
                                   "echo go; "
                                   "tar -xmf - -C \"$1\" || { r=$?; cat >/dev/null; exit $r; }";

static const char mkdir_script[] = "mkdir -p \"$1\" && chmod \"$2\" \"$1\"";

/* A file's place in the container, and the words of a command about it. */
typedef struct put {
    buf dir, temp_path, path;
    const char *name; /* the last part; borrowed */
    char temp[32], mode[8], len[24];
} put;

/* Bytes for stdin: a file or memory, with an archive around it where tar reads it. */
typedef struct source {
    buf before, after;
    size_t sent; /* of the one that is being sent */
    const char *data;
    int fd; /* -1: data */
    uint64_t left;
    const char *what; /* for messages */
} source;

static int out_of_memory(opsdk_error *err)
{
    return opsdk_error_set(err, OPSDK_ENOMEM, "cp: out of memory");
}

static bool is_name(const char *s)
{
    return *s && strcmp(s, ".") != 0 && strcmp(s, "..") != 0;
}

static int put_init(put *p, const char *dst, unsigned mode, uint64_t len, opsdk_error *err)
{
    const char *slash = strrchr(dst, '/');
    uint64_t random = 0;

    *p =
        (put){.dir = BUF_INIT(LIMIT_TAR_NAME), .temp_path = BUF_INIT(LIMIT_TAR_NAME), .path = BUF_INIT(LIMIT_TAR_NAME)};
    if (dst[0] != '/' || !is_name(slash + 1))
        return opsdk_error_set(err, OPSDK_EINVAL, "cp: \"%s\" is no absolute path of a file in a container", dst);
    if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return opsdk_error_set(err, OPSDK_EIO, "cp: no random numbers: %s", strerror(errno));
    p->name = slash + 1;
    snprintf(p->temp, sizeof(p->temp), ".opsdk-%016llx", (unsigned long long)random);
    snprintf(p->mode, sizeof(p->mode), "%o", mode & 0777);
    snprintf(p->len, sizeof(p->len), "%llu", (unsigned long long)len);
    buf_add(&p->dir, dst, slash > dst ? (size_t)(slash - dst) : 1);
    buf_puts(&p->path, dst);
    buf_printf(&p->temp_path, "%.*s/%s", (int)(slash - dst), dst, p->temp);
    if (p->dir.failed || p->path.failed || p->temp_path.failed)
        return opsdk_error_set(err, OPSDK_EINVAL, "cp: path in the container is over %d bytes", LIMIT_TAR_NAME);
    return 0;
}

static void put_clear(put *p)
{
    buf_clear(&p->dir);
    buf_clear(&p->temp_path);
    buf_clear(&p->path);
}

/* ---- stdin ---- */

/* Hands out what is left of b; 0 when that is nothing, and the next may begin. */
static size_t give(source *s, buf *b, char *to, size_t len)
{
    size_t n = b->len - s->sent;

    if (b->len == 0)
        return 0;
    if (n == 0) {
        buf_reset(b);
        s->sent = 0;
        return 0;
    }
    n = n < len ? n : len;
    memcpy(to, b->data + s->sent, n);
    s->sent += n;
    return n;
}

static long source_read(char *to, size_t len, void *user, opsdk_error *err)
{
    source *s = user;
    size_t n = give(s, &s->before, to, len);
    ssize_t got;

    if (n > 0 || s->left == 0)
        return n > 0 ? (long)n : (long)give(s, &s->after, to, len);
    n = s->left < len ? (size_t)s->left : len;
    if (s->fd < 0) {
        memcpy(to, s->data, n);
        s->data += n;
        s->left -= n;
        return (long)n;
    }
    got = read(s->fd, to, n);
    if (got < 0)
        return opsdk_error_set(err, OPSDK_EIO, "cp: cannot read %s: %s", s->what, strerror(errno));
    if (got == 0)
        return opsdk_error_set(err, OPSDK_EIO, "cp: %s shrank while it was read", s->what);
    s->left -= (uint64_t)got;
    return got;
}

static int source_wrap(source *s, const put *p, opsdk_error *err)
{
    tar_entry e = {.type = TAR_FILE, .name = p->temp, .size = s->left, .mode = (unsigned)strtoul(p->mode, NULL, 8)};

    tar_put_header(&s->before, &e);
    tar_put_padding(&s->after, s->left);
    tar_put_end(&s->after);
    return s->before.failed || s->after.failed ? out_of_memory(err) : 0;
}

/* ---- one file ---- */

static int no_tools(const char *dst, opsdk_error *err)
{
    return opsdk_error_set(err, OPSDK_EEXEC, "cp: container has neither tar nor sh, so nothing can be copied to %s",
                           dst);
}

/* For images with tar and mv but no shell. */
static int put_by_tar(const cp_place *at, const put *p, source *s, opsdk_error *err)
{
    int r;

    r = source_wrap(s, p, err);
    if (r == 0)
        r = cp_run(at, OPSDK_ARGV("mkdir", "-p", p->dir.data), &(cp_pipe){0}, err);
    if (r == 0 || r == CP_MISSING)
        r = cp_run(at, OPSDK_ARGV("tar", "-xmf", "-", "-C", p->dir.data), &(cp_pipe){.read = source_read, .user = s},
                   err);
    if (r == 0)
        r = cp_run(at, OPSDK_ARGV("mv", "-f", "-T", p->temp_path.data, p->path.data), &(cp_pipe){0}, err);
    return r == CP_MISSING ? no_tools(p->path.data, err) : r;
}

/* To its beginning. */
static int source_rewind(source *s, const char *data, uint64_t len, opsdk_error *err)
{
    s->sent = 0;
    s->left = len;
    s->data = data;
    if (s->fd >= 0 && lseek(s->fd, 0, SEEK_SET) < 0)
        return opsdk_error_set(err, OPSDK_EIO, "cp: cannot read %s again: %s", s->what, strerror(errno));
    return 0;
}

static int put_by_shell(const cp_place *at, const put *p, source *s, bool v4, opsdk_error *err)
{
    const cp_pipe pipe = {.read = source_read, .user = s, .wait = true};
    const char *dir = p->dir.data;
    int r;

    r = cp_run(at,
               OPSDK_ARGV("sh", "-c", put_script, "sh", dir, p->temp, p->name, p->mode, p->len, v4 ? "head" : "cat"),
               &pipe, err);
    if (r == CP_UNCHECKED)
        r = cp_run(at, OPSDK_ARGV("sh", "-c", name_script, "sh", dir, p->temp, p->name, p->mode), &(cp_pipe){0}, err);
    return r;
}

static int put_file(const cp_place *at, const char *dst, unsigned mode, source *s, opsdk_error *err)
{
    bool v4 = atomic_load(&at->client->exec_v4);
    const char *data = s->data;
    uint64_t len = s->left;
    put p;
    int r;

    r = put_init(&p, dst, mode, len, err);
    if (r == 0)
        r = put_by_shell(at, &p, s, v4, err);
    /* Found out only now: cat waits for an end that v4 cannot tell. */
    if (r == OPSDK_EPROTO && !v4 && atomic_load(&at->client->exec_v4)) {
        r = source_rewind(s, data, len, err);
        if (r == 0)
            r = put_by_shell(at, &p, s, true, err);
    }
    if (r == CP_MISSING)
        r = put_by_tar(at, &p, s, err);
    put_clear(&p);
    return r;
}

static int put_path(const cp_place *at, const char *src, const char *dst, opsdk_error *err)
{
    source s = {.before = BUF_INIT(64u << 10), .after = BUF_INIT(64u << 10), .what = src};
    unsigned mode;
    int r;

    s.fd = tree_open(src, &s.left, &mode);
    if (s.fd < 0)
        return opsdk_error_set(err, errno == ENOENT ? OPSDK_ENOTFOUND : OPSDK_EIO, "cp: cannot read %s: %s", src,
                               strerror(errno));
    r = put_file(at, dst, mode, &s, err);
    close(s.fd);
    buf_clear(&s.before);
    buf_clear(&s.after);
    return r;
}

/* ---- folders ---- */

static int put_entry(const cp_place *at, const FTSENT *f, const char *dst, opsdk_error *err)
{
    char mode[8], target[LIMIT_TAR_NAME + 1];
    ssize_t n;
    int r;

    switch (f->fts_info) {
    case FTS_D:
        snprintf(mode, sizeof(mode), "%o", f->fts_level == 0 ? 0755 : f->fts_statp->st_mode & 0777);
        r = cp_run(at, OPSDK_ARGV("sh", "-c", mkdir_script, "sh", dst, mode), &(cp_pipe){0}, err);
        return r == CP_MISSING ? no_tools(dst, err) : r;
    case FTS_F:
        return put_path(at, f->fts_path, dst, err);
    case FTS_SL:
    case FTS_SLNONE:
        n = readlink(f->fts_path, target, LIMIT_TAR_NAME);
        if (n < 0)
            return opsdk_error_set(err, OPSDK_EIO, "cp: cannot read %s: %s", f->fts_path, strerror(errno));
        target[n] = '\0';
        r = cp_run(at, OPSDK_ARGV("ln", "-sfn", target, dst), &(cp_pipe){0}, err);
        return r == CP_MISSING ? opsdk_error_set(err, OPSDK_EEXEC, "cp: container has no ln to make %s with", dst) : r;
    default:
        return opsdk_error_set(err, OPSDK_EINVAL, "cp: %s cannot be read or is neither a file, a folder nor a link",
                               f->fts_path);
    }
}

/* Entry by entry, for images without tar. */
static int put_tree_slowly(const cp_place *at, const char *src, const char *dst, opsdk_error *err)
{
    char *paths[] = {(char *)(uintptr_t)src, NULL};
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
    auto_buf path = BUF_INIT(LIMIT_TAR_NAME);
    int r = walk ? 0 : out_of_memory(err);

    for (FTSENT *f = walk ? fts_read(walk) : NULL; r == 0 && f; f = fts_read(walk)) {
        if (f->fts_info == FTS_DP)
            continue;
        buf_reset(&path);
        buf_printf(&path, "%s%s", dst, f->fts_path + strlen(src));
        r = path.failed ? opsdk_error_set(err, OPSDK_EINVAL, "cp: path is too long: %s", f->fts_path)
                        : put_entry(at, f, path.data, err);
    }
    if (walk)
        fts_close(walk);
    return r;
}

static int put_tree(const cp_place *at, const char *src, const char *dst, opsdk_error *err)
{
    cp_pipe pipe = {.read = tree_read, .wait = true};
    opsdk_error why = {0};
    tree *t = NULL;
    int r;

    if (atomic_load(&at->client->exec_v4)) /* most tars wait for the end of stdin */
        return put_tree_slowly(at, src, dst, err);
    r = tree_new(src, &t, err);
    if (r < 0)
        return r;
    pipe.user = t;
    r = cp_run(at, OPSDK_ARGV("sh", "-c", untar_script, "sh", dst), &pipe, &why);
    if (r == CP_MISSING) { /* no tar, or no shell: then nothing of t has been read */
        r = cp_run(at, OPSDK_ARGV("mkdir", "-p", dst), &(cp_pipe){0}, &why);
        pipe.wait = false;
        if (r == 0 || r == CP_MISSING)
            r = cp_run(at, OPSDK_ARGV("tar", "-xmf", "-", "-C", dst), &pipe, &why);
    }
    tree_free(t);
    if (r == CP_MISSING || r == OPSDK_EPROTO)
        return put_tree_slowly(at, src, dst, err);
    if (r < 0 && err)
        *err = why;
    return r;
}

/* ---- the public calls ---- */

/* Without slashes at its end; "/" stays. */
static char *trim(const char *path)
{
    char *copy = strdup(path);

    for (size_t n = copy ? strlen(copy) : 0; n > 1 && copy[n - 1] == '/'; n--)
        copy[n - 1] = '\0';
    return copy;
}

/* "dst/" is a folder to copy into. */
static int put_into(const cp_place *at, const char *src, const char *dst, opsdk_error *err)
{
    const char *slash = strrchr(src, '/');
    auto_buf path = BUF_INIT(LIMIT_TAR_NAME);

    buf_puts(&path, dst);
    if (path.len > 0 && path.data[path.len - 1] == '/')
        buf_puts(&path, slash ? slash + 1 : src);
    if (path.failed)
        return opsdk_error_set(err, OPSDK_EINVAL, "cp: path in the container is over %d bytes", LIMIT_TAR_NAME);
    return put_path(at, src, path.data ? path.data : "", err);
}

int opsdk_cp_to(opsdk_client *c, opsdk_key pod, const char *container, const char *src, const char *dst,
                opsdk_error *err)
{
    const cp_place at = {c, pod, container};
    char *from, *to;
    struct stat st;
    int r;

    if (dst[0] != '/')
        return opsdk_error_set(err, OPSDK_EINVAL, "cp: \"%s\" is no absolute path in a container", dst);
    if (stat(src, &st) < 0)
        return opsdk_error_set(err, errno == ENOENT ? OPSDK_ENOTFOUND : OPSDK_EIO, "cp: cannot read %s: %s", src,
                               strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return put_into(&at, src, dst, err);
    from = trim(src);
    to = trim(dst);
    r = from && to ? put_tree(&at, from, to, err) : out_of_memory(err);
    free(from);
    free(to);
    return r;
}

int opsdk_cp_mem(opsdk_client *c, opsdk_key pod, const char *container, const char *dst, const void *data, size_t len,
                 unsigned mode, opsdk_error *err)
{
    const cp_place at = {c, pod, container};
    source s = {.before = BUF_INIT(64u << 10), .after = BUF_INIT(64u << 10), .data = data, .fd = -1, .left = len};
    int r;

    r = put_file(&at, dst, mode, &s, err);
    buf_clear(&s.before);
    buf_clear(&s.after);
    return r;
}
