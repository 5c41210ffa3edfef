/* Replays a kind to measure clients by: lists and watches as fast as the socket takes them, from memory that was filled before.
 *
 *   replay [--port N] [--objects N] [--data exemplar|light|noisy] [--kind pods|benchmarks] [--protobuf FILE]
 *   POST /_ctl/burst?n=N            N changes, one object after the other
 *   POST /_ctl/rate?eps=E&seconds=S evenly, each with the time it was sent in its annotation bench/sent-ns
 *   POST /_ctl/expire?n=N           N changes that no watch tells: the past is forgotten, watches end and lists follow
 *   GET /_ctl/watched               when the last request for a watch came; these times are CLOCK_MONOTONIC's, in ns
 *
 * Serves pods and benchmarks.bench.example.com/v1 (both, or --kind alone), as JSON; the same pods as protobuf to those who ask, out of a
 * file that a peer wrote (data_load).  A thread per connection; loopback only. */
#include "tests/bench/replay/wire.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define HEAD_MAX 65536
#define SEND_BUFFER (4 << 20)

static history pods, benchmarks;
static _Atomic int64_t watched_ns; /* when the last request for a watch came */

typedef struct line {
    reply out;
    char head[HEAD_MAX];
    size_t have; /* bytes in head */
} line;

static int64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* The number behind name= in a query; dflt when it is not there. */
static uint64_t query(const char *target, const char *name, uint64_t dflt)
{
    const char *at = strchr(target, '?');
    size_t len = strlen(name);

    for (; at; at = strchr(at + 1, '&')) {
        if (strncmp(at + 1, name, len) == 0 && at[1 + len] == '=')
            return strtoull(at + 2 + len, NULL, 10);
    }
    return dflt;
}

/* continue is EVENTS-then-INDEX in one number, so that all pages show one state. */
static void serve_list(line *l, history *h, const wire *w, const char *target)
{
    uint64_t token = query(target, "continue", 0), limit = query(target, "limit", h->n);
    uint64_t events = token ? token / 10000000 : history_now(h).events, i = token % 10000000;
    uint64_t end = limit == 0 || i + limit > h->n ? h->n : i + limit;
    char more[32] = "";

    if (end < h->n)
        snprintf(more, sizeof(more), "%llu", (unsigned long long)(events * 10000000 + end));
    reply_head(&l->out, 200, w->list_type, -1);
    w->list(&l->out, h, events, i, end, more);
    reply_end(&l->out);
}

static void say(line *l, int status, const char *text)
{
    reply_head(&l->out, status, "application/json", (long long)strlen(text));
    reply_text(&l->out, "%s", text);
    reply_end(&l->out);
}

static void follow(line *l, history *h, const wire *w, history_state now, uint64_t events, int64_t until)
{
    do {
        for (; events < now.events && !l->out.failed; events++)
            w->event(&l->out, h, "MODIFIED", events % h->n, events + 1, now_ns());
        reply_flush(&l->out);
    } while (!l->out.failed && history_wait(h, &now, until));
}

static void serve_watch(line *l, history *h, const wire *w, const char *target)
{
    int64_t until = now_ns() + (int64_t)query(target, "timeoutSeconds", 3600) * 1000000000;
    bool initial = strstr(target, "sendInitialEvents=true") != NULL;
    uint64_t version = query(target, "resourceVersion", 0), events;
    history_state now = history_now(h);

    watched_ns = now_ns();
    events = version >= HISTORY_BASE && !initial ? version - HISTORY_BASE : now.events;
    if (events < now.floor && !initial) {
        say(l, 410,
            "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"Expired\",\"code\":410}");
        return;
    }
    reply_head(&l->out, 200, w->watch_type, -1);
    for (size_t i = 0; initial && i < h->n; i++)
        w->event(&l->out, h, "ADDED", history_nth(h, events, i), events, 0);
    if (initial)
        w->bookmark(&l->out, h, events, true);
    follow(l, h, w, now, events, until);
    reply_end(&l->out);
}

