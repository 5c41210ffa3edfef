/* Pods in the shape of the perf-tests' exemplar (two containers and two init containers with twenty variables, ten annotations, three volumes,
 * the defaults and the status that a server returns, two managers), made once and served again and again. */
#ifndef REPLAY_DATA_H
#define REPLAY_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum data_set {
    DATA_EXEMPLAR, /* 15.7 KB */
    DATA_LIGHT,    /* one container: about 7 KB */
    DATA_NOISY     /* random arguments, variables and annotations */
};

/* Digits of a resourceVersion and of the annotation bench/sent-ns: their place is known, so that sending patches them. */
enum { DATA_VERSION_DIGITS = 10, DATA_SENT_DIGITS = 19 };

typedef struct data_object {
    char *text;
    uint32_t len, version_at, sent_at;
} data_object;

/* NULL when out of memory.  custom: benchmarks.bench.example.com/v1 with what a pod has in its spec and status. */
data_object *data_make(enum data_set set, size_t n, bool custom);
/* The same pods in another encoding: n times four bytes of length, the lowest first, and a message.  NULL: not such a file. */
data_object *data_load(const char *path, size_t n);
void data_free(data_object *objects, size_t n);

#endif
