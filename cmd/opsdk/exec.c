#include "cmd.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct exec {
    cmd_common common;
    const char *container, *pod;
    bool input;
} exec;

/* Never waits: while nobody types, output has to go on. */
static long from_stdin(char *to, size_t len, void *user)
{
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    ssize_t n;

    (void)user;
    if (poll(&p, 1, 0) == 0)
        return OPSDK_EBUSY;
    n = read(STDIN_FILENO, to, len);
    if (n < 0)
        return errno == EINTR || errno == EAGAIN ? OPSDK_EBUSY : OPSDK_EIO;
    return (long)n;
}

static int to_stdout(int fd, const char *data, size_t len, void *user)
{
    (void)user;
    while (len > 0) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return OPSDK_EIO;
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

static int run_command(const exec *e, const char *const argv[], opsdk_error *err)
{
    opsdk_exec_io io = {.read = e->input ? from_stdin : NULL, .write = to_stdout, .container = e->container};
    opsdk_client *c = NULL;
    int r;

    r = opsdk_client_new(&e->common.client, &c, err);
    if (r == 0)
        r = opsdk_exec_stream(c, OPSDK_KEY(&OPSDK_POD, NULL, e->pod), argv, &io, err);
    opsdk_client_free(c);
    return r;
}

static int run(const cmd *self, int argc, char **argv)
{
    static const struct option options[] = {
        CMD_COMMON_LONG, {"container", required_argument, NULL, 'c'}, {"stdin", no_argument, NULL, 'i'}, {0}};
    exec e = {0};
    opsdk_error err = {0};
    int o, r;

    opterr = 0;
    for (o = getopt_long(argc, argv, ":c:i" CMD_COMMON_SHORT, options, NULL); o != -1;
         o = getopt_long(argc, argv, ":c:i" CMD_COMMON_SHORT, options, NULL)) {
        if (cmd_common_take(&e.common, o))
            continue;
        if (o == 'c')
            e.container = optarg;
        else if (o == 'i')
            e.input = true;
        else
            return cmd_bad_flag(self, o, argv);
    }
    if (e.common.help)
        return cmd_help(self);
    if (optind >= argc)
        return cmd_usage(self, "no pod given");
    if (optind + 1 >= argc)
        return cmd_usage(self, "no command given behind pod %s", argv[optind]);
    e.pod = argv[optind];
    r = run_command(&e, (const char *const *)argv + optind + 1, &err);
    return r < 0 ? cmd_fail(self, &err) : r;
}

const cmd cmd_exec = {
    .name = "exec",
    .synopsis = "[-n NS] [-c CONTAINER] [-i] POD -- COMMAND [ARGUMENT...]",
    .summary = "Runs a command in a container.",
    .help = "  -c, --container NAME  default: the pod's default container, else its first\n"
            "  -i, --stdin           pass stdin on to the command\n"
            "The exit code is the command's; 1 also when it could not be run.\n",
    .run = run,
};