static void keep_rate(uint64_t eps, uint64_t seconds)
{
    int64_t start = now_ns();

    for (uint64_t e = 0; eps > 0 && e < eps * seconds; e++) {
        int64_t due = start + (int64_t)(e * 1000000000 / eps);
        struct timespec until = {.tv_sec = (time_t)(due / 1000000000), .tv_nsec = (long)(due % 1000000000)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        history_add(&pods, 1);
        history_add(&benchmarks, 1);
    }
}

static void serve_control(line *l, const char *target)
{
    uint64_t n = query(target, "n", 0);
    char text[32];

    snprintf(text, sizeof(text), "%lld\n", (long long)watched_ns);
    say(l, 200, text);
    if (strncmp(target, "/_ctl/rate", 10) == 0)
        keep_rate(query(target, "eps", 0), query(target, "seconds", 0));
    else if (strncmp(target, "/_ctl/burst", 11) == 0) {
        history_add(&pods, n);
        history_add(&benchmarks, n);
    } else if (strncmp(target, "/_ctl/expire", 12) == 0) {
        history_expire(&pods, n);
        history_expire(&benchmarks, n);
    }
}

static void serve(line *l, const char *target, const char *headers)
{
    history *h = strncmp(target, "/api/v1/pods", 12) == 0                            ? &pods
                 : strncmp(target, "/apis/bench.example.com/v1/benchmarks", 37) == 0 ? &benchmarks
                                                                                     : NULL;
    const wire *w = h && h->proto && strstr(headers, wire_proto.list_type) ? &wire_proto : &wire_json;

    if (strncmp(target, "/_ctl/", 6) == 0)
        serve_control(l, target);
    else if (!h || !h->n)
        say(l, 404, "{}\n");
    else if (strstr(target, "watch=true") || strstr(target, "watch=1"))
        serve_watch(l, h, w, target);
    else
        serve_list(l, h, w, target);
}

/* Reads up to the end of the next head, leaves what follows in place; false when the client is gone. */
static bool read_head(line *l, char **ret_end)
{
    l->head[l->have] = '\0';
    for (*ret_end = strstr(l->head, "\r\n\r\n"); !*ret_end; *ret_end = strstr(l->head, "\r\n\r\n")) {
        ssize_t n = l->have < HEAD_MAX - 1 ? recv(l->out.fd, l->head + l->have, HEAD_MAX - 1 - l->have, 0) : -1;
        if (n <= 0)
            return false;
        l->have += (size_t)n;
        l->head[l->have] = '\0';
    }
    return true;
}

static void *connection(void *arg)
{
    line *l = arg;
    char *end;

    while (!l->out.failed && read_head(l, &end)) {
        char *target = strchr(l->head, ' ');
        char *stop = target ? strchr(target + 1, ' ') : NULL;
        if (!stop)
            break;
        *stop = *end = '\0';
        serve(l, target + 1, stop + 1);
        end += 4;
        l->have -= (size_t)(end - l->head);
        memmove(l->head, end, l->have);
    }
    close(l->out.fd);
    free(l);
    return NULL;
}

static int listen_on(uint16_t *port)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(*port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) != 0 ||
        bind(fd, (void *)&at, len) != 0 || listen(fd, 64) != 0 || getsockname(fd, (void *)&at, &len) != 0) {
        perror("replay: listen");
        exit(1);
    }
    *port = ntohs(at.sin_port);
    return fd;
}

static void accept_all(int fd)
{
    for (;;) {
        line *l = calloc(1, sizeof(*l));
        pthread_t thread;

        if (!l)
            exit(1);
        l->out.fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
        if (l->out.fd < 0) {
            free(l);
            continue;
        }
        setsockopt(l->out.fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        setsockopt(l->out.fd, SOL_SOCKET, SO_SNDBUF, &(int){SEND_BUFFER}, sizeof(int));
        if (pthread_create(&thread, NULL, connection, l) != 0)
            exit(1);
        pthread_detach(thread);
    }
}

static size_t bytes_per_object(const history *h)
{
    size_t bytes = 0;

    for (size_t i = 0; i < h->n; i++)
        bytes += h->json[i].len;
    return h->n ? bytes / h->n : 0;
}

static enum data_set set_of(const char *name)
{
    return strcmp(name, "light") == 0 ? DATA_LIGHT : strcmp(name, "noisy") == 0 ? DATA_NOISY : DATA_EXEMPLAR;
}

static bool load_proto(const char *path)
{
    pods.proto = path ? data_load(path, pods.n) : NULL;
    return !path || pods.proto;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"port", 1, NULL, 'p'}, {"objects", 1, NULL, 'o'},
                                            {"data", 1, NULL, 'd'}, {"protobuf", 1, NULL, 'b'},
                                            {"kind", 1, NULL, 'k'}, {0}};
    const char *proto = NULL, *kind = "";
    enum data_set set = DATA_EXEMPLAR;
    size_t n = 10000;
    uint16_t port = 0;
    int fd;

    for (int c = getopt_long(argc, argv, "", options, NULL); c != -1; c = getopt_long(argc, argv, "", options, NULL)) {
        if (c == 'p')
            port = (uint16_t)strtoul(optarg, NULL, 10);
        else if (c == 'o')
            n = strtoul(optarg, NULL, 10);
        else if (c == 'd')
            set = set_of(optarg);
        else if (c == 'b')
            proto = optarg;
        else if (c == 'k')
            kind = optarg;
        else
            return 2;
    }
    if (history_init(&pods, set, strcmp(kind, "benchmarks") == 0 ? 0 : n, false) < 0 ||
        history_init(&benchmarks, set, strcmp(kind, "pods") == 0 ? 0 : n, true) < 0 || !load_proto(proto)) {
        fputs("replay: out of memory, or not the file of --protobuf\n", stderr);
        return 1;
    }
    fd = listen_on(&port);
    printf("{\"url\":\"http://127.0.0.1:%u\",\"objects\":%zu,\"bytes_per_object\":%zu}\n", port, n,
           bytes_per_object(pods.n ? &pods : &benchmarks));
    fflush(stdout);
    accept_all(fd);
}
