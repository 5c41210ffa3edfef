/* opsdk deploy and undeploy. */
#include "../cmd.h"
#include "../file.h"
#include "target.h"
#include "trouble.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_TIMEOUT_S 120
#define POLL_MS 500

typedef struct deploy {
    const cmd *self;
    cmd_common common;
    const char *dir;
    int timeout_s;
    bool example, create_namespace, crds, no_wait;
} deploy;

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void pause_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000}, NULL);
}

/* One line that is written over, on a terminal only. */
static void progress(const char *text)
{
    static bool any;

    if (!isatty(STDERR_FILENO))
        return;
    if (text || any)
        fprintf(stderr, "\r\033[K%.*s", text ? (int)strcspn(text, "\n") : 0, text ? text : "");
    any = text != NULL;
}

static int wait_ready(opsdk_client *c, const target *t, int64_t until, opsdk_error *err)
{
    char name[400];

    for (;;) {
        auto_free char *say = NULL;
        int r = trouble_of(c, t->key, &say, err);

        if (r == TROUBLE_WAIT && now_ms() < until) {
            progress(say);
            pause_ms(POLL_MS);
            continue;
        }
        progress(NULL);
        if (r == TROUBLE_NONE)
            printf("%s: ready\n", target_name(t, name));
        if (r > 0) { /* longer than a message of the library may be */
            fprintf(stderr, "%s\n", say ? say : "");
            r = opsdk_error_set(err, r == TROUBLE_WAIT ? OPSDK_ETIMEOUT : OPSDK_EREJECTED, "%s is not ready%s",
                                target_name(t, name), r == TROUBLE_WAIT ? " in time" : ", and will not be");
        }
        return r;
    }
}

static int make_namespace(const deploy *d, opsdk_client *c, opsdk_error *err)
{
    const char *ns = opsdk_client_namespace(c);

    if (!d->create_namespace)
        return 0;
    return opsdk_apply(c, OPSDK_KEY(&OPSDK_NAMESPACE, NULL, ns), json_object(), NULL, NULL, err);
}

static int deploy_all(const deploy *d, opsdk_client *c, opsdk_error *err)
{
    int64_t until = now_ms() + d->timeout_s * 1000;
    targets t = {0};
    int r = targets_read(d->dir, NULL, d->example, &t, err);

    if (r == 0)
        r = make_namespace(d, c, err);
    if (r == 0)
        r = targets_apply(c, &t, d->timeout_s * 1000, err);
    for (size_t i = 0; r == 0 && !d->no_wait && i < t.len; i++)
        if (strcmp(t.items[i].kind.kind, "Deployment") == 0)
            r = wait_ready(c, &t.items[i], until, err);
    targets_clear(&t);
    return r;
}

static int wait_gone(opsdk_client *c, const target *t, int64_t until, opsdk_error *err)
{
    char name[400];

    for (;;) {
        opsdk_auto_object *now = NULL;
        int r = opsdk_get(c, t->key, &now, err);

        if (r == OPSDK_ENOTFOUND) {
            printf("%s: gone\n", target_name(t, name));
            return 0;
        }
        if (r < 0)
            return r;
        if (now_ms() > until)
            return opsdk_error_set(err, OPSDK_ETIMEOUT, "%s is not gone in time: a finalizer may hold it",
                                   target_name(t, name));
        pause_ms(POLL_MS);
    }
}

static int undeploy_one(opsdk_client *c, target *t, int64_t until, opsdk_error *err)
{
    int r = target_resolve(c, t, err);

    if (r == 0)
        r = opsdk_delete(c, t->key, &(opsdk_delete_opts){.propagation = "Foreground"}, err);
    if (r == OPSDK_ENOTFOUND)
        return 0;
    return r == 0 ? wait_gone(c, t, until, err) : r;
}

/* 0: a definition, 1: the rest, 2: a namespace. */
static int stage(const target *t)
{
    if (strcmp(t->kind.kind, "CustomResourceDefinition") == 0)
        return 0;
    return strcmp(t->kind.kind, "Namespace") == 0 ? 2 : 1;
}

/* Backwards, but definitions first: the operator is to see the end of its objects.  With a definition all its objects go, which is not to happen
 * by the way. */
static int undeploy_all(const deploy *d, opsdk_client *c, opsdk_error *err)
{
    int64_t until = now_ms() + d->timeout_s * 1000;
    targets t = {0};
    int kept = 0, r = targets_read(d->dir, NULL, d->example, &t, err);

    for (int at = 0; at <= 2; at++) {
        for (size_t i = t.len; r == 0 && i-- > 0;) {
            if (stage(&t.items[i]) != at)
                continue;
            if (at == 1 || d->crds)
                r = undeploy_one(c, &t.items[i], until, err);
            else
                kept++;
        }
    }
    if (r == 0 && kept > 0)
        printf("the definition stays, and with it all its objects; --crds takes them away\n");
    targets_clear(&t);
    return r;
}

