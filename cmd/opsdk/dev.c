/* opsdk dev: the embedded API server, until SIGINT or SIGTERM; and what reaches one that runs. */
#include "dev.h"

#include <opsdk/apiserver.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define LISTS 64 /* of --load, and of --fault */

typedef struct dev {
    const cmd *self;
    opsdk_apiserver_opts opts;
    const char *load[LISTS], *fault[LISTS];
    size_t n_load, n_fault;
    bool help;
} dev;

static const cmd *const words[] = {&dev_fault, &dev_heal, &dev_kubeconfig, &dev_requests, &dev_run, NULL};

static int wait_for_end(const sigset_t *ends)
{
    int got = 0;

    while (sigwait(ends, &got) != 0)
        continue;
    return got;
}

static int prepare(const dev *d, opsdk_apiserver *server, opsdk_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < d->n_load; i++)
        r = opsdk_apiserver_load(server, d->load[i], err);
    for (size_t i = 0; r == 0 && i < d->n_fault; i++)
        r = opsdk_apiserver_fault(server, d->fault[i], err);
    return r;
}

/* The line to paste comes last, when everything is there. */
static int serve(const dev *d)
{
    opsdk_error err = {0};
    opsdk_apiserver *server = NULL;
    sigset_t ends;
    int r;

    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL); /* in all threads: none but sigwait takes them */
    r = opsdk_apiserver_start(&d->opts, &server, &err);
    if (r == 0)
        r = prepare(d, server, &err);
    if (r == 0) {
        fprintf(stderr, "serving the Kubernetes API from memory at %s\n", opsdk_apiserver_url(server));
        printf("export KUBECONFIG=%s\n", opsdk_apiserver_kubeconfig(server));
        fflush(stdout);
        wait_for_end(&ends);
    }
    opsdk_apiserver_stop(server);
    return r < 0 ? cmd_fail(d->self, &err) : CMD_OK;
}

static int take_flag(dev *d, int option, char **argv)
{
    const char **list = option == 'f' ? d->load : d->fault;
    size_t *n = option == 'f' ? &d->n_load : &d->n_fault;

    if (option == 'l') {
        d->opts.listen = optarg;
        return CMD_OK;
    }
    if (option == 'R' || option == 'T') {
        *(option == 'R' ? &d->opts.rbac : &d->opts.tls) = true;
        return CMD_OK;
    }
    if (option == 'p') {
        d->opts.pods = true;
        return CMD_OK;
    }
    if (option == CMD_HELP) {
        d->help = true;
        return CMD_OK;
    }
    if (option == 'W') {
        d->opts.webhooks = optarg;
        return CMD_OK;
    }
    if (option == 'E') {
        d->opts.refuse_cel = true;
        return CMD_OK;
    }
    if (option == 'C') {
        d->opts.no_controllers = true;
        return CMD_OK;
    }
    if (option != 'f' && option != 'x')
        return cmd_bad_flag(d->self, option, argv);
    if (*n == LISTS)
        return cmd_usage(d->self, "more than %d of one flag", LISTS);
    list[(*n)++] = optarg;
    return CMD_OK;
}

static int run(const cmd *self, int argc, char **argv)
{
    static const struct option flags[] = {{"listen", required_argument, NULL, 'l'},
                                          {"load", required_argument, NULL, 'f'},
                                          {"fault", required_argument, NULL, 'x'},
                                          {"pods", no_argument, NULL, 'p'},
                                          {"rbac", no_argument, NULL, 'R'},
                                          {"no-controllers", no_argument, NULL, 'C'},
                                          {"refuse-cel", no_argument, NULL, 'E'},
                                          {"tls", no_argument, NULL, 'T'},
                                          {"webhooks", required_argument, NULL, 'W'},
                                          {"help", no_argument, NULL, CMD_HELP},
                                          {0}};
    dev d = {.self = self};
    int option, r = CMD_OK;

    for (const cmd *const *w = words; argc > 1 && *w; w++)
        if (strcmp(strchr((*w)->name, ' ') + 1, argv[1]) == 0)
            return (*w)->run(*w, argc - 1, argv + 1);
    opterr = 0;
    while (r == CMD_OK && !d.help && (option = getopt_long(argc, argv, ":f:", flags, NULL)) != -1)
        r = take_flag(&d, option, argv);
    if (d.help)
        return cmd_help(self);
    if (r == CMD_OK && optind < argc)
        return cmd_usage(self, "there is no word \"%s\"", argv[optind]);
    return r == CMD_OK ? serve(&d) : r;
}

const cmd cmd_dev = {
    .name = "dev",
    .synopsis =
        "[--listen ADDRESS] [--tls] [--rbac] [--no-controllers] [--refuse-cel] [--webhooks ADDRESS] [--pods] [-f "
        "FILE|FOLDER]... [--fault SPEC]... | "
        "fault ... | heal | kubeconfig ... | requests ... | run ...",
    .summary = "Serves the Kubernetes API from memory, for tests and demos.",
    .help = "Prints a line to paste, which sets KUBECONFIG for kubectl and for operators, and serves until it is "
            "interrupted.\n"
            "  --listen ADDRESS    HOST:PORT or unix:PATH; default: 127.0.0.1 and a free port\n"
            "  --tls               speaks https, with certificates that are made at the start\n"
            "  --rbac              asks who it is, and evaluates roles; implies --tls\n"
            "  -f, --load FILE     applies the manifests of a file or folder first; may be given again\n"
            "  --webhooks ADDRESS  HOST:PORT that answers for the services that webhooks name\n"
            "  --refuse-cel        refuses CRDs with CEL rules, which are not evaluated here; else it warns\n"
            "  --no-controllers    as kube-apiserver alone: nothing collects garbage or ends namespaces\n"
            "  --pods              pods may be local processes: who may create pods here then runs programs as you\n"
            "  --fault SPEC        misbehaves from the start: see opsdk dev fault --list; may be given again\n\n"
            "With the KUBECONFIG of one that runs:\n"
            "  opsdk dev fault SPEC       injects a fault\n"
            "  opsdk dev heal             takes all faults back\n"
            "  opsdk dev kubeconfig --as USER  prints a kubeconfig of a user or service account\n"
            "  opsdk dev requests         shows what was asked of it\n"
            "  opsdk dev run POD -- ...   runs a command as a pod\n",
    .words = "fault heal kubeconfig requests run",
    .run = run,
};
