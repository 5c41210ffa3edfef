#include "project.h"

#include "../file.h"
#include "template.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *name, *to; /* both may hold {{...}}; the template is NAME */
    mode_t mode;
} files[] = {
    {"Makefile", "Makefile", 0644},
    {"README.md", "README.md", 0644},
    {"gitignore", ".gitignore", 0644},
    {"clang-format", ".clang-format", 0644},
    {"ci.sh", "ci.sh", 0755},
    {"main.c", "main.c", 0644},
    {"handler.h", "handler.h", 0644},
    {"handler.c", "handler.c", 0644},
    {"types.h", "api/{{version}}/types.h", 0644},
    {"test_handler.c", "tests/test_handler.c", 0644},
    {"operator.yaml", "deploy/operator.yaml", 0644},
    {"cr.yaml", "deploy/cr.yaml", 0644},
};

static int render(const char *dir, const char *name, const char *to, mode_t mode, const template_value *values,
                  opsdk_error *err)
{
    auto_free char *text = template_of(name, values), *below = template_render(to, values);
    auto_free char *path = below ? file_format("%s/%s", dir, below) : NULL;

    if (!text || !path)
        return opsdk_error_set(err, OPSDK_ENOMEM, "%s: out of memory", name);
    return file_write(path, text, strlen(text), mode, err);
}

static int render_all(const char *dir, const template_value *values, opsdk_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(files) / sizeof(*files); i++)
        r = render(dir, files[i].name, files[i].to, files[i].mode, values, err);
    return r;
}

/* What this very command makes of types.h and the sources. */
int project_generate(const char *dir, opsdk_error *err)
{
    auto_free char *wrote = NULL;
    int r = file_run_read((const char *const[]){"/proc/self/exe", "generate", "--dir", dir, NULL}, &wrote, err);

    return r < 0 ? opsdk_error_set(err, r, "opsdk generate says no; put right what it names, then call it again") : 0;
}

int project_values(pool *p, const char *name, const resource_names *n, bool first,
                   template_value values[PROJECT_VALUES], opsdk_error *err)
{
    const char *yes[] = {"no", "yes"};
    template_value all[PROJECT_VALUES] = {{"types", ""},
                                          {"name", name},
                                          {"group", n->group},
                                          {"version", n->version},
                                          {"kind", n->kind},
                                          {"plural", n->plural},
                                          {"singular", n->singular},
                                          {"c", n->c},
                                          {"C", n->upper},
                                          {"guard", n->guard},
                                          {"cluster", yes[n->cluster_scoped]},
                                          {"namespaced", yes[!n->cluster_scoped]},
                                          {"first-cluster", yes[first && n->cluster_scoped]},
                                          {"first-namespaced", yes[first && !n->cluster_scoped]},
                                          {0}};
    char *types = template_of("kind.h", all);

    if (!types)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    all[0].value = pool_text(p, types, strlen(types));
    free(types);
    memcpy(values, all, sizeof(all));
    return 0;
}

static int fill(pool *p, const char *name, const resource_names *n, const char *dir, opsdk_error *err)
{
    template_value values[PROJECT_VALUES];
    int r = project_values(p, name, n, true, values, err);

    if (r == 0)
        r = render_all(dir, values, err);
    return r == 0 ? project_generate(dir, err) : r;
}

/* An empty folder would be replaced by rename(). */
static int put_in_place(const char *aside, const char *dir, opsdk_error *err)
{
    int r = renameat2(AT_FDCWD, aside, AT_FDCWD, dir, RENAME_NOREPLACE);

    if (r < 0 && errno == EINVAL && !file_exists(dir)) /* a file system that cannot */
        r = rename(aside, dir);
    if (r == 0)
        return 0;
    return errno == EEXIST ? opsdk_error_set(err, OPSDK_EEXISTS, "%s is there already", dir)
                           : opsdk_error_set(err, OPSDK_EIO, "%s: %s", dir, strerror(errno));
}

int project_new(pool *p, const char *name, const resource_names *n, const char *dir, opsdk_error *err)
{
    char *aside = pool_format(p, "%s.new-XXXXXX", dir);
    int r = file_exists(dir) ? opsdk_error_set(err, OPSDK_EEXISTS, "%s is there already", dir) : file_parents(dir, err);

    if (r < 0)
        return r;
    if (!mkdtemp(aside) || chmod(aside, 0755) < 0)
        return opsdk_error_set(err, OPSDK_EIO, "%s: %s", aside, strerror(errno));
    r = fill(p, name, n, aside, err);
    if (r == 0)
        r = put_in_place(aside, dir, err);
    if (r < 0)
        file_remove_tree(aside);
    return r;
}
