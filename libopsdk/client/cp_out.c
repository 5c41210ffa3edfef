#include "client/cp.h"
#include "client/cp_extract.h"
#include "core/limits.h"

#include <opsdk/cp.h>
#include <stdlib.h>
#include <string.h>

/* src in the container: "/a/b" is name b in parent /a. */
typedef struct pick {
    buf parent, path;
    const char *name; /* within path */
} pick;

static int pick_init(pick *p, const char *src, opsdk_error *err)
{
    size_t len = strlen(src);
    const char *slash;

    *p = (pick){.parent = BUF_INIT(LIMIT_TAR_NAME), .path = BUF_INIT(LIMIT_TAR_NAME)};
    while (len > 1 && src[len - 1] == '/')
        len--;
    if (src[0] != '/' && src[0] != '.') /* so that no name is taken for a flag */
        buf_puts(&p->path, "./");
    buf_add(&p->path, src, len);
    if (p->path.failed || len == 0)
        return opsdk_error_set(err, OPSDK_EINVAL, "cp: \"%s\" is no path in a container", src);
    slash = strrchr(p->path.data, '/');
    if (!slash || slash[1] == '\0') { /* "." or "/" */
        buf_puts(&p->parent, p->path.data);
        p->name = ".";
        return 0;
    }
    p->name = slash + 1;
    if (strcmp(p->name, "..") == 0)
        return opsdk_error_set(err, OPSDK_EINVAL, "cp: \"%s\" does not say which folder is meant", src);
    buf_add(&p->parent, p->path.data, slash > p->path.data ? (size_t)(slash - p->path.data) : 1);
    return p->parent.failed ? opsdk_error_set(err, OPSDK_ENOMEM, "cp: out of memory") : 0;
}

static void pick_clear(pick *p)
{
    buf_clear(&p->parent);
    buf_clear(&p->path);
}

static int on_archive(const char *data, size_t len, void *user, opsdk_error *err)
{
    return extract_feed(user, data, len, err);
}

static int on_bytes(const char *data, size_t len, void *user, opsdk_error *err)
{
    return extract_plain_feed(user, data, len, err);
}

/* "123 /path" or "123". */
static int on_count(const char *data, size_t len, void *user, opsdk_error *err)
{
    buf_add(user, data, len);
    return ((buf *)user)->failed ? opsdk_error_set(err, OPSDK_EPROTO, "cp: wc says too much") : 0;
}

/* With the bytes that the file has at least, 0 when nobody can tell. */
static int count(const cp_place *at, const pick *p, uint64_t *ret, opsdk_error *err)
{
    auto_buf text = BUF_INIT(2 * LIMIT_TAR_NAME);
    int r;

    *ret = 0;
    r = cp_run(at, OPSDK_ARGV("wc", "-c", p->path.data), &(cp_pipe){.take = on_count, .user = &text}, err);
    if (r == 0 && text.data)
        *ret = strtoull(text.data, NULL, 10);
    return r < 0 ? r : 0;
}

/* A single file, for images without tar. */
static int get_plain(const cp_place *at, const pick *p, extract *x, opsdk_error *err)
{
    cp_pipe pipe = {.take = on_bytes, .user = x};
    uint64_t least;
    int r;

    r = count(at, p, &least, err);
    if (r == 0)
        r = extract_plain_start(x, err);
    if (r == 0)
        r = cp_run(at, OPSDK_ARGV("cat", p->path.data), &pipe, err);
    if (r == CP_MISSING)
        return opsdk_error_set(err, OPSDK_EEXEC, "cp: container has neither tar nor cat, so %s cannot be copied",
                               p->path.data);
    if (r < 0)
        return opsdk_error_wrap(err, 0, "cp: container has no tar, so only single files can be copied out");
    return extract_plain_end(x, least, err);
}

int opsdk_cp_from(opsdk_client *c, opsdk_key pod, const char *container, const char *src, const char *dst,
                  opsdk_error *err)
{
    const cp_place at = {c, pod, container};
    cp_pipe pipe = {.take = on_archive};
    extract *x = NULL;
    pick p;
    int r;

    r = pick_init(&p, src, err);
    if (r == 0)
        r = extract_new(p.name, dst, &x, err);
    if (r == 0) {
        pipe.user = x;
        r = cp_run(&at, OPSDK_ARGV("tar", "-cf", "-", "-C", p.parent.data, "--", p.name), &pipe, err);
        if (r == 0)
            r = extract_end(x, err);
        else if (r == CP_MISSING)
            r = get_plain(&at, &p, x, err);
    }
    extract_free(x);
    pick_clear(&p);
    return r;
}
