/* An informer with a no-op handler, timed: list and watch, a burst of changes, a steady rate, memory.  Public API only.
 * Prints a JSON line per stage; docs/performance.md tells what they mean. */
#include "tests/bench/informer/delays.h"
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

#define GIVE_UP_NS INT64_C(60000000000) /* without any change for so long the rest counts as lost */
#define SYNC_S 600
#define LOOK_US 200
#define WAIT_US 5000 /* for changes, whose times the handler takes: to look more often would only be in its way */

/* With --keep fields: what a scheduler or a service mesh would look at. */
static const char *const fields[] = {"/metadata/annotations/bench~1sent-ns",
                                     "/spec/nodeName",
                                     "/status/phase",
                                     "/status/podIP",
                                     "/status/conditions",
                                     NULL};
static const opsdk_kind benchmarks = {"bench.example.com/v1", "Benchmark", "benchmarks", false};

typedef struct bench {
    const char *server, *kubeconfig;
    const opsdk_kind *kind;
    size_t objects;
    uint64_t events, relist;
    long rate, rate_s;
    int workers;
    bool watch_list;
    enum opsdk_keep keep;
    tally *tally;
    _Atomic int64_t synced_ns, synced_cpu_ns; /* 0: not yet */
    _Atomic int64_t newest_ns;                /* when a change was handled last */
    _Atomic uint64_t calls;                   /* of the handler */
    long peak_kb;                             /* before a stage that looks for its own */
    _Atomic bool timing;                      /* delays are wanted */
    delays delays;
} bench;

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "informer: %s: %s\n", what, why);
    exit(1);
}

/* --- on the library's threads --- */

static void note_delay(bench *b, const opsdk_object *obj, int64_t now)
{
    const char *sent = opsdk_object_annotation(obj, "bench/sent-ns");
    int64_t sent_ns = sent ? strtoll(sent, NULL, 10) : 0;

    if (sent_ns > 0)
        delays_add(&b->delays, now - sent_ns);
}

