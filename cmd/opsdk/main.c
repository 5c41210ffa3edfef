/* opsdk: looks at a cluster and reaches into it, with libopsdk. */
#include "cmd.h"

#include <stdio.h>
#include <string.h>

const cmd *const cmd_table[] = {&cmd_build, &cmd_cp,      &cmd_dev,   &cmd_exec, &cmd_generate,
                                &cmd_get,   &cmd_version, &cmd_watch, NULL};

static const cmd *find(const char *name)
{
    for (const cmd *const *c = cmd_table; *c; c++) {
        if (strcmp((*c)->name, name) == 0)
            return *c;
    }
    return NULL;
}

static int help_all(FILE *out)
{
    fputs("usage: opsdk COMMAND [FLAGS] ...\n\n", out);
    for (const cmd *const *c = cmd_table; *c; c++)
        fprintf(out, "  %-8s %s\n", (*c)->name, (*c)->summary);
    fputs("  help     Explains a command: opsdk help COMMAND.\n\n"
          "Flags of all commands that ask a cluster:\n"
          "  --kubeconfig FILES   default: in-cluster, else $KUBECONFIG, else ~/.kube/config\n"
          "  --context NAME       default: current-context\n"
          "  -n, --namespace NS   default: the context's\n",
          out);
    return out == stdout ? CMD_OK : CMD_USAGE;
}

static int unknown(const char *name)
{
    fprintf(stderr, "opsdk: there is no command \"%s\"; see opsdk help\n", name);
    return CMD_USAGE;
}

static int help(const char *name)
{
    const cmd *c = name ? find(name) : NULL;

    if (!name)
        return help_all(stdout);
    return c ? cmd_help(c) : unknown(name);
}

int main(int argc, char **argv)
{
    const cmd *c;

    if (argc < 2)
        return help_all(stderr);
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return help(argv[2]);
    c = find(strcmp(argv[1], "--version") == 0 ? "version" : argv[1]);
    return c ? c->run(c, argc - 1, argv + 1) : unknown(argv[1]);
}
