/* opsdk run: the operator of this folder, here, against a cluster; with --watch again after every change. */
#include "../build/manifest.h"
#include "../cmd.h"
#include "../deploy/target.h"
#include "../file.h"
#include "files.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define CRD_MS 30000
#define STOP_MS 45000 /* more than an operator takes to stop in order */
#define SETTLE_MS 200 /* editors write several files */
#define WORDS 64

extern char **environ;

typedef struct runner {
    const cmd *self;
    cmd_common common;
    const char *listen;
    char *program;
    const char *argv[WORDS + 12];
    bool watch, no_crd;
    files files;
    int signals;
    pid_t pid; /* of the operator; 0: it does not run */
} runner;

static int apply_definition(const runner *n, opsdk_error *err)
{
    opsdk_client *c = NULL;
    targets t = {0};
    int r = n->no_crd ? 0 : targets_read("deploy", "crd.yaml", false, &t, err);

    if (r < 0 || n->no_crd)
        return r;
    r = opsdk_client_new(&n->common.client, &c, err);
    if (r == 0)
        r = targets_apply(c, &t, CRD_MS, err);
    opsdk_client_free(c);
    targets_clear(&t);
    return r;
}

static int build(const runner *n, bool generate, opsdk_error *err)
{
    int r = generate ? file_run((const char *const[]){"/proc/self/exe", "generate", NULL}, NULL, err) : 0;

    if (r == 0)
        r = file_run((const char *const[]){"make", NULL}, NULL, err);
    if (r == 0 && access(n->program, X_OK) < 0)
        r = opsdk_error_set(err, OPSDK_ENOTFOUND, "make did not build %s", n->program);
    return r;
}

static void make_words(runner *n, int argc, char **argv)
{
    size_t at = 0;

    n->argv[at++] = n->program;
    if (n->common.client.kubeconfig) {
        n->argv[at++] = "--kubeconfig";
        n->argv[at++] = n->common.client.kubeconfig;
    }
    if (n->common.client.context) {
        n->argv[at++] = "--context";
        n->argv[at++] = n->common.client.context;
    }
    n->argv[at++] = "--namespace";
    n->argv[at++] = n->common.client.ns ? n->common.client.ns : "";
    n->argv[at++] = "--listen";
    n->argv[at++] = n->listen;
    for (int i = optind; i < argc && i - optind < WORDS; i++)
        n->argv[at++] = argv[i];
}

/* Signals are blocked here, and are not to be there. */
static int start(runner *n, opsdk_error *err)
{
    posix_spawnattr_t attr;
    sigset_t none;
    int r;

    sigemptyset(&none);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attr, &none);
    r = posix_spawn(&n->pid, n->program, NULL, &attr, (char *const *)n->argv, environ);
    posix_spawnattr_destroy(&attr);
    if (r == 0)
        return 0;
    n->pid = 0;
    return opsdk_error_set(err, OPSDK_EIO, "%s: %s", n->program, strerror(r));
}

static bool has_ended(runner *n)
{
    int status;

    if (n->pid == 0 || waitpid(n->pid, &status, WNOHANG) != n->pid)
        return n->pid == 0;
    n->pid = 0;
    if (WIFSIGNALED(status))
        fprintf(stderr, "opsdk run: the operator was ended by signal %d\n", WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0)
        fprintf(stderr, "opsdk run: the operator ended with exit code %d\n", WEXITSTATUS(status));
    return true;
}

static void stop(runner *n)
{
    if (n->pid > 0)
        kill(n->pid, SIGTERM);
    for (int waited = 0; !has_ended(n); waited += 50) {
        if (waited >= STOP_MS)
            kill(n->pid, SIGKILL);
        poll(NULL, 0, 50);
    }
}

/* A build that fails leaves the old operator running. */
static void restart(runner *n)
{
    bool types = n->files.types;
    opsdk_error err = {0};
    int r;

    n->files.any = n->files.types = false;
    r = build(n, types, &err);
    if (r == 0 && types)
        r = apply_definition(n, &err);
    if (r == 0) {
        stop(n);
        fprintf(stderr, "opsdk run: starts %s anew\n", n->program);
        r = start(n, &err);
    }
    if (r < 0)
        fprintf(stderr, "opsdk run: %s; waits for the next change\n", err.message);
}

static int take_signals(runner *n, opsdk_error *err)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    n->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return n->signals < 0 ? opsdk_error_set(err, OPSDK_EIO, "signals: %s", strerror(errno)) : 0;
}