static int reconcile(const opsdk_request *rq, opsdk_result *ret, opsdk_error *err)
{
    int64_t now = figure_now_ns();
    bench *b = rq->user;

    (void)ret, (void)err;
    if (atomic_load(&b->timing))
        note_delay(b, rq->object, now);
    tally_handled(b->tally, rq->object);
    atomic_fetch_add(&b->calls, 1);
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

/* The stages that follow begin with an empty queue. */
static void wait_handled(const bench *b)
{
    int64_t start = figure_now_ns();

    while (atomic_load(&b->calls) < b->objects) {
        if (figure_now_ns() - start > GIVE_UP_NS)
            die("sync", "not every object reaches the handler");
        usleep(LOOK_US);
    }
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
        usleep(WAIT_US);
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

static void rate_stage(bench *b, opsdk_client *c)
{
    uint64_t want = (uint64_t)b->rate * (uint64_t)b->rate_s, n;
    int64_t cpu = figure_cpu_ns();
    char target[80];

    if (delays_init(&b->delays, want) < 0)
        die("rate", "out of memory");
    atomic_store(&b->timing, true);
    snprintf(target, sizeof(target), "/_ctl/rate?eps=%ld&seconds=%ld", b->rate, b->rate_s);
    tally_start(b->tally);
    ask(c, target);
    n = wait_delivered(b, want, b->rate_s * INT64_C(1000000000));
    atomic_store(&b->timing, false);
    printf("{\"stage\":\"rate\",\"rate_eps\":%ld,\"rate_events\":%" PRIu64 ",", b->rate, n);
    delays_print(&b->delays);
    printf(",\"rate_cpu_ms\":%.3f,\"rate_lost\":%" PRId64 "}\n", ms(figure_cpu_ns() - cpu), (int64_t)(want - n));
    fflush(stdout);
}

/* The watch ends with what it followed forgotten; some objects have changed meanwhile.  None but those may reach the handler. */
static void relist_stage(bench *b, opsdk_client *c)
{
    uint64_t calls = atomic_load(&b->calls), n;
    int64_t start, cpu = figure_cpu_ns();
    long before = figure_pss_kb(), peak;
    char target[64];
    double took;

    b->peak_kb = figure_peak_kb();
    figure_peak_reset();
    peak = figure_peak_kb();
    snprintf(target, sizeof(target), "/_ctl/expire?n=%" PRIu64, b->relist);
    tally_start(b->tally);
    start = figure_now_ns();
    ask(c, target);
    n = wait_delivered(b, b->relist, 0);
    took = ms(atomic_load(&b->newest_ns) - start);
    sleep(1); /* for calls too many */
    peak = figure_peak_kb() - peak;
    printf("{\"stage\":\"relist\",\"relist_changed\":%" PRIu64
           ",\"relist_ms\":%.3f,\"relist_cpu_ms\":%.3f,\"relist_calls\":%" PRIu64
           ",\"relist_extra_peak_kb\":%ld,\"relist_growth_kb\":%ld,\"relist_lost\":%" PRId64 "}\n",
           n, took, ms(figure_cpu_ns() - cpu), atomic_load(&b->calls) - calls, peak, figure_pss_kb() - before,
           (int64_t)(b->relist - n));
    fflush(stdout);
}

static void end_stage(const bench *b)
{
    long peak;

    sleep(1);
    peak = figure_peak_kb();
    printf("{\"stage\":\"end\",\"rss_settled_kb\":%ld,\"rss_vm_kb\":%ld,\"private_kb\":%ld,\"rss_peak_kb\":%ld}\n",
           figure_pss_kb(), figure_rss_kb(), figure_private_kb(), peak > b->peak_kb ? peak : b->peak_kb);
    fflush(stdout);
}

/* --- the command line --- */

static void read_options(bench *b, int argc, char **argv)
{
    static const struct option options[] = {
        {"server", 1, NULL, 's'}, {"kind", 1, NULL, 'k'},       {"objects", 1, NULL, 'o'},
        {"events", 1, NULL, 'e'}, {"watchlist", 1, NULL, 'l'},  {"rate", 1, NULL, 'r'},
        {"keep", 1, NULL, 'p'},   {"workers", 1, NULL, 'w'},    {"rate-seconds", 1, NULL, 't'},
        {"relist", 1, NULL, 'R'}, {"kubeconfig", 1, NULL, 'c'}, {0},
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
        case 'R':
            b->relist = strtoull(optarg, NULL, 10);
            break;
        case 'c':
            b->kubeconfig = optarg;
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
    if ((b->server || b->kubeconfig) && b->kind)
        return;
    fputs("usage: informer --server URL|--kubeconfig FILE --kind pods|benchmarks --objects N --events N\n"
          "                [--watchlist on|off] [--rate EPS --rate-seconds S] [--relist N] [--keep all|fields|keys]\n"
          "                [--workers N]\n",
          stderr);
    exit(2);
}

static opsdk_client *connect_with(const char *kubeconfig)
{
    opsdk_client *c = NULL;
    opsdk_error err = {0};

    if (opsdk_client_new(&(opsdk_client_opts){.kubeconfig = kubeconfig}, &c, &err) < 0)
        die("client", err.message);
    return c;
}

/* The client takes kubeconfigs: one that holds the server alone, gone as soon as it is read. */
static opsdk_client *connect_to(const char *server)
{
    char path[] = "/tmp/informer-XXXXXX";
    int fd = mkstemp(path);
    opsdk_client *c;

    if (fd < 0)
        die(path, strerror(errno));
    dprintf(fd,
            "apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\n"
            "users: [{name: u, user: {}}]\nclusters: [{name: c, cluster: {server: \"%s\"}}]\n",
            server);
    close(fd);
    c = connect_with(path);
    unlink(path);
    return c;
}

int main(int argc, char **argv)
{
    bench b = {.kind = NULL, .workers = 1, .rate_s = 10};
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
    client = b.server ? connect_to(b.server) : connect_with(b.kubeconfig);
    if (opsdk_manager_new(client, &(opsdk_manager_opts){.listen = "", .watch_list = b.watch_list}, &manager, &err) <
            0 ||
        opsdk_manager_register(manager, &handler, &err) < 0)
        die("manager", err.message);
    if (pthread_create(&thread, NULL, run, manager) != 0)
        die("start", "no thread");

    sync_stage(&b, start);
    wait_handled(&b);
    if (b.events > 0)
        burst_stage(&b, client);
    if (b.rate > 0)
        rate_stage(&b, client);
    if (b.relist > 0)
        relist_stage(&b, client);
    end_stage(&b);
    opsdk_manager_stop(manager);
    pthread_join(thread, NULL);
    opsdk_manager_free(manager);
    opsdk_client_free(client);
    tally_free(b.tally);
    delays_clear(&b.delays);
    return 0;
}
