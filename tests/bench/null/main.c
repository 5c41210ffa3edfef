/* The client that reads and discards: what remains for any other to gain, and the proof that the replay server is no brake.
 *
 *   null --server URL --kind pods|benchmarks --objects N --events N [--rate EPS --rate-seconds S]
 *
 * Prints the lines that the informer prints, without memory of objects.  It looks for the ends of events, and at a rate for the time in them. */
#include "tests/bench/informer/delays.h"
#include "tests/bench/informer/figures.h"
#include "tests/bench/line.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM (1u << 18)

typedef struct reader {
    line line;
    char *data; /* a piece, behind a rest of the one before */
    size_t rest;
} reader;

static const char sent[] = "\"bench/sent-ns\":\"";

/* A piece of the answer, its end kept where an event is not whole. */
static size_t take(reader *r)
{
    size_t n = line_take(&r->line, r->data + r->rest, ROOM);

    if (n == 0)
        die("the server hung up");
    return r->rest + n;
}

static void ask(reader *r, const char *path)
{
    r->rest = 0;
    line_ask(&r->line, "GET", path, NULL, NULL);
}

static void read_list(reader *r, const char *path)
{
    ask(r, path);
    for (;;) {
        size_t n = take(r);
        if (n >= 5 && memcmp(r->data + n - 5, "0\r\n\r\n", 5) == 0)
            return;
        r->rest = n < 5 ? n : 5;
        memmove(r->data, r->data + n - r->rest, r->rest);
    }
}

/* Events end with a brace and a line feed. */
static long count(const char *data, size_t len, delays *d)
{
    const char *from = data, *end = data + len;
    long n = 0;

    for (const char *p = memchr(data, '\n', len); p; p = memchr(p + 1, '\n', (size_t)(end - p - 1))) {
        if (p == data || p[-1] != '}')
            continue;
        n++;
        if (d) {
            const char *at = memmem(from, (size_t)(p - from), sent, strlen(sent));
            if (at)
                delays_add(d, figure_now_ns() - strtoll(at + strlen(sent), NULL, 10));
        }
        from = p + 1;
    }
    return n;
}

/* Reads so many events; with delays each is told when it is whole. */
static void read_events(reader *r, long want, delays *d)
{
    while (want > 0) {
        size_t n = take(r), whole = n;
        while (whole > 0 && (r->data[whole - 1] != '\n' || (whole > 1 && r->data[whole - 2] != '}')))
            whole--;
        want -= count(r->data, whole, d);
        if (n - whole > ROOM)
            die("an event without an end");
        r->rest = n - whole;
        memmove(r->data, r->data + whole, r->rest);
    }
}

static void control(const char *path)
{
    line l;

    line_dial(&l);
    if (line_do(&l, "POST", path, NULL, NULL) != 200)
        die("%s: refused", path);
    line_close(&l);
}

static double ms_since(int64_t start)
{
    return (double)(figure_now_ns() - start) / 1e6;
}

static void burst_stage(reader *r, long events)
{
    int64_t cpu = figure_cpu_ns(), start = figure_now_ns();
    char path[64];
    double took;

    snprintf(path, sizeof(path), "/_ctl/burst?n=%ld", events);
    control(path);
    read_events(r, events, NULL);
    took = ms_since(start);
    printf("{\"stage\":\"burst\",\"burst_events\":%ld,\"burst_ms\":%.3f,\"events_per_s\":%.0f,\"burst_cpu_ms\":%.3f,"
           "\"lost\":0}\n",
           events, took, (double)events / took * 1e3, (double)(figure_cpu_ns() - cpu) / 1e6);
}

static void rate_stage(reader *r, long eps, long seconds)
{
    int64_t cpu = figure_cpu_ns();
    char path[80];
    delays d;

    if (delays_init(&d, (size_t)(eps * seconds)) < 0)
        die("out of memory");
    snprintf(path, sizeof(path), "/_ctl/rate?eps=%ld&seconds=%ld", eps, seconds);
    control(path);
    read_events(r, eps * seconds, &d);
    printf("{\"stage\":\"rate\",\"rate_eps\":%ld,\"rate_events\":%ld,", eps, eps * seconds);
    delays_print(&d);
    printf(",\"rate_cpu_ms\":%.3f,\"rate_lost\":0}\n", (double)(figure_cpu_ns() - cpu) / 1e6);
    delays_clear(&d);
}

typedef struct options {
    const char *server, *path;
    long objects, events, rate, rate_s;
} options;

static void read_options(options *o, int argc, char **argv)
{
    static const struct option longs[] = {
        {"server", 1, NULL, 's'}, {"kind", 1, NULL, 'k'},         {"objects", 1, NULL, 'o'},
        {"events", 1, NULL, 'e'}, {"watchlist", 1, NULL, 'l'},    {"rate", 1, NULL, 'r'},
        {"relist", 1, NULL, 'l'}, {"rate-seconds", 1, NULL, 't'}, {0}};

    *o = (options){.path = "/api/v1/pods", .rate_s = 10};
    for (int c = getopt_long(argc, argv, "", longs, NULL); c != -1; c = getopt_long(argc, argv, "", longs, NULL)) {
        if (c == 's')
            o->server = optarg;
        else if (c == 'k' && strcmp(optarg, "benchmarks") == 0)
            o->path = "/apis/bench.example.com/v1/benchmarks";
        else if (c == 'o')
            o->objects = strtol(optarg, NULL, 10);
        else if (c == 'e')
            o->events = strtol(optarg, NULL, 10);
        else if (c == 'r')
            o->rate = strtol(optarg, NULL, 10);
        else if (c == 't')
            o->rate_s = strtol(optarg, NULL, 10);
        else if (c == '?')
            exit(2);
    }
    if (!o->server)
        die("null --server URL --kind pods|benchmarks --objects N --events N [--rate EPS --rate-seconds S]");
}

int main(int argc, char **argv)
{
    int64_t start = figure_now_ns();
    reader r = {.data = NULL};
    char watch[128];
    options o;

    read_options(&o, argc, argv);
    target_set(o.server, NULL, NULL);
    r.data = malloc(2 * ROOM);
    if (!r.data)
        die("out of memory");
    line_dial(&r.line);
    read_list(&r, o.path);
    printf(
        "{\"stage\":\"synced\",\"client\":\"null\",\"version\":\"-\",\"objects\":%ld,\"sync_ms\":%.3f,\"sync_cpu_ms\":%"
        ".3f,\"heap_per_object_b\":0,\"rss_synced_kb\":%ld}\n",
        o.objects, ms_since(start), (double)figure_cpu_ns() / 1e6, figure_pss_kb());
    snprintf(watch, sizeof(watch), "%s?watch=true", o.path);
    ask(&r, watch);
    while (!memmem(r.data, r.rest, "\r\n\r\n", 4))
        r.rest = take(&r);
    r.rest = 0;
    if (o.events > 0)
        burst_stage(&r, o.events);
    if (o.rate > 0)
        rate_stage(&r, o.rate, o.rate_s);
    printf("{\"stage\":\"end\",\"rss_settled_kb\":%ld,\"rss_vm_kb\":%ld,\"private_kb\":%ld,\"rss_peak_kb\":%ld}\n",
           figure_pss_kb(), figure_rss_kb(), figure_private_kb(), figure_peak_kb());
    line_close(&r.line);
    free(r.data);
    return 0;
}
