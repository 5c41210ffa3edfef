/* Writes of small objects while watchers follow. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>

typedef struct load {
    long writes;
    int watchers, connections;
    bool create_only; /* else each object is created, updated and patched four times each in turn, and deleted */
    const int *pids;  /* of the server's processes, whose CPU time is told; 0 ends them */
} load;

void load_run(const load *l);

/* Nanoseconds that the processes have been running. */
double cpu_ns(const int *pids);
/* Bytes they take: resident, or proportional. */
size_t memory_of(const int *pids, const char *what);

#endif
