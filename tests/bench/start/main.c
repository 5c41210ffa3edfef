/* How long a program takes from its start until the replay server has its request for a watch.
 *
 *   start --server URL [--times N] CMD ARG...
 *
 * Prints {"stage":"start","start_watch_ms":MEDIAN,"start_watch_min_ms":MIN}.  Of a process that was started with posix_spawn and is ended then. */
#include "tests/bench/informer/figures.h"
#include "tests/bench/line.h"

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIMES_MAX 100
#define PATIENCE_NS INT64_C(10000000000)

extern char **environ;

/* When the server was last asked for a watch. */
static int64_t watched_ns(line *l)
{
    const char *body;

    if (line_do(l, "GET", "/_ctl/watched", NULL, NULL) != 200)
        die("no replay server");
    body = strstr(l->in.data, "\r\n\r\n");
    return body ? strtoll(body + 4, NULL, 10) : 0;
}

static double start_once(line *l, char **argv)
{
    posix_spawn_file_actions_t quiet;
    int64_t start, seen;
    pid_t pid;

    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    start = figure_now_ns();
    if (posix_spawn(&pid, argv[0], &quiet, NULL, argv, environ) != 0)
        die("%s: does not start", argv[0]);
    do {
        usleep(20000); /* out of its way: the server tells the time */
        seen = watched_ns(l);
        if (figure_now_ns() - start > PATIENCE_NS)
            die("%s: no watch", argv[0]);
    } while (seen < start);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    posix_spawn_file_actions_destroy(&quiet);
    return (double)(seen - start) / 1e6;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {{"server", 1, NULL, 's'}, {"times", 1, NULL, 't'}, {0}};
    const char *server = NULL;
    double took[TIMES_MAX];
    long times = 15;
    line l;

    for (int c = getopt_long(argc, argv, "+", longs, NULL); c != -1; c = getopt_long(argc, argv, "+", longs, NULL)) {
        if (c == 's')
            server = optarg;
        else if (c == 't')
            times = strtol(optarg, NULL, 10);
    }
    if (!server || !argv[optind] || times < 1 || times > TIMES_MAX)
        die("start --server URL [--times N] CMD ARG...");
    target_set(server, NULL, NULL);
    line_dial(&l);
    for (long i = 0; i < times; i++)
        took[i] = start_once(&l, argv + optind);
    line_close(&l);
    qsort(took, (size_t)times, sizeof(took[0]), by_size);
    printf("{\"stage\":\"start\",\"start_watch_ms\":%.3f,\"start_watch_min_ms\":%.3f}\n", took[times / 2], took[0]);
    return 0;
}
