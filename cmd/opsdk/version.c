#include "cmd.h"

#include <stdio.h>

static int run(const cmd *self, int argc, char **argv)
{
    if (argc > 1)
        return cmd_usage(self, "there is nothing to add to it, but \"%s\" was", argv[1]);
    printf("opsdk %s\n", opsdk_version());
    return CMD_OK;
}

const cmd cmd_version = {.name = "version", .synopsis = "", .summary = "Prints the version.", .help = "", .run = run};
