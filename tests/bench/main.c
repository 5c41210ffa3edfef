/* Figures of an API server, as one line of JSON each; the same requests whichever server it is.
 *
 *     bench inside                   the median of starts in this process, up to the first answer
 *     bench start OPTION... CMD...   runs CMD, which starts the server, and waits for the first answer
 *     bench writes OPTION...         small objects, with watchers
 *     bench pods OPTION...           memory for many pods
 *
 * --url URL [--cert FILE --key FILE]  the server; --pid PID  a process of it, may be given again
 * --writes N --watchers N --connections N --create (creations alone); --pods N */
#include "tests/bench/line.h"
#include "tests/bench/load.h"
#include "tests/bench/pods.h"

#include <getopt.h>
#include <opsdk/apiserver.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STARTS 15
#define PIDS 8
#define START_MS 60000

extern char **environ;

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static void tell_median(const char *figure, double *took)
{
    qsort(took, STARTS, sizeof(took[0]), by_size);
    printf("{\"figure\":\"%s\",\"value\":%.2f}\n", figure, took[STARTS / 2]);
}

static void ask_once(void)
{
    line l;

    line_dial(&l);
    if (line_do(&l, "GET", "/readyz", NULL, NULL) != 200)
        die("not ready: %s", l.in.data);
    line_close(&l);
}

static void bench_inside(void)
{
    double took[STARTS];

    for (int i = 0; i < STARTS; i++) {
        opsdk_apiserver *server = NULL;
        opsdk_error err = {0};
        double start = now_ms();
        if (opsdk_apiserver_start(NULL, &server, &err) < 0)
            die("%s", err.message);
        target_set(opsdk_apiserver_url(server), NULL, NULL);
        ask_once();
        took[i] = now_ms() - start;
        opsdk_apiserver_stop(server);
    }
    tell_median("inside_ms", took);
}

static bool is_ready(void)
{
    line l;
    bool ready;

    if (!line_try(&l))
        return false;
    ready = line_do(&l, "GET", "/readyz", NULL, NULL) == 200;
    line_close(&l);
    return ready;
}

/* What CMD starts may outlive it; what is CMD itself is ended. */
static double start_once(char **argv)
{
    posix_spawn_file_actions_t apart;
    double start, took;
    pid_t pid;

    posix_spawn_file_actions_init(&apart);
    posix_spawn_file_actions_adddup2(&apart, STDERR_FILENO, STDOUT_FILENO); /* figures alone go there */
    start = now_ms();
    if (posix_spawnp(&pid, argv[0], &apart, NULL, argv, environ) != 0)
        die("%s: does not start", argv[0]);
    while (!is_ready()) {
        if (now_ms() - start > START_MS)
            die("%s: no answer", argv[0]);
        usleep(100);
    }
    took = now_ms() - start;
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    posix_spawn_file_actions_destroy(&apart);
    return took;
}

static void bench_start(char **argv, bool once)
{
    double took[STARTS];

    for (int i = 0; i < STARTS; i++)
        took[i] = once && i ? took[0] : start_once(argv);
    tell_median("start_ms", took);
}

/* The folder that the objects are in; there already is fine. */
static void make_namespace(void)
{
    int status;
    line l;

    line_dial(&l);
    status = line_do(&l, "POST", "/api/v1/namespaces", "application/json", "{\"metadata\":{\"name\":\"bench\"}}");
    if (status != 201 && status != 409)
        die("no namespace: %s", l.in.data);
    line_close(&l);
}

typedef struct options {
    const char *url, *cert, *key;
    load load;
    long pods;
    int pids[PIDS + 1];
    size_t n_pids;
    bool once;
} options;

static const struct option longs[] = {
    {"url", 1, NULL, 'u'},    {"cert", 1, NULL, 'c'},     {"key", 1, NULL, 'k'},  {"pid", 1, NULL, 'p'},
    {"writes", 1, NULL, 'w'}, {"watchers", 1, NULL, 't'}, {"pods", 1, NULL, 'o'}, {"connections", 1, NULL, 'n'},
    {"create", 0, NULL, 'C'}, {"once", 0, NULL, '1'},     {NULL, 0, NULL, 0},
};

static void take(options *o, int option)
{
    long number = optarg ? strtol(optarg, NULL, 10) : 0;

    if (option == 'u')
        o->url = optarg;
    else if (option == 'c')
        o->cert = optarg;
    else if (option == 'k')
        o->key = optarg;
    else if (option == 'p' && o->n_pids < PIDS)
        o->pids[o->n_pids++] = (int)number;
    else if (option == 'w')
        o->load.writes = number;
    else if (option == 't')
        o->load.watchers = (int)number;
    else if (option == 'n')
        o->load.connections = (int)number;
    else if (option == 'o')
        o->pods = number;
    else if (option == 'C')
        o->load.create_only = true;
    else if (option == '1')
        o->once = true;
    else
        exit(2);
}

int main(int argc, char **argv)
{
    options o = {.load = {.writes = 50000, .watchers = 10, .connections = 16}, .pods = 10000};
    const char *stage = argc > 1 ? argv[1] : "";
    int option;

    if (strcmp(stage, "inside") == 0) {
        bench_inside();
        return 0;
    }
    signal(SIGPIPE, SIG_IGN);
    optind = 2;
    while ((option = getopt_long(argc, argv, "+", longs, NULL)) != -1)
        take(&o, option);
    o.load.pids = o.pids;
    if (!o.url)
        die("where is the server? --url");
    target_set(o.url, o.cert, o.key);
    if (strcmp(stage, "start") == 0 && argv[optind]) {
        bench_start(argv + optind, o.once);
        return 0;
    }
    make_namespace();
    if (strcmp(stage, "writes") == 0)
        load_run(&o.load);
    else if (strcmp(stage, "pods") == 0)
        pods_run(o.pods, o.pids);
    else
        die("%s: unknown", stage);
    return 0;
}