enum { F_TIMEOUT = 2000, F_EXAMPLE, F_CREATE, F_CRDS, F_NO_WAIT, F_DIR };

static int take_timeout(deploy *d)
{
    char *end;
    long s = strtol(optarg, &end, 10);

    if (*end || end == optarg || s <= 0 || s > 86400)
        return cmd_usage(d->self, "--timeout %s: is no number of seconds", optarg);
    d->timeout_s = (int)s;
    return CMD_OK;
}

static int take_flag(deploy *d, int option, char **argv)
{
    if (cmd_common_take(&d->common, option))
        return CMD_OK;
    switch (option) {
    case F_TIMEOUT:
        return take_timeout(d);
    case F_EXAMPLE:
        d->example = true;
        return CMD_OK;
    case F_CREATE:
        d->create_namespace = true;
        return CMD_OK;
    case F_CRDS:
        d->crds = true;
        return CMD_OK;
    case F_NO_WAIT:
        d->no_wait = true;
        return CMD_OK;
    case F_DIR:
        d->dir = optarg;
        return CMD_OK;
    default:
        return cmd_bad_flag(d->self, option, argv);
    }
}

static int run_with(deploy *d, int argc, char **argv, const struct option *flags,
                    int (*work)(const deploy *d, opsdk_client *c, opsdk_error *err))
{
    opsdk_client *c = NULL;
    opsdk_error err = {0};
    int r = CMD_OK;

    opterr = 0;
    for (int o;
         r == CMD_OK && !d->common.help && (o = getopt_long(argc, argv, ":" CMD_COMMON_SHORT, flags, NULL)) != -1;)
        r = take_flag(d, o, argv);
    if (d->common.help)
        return cmd_help(d->self);
    if (r == CMD_OK && optind < argc)
        r = cmd_usage(d->self, "\"%s\" is one word too many", argv[optind]);
    if (r != CMD_OK)
        return r;
    d->common.client.field_manager = "opsdk";
    r = opsdk_client_new(&d->common.client, &c, &err);
    if (r == 0)
        r = work(d, c, &err);
    opsdk_client_free(c);
    return r < 0 ? cmd_fail(d->self, &err) : CMD_OK;
}

static int run_deploy(const cmd *self, int argc, char **argv)
{
    static const struct option flags[] = {CMD_COMMON_LONG,
                                          {"timeout", required_argument, NULL, F_TIMEOUT},
                                          {"example", no_argument, NULL, F_EXAMPLE},
                                          {"create-namespace", no_argument, NULL, F_CREATE},
                                          {"no-wait", no_argument, NULL, F_NO_WAIT},
                                          {"dir", required_argument, NULL, F_DIR},
                                          {0}};
    deploy d = {.self = self, .dir = "deploy", .timeout_s = DEFAULT_TIMEOUT_S};

    return run_with(&d, argc, argv, flags, deploy_all);
}

static int run_undeploy(const cmd *self, int argc, char **argv)
{
    static const struct option flags[] = {CMD_COMMON_LONG,
                                          {"timeout", required_argument, NULL, F_TIMEOUT},
                                          {"example", no_argument, NULL, F_EXAMPLE},
                                          {"crds", no_argument, NULL, F_CRDS},
                                          {"dir", required_argument, NULL, F_DIR},
                                          {0}};
    deploy d = {.self = self, .dir = "deploy", .timeout_s = DEFAULT_TIMEOUT_S};

    return run_with(&d, argc, argv, flags, undeploy_all);
}

const cmd cmd_deploy = {
    .name = "deploy",
    .synopsis = "[-n NS] [--create-namespace] [--example] [--no-wait] [--timeout SECONDS] [--dir DIR]",
    .summary = "Applies deploy/*.yaml and waits until the operator is ready, or says why it is not.",
    .help = "Order: crd.yaml, rbac.yaml, operator.yaml, then others by name; cr.yaml is an example and left out.\n"
            "  -n, --namespace NS   default: the context's\n"
            "  --create-namespace   if there is none\n"
            "  --example            cr.yaml too\n"
            "  --no-wait            does not wait for the operator\n"
            "  --timeout SECONDS    default: 120\n"
            "  --dir DIR            default: deploy\n",
    .run = run_deploy,
};

const cmd cmd_undeploy = {
    .name = "undeploy",
    .synopsis = "[-n NS] [--crds] [--example] [--timeout SECONDS] [--dir DIR]",
    .summary = "Takes away what deploy applied, and waits until it is gone.",
    .help = "  -n, --namespace NS   default: the context's\n"
            "  --crds               also definitions, with all their objects, and namespaces\n"
            "  --example            cr.yaml too\n"
            "  --timeout SECONDS    default: 120\n"
            "  --dir DIR            default: deploy\n",
    .run = run_undeploy,
};
