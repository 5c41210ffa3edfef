/* opsdk_main: an operator's whole main(). */
#include "client/clock.h"
#include "core/size.h"
#include "runtime/manager.h"
#include "runtime/signals.h"

#include <getopt.h>
#include <opsdk/log.h>
#include <opsdk/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_USAGE 2

typedef struct settings {
    opsdk_client_opts client;
    const char *namespaces, *listen;
    int level;
    bool watch_list;
    size_t cache_memory;
    enum opsdk_full cache_full;
} settings;

static const char *base_name(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;

    return slash ? slash + 1 : path ? path : "operator";
}

static void usage(FILE *to, const char *program)
{
    fprintf(
        to,
        "usage: %s [flags]\n"
        "  --kubeconfig FILE  default: inside a pod its service account, else $KUBECONFIG, else ~/.kube/config\n"
        "  --context NAME     of the kubeconfig; default: its current one\n"
        "  --namespace LIST   comma-separated; \"\": all; default: $OPERATOR_NAMESPACE, else $WATCH_NAMESPACE, "
        "else all\n"
        "  --listen ADDRESS   [address]:port of /healthz, /readyz and /metrics; \"\": none; default: :8080\n"
        "  --watch-list       lists as the beginning of a watch, where the server can: less memory for it\n"
        "  --cache-memory N   the most that the cache may take, such as 64Mi; default: no limit\n"
        "  --cache-full WHAT  what then: keys (keeps keys and reads the rest from the server), fields (keeps what\n"
        "                     handlers name, then keys) or refuse (new objects; not ready any more); default: keys\n"
        "  --log-level LEVEL  error, warn, info or debug; default: info\n"
        "  --version          prints the version\n"
        "  --help             prints this\n",
        program);
}

static const char *const levels[] = {"error", "warn", "info", "debug", NULL}; /* in the order of enum opsdk_level */
static const char *const full_ways[] = {"keys", "fields", "refuse", NULL};    /* of enum opsdk_full */

static int index_of(const char *const *names, const char *name)
{
    for (int i = 0; names[i]; i++) {
        if (strcmp(name, names[i]) == 0)
            return i;
    }
    return -1;
}

static int misused(const char *program, const char *flag, const char *use)
{
    fprintf(stderr, "%s: %s %s: use %s\n", program, flag, optarg, use);
    return EXIT_USAGE;
}

