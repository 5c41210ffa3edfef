/* opsdk add: lets a project grow. */
#include "add.h"

#include <string.h>

static bool take_common(add_opts *o, int option)
{
    switch (option) {
    case 'a':
        o->api_version = optarg;
        return true;
    case 'p':
        o->plural = optarg;
        return true;
    case 'c':
        o->cluster_scoped = true;
        return true;
    case CMD_HELP:
        o->help = true;
        return true;
    default:
        return false;
    }
}

int add_read(const cmd *self, int argc, char **argv, const struct option *flags, add_take_fn *take, void *user,
             add_opts *ret)
{
    int option;

    opterr = 0;
    while (!ret->help && (option = getopt_long(argc, argv, ":", flags, NULL)) != -1)
        if (!take_common(ret, option) && !(take && take(user, option)))
            return cmd_bad_flag(self, option, argv);
    if (ret->help)
        return cmd_help(self);
    if (argc - optind != 1)
        return cmd_usage(self, argc == optind ? "KIND is missing" : "one kind at a time");
    ret->kind = argv[optind];
    return CMD_OK;
}

static int run(const cmd *self, int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "kind") == 0)
        return add_kind.run(&add_kind, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "watch") == 0)
        return add_watch.run(&add_watch, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "--help") == 0)
        return cmd_help(self);
    return argc > 1 ? cmd_usage(self, "there is no word \"%s\"", argv[1]) : cmd_usage(self, "kind or watch?");
}

const cmd cmd_add = {
    .name = "add",
    .synopsis = "kind KIND ... | watch KIND ...",
    .summary = "Adds a kind, or a watch of one, to the project of this folder.",
    .help = "opsdk add kind --help and opsdk add watch --help explain the two.\n",
    .words = "kind watch",
    .run = run,
};
