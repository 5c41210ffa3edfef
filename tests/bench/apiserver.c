/* How quick the embedded API server is: start, writes with watchers, memory.  Prints one line of JSON for each figure.
 *
 *     apiserver [--url http://HOST:PORT] [--writes N] [--watchers N] [--connections N]
 *
 * Without a URL it starts the server in this process, so that client and server share the machine as in a test. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <opsdk/apiserver.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define ROOM (1u << 20)
#define CONNECTIONS 64

static struct sockaddr_in address;

static double now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int dial(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}

static void send_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n < 0)
            die("write");
        data += n;
        len -= (size_t)n;
    }
}

/* ---- start ---- */

static void set_address(const char *url)
{
    char host[64];
    unsigned port;

    if (sscanf(url, "http://%63[^:]:%u", host, &port) != 2) {
        fprintf(stderr, "apiserver bench: %s: want http://HOST:PORT\n", url);
        exit(2);
    }
    address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, host, &address.sin_addr);
}

static void ask_once(void)
{
    static const char request[] = "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n";
    char answer[1024];
    int fd = dial();

    send_all(fd, request, sizeof(request) - 1);
    if (read(fd, answer, sizeof(answer)) <= 0)
        die("read");
    close(fd);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* The median of several, in this process. */
static void bench_start(void)
{
    double took[9];

    for (int i = 0; i < 9; i++) {
        opsdk_apiserver *server = NULL;
        opsdk_error err = {0};
        double start = now_ms();
        if (opsdk_apiserver_start(NULL, &server, &err) < 0) {
            fprintf(stderr, "%s\n", err.message);
            exit(1);
        }
        set_address(opsdk_apiserver_url(server));
        ask_once();
        took[i] = now_ms() - start;
        opsdk_apiserver_stop(server);
    }
    qsort(took, 9, sizeof(took[0]), by_size);
    printf("{\"stage\":\"start\",\"first_answer_ms\":%.2f}\n", took[4]);
}

/* ---- watchers ---- */

typedef struct watch {
    pthread_t thread;
    int fd;
    long events;
} watch;

/* Counts lines: one for each event. */
static void *follow(void *arg)
{
    watch *w = arg;
    char *data = malloc(ROOM);
    ssize_t n;

    while (data && (n = read(w->fd, data, ROOM)) > 0)
        for (char *p = data; (p = memchr(p, '\n', (size_t)(data + n - p))); p++)
            if (p > data && p[-1] == '}')
                __atomic_add_fetch(&w->events, 1, __ATOMIC_RELAXED);
    free(data);
    return NULL;
}

static void start_watch(watch *w, const char *plural)
{
    char request[256];

    w->fd = dial();
    snprintf(request, sizeof(request), "GET /api/v1/%s?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n", plural);
    send_all(w->fd, request, strlen(request));
    pthread_create(&w->thread, NULL, follow, w);
}

/* ---- writes ---- */

typedef struct writer {
    int fd;
    long sent;
    bool busy;
} writer;

typedef const char *make_fn(long i, size_t *ret_len);

static const char *config_map(long i, size_t *ret_len)
{
    static char text[1024], body[512];
    int len = snprintf(
        body, sizeof(body),
        "{\"metadata\":{\"name\":\"bench-%ld\",\"labels\":{\"app\":\"bench\"}},\"data\":{\"key\":\"value %ld\"}}", i,
        i);

    *ret_len =
        (size_t)snprintf(text, sizeof(text),
                         "POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nUser-Agent: bench/1\r\n"
                         "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
                         len, body);
    return text;
}

/* One request at a time on each connection; an answer is taken to come in one piece, as it does on loopback. */
static void write_all(make_fn *make, long n, int connections)
{
    struct pollfd polls[CONNECTIONS];
    char *answer = malloc(ROOM);
    long sent = 0, done = 0;
    size_t len;

    for (int i = 0; i < connections; i++) {
        const char *text = make(sent++, &len);
        polls[i] = (struct pollfd){.fd = dial(), .events = POLLIN};
        send_all(polls[i].fd, text, len);
    }
    while (done < n) {
        if (poll(polls, (nfds_t)connections, 10000) <= 0)
            die("poll");
        for (int i = 0; i < connections; i++) {
            ssize_t got;
            if (!polls[i].revents)
                continue;
            got = read(polls[i].fd, answer, ROOM - 1);
            if (got < 12 || memcmp(answer + 9, "201", 3) != 0) {
                fprintf(stderr, "apiserver bench: refused: %.*s\n", got > 0 ? (int)got : 0, answer);
                exit(1);
            }
            done++;
            if (sent < n) {
                const char *text = make(sent++, &len);
                send_all(polls[i].fd, text, len);
            }
        }
    }
    for (int i = 0; i < connections; i++)
        close(polls[i].fd);
    free(answer);
}

static long cpu_ms(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

static void bench_writes(long n, int n_watchers, int connections)
{
    watch *watches = calloc((size_t)n_watchers, sizeof(*watches));
    double start, written;
    long events = 0, cpu;

    for (int i = 0; i < n_watchers; i++)
        start_watch(&watches[i], "configmaps");
    usleep(200000);
    start = now_ms();
    cpu = cpu_ms();
    write_all(config_map, n, connections);
    written = now_ms() - start;
    for (int spins = 0; spins < 1000; spins++) {
        events = 0;
        for (int i = 0; i < n_watchers; i++)
            events += __atomic_load_n(&watches[i].events, __ATOMIC_RELAXED);
        if (events >= n * n_watchers)
            break;
        usleep(10000);
    }
    printf("{\"stage\":\"writes\",\"writes\":%ld,\"watchers\":%d,\"writes_per_s\":%.0f,\"events\":%ld,\"all_ms\":%.0f,"
           "\"cpu_ms\":%ld}\n",
           n, n_watchers, (double)n / written * 1e3, events, now_ms() - start, cpu_ms() - cpu);
    for (int i = 0; i < n_watchers; i++) {
        shutdown(watches[i].fd, SHUT_RDWR);
        pthread_join(watches[i].thread, NULL);
        close(watches[i].fd);
    }
    free(watches);
}

int main(int argc, char **argv)
{
    opsdk_apiserver *server = NULL;
    opsdk_error err = {0};
    long writes = 50000;
    int watchers = 10, connections = 32;
    const char *url = NULL;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--url") == 0)
            url = argv[i + 1];
        else if (strcmp(argv[i], "--writes") == 0)
            writes = strtol(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--watchers") == 0)
            watchers = (int)strtol(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--connections") == 0)
            connections = (int)strtol(argv[i + 1], NULL, 10);
    }
    if (!url) {
        bench_start();
        if (opsdk_apiserver_start(NULL, &server, &err) < 0)
            die(err.message);
        url = opsdk_apiserver_url(server);
    }
    set_address(url);
    bench_writes(writes, watchers, connections > CONNECTIONS ? CONNECTIONS : connections);
    opsdk_apiserver_stop(server);
    return 0;
}
