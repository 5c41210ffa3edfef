/* history [--events N] [--seed S] [--keys N] [--phase N] [--fault-every N] [--watch-list]: one history, and what came of it.  Exit 1 when
 * anything was lost. */
#include "tests/history/run.h"

#include "client/clock.h"

#include <getopt.h>
#include <inttypes.h>
#include <opsdk/log.h>
#include <stdio.h>
#include <stdlib.h>

static void tell(const char *line)
{
    fprintf(stderr, "history: %s\n", line);
}

static void report(const history_opts *o, const history_result *r, int64_t ms)
{
    const server_counts *s = &r->server;

    printf("history: seed %" PRIu64 ", %" PRIu64 " versions of %u keys written, %" PRIu64 " told, %" PRIu64
           " of them deletions; %" PRIu64 " runs of the handler, %" PRIu64 " of them failed; %.1f s\n",
           o->seed, r->written, o->keys, r->told, r->deletions, r->runs, r->failures, (double)ms / 1000);
    printf("history: %" PRIu64 " watches, %" PRIu64 " lists in %" PRIu64 " pages (%" PRIu64
           " told of changes), %" PRIu64 " cuts, %" PRIu64 " ends, %" PRIu64 " times forgotten, %" PRIu64
           " refusals, %" PRIu64 " ERROR events, %" PRIu64 " unreadable lines, %" PRIu64 " repeated events, %" PRIu64
           " bookmarks\n",
           s->watches, s->lists, s->pages, r->relists, s->cuts, s->ends, s->gone, s->refused, s->errors, s->junk,
           s->repeated, s->bookmarks);
    printf("history: %u findings\n%s", r->wrong, r->words);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"events", 1, NULL, 'e'},
                                            {"seed", 1, NULL, 's'},
                                            {"keys", 1, NULL, 'k'},
                                            {"phase", 1, NULL, 'p'},
                                            {"fault-every", 1, NULL, 'f'},
                                            {"watch-list", 0, NULL, 'w'},
                                            {0}};
    history_opts o = {.events = 1000000,
                      .seed = clock_random(),
                      .keys = 2000,
                      .fault_every = 2000,
                      .patience_ms = 120000,
                      .tell = tell};
    int64_t start = clock_ms();
    history_result r;

    for (int c = getopt_long(argc, argv, "", options, NULL); c != -1; c = getopt_long(argc, argv, "", options, NULL)) {
        uint64_t n = optarg ? strtoull(optarg, NULL, 10) : 0;
        if (c == 'e')
            o.events = n;
        else if (c == 's')
            o.seed = n;
        else if (c == 'k')
            o.keys = (uint32_t)n;
        else if (c == 'p')
            o.phase = n;
        else if (c == 'f')
            o.fault_every = n;
        else if (c == 'w')
            o.watch_list = true;
        else
            return 2;
    }
    if (o.keys == 0 || o.keys > 1000000)
        return 2;
    if (!o.phase)
        o.phase = o.events / 4 + 1;
    opsdk_log_level(OPSDK_LOG_ERROR);
    if (!history_run(&o, &r)) {
        fprintf(stderr, "history: %s\n", r.words);
        return 2;
    }
    report(&o, &r, clock_ms() - start);
    return r.wrong > 0;
}
