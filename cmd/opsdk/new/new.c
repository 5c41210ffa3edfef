/* opsdk new: a project. */
#include "../cmd.h"
#include "../file.h"
#include "project.h"

#include <stdio.h>
#include <string.h>

typedef struct new
{
    const char *name, *api_version, *kind, *plural, *dir;
    bool cluster_scoped, help;
}
new;

enum { F_API = 2000, F_KIND, F_PLURAL, F_CLUSTER, F_DIR };

static int take_flag(const cmd *self, new *n, int option, char **argv)
{
    switch (option) {
    case F_API:
        n->api_version = optarg;
        return CMD_OK;
    case F_KIND:
        n->kind = optarg;
        return CMD_OK;
    case F_PLURAL:
        n->plural = optarg;
        return CMD_OK;
    case F_DIR:
        n->dir = optarg;
        return CMD_OK;
    case F_CLUSTER:
        n->cluster_scoped = true;
        return CMD_OK;
    case CMD_HELP:
        n->help = true;
        return CMD_OK;
    default:
        return cmd_bad_flag(self, option, argv);
    }
}

static int take_words(const cmd *self, new *n, int argc, char **argv)
{
    if (optind >= argc)
        return cmd_usage(self, "NAME is missing");
    if (optind + 1 < argc)
        return cmd_usage(self, "\"%s\" is one word too many", argv[optind + 1]);
    n->name = argv[optind];
    if (!n->api_version)
        return cmd_usage(self, "--api-version is missing, such as --api-version=example.com/v1alpha1");
    if (!n->kind)
        return cmd_usage(self, "--kind is missing, such as --kind=Website");
    if (!n->dir)
        n->dir = n->name;
    return *n->dir ? CMD_OK : cmd_usage(self, "--dir is empty");
}

static int make(const cmd *self, const new *n)
{
    auto_pool *p = pool_new();
    resource_names names;
    opsdk_error err = {0};

    if (project_name_check(n->name, &err) < 0 ||
        resource_names_make(p, n->api_version, n->kind, n->plural, n->cluster_scoped, &names, &err) < 0)
        return cmd_usage(self, "%s", err.message);
    if (project_new(p, n->name, &names, n->dir, &err) < 0)
        return cmd_fail(self, &err);
    printf("%s: a project for %s (%s.%s, %s)\n"
           "next: cd %s && make test\n",
           n->dir, names.kind, names.plural, names.group, names.version, n->dir);
    return CMD_OK;
}

static int run(const cmd *self, int argc, char **argv)
{
    static const struct option flags[] = {{"api-version", required_argument, NULL, F_API},
                                          {"kind", required_argument, NULL, F_KIND},
                                          {"plural", required_argument, NULL, F_PLURAL},
                                          {"cluster-scoped", no_argument, NULL, F_CLUSTER},
                                          {"dir", required_argument, NULL, F_DIR},
                                          {"help", no_argument, NULL, CMD_HELP},
                                          {0}};
    new n = {0};
    int r = CMD_OK;

    opterr = 0;
    for (int o; r == CMD_OK && !n.help && (o = getopt_long(argc, argv, ":", flags, NULL)) != -1;)
        r = take_flag(self, &n, o, argv);
    if (n.help)
        return cmd_help(self);
    if (r == CMD_OK)
        r = take_words(self, &n, argc, argv);
    return r == CMD_OK ? make(self, &n) : r;
}

const cmd cmd_new = {
    .name = "new",
    .synopsis = "NAME --api-version=GROUP/VERSION --kind=KIND [--plural=PLURAL] [--cluster-scoped] [--dir=DIR]",
    .summary = "Makes the project of an operator, which builds, passes its tests and can be deployed.",
    .help = "  --api-version GROUP/VERSION  of the resource, such as example.com/v1alpha1\n"
            "  --kind KIND                  of the resource, such as Website\n"
            "  --plural PLURAL              as its path has it; default: websites, proxies, boxes, ... from the kind\n"
            "  --cluster-scoped             the resource has no namespace\n"
            "  --dir DIR                    default: NAME; must not be there\n"
            "Needs no network.  Nothing is left when it fails.\n",
    .run = run,
};
