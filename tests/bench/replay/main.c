/* Replays a kind to measure clients by: lists from buffers that were made before, watches as fast as the socket takes them.
 *
 *   replay [--port N] [--objects N] [--data exemplar|light|noisy]
 *   POST /_ctl/burst?n=N            N changes, one object after the other
 *   POST /_ctl/rate?eps=E&seconds=S evenly, each with the time it was sent in its annotation bench/sent-ns
 *   POST /_ctl/expire?n=N           N changes, then the past is forgotten: watches end and lists follow
 *
 * Serves pods and benchmarks.bench.example.com/v1.  A thread per connection; loopback only. */
#include "tests/bench/replay/history.h"
#include "tests/bench/replay/reply.h"

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

static const char *kind_of(const history *h)
{
    return h == &pods ? "\"kind\":\"Pod\",\"apiVersion\":\"v1\""
                      : "\"kind\":\"Benchmark\",\"apiVersion\":\"bench.example.com/v1\"";
}

/* continue is EVENTS-then-INDEX in one number, so that all pages show one state. */
static void serve_list(line *l, history *h, const char *target)
{
    uint64_t token = query(target, "continue", 0), limit = query(target, "limit", h->n);
    uint64_t events = token ? token / 10000000 : history_events(h), i = token % 10000000;
    uint64_t end = limit == 0 || i + limit > h->n ? h->n : i + limit;
    char more[32] = "";

    if (end < h->n)
        snprintf(more, sizeof(more), "%llu", (unsigned long long)(events * 10000000 + end));
    reply_head(&l->out, 200, -1);
    reply_text(&l->out,
               "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"%llu\"%s%s%s},\"items\":[",
               (unsigned long long)(HISTORY_BASE + events), *more ? ",\"continue\":\"" : "", more, *more ? "\"" : "");
    for (uint64_t first = i; i < end && !l->out.failed; i++) {
        char *at = reply_room(&l->out, h->objects[i].len + (i > first));
        if (i > first)
            *at++ = ',';
        history_put(h, i, events, 0, at);
    }
    reply_text(&l->out, "]}\n");
    reply_end(&l->out);
}

static void put_event(line *l, const history *h, const char *type, size_t i, uint64_t events, int64_t sent_ns)
{
    char head[48];
    size_t n = (size_t)snprintf(head, sizeof(head), "{\"type\":\"%s\",\"object\":", type);
    char *at = reply_room(&l->out, n + h->objects[i].len + 2);

    memcpy(at, head, n);
    history_put(h, i, events, sent_ns, at + n);
    memcpy(at + n + h->objects[i].len, "}\n", 2);
}

static void put_bookmark(line *l, const history *h, uint64_t events, bool initial)
{
    reply_text(&l->out,
               "{\"type\":\"BOOKMARK\",\"object\":{%s,\"metadata\":{\"resourceVersion\":\"%llu\",\"creationTimestamp\":"
               "null%s}}}\n",
               kind_of(h), (unsigned long long)(HISTORY_BASE + events),
               initial ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : "");
}

/* Waits for events beyond those; false at the end of the watch. */
static bool wait_more(history *h, uint64_t events, uint64_t dropped, int64_t until_ns, uint64_t *ret)
{
    struct timespec until = {.tv_sec = (time_t)(until_ns / 1000000000), .tv_nsec = (long)(until_ns % 1000000000)};
    int r = 0;

    pthread_mutex_lock(&h->lock);
    while (h->events == events && h->dropped == dropped && r == 0)
        r = pthread_cond_timedwait(&h->more, &h->lock, &until);
    *ret = h->events;
    if (h->dropped != dropped)
        r = -1;
    pthread_mutex_unlock(&h->lock);
    return r == 0;
}

static void serve_watch(line *l, history *h, const char *target)
{
    int64_t until = now_ns() + (int64_t)query(target, "timeoutSeconds", 3600) * 1000000000;
    bool initial = strstr(target, "sendInitialEvents=true") != NULL;
    uint64_t version = query(target, "resourceVersion", 0), dropped = h->dropped, events, upto;

    upto = history_events(h);
    events = version >= HISTORY_BASE && !initial ? version - HISTORY_BASE : upto;
    if (events < h->floor && !initial) {
        static const char gone[] =
            "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"Expired\",\"code\":410}";
        reply_head(&l->out, 410, (long long)strlen(gone));
        reply_text(&l->out, "%s", gone);
        reply_end(&l->out);
        return;
    }
    reply_head(&l->out, 200, -1);
    for (size_t i = 0; initial && i < h->n; i++)
        put_event(l, h, "ADDED", i, events, 0);
    if (initial)
        put_bookmark(l, h, events, true);
    do {
        for (; events < upto && !l->out.failed; events++)
            put_event(l, h, "MODIFIED", events % h->n, events + 1, now_ns());
        reply_flush(&l->out);
    } while (!l->out.failed && wait_more(h, events, dropped, until, &upto));
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

    reply_head(&l->out, 200, 3);
    reply_text(&l->out, "{}\n");
    reply_end(&l->out);
    if (strncmp(target, "/_ctl/rate", 10) == 0) {
        keep_rate(query(target, "eps", 0), query(target, "seconds", 0));
        return;
    }
    history_add(&pods, n);
    history_add(&benchmarks, n);
    if (strncmp(target, "/_ctl/expire", 12) == 0) {
        history_expire(&pods);
        history_expire(&benchmarks);
    }
}

static void serve(line *l, const char *target)
{
    history *h = strncmp(target, "/api/v1/pods", 12) == 0                            ? &pods
                 : strncmp(target, "/apis/bench.example.com/v1/benchmarks", 37) == 0 ? &benchmarks
                                                                                     : NULL;

    if (strncmp(target, "/_ctl/", 6) == 0) {
        serve_control(l, target);
    } else if (!h) {
        reply_head(&l->out, 404, 3);
        reply_text(&l->out, "{}\n");
        reply_end(&l->out);
    } else if (strstr(target, "watch=")) {
        serve_watch(l, h, target);
    } else {
        serve_list(l, h, target);
    }
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
        *stop = '\0';
        serve(l, target + 1);
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

static enum data_set set_of(const char *name)
{
    return strcmp(name, "light") == 0 ? DATA_LIGHT : strcmp(name, "noisy") == 0 ? DATA_NOISY : DATA_EXEMPLAR;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"port", 1, NULL, 'p'}, {"objects", 1, NULL, 'o'}, {"data", 1, NULL, 'd'}, {0}};
    enum data_set set = DATA_EXEMPLAR;
    size_t n = 10000, bytes = 0;
    uint16_t port = 0;
    int fd;

    for (int c = getopt_long(argc, argv, "", options, NULL); c != -1; c = getopt_long(argc, argv, "", options, NULL)) {
        if (c == 'p')
            port = (uint16_t)strtoul(optarg, NULL, 10);
        else if (c == 'o')
            n = strtoul(optarg, NULL, 10);
        else if (c == 'd')
            set = set_of(optarg);
        else
            return 2;
    }
    if (n == 0 || history_init(&pods, set, n, 0) < 0 || history_init(&benchmarks, set, n, 1) < 0) {
        fputs("replay: out of memory, or no objects\n", stderr);
        return 1;
    }
    for (size_t i = 0; i < n; i++)
        bytes += pods.objects[i].len;
    fd = listen_on(&port);
    printf("{\"url\":\"http://127.0.0.1:%u\",\"objects\":%zu,\"bytes_per_object\":%zu}\n", port, n, bytes / n);
    fflush(stdout);
    accept_all(fd);
}
