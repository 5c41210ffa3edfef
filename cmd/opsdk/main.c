/* opsdk: looks at a cluster and reaches into it, with libopsdk. */
#include "cmd.h"

#include <stdio.h>
#include <string.h>

static const cmd cmd_help_on;

/* clang-format off */
const cmd *const cmd_table[] = {
    &cmd_add,
    &cmd_build,
    &cmd_completion,
    &cmd_cp,
    &cmd_deploy,
    &cmd_dev,
    &cmd_exec,
    &cmd_generate,
    &cmd_get,
    &cmd_help_on,
    &cmd_import,
    &cmd_new,
    &cmd_run,
    &cmd_undeploy,
    &cmd_version,
    &cmd_watch,
    NULL,
};
/* clang-format on */

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
        fprintf(out, "  %-10s %s\n", (*c)->name, (*c)->summary);
    fputs("\nFlags of all commands that ask a cluster:\n"
          "  --kubeconfig FILES   default: in-cluster, else $KUBECONFIG, else ~/.kube/config\n"
          "  --context NAME       default: current-context\n"
          "  -n, --namespace NS   default: the context's\n\n"
          "Exit codes: 0, 1 when it failed, 2 for a wrong call.\n",
          out);
    return out == stdout ? CMD_OK : CMD_USAGE;
}

static int unknown(const char *name)
{
    fprintf(stderr, "opsdk: there is no command \"%s\"; see opsdk help\n", name);
    return CMD_USAGE;
}

static int help(const cmd *self, int argc, char **argv)
{
    const cmd *c = argc > 1 ? find(argv[1]) : NULL;

    (void)self;
    if (argc < 2)
        return help_all(stdout);
    return c ? cmd_help(c) : unknown(argv[1]);
}

static const cmd cmd_help_on = {
    .name = "help",
    .synopsis = "[COMMAND]",
    .summary = "Explains a command.",
    .help = "",
    .run = help,
};

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    const cmd *c;

    if (argc < 2)
        return help_all(stderr);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    c = find(strcmp(name, "--version") == 0 ? "version" : name);
    return c ? c->run(c, argc - 1, argv + 1) : unknown(name);
}
