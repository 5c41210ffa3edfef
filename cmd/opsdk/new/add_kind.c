/* opsdk add kind: one more resource of one's own, with its handler and test. */
#include "../build/manifest.h"
#include "../file.h"
#include "add.h"
#include "edit.h"
#include "project.h"
#include "template.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

enum { TYPES, HANDLER, HEADER, MAIN, TEST, CR, EDITS };

static int no_memory(opsdk_error *err)
{
    return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
}

/* The value of +opsdk:groupName= in a types.h; the pool's, NULL when there is none. */
static const char *group_in(pool *p, const char *text)
{
    static const char marker[] = "+opsdk:groupName=";
    const char *at = strstr(text, marker);

    return at ? pool_text(p, at + sizeof(marker) - 1, strcspn(at + sizeof(marker) - 1, " \t\r\n*")) : NULL;
}

/* GROUP/VERSION of the only types.h that there is. */
static int find_api_version(pool *p, const char **ret, opsdk_error *err)
{
    struct dirent **names = NULL;
    int n = scandir("api", &names, NULL, alphasort), found = 0, r = 0;

    for (int i = 0; i < n; i++) {
        auto_free char *path = file_format("api/%s/types.h", names[i]->d_name), *text = NULL;
        const char *group;

        if (path && *names[i]->d_name != '.' && file_read(path, &text, NULL, NULL) == 0) {
            group = group_in(p, text);
            *ret = pool_format(p, "%s/%s", group ? group : "", names[i]->d_name);
            found++;
        }
        free(names[i]);
    }
    free(names);
    if (found == 0)
        r = opsdk_error_set(err, OPSDK_ENOTFOUND, "no api/VERSION/types.h here: not the folder of an operator");
    if (found > 1)
        r = opsdk_error_set(err, OPSDK_EINVAL, "there are %d versions under api: say --api-version=GROUP/VERSION",
                            found);
    return r;
}

/* To a file that is there already, before its last line #endif; else a new one. */
static int edit_types(pool *p, edit *e, const resource_names *n, const template_value *values, opsdk_error *err)
{
    const char *path = pool_format(p, "api/%s/types.h", n->version), *group, *end = NULL;
    int r;

    if (!file_exists(path))
        return edit_new(e, path, template_of("types.h", values), err);
    r = edit_open(e, path, err);
    if (r < 0)
        return r;
    group = group_in(p, e->text);
    if (!group || strcmp(group, n->group) != 0)
        return opsdk_error_set(err, OPSDK_EINVAL, "%s is of group %s: another group needs another version's folder",
                               path, group ? group : "?");
    for (const char *at = strstr(e->text, "#endif"); at; at = strstr(at + 1, "#endif"))
        end = at;
    if (!end)
        return opsdk_error_set(err, OPSDK_EINVAL, "%s: has no #endif at its end to put the types before", path);
    return edit_insert(e, end, pool_format(p, "%s\n", values[0].value), err);
}

static int edit_header(pool *p, edit *e, const resource_names *n, opsdk_error *err)
{
    static const char line[] = "extern const opsdk_handler ";
    const char *last = NULL;
    int r = edit_open(e, "handler.h", err);

    if (r < 0)
        return r;
    for (const char *at = strstr(e->text, line); at; at = strstr(at + 1, line))
        last = at;
    last = last ? strchr(last, '\n') : NULL;
    if (!last)
        return opsdk_error_set(err, OPSDK_EINVAL, "handler.h: has no line \"%sNAME;\" to add to", line);
    return edit_insert(e, last + 1, pool_format(p, "%s%s_handler;\n", line, n->c), err);
}

static int edit_main(pool *p, edit *e, const resource_names *n, opsdk_error *err)
{
    const char *at;
    int r = edit_open(e, "main.c", err);

    if (r < 0)
        return r;
    at = strstr(e->text, "OPSDK_HANDLERS(");
    at = at ? strchr(at, ')') : NULL;
    if (!at)
        return opsdk_error_set(err, OPSDK_EINVAL, "main.c: has no OPSDK_HANDLERS(...) to add to");
    return edit_insert(e, at, pool_format(p, ", &%s_handler", n->c), err);
}

static int edit_example(edit *e, const template_value *values, opsdk_error *err)
{
    auto_free char *more = template_of("cr.yaml", values), *all = NULL;
    int r;

    if (!more)
        return no_memory(err);
    if (!file_exists("deploy/cr.yaml"))
        return edit_new(e, "deploy/cr.yaml", strdup(more), err);
    r = edit_open(e, "deploy/cr.yaml", err);
    all = file_format("---\n%s", more);
    if (r == 0 && !all)
        r = no_memory(err);
    return r == 0 ? edit_insert(e, e->text + strlen(e->text), all, err) : r;
}

/* Everything is prepared before anything is written. */
static int prepare(pool *p, edit edits[EDITS], const resource_names *n, opsdk_error *err)
{
    template_value values[PROJECT_VALUES];
    auto_free char *name = NULL;
    int r = manifest_name("deploy/operator.yaml", &name, err);

    if (r == 0)
        r = project_values(p, name, n, false, values, err);
    if (r == 0)
        r = edit_types(p, &edits[TYPES], n, values, err);
    if (r == 0)
        r = edit_new(&edits[HANDLER], pool_format(p, "handler_%s.c", n->c), template_of("handler.c", values), err);
    if (r == 0)
        r = edit_header(p, &edits[HEADER], n, err);
    if (r == 0)
        r = edit_main(p, &edits[MAIN], n, err);
    if (r == 0)
        r = edit_new(&edits[TEST], pool_format(p, "tests/test_%s.c", n->c), template_of("test_handler.c", values), err);
    return r == 0 ? edit_example(&edits[CR], values, err) : r;
}

static int work(pool *p, const resource_names *n, opsdk_error *err)
{
    edit edits[EDITS] = {0};
    int r = prepare(p, edits, n, err);

    for (size_t i = 0; r == 0 && i < EDITS; i++) {
        r = edit_save(&edits[i], err);
        if (r == 0)
            printf("%s\n", edits[i].path);
    }
    for (size_t i = 0; i < EDITS; i++)
        edit_clear(&edits[i]);
    return r == 0 ? project_generate(".", err) : r;
}

static int run(const cmd *self, int argc, char **argv)
{
    static const struct option flags[] = {ADD_FLAGS, {0}};
    auto_pool *p = pool_new();
    resource_names names;
    add_opts o = {0};
    opsdk_error err = {0};
    int r = add_read(self, argc, argv, flags, NULL, NULL, &o);

    if (r != CMD_OK || o.help)
        return r;
    if (!o.api_version && find_api_version(p, &o.api_version, &err) < 0)
        return cmd_fail(self, &err);
    if (resource_names_make(p, o.api_version, o.kind, o.plural, o.cluster_scoped, &names, &err) < 0)
        return cmd_usage(self, "%s", err.message);
    return work(p, &names, &err) < 0 ? cmd_fail(self, &err) : CMD_OK;
}

const cmd add_kind = {
    .name = "add kind",
    .synopsis = "KIND [--api-version=GROUP/VERSION] [--plural=PLURAL] [--cluster-scoped]",
    .summary = "Adds a resource to types.h, and a handler and a test for it.",
    .help = "  --api-version GROUP/VERSION  default: that of the one types.h\n"
            "  --plural PLURAL              default: from the kind\n"
            "  --cluster-scoped             the resource has no namespace\n"
            "Prints the files that it changed; nothing is changed when one of them cannot be.\n",
    .run = run,
};
