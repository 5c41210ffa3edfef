/* opsdk add: lets a project grow. */
#include "add.h"

#include <string.h>

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
