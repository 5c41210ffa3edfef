/* The two sub-commands of opsdk add; each reads its own arguments. */
#ifndef NEW_ADD_H
#define NEW_ADD_H

#include "../cmd.h"

extern const cmd add_kind, add_watch;

/* What both are told: of which kind. */
typedef struct add_opts {
    const char *kind, *api_version, *plural; /* NULL where it is not said */
    bool cluster_scoped, help;
} add_opts;

#define ADD_FLAGS                                                                            \
    {"api-version", required_argument, NULL, 'a'}, {"plural", required_argument, NULL, 'p'}, \
        {"cluster-scoped", no_argument, NULL, 'c'},                                          \
    {                                                                                        \
        "help", no_argument, NULL, CMD_HELP                                                  \
    }

/* Reads the one KIND and its flags; take (NULL: none) gets those that are not in ADD_FLAGS, and returns false for what it does not know.  With
 * ret->help the help was shown, and that was all. */
typedef bool add_take_fn(void *user, int option);
int add_read(const cmd *self, int argc, char **argv, const struct option *flags, add_take_fn *take, void *user,
             add_opts *ret);

#endif
