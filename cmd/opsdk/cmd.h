/* What the sub-commands of opsdk share: the table, the common flags, exit codes. */
#ifndef OPSDK_CMD_H
#define OPSDK_CMD_H

#include <getopt.h>
#include <opsdk.h>

/* Exit codes. */
enum { CMD_OK = 0, CMD_FAILED = 1, CMD_USAGE = 2 };

typedef struct cmd {
    const char *name;
    const char *synopsis;                                      /* after "opsdk NAME" */
    const char *summary;                                       /* one line for "opsdk help" */
    const char *help;                                          /* the flags, one per line; may be "" */
    int (*run)(const struct cmd *self, int argc, char **argv); /* argv[0] is the sub-command's name; an exit code */
    const char *words; /* that may come first behind NAME, for completion; NULL: none */
} cmd;

extern const cmd *const cmd_table[]; /* NULL at the end: main.c */

/* Sub-commands, one file each. */
extern const cmd cmd_add, cmd_build, cmd_completion, cmd_cp, cmd_deploy, cmd_dev, cmd_exec, cmd_generate, cmd_get,
    cmd_import, cmd_new, cmd_run, cmd_undeploy, cmd_version, cmd_watch;

/* The flags that every sub-command with a client takes: --kubeconfig, --context, -n/--namespace. */
#define CMD_COMMON_SHORT "n:"
#define CMD_COMMON_LONG                                                                                         \
    {"kubeconfig", required_argument, NULL, CMD_KUBECONFIG}, {"context", required_argument, NULL, CMD_CONTEXT}, \
        {"namespace", required_argument, NULL, 'n'},                                                            \
    {                                                                                                           \
        "help", no_argument, NULL, CMD_HELP                                                                     \
    }
enum { CMD_KUBECONFIG = 1000, CMD_CONTEXT, CMD_HELP };

typedef struct cmd_common {
    opsdk_client_opts client;
    bool help; /* --help was given: print it and stop */
} cmd_common;

/* Takes one option that getopt_long returned, with optarg; false when it is none of the common ones. */
bool cmd_common_take(cmd_common *c, int option);

/* Says on stderr what is wrong ("opsdk get: ...") and how to call it; returns CMD_USAGE. */
int cmd_usage(const cmd *self, const char *fmt, ...) OPSDK_PRINTF(2, 3);
/* For --help; on stdout; returns CMD_OK. */
int cmd_help(const cmd *self);
/* The answer to '?' and ':' of getopt_long, called with opterr 0 and ':' first in the short options: names the flag. */
int cmd_bad_flag(const cmd *self, int option, char **argv);
/* "opsdk get: message" on stderr; returns CMD_FAILED. */
int cmd_fail(const cmd *self, const opsdk_error *err);

/* A kind by name: built-in, else by asking the server.  *ret_own is to be freed, NULL when it was built-in. */
int cmd_kind(opsdk_client *c, const char *name, const opsdk_kind **ret, opsdk_kind **ret_own, opsdk_error *err);

/* Prints text from the cluster with control characters replaced, so that it cannot steer the terminal. */
void cmd_print(const char *text);

/* The whole object as a tree, the caller's; with apiVersion and kind, which the items of a list lack.  NULL when out of memory. */
json_t *cmd_document(const opsdk_object *obj);

#endif
