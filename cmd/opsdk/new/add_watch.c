/* opsdk add watch: one more kind whose changes concern a handler. */
#include "../file.h"
#include "../generate/names.h"
#include "add.h"
#include "edit.h"
#include "project.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

typedef struct watch_opts {
    add_opts of;
    const char *selected_by, *referred_by, *file;
    bool owned, map;
} watch_opts;

#define LINE 120

static const char table[] = "static const opsdk_source ";

/* "&OPSDK_POD" for a kind that the library has; else a constant of one's own, and *ret_define is its definition. */
static const char *kind_constant(pool *p, const watch_opts *o, const char **ret_define)
{
    const opsdk_kind *known = o->of.api_version ? NULL : opsdk_kind_find(o->of.kind);
    const char *name;

    *ret_define = "";
    if (known)
        return pool_format(p, "OPSDK_%s", names_upper(p, known->kind));
    if (!o->of.api_version)
        return NULL;
    name = names_upper(p, names_snake(p, o->of.kind));
    *ret_define = pool_format(p, "static const opsdk_kind %s = {\"%s\", \"%s\", \"%s\", %s};\n\n", name,
                              o->of.api_version, o->of.kind, o->of.plural ? o->of.plural : names_plural(p, o->of.kind),
                              o->of.cluster_scoped ? "true" : "false");
    return name;
}

static const char *map_function(pool *p, const watch_opts *o)
{
    const char *name = names_snake(p, o->of.kind);
    const char *head = pool_format(p, "static void map_%s(", name);
    const char *most =
        pool_format(p, "%sconst opsdk_object *changed, bool deleted, opsdk_cache *cache, opsdk_queue *queue,", head);
    /* As clang-format would have it. */
    const char *rest =
        strlen(most) + strlen(" void *user)") <= LINE ? " " : pool_format(p, "\n%*s", (int)strlen(head), "");

    return pool_format(
        p,
        "/* Which of ours a change of a %s concerns: opsdk_queue_add() each.  On the loop thread: must not block. */\n"
        "%s%svoid *user)\n{\n    (void)changed;\n    (void)deleted;\n    (void)cache;\n    (void)queue;\n"
        "    (void)user;\n}\n\n",
        o->of.kind, most, rest);
}

static const char *relation(pool *p, const watch_opts *o)
{
    if (o->selected_by)
        return pool_format(p, ".selected_by = \"%s\"", o->selected_by);
    if (o->referred_by)
        return pool_format(p, ".referred_by = \"%s\"", o->referred_by);
    return o->map ? pool_format(p, ".map = map_%s", names_snake(p, o->of.kind)) : ".owned = true";
}

/* The only .c file here with a table of sources. */
static int find_file(pool *p, watch_opts *o, opsdk_error *err)
{
    struct dirent **names = NULL;
    int n = o->file ? 0 : scandir(".", &names, NULL, alphasort), found = 0;

    for (int i = 0; i < n; i++) {
        size_t len = strlen(names[i]->d_name);
        auto_free char *text = NULL;

        if (len > 2 && strcmp(names[i]->d_name + len - 2, ".c") == 0 &&
            file_read(names[i]->d_name, &text, NULL, NULL) == 0 && strstr(text, table)) {
            o->file = pool_text(p, names[i]->d_name, len);
            found++;
        }
        free(names[i]);
    }
    free(names);
    if (o->file && found <= 1)
        return 0;
    return opsdk_error_set(err, OPSDK_ENOTFOUND,
                           found ? "several .c files here have a table of sources: say --file=FILE"
                                 : "no .c file here has a table \"%sNAME[] = {...}\"",
                           table);
}

static int change(pool *p, const watch_opts *o, edit *e, opsdk_error *err)
{
    const char *define, *constant = kind_constant(p, o, &define), *at, *end;
    size_t before;
    int r;

    if (!constant)
        return opsdk_error_set(err, OPSDK_EINVAL,
                               "the library has no constant for %s: say --api-version, such as apps/v1", o->of.kind);
    at = strstr(e->text, table);
    end = at ? strstr(at, "{0},") : NULL;
    if (!end)
        return opsdk_error_set(err, OPSDK_EINVAL, "%s: has no table \"%sNAME[] = {..., {0}}\" to add to", o->file,
                               table);
    before = (size_t)(at - e->text);
    r = edit_insert(e, edit_line(e, end), pool_format(p, "    {.kind = &%s, %s},\n", constant, relation(p, o)), err);
    if (r == 0)
        r = edit_insert(e, e->text + before, pool_format(p, "%s%s", define, o->map ? map_function(p, o) : ""), err);
    return r;
}