/* True when it is to end. */
static bool take_signal(runner *n)
{
    struct signalfd_siginfo info;

    while (read(n->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo != SIGCHLD)
            return true;
        if (n->pid > 0 && has_ended(n))
            fprintf(stderr, "opsdk run: waits for a change\n");
    }
    return false;
}

static int follow(runner *n, opsdk_error *err)
{
    struct pollfd p[2];
    int r = take_signals(n, err);

    if (r == 0)
        r = files_watch(&n->files, err);
    if (r == 0)
        r = start(n, err);
    if (r < 0)
        return r;
    p[0] = (struct pollfd){.fd = n->signals, .events = POLLIN};
    p[1] = (struct pollfd){.fd = n->files.fd, .events = POLLIN};
    for (;;) {
        int got = poll(p, 2, n->files.any ? SETTLE_MS : -1);

        if (got > 0 && p[0].revents && take_signal(n))
            break;
        if (got > 0 && p[1].revents)
            files_read(&n->files);
        if (got == 0)
            restart(n);
    }
    stop(n);
    files_close(&n->files);
    close(n->signals);
    return 0;
}

static int work(runner *n, opsdk_error *err)
{
    auto_free char *name = NULL;
    int r = manifest_name("deploy/operator.yaml", &name, err);

    if (r == OPSDK_ENOTFOUND)
        return opsdk_error_set(err, r, "no deploy/operator.yaml here: not the folder of an operator");
    if (r < 0)
        return r;
    n->program = file_format("build/%s", name);
    if (!n->program)
        return opsdk_error_set(err, OPSDK_ENOMEM, "out of memory");
    n->argv[0] = n->program;
    r = build(n, false, err);
    if (r == 0)
        r = apply_definition(n, err);
    if (r < 0)
        return r;
    fflush(stdout);
    if (n->watch)
        return follow(n, err);
    execv(n->program, (char *const *)n->argv);
    return opsdk_error_set(err, OPSDK_EIO, "%s: %s", n->program, strerror(errno));
}

enum { F_WATCH = 2000, F_LISTEN, F_NO_CRD };

static int take_flag(runner *n, int option, char **argv)
{
    if (cmd_common_take(&n->common, option))
        return CMD_OK;
    switch (option) {
    case F_WATCH:
        n->watch = true;
        return CMD_OK;
    case F_NO_CRD:
        n->no_crd = true;
        return CMD_OK;
    case F_LISTEN:
        n->listen = optarg;
        return CMD_OK;
    default:
        return cmd_bad_flag(n->self, option, argv);
    }
}

static int run(const cmd *self, int argc, char **argv)
{
    static const struct option flags[] = {CMD_COMMON_LONG,
                                          {"watch", no_argument, NULL, F_WATCH},
                                          {"listen", required_argument, NULL, F_LISTEN},
                                          {"no-crd", no_argument, NULL, F_NO_CRD},
                                          {0}};
    runner n = {.self = self, .listen = ""};
    opsdk_error err = {0};
    int r = CMD_OK;

    opterr = 0;
    for (int o;
         r == CMD_OK && !n.common.help && (o = getopt_long(argc, argv, ":" CMD_COMMON_SHORT, flags, NULL)) != -1;)
        r = take_flag(&n, o, argv);
    if (n.common.help)
        return cmd_help(self);
    if (r != CMD_OK)
        return r;
    if (argc - optind > WORDS)
        return cmd_usage(self, "more than %d words for the operator", WORDS);
    make_words(&n, argc, argv);
    r = work(&n, &err);
    free(n.program);
    return r < 0 ? cmd_fail(self, &err) : CMD_OK;
}

const cmd cmd_run = {
    .name = "run",
    .synopsis = "[-n NS] [--watch] [--listen ADDRESS] [--no-crd] [-- FLAG...]",
    .summary = "Builds the operator of this folder and runs it here, against the cluster of your kubeconfig.",
    .help = "Applies deploy/crd.yaml first.  With --watch it builds and starts anew whenever a source has changed, and "
            "generates when a types.h "
            "has.\n"
            "  -n, --namespace NS    that the operator serves; default: all\n"
            "  --watch               until it is interrupted\n"
            "  --listen ADDRESS      probes and metrics, such as 127.0.0.1:8080; default: none\n"
            "  --no-crd              the definition is there already\n"
            "What stands behind -- are flags for the operator.\n",
    .run = run,
};
