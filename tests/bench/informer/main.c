/* An informer with a no-op handler, timed: list and watch, a burst of changes, a steady rate, memory.  Public API only.
 * Prints a JSON line per stage; docs/performance.md tells what they mean. */
#include "tests/bench/informer/figures.h"
#include "tests/bench/informer/tally.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GIVE_UP_NS INT64_C(15000000000) /* without any change for so long the rest counts as lost */
#define SYNC_S 600
#define LOOK_US 200

/* With --keep fields: what a scheduler or a service mesh would look at. */
static const char *const fields[] = {"/metadata/annotations/bench~1sent-ns",
                                     "/spec/nodeName",
                                     "/status/phase",
                                     "/status/podIP",
                                     "/status/conditions",
                                     NULL};
static const opsdk_kind benchmarks = {"bench.example.com/v1", "Benchmark", "benchmarks", false};

typedef struct bench {
    const char *server;
    const opsdk_kind *kind;
    size_t objects;
    uint64_t events;
    long rate, rate_s;
    int workers;
    bool watch_list;
    enum opsdk_keep keep;
    tally *tally;
    _Atomic int64_t synced_ns, synced_cpu_ns; /* 0: not yet */
    _Atomic int64_t newest_ns;                /* when a change was handled last */
    pthread_mutex_t lock;                     /* of the delays */
    int64_t *delays;
    size_t delays_len, delays_cap;
} bench;

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "informer: %s: %s\n", what, why);
    exit(1);
}

/* --- on the library's threads --- */

static void note_delay(bench *b, const opsdk_object *obj, int64_t now)
{
    const char *sent = b->delays ? opsdk_object_annotation(obj, "bench/sent-ns") : NULL;

    if (!sent)
        return;
    pthread_mutex_lock(&b->lock);
    if (b->delays_len < b->delays_cap)
        b->delays[b->delays_len++] = now - strtoll(sent, NULL, 10);
    pthread_mutex_unlock(&b->lock);
}

static int reconcile(const opsdk_request *rq, opsdk_result *ret, opsdk_error *err)
{
    int64_t now = figure_now_ns();
    bench *b = rq->user;

    (void)ret, (void)err;
    note_delay(b, rq->object, now);
    tally_handled(b->tally, rq->object);
    atomic_store(&b->newest_ns, now);
    return 0;
}

/* Sees each change on its way from the cache to the queue. */
static void arrived(const opsdk_object *changed, bool deleted, opsdk_cache *cache, opsdk_queue *queue, void *user)
{
    bench *b = user;

    (void)deleted, (void)queue;
    tally_arrived(b->tally, changed);
    if (atomic_load(&b->synced_ns) == 0 && opsdk_cache_count(cache, b->kind, NULL) >= b->objects) {
        atomic_store(&b->synced_cpu_ns, figure_cpu_ns());
        atomic_store(&b->synced_ns, figure_now_ns());
    }
}

static void *run(void *manager)
{
    opsdk_error err = {0};

    if (opsdk_manager_run(manager, &err) < 0)
        die("run", err.message);
    return NULL;
}

/* --- the stages --- */

static double ms(int64_t ns)
{
    return (double)ns / 1e6;
}

static void sync_stage(bench *b, int64_t start)
{
    while (atomic_load(&b->synced_ns) == 0) {
        if (figure_now_ns() - start > SYNC_S * INT64_C(1000000000))
            die("sync", "the cache does not come to hold what --objects says");
        usleep(LOOK_US);
    }
    printf("{\"stage\":\"synced\",\"client\":\"libopsdk\",\"version\":\"%s\",\"objects\":%zu,\"sync_ms\":%.3f,\"sync_"
           "cpu_ms\":%.3f,"
           "\"heap_per_object_b\":%zu,\"rss_synced_kb\":%ld}\n",
           opsdk_version(), b->objects, ms(b->synced_ns - start), ms(b->synced_cpu_ns),
           b->objects ? figure_heap() / b->objects : 0, figure_pss_kb());
    fflush(stdout);
}

