#include "tests/bench/load.h"
#include "tests/bench/line.h"
#include "tests/bench/proc.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOM (1u << 20)
#define LIFE 10 /* writes of one object */
#define PATIENCE_MS 60000

static const char all[] = "/api/v1/namespaces/bench/configmaps", json[] = "application/json",
                  merge[] = "application/merge-patch+json";

/* ---- processes ---- */

double cpu_ns(const int *pids)
{
    double sum = 0;

    for (; *pids; pids++) {
        unsigned long user = 0, kernel = 0;
        char path[64];
        FILE *f;
        snprintf(path, sizeof(path), "/proc/%d/stat", *pids);
        f = fopen(path, "re");
        if (!f || fscanf(f, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel) != 2)
            die("%s: cannot be read", path);
        fclose(f);
        sum += (double)(user + kernel) * 1e9 / (double)sysconf(_SC_CLK_TCK);
    }
    return sum;
}

size_t memory_of(const int *pids, const char *what)
{
    size_t sum = 0;

    for (; *pids; pids++) {
        long kib = proc_number(*pids, "smaps_rollup", what);
        if (kib < 0)
            die("/proc/%d/smaps_rollup: cannot be read", *pids);
        sum += (size_t)kib * 1024;
    }
    return sum;
}

/* ---- watchers: one thread reads for all ---- */

typedef struct watching {
    pthread_t thread;
    line *lines;
    int n;
    long events; /* atomic */
} watching;

/* Events end with a brace and a line feed. */
static long count(const char *data, size_t len, char *last)
{
    long n = 0;

    for (const char *p = data, *end = data + len; p < end; p++) {
        p = memchr(p, '\n', (size_t)(end - p));
        if (!p)
            break;
        n += (p > data ? p[-1] : *last) == '}';
    }
    *last = data[len - 1];
    return n;
}

static void *follow(void *arg)
{
    watching *w = arg;
    struct pollfd *polls = calloc((size_t)w->n, sizeof(*polls));
    char *data = malloc(ROOM), *last = calloc((size_t)w->n, 1);
    size_t got = 1;

    for (int i = 0; i < w->n; i++)
        polls[i] = (struct pollfd){.fd = w->lines[i].fd, .events = POLLIN};
    while (got && poll(polls, (nfds_t)w->n, -1) > 0)
        for (int i = 0; i < w->n && got; i++) {
            if (!polls[i].revents)
                continue;
            do {
                got = line_take(&w->lines[i], data, ROOM);
                if (got)
                    __atomic_add_fetch(&w->events, count(data, got, &last[i]), __ATOMIC_RELAXED);
            } while (got && w->lines[i].ssl && SSL_pending(w->lines[i].ssl));
        }
    free(polls);
    free(data);
    free(last);
    return NULL;
}

/* From the present on, so that nothing that is there already is told. */
static void put_watch_path(char *path, size_t room)
{
    static const char member[] = "\"resourceVersion\":\"";
    const char *at;
    line l;

    line_dial(&l);
    if (line_do(&l, "GET", "/api/v1/namespaces/bench/configmaps?limit=1", NULL, NULL) != 200)
        die("no list: %s", l.in.data);
    at = strstr(l.in.data, member);
    at = at ? at + strlen(member) : "0";
    snprintf(path, room, "%s?watch=1&resourceVersion=%.*s", all, (int)strspn(at, "0123456789"), at);
    line_close(&l);
}

static void watch_start(watching *w, int n)
{
    char path[128];

    *w = (watching){.lines = calloc((size_t)n, sizeof(line)), .n = n};
    put_watch_path(path, sizeof(path));
    for (int i = 0; i < n; i++) {
        line_dial(&w->lines[i]);
        line_ask(&w->lines[i], "GET", path, NULL, NULL);
        while (!w->lines[i].in.data || !strstr(w->lines[i].in.data, "\r\n\r\n"))
            line_answered(&w->lines[i]); /* of the head alone: there is nothing yet to tell of */
    }
    pthread_create(&w->thread, NULL, follow, w);
}

static void watch_end(watching *w)
{
    for (int i = 0; i < w->n; i++)
        shutdown(w->lines[i].fd, SHUT_RDWR);
    pthread_join(w->thread, NULL);
    for (int i = 0; i < w->n; i++)
        line_close(&w->lines[i]);
    free(w->lines);
}