static int work(pool *p, watch_opts *o, opsdk_error *err)
{
    edit e = {0};
    int r = find_file(p, o, err);

    if (r == 0)
        r = edit_open(&e, o->file, err);
    if (r == 0)
        r = change(p, o, &e, err);
    if (r == 0)
        r = edit_save(&e, err);
    edit_clear(&e);
    if (r < 0)
        return r;
    printf("%s: watches %s\n", o->file, o->of.kind);
    return project_generate(".", err);
}

static bool take(void *user, int option)
{
    watch_opts *o = user;

    switch (option) {
    case 's':
        o->selected_by = optarg;
        return true;
    case 'r':
        o->referred_by = optarg;
        return true;
    case 'f':
        o->file = optarg;
        return true;
    case 'o':
        o->owned = true;
        return true;
    case 'm':
        o->map = true;
        return true;
    default:
        return false;
    }
}

static int check(const cmd *self, const watch_opts *o)
{
    const char *wrong = names_check_kind(o->of.kind), *pointer = o->selected_by ? o->selected_by : o->referred_by;

    if (wrong)
        return cmd_usage(self, "kind \"%s\" %s", o->of.kind, wrong);
    if (o->owned + o->map + (o->selected_by != NULL) + (o->referred_by != NULL) > 1)
        return cmd_usage(self, "one of --owned, --selected-by, --referred-by and --map");
    if (pointer && (*pointer != '/' || pointer[strcspn(pointer, "\"\\\n")]))
        return cmd_usage(self, "\"%s\" is no pointer such as /spec/selector", pointer);
    if (o->of.api_version && o->of.api_version[strcspn(o->of.api_version, "\"\\\n")])
        return cmd_usage(self, "\"%s\" is no version such as apps/v1", o->of.api_version);
    if (o->of.plural && names_check_resource(o->of.plural))
        return cmd_usage(self, "plural \"%s\" %s", o->of.plural, names_check_resource(o->of.plural));
    return CMD_OK;
}

static int run(const cmd *self, int argc, char **argv)
{
    static const struct option flags[] = {ADD_FLAGS,
                                          {"selected-by", required_argument, NULL, 's'},
                                          {"referred-by", required_argument, NULL, 'r'},
                                          {"file", required_argument, NULL, 'f'},
                                          {"owned", no_argument, NULL, 'o'},
                                          {"map", no_argument, NULL, 'm'},
                                          {0}};
    auto_pool *p = pool_new();
    watch_opts o = {0};
    opsdk_error err = {0};
    int r = add_read(self, argc, argv, flags, take, &o, &o.of);

    if (r == CMD_OK && !o.of.help)
        r = check(self, &o);
    if (r != CMD_OK || o.of.help)
        return r;
    return work(p, &o, &err) < 0 ? cmd_fail(self, &err) : CMD_OK;
}

const cmd add_watch = {
    .name = "add watch",
    .synopsis =
        "KIND [--api-version=VERSION] [--owned | --selected-by=POINTER | --referred-by=POINTER | --map] [--file=FILE]",
    .summary = "Makes a handler hear of the changes of one more kind.",
    .help = "  --api-version VERSION  of the kind, such as apps/v1; not needed for Pod, ConfigMap, Secret, Service, "
            "Deployment\n"
            "  --plural PLURAL        default: from the kind\n"
            "  --cluster-scoped       the kind has no namespace\n"
            "  --owned                objects that the handler's resource owns; the default\n"
            "  --selected-by POINTER  objects that a label selector in the resource matches, such as /spec/selector\n"
            "  --referred-by POINTER  objects that the resource names, such as /spec/configMapName\n"
            "  --map                  a function of yours says which resources are concerned\n"
            "  --file FILE            with the handler's table of sources; default: the only one\n",
    .run = run,
};