static const struct option options[] = {
    {"kubeconfig", required_argument, NULL, 'k'},
    {"context", required_argument, NULL, 'c'},
    {"namespace", required_argument, NULL, 'n'},
    {"listen", required_argument, NULL, 'l'},
    {"log-level", required_argument, NULL, 'L'},
    {"watch-list", no_argument, NULL, 'w'},
    {"cache-memory", required_argument, NULL, 'm'},
    {"cache-full", required_argument, NULL, 'f'},
    {"version", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

/* Returns -1 to go on, else the exit status. */
static int take_flag(settings *s, int flag, const char *program)
{
    int full;

    switch (flag) {
    case 'k':
        s->client.kubeconfig = optarg;
        return -1;
    case 'c':
        s->client.context = optarg;
        return -1;
    case 'n':
        s->namespaces = optarg;
        return -1;
    case 'l':
        s->listen = optarg;
        return -1;
    case 'L':
        s->level = index_of(levels, optarg);
        return s->level >= 0 ? -1 : misused(program, "--log-level", "error, warn, info or debug");
    case 'w':
        s->watch_list = true;
        return -1;
    case 'm':
        return size_parse(optarg, &s->cache_memory) ? -1 : misused(program, "--cache-memory", "a size such as 64Mi");
    case 'f':
        full = index_of(full_ways, optarg);
        if (full < 0)
            return misused(program, "--cache-full", "keys, fields or refuse");
        s->cache_full = (enum opsdk_full)full;
        return -1;
    case 'v':
        printf("%s (libopsdk %s)\n", program, opsdk_version());
        return EXIT_SUCCESS;
    case 'h':
        usage(stdout, program);
        return EXIT_SUCCESS;
    default: /* getopt has said what is wrong */
        usage(stderr, program);
        return EXIT_USAGE;
    }
}

static int take_flags(settings *s, int argc, char **argv, const char *program)
{
    int flag, status = -1;

    optind = 1;
    for (flag = getopt_long(argc, argv, "", options, NULL); flag != -1 && status < 0;
         flag = getopt_long(argc, argv, "", options, NULL))
        status = take_flag(s, flag, program);
    if (status >= 0)
        return status;
    if (optind == argc)
        return -1;
    fprintf(stderr, "%s: unexpected argument '%s'\n", program, argv[optind]);
    usage(stderr, program);
    return EXIT_USAGE;
}

/* Cuts "a,b" into a list, the caller's to free with *ret_text; empty for "": all namespaces. */
static const char **split(const char *namespaces, char **ret_text)
{
    char *text = strdup(namespaces), *save = NULL, *word;
    const char **list = text ? calloc(strlen(text) / 2 + 2, sizeof(char *)) : NULL;
    size_t n = 0;

    *ret_text = text;
    if (!list)
        return NULL;
    for (word = strtok_r(text, ", ", &save); word; word = strtok_r(NULL, ", ", &save))
        list[n++] = word;
    return list;
}

static int run(opsdk_manager *m, const opsdk_handler *const handlers[], opsdk_error *err)
{
    for (size_t i = 0; handlers[i]; i++) {
        int r = opsdk_manager_register(m, handlers[i], err);
        if (r < 0)
            return r;
    }
    signals_install(m);
    return opsdk_manager_run(m, err);
}

static int serve(const settings *s, const char *const *namespaces, int64_t born_ms,
                 const opsdk_handler *const handlers[], opsdk_error *err)
{
    opsdk_manager_opts opts = {.namespaces = namespaces,
                               .listen = s->listen,
                               .watch_list = s->watch_list,
                               .cache_memory = s->cache_memory,
                               .cache_full = s->cache_full};
    opsdk_manager *m = NULL;
    opsdk_client *client;
    bool stuck;
    int r;

    signals_install(NULL); /* early: without a handler, process 1 of a container does not hear SIGTERM at all */
    r = opsdk_client_new(&s->client, &client, err);
    if (r < 0)
        return r;
    r = opsdk_manager_new(client, &opts, &m, err);
    if (r >= 0) {
        manager_born(m, born_ms);
        r = run(m, handlers, err);
    }
    signals_install(NULL);
    stuck = m && m->stuck;
    opsdk_manager_free(m);
    if (!stuck)
        opsdk_client_free(client);
    return r;
}

int opsdk_main(int argc, char **argv, const opsdk_handler *const handlers[])
{
    settings s = {.level = OPSDK_LOG_INFO};
    const char *program = base_name(argv[0]), **list;
    int64_t born_ms = clock_ms();
    opsdk_error err = {0};
    char *text;
    int status, r;

    s.namespaces = getenv("OPERATOR_NAMESPACE");
    if (!s.namespaces)
        s.namespaces = getenv("WATCH_NAMESPACE");
    status = take_flags(&s, argc, argv, program);
    if (status >= 0)
        return status;
    opsdk_log_level((enum opsdk_level)s.level);

    list = split(s.namespaces ? s.namespaces : "", &text);
    r = list ? serve(&s, list, born_ms, handlers, &err) : opsdk_error_set(&err, OPSDK_ENOMEM, "out of memory");
    if (r < 0)
        opsdk_log(OPSDK_LOG_ERROR, NULL, "%s", err.message);
    else
        opsdk_log(OPSDK_LOG_INFO, NULL, "stopped");
    free(list);
    free(text);
    if (r == OPSDK_ETIMEOUT)
        _exit(EXIT_FAILURE); /* a reconcile hangs: its thread must not see us leave */
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
