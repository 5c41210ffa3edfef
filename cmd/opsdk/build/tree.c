#include "tree.h"

#include "../file.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *relative(const char *path)
{
    while (*path == '/' || (path[0] == '.' && path[1] == '/'))
        path++;
    return path;
}

static int add(tree *t, enum tarball_type type, const char *path, unsigned mode, const char *from, const char *text,
               opsdk_error *err)
{
    tree_entry e = {.type = type, .mode = mode, .order = t->len};
    tree_entry *more;

    if (t->len == t->room) {
        more = reallocarray(t->items, t->room ? t->room * 2 : 64, sizeof(*more));
        if (!more)
            return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
        t->items = more;
        t->room = t->room ? t->room * 2 : 64;
    }
    e.path = strdup(relative(path));
    e.from = from ? strdup(from) : NULL;
    e.text = text ? strdup(text) : NULL;
    t->items[t->len++] = e;
    return e.path && (e.from || !from) && (e.text || !text) ? 0 : opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
}

int tree_dir(tree *t, const char *path, unsigned mode, opsdk_error *err)
{
    return add(t, TARBALL_DIR, path, mode, NULL, NULL, err);
}

int tree_text(tree *t, const char *path, unsigned mode, const char *text, opsdk_error *err)
{
    return add(t, TARBALL_FILE, path, mode, NULL, text, err);
}

int tree_link(tree *t, const char *path, const char *target, opsdk_error *err)
{
    return add(t, TARBALL_LINK, path, 0777, NULL, target, err);
}

int tree_file(tree *t, const char *path, unsigned mode, const char *from, opsdk_error *err)
{
    return add(t, TARBALL_FILE, path, mode, from, NULL, err);
}

static int copy_link(tree *t, const char *path, const char *from, opsdk_error *err)
{
    char target[4096];
    ssize_t n = readlink(from, target, sizeof(target) - 1);

    if (n < 0)
        return opsdk_error_set(err, OPSDK_EIO, "%s: %s", from, strerror(errno));
    target[n] = '\0';
    return tree_link(t, path, target, err);
}

static unsigned readable(unsigned mode, bool folder)
{
    if (folder)
        return mode & 01000 ? 01777 : 0755;
    return mode & 0100 ? 0755 : 0644;
}

static int copy_folder(tree *t, const char *path, const char *from, unsigned mode, bool exact, opsdk_error *err)
{
    struct dirent **names = NULL;
    int n = scandir(from, &names, NULL, alphasort);
    int r = *relative(path) ? tree_dir(t, path, exact ? mode : readable(mode, true), err) : 0;

    if (n < 0)
        return opsdk_error_set(err, OPSDK_EIO, "%s: %s", from, strerror(errno));
    for (int i = 0; i < n; i++) {
        auto_free char *below = file_format("%s/%s", path, names[i]->d_name);
        auto_free char *there = file_format("%s/%s", from, names[i]->d_name);

        if (r == 0 && strcmp(names[i]->d_name, ".") != 0 && strcmp(names[i]->d_name, "..") != 0)
            r = below && there ? tree_copy(t, below, there, exact, err)
                               : opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
        free(names[i]);
    }
    free(names);
    return r;
}

int tree_copy(tree *t, const char *path, const char *from, bool exact, opsdk_error *err)
{
    struct stat st;

    if (lstat(from, &st) < 0)
        return opsdk_error_set(err, OPSDK_ENOTFOUND, "%s: %s", from, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return copy_folder(t, path, from, st.st_mode & 07777, exact, err);
    if (S_ISLNK(st.st_mode))
        return copy_link(t, path, from, err);
    if (S_ISREG(st.st_mode))
        return tree_file(t, path, exact ? st.st_mode & 07777 : readable(st.st_mode, false), from, err);
    return opsdk_error_set(err, OPSDK_EINVAL, "%s: neither file nor folder nor link", from);
}

bool tree_has(const tree *t, const char *path)
{
    for (size_t i = 0; i < t->len; i++)
        if (strcmp(t->items[i].path, relative(path)) == 0)
            return true;
    return false;
}

/* A folder comes before what is in it, and of one path the newest first. */
static int by_path(const void *a, const void *b)
{
    const tree_entry *x = a, *y = b;
    int r = strcmp(x->path, y->path);

    return r != 0 ? r : (x->order < y->order) - (x->order > y->order);
}

static int add_parents(tree *t, opsdk_error *err)
{
    size_t len = t->len;
    int r = 0;

    for (size_t i = 0; r == 0 && i < len; i++) {
        auto_free char *path = strdup(t->items[i].path);

        for (char *p = path ? strrchr(path, '/') : NULL; r == 0 && p; p = strrchr(path, '/')) {
            *p = '\0';
            if (tree_has(t, path))
                break;
            r = tree_dir(t, path, 0755, err);
        }
    }
    return r;
}

static int write_entry(tarball *to, const tree_entry *e, opsdk_error *err)
{
    if (e->type == TARBALL_FILE && e->from)
        return tarball_file(to, e->path, e->mode, e->from, err);
    if (e->type == TARBALL_FILE)
        return tarball_text(to, e->path, e->mode, e->text, strlen(e->text), err);
    return tarball_entry(to, e->type, e->path, e->mode, 0, e->text ? e->text : "", err);
}

int tree_write(tree *t, bool parents, const char *out, digest *ret, uint64_t *ret_size, opsdk_error *err)
{
    tarball to;
    int r = parents ? add_parents(t, err) : 0;

    if (r == 0)
        r = tarball_open(&to, out, err);
    if (r < 0)
        return r;
    qsort(t->items, t->len, sizeof(*t->items), by_path);
    for (size_t i = 0; r == 0 && i < t->len; i++)
        if (i == 0 || strcmp(t->items[i].path, t->items[i - 1].path) != 0)
            r = write_entry(&to, &t->items[i], err);
    if (r == 0)
        r = tarball_close(&to, ret, err);
    else
        tarball_close(&to, NULL, NULL);
    *ret_size = to.size;
    return r;
}

void tree_clear(tree *t)
{
    for (size_t i = 0; i < t->len; i++) {
        free(t->items[i].path);
        free(t->items[i].from);
        free(t->items[i].text);
    }
    free(t->items);
    *t = (tree){0};
}
