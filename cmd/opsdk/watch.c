/* opsdk watch: follows a kind and prints one line per event, until SIGINT or SIGTERM. */
#include "cmd.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct follow {
    const cmd *self;
    cmd_common common;
    const char *kind_name;
    opsdk_watch_opts opts;
    bool all, json;
} follow;

static const char *const names[] = {
    [OPSDK_ADDED] = "ADDED", [OPSDK_MODIFIED] = "MODIFIED", [OPSDK_DELETED] = "DELETED", [OPSDK_SYNCED] = "SYNCED"};

static void print_line(opsdk_event_type type, const opsdk_object *obj)
{
    opsdk_key key = obj ? opsdk_object_key(obj) : (opsdk_key){0};

    printf(obj ? "%-8s " : "%s", names[type]);
    if (obj) {
        cmd_print(key.ns ? key.ns : "");
        fputs(key.ns ? "/" : "", stdout);
        cmd_print(key.name);
        putchar(' ');
        cmd_print(opsdk_object_version(obj));
    }
    putchar('\n');
}

static void print_json(opsdk_event_type type, const opsdk_object *obj)
{
    json_t *event = json_pack("{s:s}", "type", names[type]);

    if (obj)
        json_object_set_new(event, "object", cmd_document(obj));
    if (!event || json_dumpf(event, stdout, JSON_COMPACT | JSON_ENSURE_ASCII) < 0)
        fputs("opsdk watch: out of memory, an event is incomplete\n", stderr);
    putchar('\n');
    json_decref(event);
}

static void on_event(opsdk_event_type type, const opsdk_object *obj, void *user)
{
    const follow *f = user;

    if (f->json)
        print_json(type, obj);
    else
        print_line(type, obj);
    if (fflush(stdout) != 0) /* who reads is gone */
        kill(getpid(), SIGTERM);
}

static void on_trouble(const opsdk_error *why, int64_t retry_in_ms, void *user)
{
    (void)user;
    if (retry_in_ms > 0)
        fprintf(stderr, "opsdk watch: %s; again in %lld ms\n", why->message, (long long)retry_in_ms);
    else
        fprintf(stderr, "opsdk watch: %s\n", why->message);
}

/* Before the watch's thread starts, so that it inherits the mask and sigwait gets the signals. */
static void block_signals(sigset_t *ret)
{
    sigemptyset(ret);
    sigaddset(ret, SIGINT);
    sigaddset(ret, SIGTERM);
    sigprocmask(SIG_BLOCK, ret, NULL);
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
}

static int follow_kind(follow *f, opsdk_client *c, opsdk_error *err)
{
    opsdk_watch *watch = NULL;
    const opsdk_kind *kind;
    opsdk_kind *own = NULL;
    sigset_t stop;
    int number, r;

    r = cmd_kind(c, f->kind_name, &kind, &own, err);
    if (r == 0) {
        block_signals(&stop);
        f->opts.ns = f->all ? NULL : opsdk_client_namespace(c);
        f->opts.on_event = on_event;
        f->opts.on_trouble = on_trouble;
        f->opts.user = f;
        r = opsdk_watch_start(c, kind, &f->opts, &watch, err);
    }
    if (r == 0)
        sigwait(&stop, &number);
    opsdk_watch_stop(watch);
    free(own);
    return r;
}

static int connect_and_follow(follow *f)
{
    opsdk_client *c = NULL;
    opsdk_error err = {0};
    int r = opsdk_client_new(&f->common.client, &c, &err);

    if (r == 0)
        r = follow_kind(f, c, &err);
    opsdk_client_free(c);
    return r < 0 ? cmd_fail(f->self, &err) : CMD_OK;
}

static int take_format(follow *f, const char *text)
{
    if (strcmp(text, "json") != 0 && strcmp(text, "line") != 0)
        return cmd_usage(f->self, "-o is \"%s\", but must be json or line", text);
    f->json = strcmp(text, "json") == 0;
    return CMD_OK;
}

static int take_flag(follow *f, int option, char **argv)
{
    if (cmd_common_take(&f->common, option))
        return CMD_OK;
    switch (option) {
    case 'A':
        f->all = true;
        return CMD_OK;
    case 'l':
        f->opts.labels = optarg;
        return CMD_OK;
    case 'o':
        return take_format(f, optarg);
    default:
        return cmd_bad_flag(f->self, option, argv);
    }
}

static int run(const cmd *self, int argc, char **argv)
{
    static const struct option flags[] = {CMD_COMMON_LONG,
                                          {"all-namespaces", no_argument, NULL, 'A'},
                                          {"selector", required_argument, NULL, 'l'},
                                          {"output", required_argument, NULL, 'o'},
                                          {0}};
    follow f = {.self = self};
    int option, r = CMD_OK;

    opterr = 0;
    while (r == CMD_OK && !f.common.help) {
        option = getopt_long(argc, argv, ":" CMD_COMMON_SHORT "Al:o:", flags, NULL);
        if (option < 0)
            break;
        r = take_flag(&f, option, argv);
    }
    if (f.common.help)
        return cmd_help(self);
    if (r != CMD_OK)
        return r;
    if (argc - optind != 1)
        return cmd_usage(self, optind == argc ? "KIND is missing" : "only one KIND can be watched");
    f.kind_name = argv[optind];
    return connect_and_follow(&f);
}

const cmd cmd_watch = {
    "watch",
    "KIND [-n NS | -A] [-l SELECTOR] [-o line|json]",
    "Prints one line per change of a kind, until it is interrupted.",
    "SYNCED comes after all objects that were there at the start.\n"
    "  -A, --all-namespaces     of all namespaces\n"
    "  -l, --selector SELECTOR  only with these labels, such as app=x,tier!=db\n"
    "  -o, --output line|json   type, namespace/name and version; or {\"type\":..,\"object\":{..}}\n",
    run,
    NULL};
