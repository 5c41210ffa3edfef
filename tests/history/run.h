/* One history: the library's whole way from socket to handler against a server that goes wrong, judged. */
#ifndef HISTORY_RUN_H
#define HISTORY_RUN_H

#include "tests/history/check.h"

typedef struct history_opts {
    uint64_t events, seed;
    uint32_t keys;        /* objects that come and go */
    uint64_t phase;       /* events of one engine; then a new one begins, with lists and watch-lists in turn */
    uint64_t fault_every; /* events between two faults, about; 0: none */
    bool watch_list;      /* the first one begins with */
    bool abrupt;          /* each engine but the last is stopped in the midst of its work */
    bool readers;         /* threads read the cache all the while */
    enum plant plant;
    int patience_ms;                /* for something to happen */
    void (*tell)(const char *line); /* of progress, or NULL */
} history_opts;

typedef struct history_result {
    unsigned wrong; /* findings; 0: all is well */
    char words[2048];
    uint64_t written, told, deletions, relists, runs, failures;
    server_counts server;
} history_result;

/* False when it could not be run at all; words say why. */
bool history_run(const history_opts *opts, history_result *ret);

#endif
