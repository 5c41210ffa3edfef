/* The workers of one handler: threads that take keys and reconcile. */
#ifndef RUNTIME_WORKER_H
#define RUNTIME_WORKER_H

#include "runtime/queue.h"
#include "runtime/store.h"

#include <pthread.h>
#include <stdatomic.h>

#define CREW_BUCKETS 8

/* What the reconciles came to; for metrics. */
typedef struct crew_stats {
    _Atomic uint64_t success, error, terminal, requeue_after;
    _Atomic uint64_t took_us;
    _Atomic uint64_t bucket[CREW_BUCKETS], slower; /* each counted once, in the first that holds it */
} crew_stats;
extern const double crew_bucket_s[CREW_BUCKETS]; /* upper bounds */

typedef struct crew {
    struct opsdk_manager *manager;
    const opsdk_handler *handler;
    opsdk_client *client;
    opsdk_cache *cache;
    store *primaries;
    opsdk_queue *queue;
    pthread_t *threads;
    int workers, started; /* wanted; to be joined */
    pthread_mutex_t lock; /* of alive; a leaf */
    pthread_cond_t ended;
    int alive;
    atomic_bool stopping;
    int64_t resync_at_ms; /* of clock_ms; the manager's */
    crew_stats stats;
    struct crew *next;
} crew;

/* Prepares what crew_clear releases; the queue and the rest are the caller's to fill in. */
void crew_init(crew *c);
void crew_clear(crew *c);
/* Starts the threads.  On failure those that run are stopped by crew_stop. */
int crew_start(crew *c, opsdk_error *err);
/* Lets nobody take another key. */
void crew_stop(crew *c);
/* Waits for the threads until a time of clock_ms; false when some still run. */
bool crew_join(crew *c, int64_t until_ms);

#endif
