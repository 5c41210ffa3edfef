/* opsdk dev: the embedded API server, until SIGINT or SIGTERM. */
#include "cmd.h"

#include <opsdk/apiserver.h>
#include <signal.h>
#include <stdio.h>

static int wait_for_end(void)
{
    sigset_t ends;
    int got = 0;

    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigwait(&ends, &got);
    return got;
}

static int serve(const cmd *self, const opsdk_apiserver_opts *opts)
{
    opsdk_error err = {0};
    opsdk_apiserver *server = NULL;
    sigset_t ends;

    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    if (opsdk_apiserver_start(opts, &server, &err) < 0)
        return cmd_fail(self, &err);
    printf("%s\n", opsdk_apiserver_url(server));
    fflush(stdout);
    wait_for_end();
    opsdk_apiserver_stop(server);
    return CMD_OK;
}

static int run(const cmd *self, int argc, char **argv)
{
    static const struct option flags[] = {
        {"listen", required_argument, NULL, 'l'}, {"help", no_argument, NULL, CMD_HELP}, {0}};
    opsdk_apiserver_opts opts = {0};
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", flags, NULL)) != -1) {
        if (option == CMD_HELP)
            return cmd_help(self);
        if (option != 'l')
            return cmd_bad_flag(self, option, argv);
        opts.listen = optarg;
    }
    if (optind < argc)
        return cmd_usage(self, "unknown argument \"%s\"", argv[optind]);
    return serve(self, &opts);
}

const cmd cmd_dev = {
    .name = "dev",
    .synopsis = "[--listen=HOST:PORT|unix:PATH]",
    .summary = "Serves the Kubernetes API from memory, for tests and demos.",
    .help = "  --listen ADDRESS     default: 127.0.0.1 and a free port\n",
    .run = run,
};
