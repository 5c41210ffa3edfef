/* opsdk dev kubeconfig: to be somebody else to a server that runs. */
#include "dev.h"

#include <stdio.h>
#include <string.h>

typedef struct wish {
    cmd_common common;
    char lines[4096]; /* the user, then each group */
    bool user;
} wish;

/* Behind what is there; false: too long, or no line. */
static bool add(wish *w, const char *line)
{
    size_t len = strlen(w->lines);

    if (!*line || strchr(line, '\n') || strlen(line) + 2 > sizeof(w->lines) - len)
        return false;
    snprintf(w->lines + len, sizeof(w->lines) - len, "%s\n", line);
    return true;
}

static int take_flags(const cmd *self, wish *w, int argc, char **argv)
{
    static const struct option flags[] = {
        CMD_COMMON_LONG, {"as", required_argument, NULL, 'a'}, {"as-group", required_argument, NULL, 'g'}, {0}};
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, ":" CMD_COMMON_SHORT, flags, NULL)) != -1) {
        if (cmd_common_take(&w->common, option))
            continue;
        if (option != 'a' && option != 'g')
            return cmd_bad_flag(self, option, argv);
        if (w->user == (option == 'a'))
            return cmd_usage(self, "--as goes first, and once");
        w->user = true;
        if (!add(w, optarg))
            return cmd_usage(self, "there is no such name as \"%s\"", optarg);
    }
    return CMD_OK;
}

static int run(const cmd *self, int argc, char **argv)
{
    wish w = {.user = false};
    int r = take_flags(self, &w, argc, argv);

    if (w.common.help)
        return cmd_help(self);
    if (r == CMD_OK && (optind < argc || !w.user))
        return cmd_usage(self, "%s", w.user ? "too many words" : "--as is missing");
    return r == CMD_OK ? dev_request(self, &w.common, "POST", "/debug/opsdk/kubeconfig", w.lines) : r;
}

const cmd dev_kubeconfig = {
    .name = "dev kubeconfig",
    .synopsis = "--as USER [--as-group GROUP]...",
    .summary = "Prints a kubeconfig of a user for an embedded API server that runs.",
    .help = "  --as USER           system:serviceaccount:NAMESPACE:NAME, or any name\n"
            "  --as-group GROUP    besides the groups that each has by himself; may be given again\n",
    .run = run,
};
