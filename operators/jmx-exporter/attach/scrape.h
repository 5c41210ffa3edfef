/* Asks the agent for its metrics, as a scrape does, and reads the few that tell how it fares. */
#ifndef ATTACH_SCRAPE_H
#define ATTACH_SCRAPE_H

#include "operators/jmx-exporter/attach/attach.h"

/* What a scrape said. */
struct metrics {
    bool exporter; /* it is a JMX exporter */
    double reloads;
    double failures;
    bool has_reloads;
    bool has_failures;
    int status;   /* HTTP */
    bool delayed; /* refused because of startDelaySeconds */
};

/* Reads an HTTP answer piece by piece; lines are kept one at a time. */
struct metrics_reader {
    struct metrics metrics;
    bool body;
    bool bad; /* not HTTP */
    size_t n_lines;
    size_t len;
    char line[512]; /* longer ones are none of ours: cut */
};

void metrics_feed(struct metrics_reader *m, const char *data, size_t len);
void metrics_end(struct metrics_reader *m);

/* One GET of /metrics on 127.0.0.1. Returns 0 when there was an HTTP answer, else -errno. */
int scrape(const struct run *r, int port, struct metrics *ret);

#endif