static void ask(opsdk_client *c, const char *target)
{
    opsdk_error err = {0};
    char *answer = NULL;
    size_t len;

    if (opsdk_raw(c, "POST", target, NULL, NULL, &answer, &len, &err) < 0)
        die(target, err.message);
    free(answer);
}

/* Waits until want changes were delivered, or nothing comes any more; returns how many. */
static uint64_t wait_delivered(bench *b, uint64_t want, int64_t busy_ns)
{
    int64_t start = figure_now_ns();

    for (;;) {
        uint64_t n = tally_delivered(b->tally);
        int64_t now = figure_now_ns(), newest = atomic_load(&b->newest_ns);
        if (n >= want || (now - start > busy_ns + GIVE_UP_NS && now - newest > GIVE_UP_NS))
            return n;
        usleep(LOOK_US);
    }
}

static void burst_stage(bench *b, opsdk_client *c)
{
    int64_t start, cpu = figure_cpu_ns();
    char target[64];
    uint64_t n;
    double took;

    snprintf(target, sizeof(target), "/_ctl/burst?n=%" PRIu64, b->events);
    tally_start(b->tally);
    start = figure_now_ns();
    ask(c, target);
    n = wait_delivered(b, b->events, 0);
    took = ms(atomic_load(&b->newest_ns) - start);
    printf("{\"stage\":\"burst\",\"burst_events\":%" PRIu64
           ",\"burst_ms\":%.3f,\"events_per_s\":%.0f,\"burst_cpu_ms\":%.3f,\"lost\":%" PRId64 "}\n",
           n, took, took > 0 ? (double)n / took * 1e3 : 0, ms(figure_cpu_ns() - cpu), (int64_t)(b->events - n));
    fflush(stdout);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static double percentile_us(const bench *b, double p)
{
    size_t at = (size_t)((double)b->delays_len * p);

    return b->delays_len ? (double)b->delays[at < b->delays_len ? at : b->delays_len - 1] / 1e3 : 0;
}

static void rate_stage(bench *b, opsdk_client *c)
{
    uint64_t want = (uint64_t)b->rate * (uint64_t)b->rate_s, n;
    int64_t cpu = figure_cpu_ns();
    char target[80];

    b->delays_cap = want + 1;
    b->delays = calloc(b->delays_cap, sizeof(int64_t));
    if (!b->delays)
        die("rate", "out of memory");
    snprintf(target, sizeof(target), "/_ctl/rate?eps=%ld&seconds=%ld", b->rate, b->rate_s);
    tally_start(b->tally);
    ask(c, target);
    n = wait_delivered(b, want, b->rate_s * INT64_C(1000000000));
    pthread_mutex_lock(&b->lock);
    qsort(b->delays, b->delays_len, sizeof(int64_t), by_value);
    printf("{\"stage\":\"rate\",\"rate_eps\":%ld,\"rate_events\":%" PRIu64
           ",\"delay_p50_us\":%.1f,\"delay_p99_us\":%.1f,\"delay_p999_us\":%.1f,"
           "\"rate_cpu_ms\":%.3f,\"rate_lost\":%" PRId64 "}\n",
           b->rate, n, percentile_us(b, 0.5), percentile_us(b, 0.99), percentile_us(b, 0.999),
           ms(figure_cpu_ns() - cpu), (int64_t)(want - n));
    pthread_mutex_unlock(&b->lock);
    fflush(stdout);
}

static void end_stage(void)
{
    sleep(1);
    printf("{\"stage\":\"end\",\"rss_settled_kb\":%ld,\"rss_peak_kb\":%ld}\n", figure_pss_kb(), figure_peak_kb());
    fflush(stdout);
}

/* --- the command line --- */

static void read_options(bench *b, int argc, char **argv)
{
    static const struct option options[] = {
        {"server", 1, NULL, 's'},       {"kind", 1, NULL, 'k'},
        {"objects", 1, NULL, 'o'},      {"events", 1, NULL, 'e'},
        {"watchlist", 1, NULL, 'l'},    {"rate", 1, NULL, 'r'},
        {"keep", 1, NULL, 'p'},         {"workers", 1, NULL, 'w'},
        {"rate-seconds", 1, NULL, 't'}, {0},
    };

    for (int c = getopt_long(argc, argv, "", options, NULL); c != -1; c = getopt_long(argc, argv, "", options, NULL)) {
        switch (c) {
        case 's':
            b->server = optarg;
            break;
        case 'k':
            b->kind = strcmp(optarg, "pods") == 0 ? &OPSDK_POD : strcmp(optarg, "benchmarks") == 0 ? &benchmarks : NULL;
            break;
        case 'o':
            b->objects = strtoul(optarg, NULL, 10);
            break;
        case 'e':
            b->events = strtoull(optarg, NULL, 10);
            break;
        case 'r':
            b->rate = strtol(optarg, NULL, 10);
            break;
        case 't':
            b->rate_s = strtol(optarg, NULL, 10);
            break;
        case 'w':
            b->workers = (int)strtol(optarg, NULL, 10);
            break;
        case 'l':
            b->watch_list = strcmp(optarg, "on") == 0;
            break;
        case 'p':
            b->keep = strcmp(optarg, "keys") == 0     ? OPSDK_KEEP_KEYS
                      : strcmp(optarg, "fields") == 0 ? OPSDK_KEEP_FIELDS
                                                      : OPSDK_KEEP_ALL;
            break;
        default:
            exit(2);
        }
    }
    if (b->server && b->kind)
        return;
    fputs("usage: informer --server URL --kind pods|benchmarks --objects N --events N [--watchlist on|off]\n"
          "                [--rate EPS --rate-seconds S] [--keep all|fields|keys] [--workers N]\n",
          stderr);
    exit(2);
}

/* The client takes kubeconfigs: one that holds the server alone, gone as soon as it is read. */
static opsdk_client *connect_to(const char *server)
{
    char path[] = "/tmp/informer-XXXXXX";
    opsdk_client *c = NULL;
    opsdk_error err = {0};
    int fd = mkstemp(path);

    if (fd < 0)
        die(path, strerror(errno));
    dprintf(fd,
            "apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\n"
            "users: [{name: u, user: {}}]\nclusters: [{name: c, cluster: {server: \"%s\"}}]\n",
            server);
    close(fd);
    if (opsdk_client_new(&(opsdk_client_opts){.kubeconfig = path}, &c, &err) < 0) {
        unlink(path);
        die("client", err.message);
    }
    unlink(path);
    return c;
}

int main(int argc, char **argv)
{
    bench b = {.kind = NULL, .workers = 1, .rate_s = 10, .lock = PTHREAD_MUTEX_INITIALIZER};
    int64_t start = figure_now_ns();
    opsdk_manager *manager = NULL;
    opsdk_error err = {0};
    opsdk_client *client;
    pthread_t thread;

    read_options(&b, argc, argv);
    b.tally = tally_new(b.objects + 1024);
    if (!b.tally)
        die("start", "out of memory");

    const opsdk_source sources[] = {
        {.kind = b.kind, .map = arrived, .now_only = true, .keep = b.keep, .keep_fields = fields}, {0}};
    const opsdk_handler handler = {.name = "bench",
                                   .kind = b.kind,
                                   .keep = b.keep,
                                   .keep_fields = fields,
                                   .sources = sources,
                                   .reconcile = reconcile,
                                   .workers = b.workers,
                                   .user = &b};
    client = connect_to(b.server);
    if (opsdk_manager_new(client, &(opsdk_manager_opts){.listen = "", .watch_list = b.watch_list}, &manager, &err) <
            0 ||
        opsdk_manager_register(manager, &handler, &err) < 0)
        die("manager", err.message);
    if (pthread_create(&thread, NULL, run, manager) != 0)
        die("start", "no thread");

    sync_stage(&b, start);
    if (b.events > 0)
        burst_stage(&b, client);
    if (b.rate > 0)
        rate_stage(&b, client);
    end_stage();
    opsdk_manager_stop(manager);
    pthread_join(thread, NULL);
    opsdk_manager_free(manager);
    opsdk_client_free(client);
    tally_free(b.tally);
    free(b.delays);
    return 0;
}
