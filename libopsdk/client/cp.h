/* What the copies into and out of containers share: commands with a pipe on either side. */
#ifndef CLIENT_CP_H
#define CLIENT_CP_H

#include "client/exec.h"

typedef struct cp_place {
    opsdk_client *client;
    opsdk_key pod;
    const char *container;
} cp_place;

/* The near ends of a command's stdin and stdout.  Both may be NULL; an error of theirs is the command's. */
typedef struct cp_pipe {
    long (*read)(char *to, size_t len, void *user, opsdk_error *err); /* 0: the end */
    int (*take)(const char *data, size_t len, void *user, opsdk_error *err);
    void *user;
    bool wait; /* read is not asked before the command has written something to stdout: it may yet give up */
} cp_pipe;

/* Results of cp_run beside 0 and negative codes. */
enum {
    CP_MISSING = 1,   /* the container has no such program */
    CP_UNCHECKED = 2, /* it ended with CP_EXIT_UNCHECKED */
};
#define CP_EXIT_UNCHECKED 75

/* Runs argv without a limit on its time, only on silence.  0 when it ended with 0; OPSDK_EEXEC with its words when not. */
int cp_run(const cp_place *at, const char *const argv[], const cp_pipe *pipe, opsdk_error *err);

#endif