/* ---- writers: one request at a time on each connection ---- */

typedef struct writer {
    line line;
    long object;
    int step; /* of its life */
} writer;

/* What there is of a configuration: a few labels, an annotation, two short keys and one of several lines. */
static void ask_next(writer *w)
{
    static char path[256], body[2048];
    int run = (int)getpid(); /* none finds what another left */

    snprintf(path, sizeof(path), "%s/settings-%d-%ld", all, run, w->object);
    snprintf(body, sizeof(body),
             "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"settings-%d-%ld\",\"labels\":{"
             "\"app.kubernetes.io/name\":\"bench\",\"app.kubernetes.io/part-of\":\"shop\"},\"annotations\":{"
             "\"example.com/step\":\"%d\"}},\"data\":{\"level\":\"info\",\"replicas\":\"%d\",\"app.properties\":"
             "\"server.port=8080\\nserver.threads=%ld\\ncache.size=64m\\nfeature.checkout=on\\n\"}}",
             run, w->object, w->step, w->step, w->object % 64);
    if (w->step == 0)
        line_ask(&w->line, "POST", all, json, body);
    else if (w->step == LIFE - 1)
        line_ask(&w->line, "DELETE", path, NULL, NULL);
    else if (w->step % 2)
        line_ask(&w->line, "PUT", path, json, body);
    else {
        snprintf(body, sizeof(body), "{\"metadata\":{\"labels\":{\"step\":\"%d\"}},\"data\":{\"replicas\":\"%d\"}}",
                 w->step, w->step);
        line_ask(&w->line, "PATCH", path, merge, body);
    }
}

static void check(const writer *w)
{
    if (line_status(&w->line) != (w->step == 0 ? 201 : 200))
        die("refused: %s", w->line.in.data);
}

/* False: there is nothing left to do. */
static bool go_on(const load *l, writer *w, long *sent, long *objects)
{
    if (*sent == l->writes)
        return false;
    w->step = l->create_only ? LIFE : w->step + 1;
    if (w->step >= LIFE) {
        w->step = 0;
        w->object = (*objects)++;
    }
    ++*sent;
    ask_next(w);
    return true;
}

static void write_all(const load *l, long *objects)
{
    size_t n = (size_t)l->connections;
    writer *writers = calloc(n, sizeof(*writers));
    struct pollfd *polls = calloc(n, sizeof(*polls));
    long sent = 0, done = 0;

    for (size_t i = 0; i < n; i++) {
        line_dial(&writers[i].line);
        polls[i] = (struct pollfd){.fd = writers[i].line.fd, .events = POLLIN};
        writers[i].step = LIFE;
        go_on(l, &writers[i], &sent, objects);
    }
    while (done < l->writes) {
        if (poll(polls, n, PATIENCE_MS) <= 0)
            die("no answer");
        for (size_t i = 0; i < n; i++) {
            if (!polls[i].revents || !line_answered(&writers[i].line))
                continue;
            check(&writers[i]);
            done++;
            if (!go_on(l, &writers[i], &sent, objects))
                polls[i].fd = -1;
        }
    }
    for (size_t i = 0; i < n; i++)
        line_close(&writers[i].line);
    free(writers);
    free(polls);
}

/* Done is what has reached every watcher. */
void load_run(const load *l)
{
    long objects = 0;
    const char *name = l->create_only ? "create" : "mix";
    watching w;
    double start, cpu, end, deadline;

    watch_start(&w, l->watchers);
    start = now_ms();
    cpu = cpu_ns(l->pids);
    write_all(l, &objects);
    deadline = now_ms() + PATIENCE_MS;
    while (__atomic_load_n(&w.events, __ATOMIC_RELAXED) < l->writes * l->watchers && now_ms() < deadline)
        usleep(200);
    end = now_ms();
    if (w.events != l->writes * l->watchers)
        die("%ld events came, of %ld", w.events, l->writes * l->watchers);
    printf("{\"figure\":\"%s_writes_per_s\",\"value\":%.0f}\n", name, (double)l->writes / (end - start) * 1e3);
    printf("{\"figure\":\"%s_cpu_us_per_write\",\"value\":%.1f}\n", name,
           (cpu_ns(l->pids) - cpu) / 1e3 / (double)l->writes);
    watch_end(&w);
}
