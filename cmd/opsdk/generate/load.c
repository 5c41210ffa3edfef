#include "load.h"

#include "../file.h"
#include "names.h"
#include "parse.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEPTH 16 /* of folders */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool ends(const char *name, const char *ending)
{
    size_t n = strlen(name), m = strlen(ending);

    return n >= m && strcmp(name + n - m, ending) == 0;
}

static void walk(project *p, const char *folder, const char *ending, int depth, char ***list, size_t *n)
{
    DIR *d = depth < DEPTH ? opendir(folder) : NULL;

    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        char *path = strcmp(folder, ".") == 0 ? pool_text(p->pool, e->d_name, strlen(e->d_name))
                                              : pool_format(p->pool, "%s/%s", folder, e->d_name);
        bool left_out = e->d_name[0] == '.' || strcmp(e->d_name, "tests") == 0 || strncmp(e->d_name, "build", 5) == 0;
        struct stat st;

        if (left_out || lstat(path, &st) < 0)
            continue;
        if (S_ISDIR(st.st_mode))
            walk(p, path, ending, depth + 1, list, n);
        else if (S_ISREG(st.st_mode) && ends(path, ending))
            *pool_add(p->pool, *list, *n) = path;
    }
    if (d)
        closedir(d);
}

char **load_list(project *p, const char *folder, const char *ending, size_t *ret_n)
{
    char **list = NULL;

    *ret_n = 0;
    walk(p, folder, ending, 0, &list, ret_n);
    if (*ret_n > 0)
        qsort(list, *ret_n, sizeof(*list), by_text);
    return list;
}

static unit *find(const project *p, const char *real)
{
    for (size_t i = 0; i < p->n_units; i++) {
        if (strcmp(p->units[i]->real, real) == 0)
            return p->units[i];
    }
    return NULL;
}

static unit *load(project *p, const char *path, unit *meta);

static void load_includes(project *p, unit *u, const char *text, size_t len, unit *meta)
{
    const char *slash = strrchr(u->path, '/');
    size_t at = 0;
    char *name;

    while ((name = parse_include(p, text, len, &at)) != NULL) {
        struct stat st;
        char *path = pool_format(p->pool, "%.*s%s", slash ? (int)(slash + 1 - u->path) : 0, u->path, name);
        unit *other = ends(name, "types.h") && stat(path, &st) == 0 ? load(p, path, meta) : NULL;
        if (other)
            *pool_add(p->pool, u->includes, u->n_includes) = (include){other, name};
    }
}

/* The version is that of the folder, if nobody says another one. */
static const char *version_of(project *p, const char *real)
{
    const char *end = strrchr(real, '/'), *from = end;

    while (from && from > real && from[-1] != '/')
        from--;
    return end ? pool_text(p->pool, from, (size_t)(end - from)) : "";
}

static void check(project *p, const unit *u)
{
    const char *why = names_check_version(u->version);

    if (u->n_kinds == 0)
        return;
    if (!u->group)
        problem(p, u->path, u->kinds[0]->line, "there is no +opsdk:groupName=, such as example.com, in this file");
    if (why)
        problem(p, u->path, u->kinds[0]->line, "version \"%s\" %s", u->version, why);
}

static unit *load(project *p, const char *path, unit *meta)
{
    auto_free char *text = NULL, *real = realpath(path, NULL);
    opsdk_error err = {0};
    size_t len = 0;
    unit *u = find(p, real ? real : path);

    if (u)
        return u;
    if (!real || file_read(path, &text, &len, &err) < 0) {
        problem(p, path, 1, "%s", real ? err.message : "cannot be read");
        return NULL;
    }
    u = pool_alloc(p->pool, sizeof(*u));
    u->path = pool_text(p->pool, path, strlen(path));
    u->real = pool_text(p->pool, real, strlen(real));
    u->version = version_of(p, u->real);
    *pool_add(p->pool, p->units, p->n_units) = u;
    *pool_add(p->pool, u->includes, u->n_includes) = (include){meta, "opsdk/meta.h"};
    load_includes(p, u, text, len, meta);
    parse_types(p, u, text, len);
    check(p, u);
    return u;
}

bool load_types(project *p, const char *folder)
{
    size_t n;
    char **paths = load_list(p, folder, "types.h", &n);
    unit *meta = parse_meta(p);

    for (size_t i = 0; i < n; i++)
        load(p, paths[i], meta);
    if (n == 0)
        problem(p, folder, 1, "there is no types.h below this folder");
    return p->problems == 0;
}
