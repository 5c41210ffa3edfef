#include "runtime/worker.h"

#include "client/clock.h"
#include "core/limits.h"
#include "runtime/cache.h"
#include "runtime/own.h"
#include "runtime/thread.h"

#include <inttypes.h>
#include <opsdk/log.h>
#include <stdlib.h>

const double crew_bucket_s[CREW_BUCKETS] = {0.005, 0.025, 0.1, 0.5, 1, 5, 30, 60};

static void count_time(crew_stats *s, int64_t us)
{
    s->took_us += (uint64_t)us;
    for (size_t i = 0; i < CREW_BUCKETS; i++) {
        if ((double)us > crew_bucket_s[i] * 1e6)
            continue;
        s->bucket[i]++;
        return;
    }
    s->slower++;
}

static void failed(crew *c, const queue_item *item, const opsdk_object *obj, int code, const opsdk_error *err)
{
    const char *message = err->code ? err->message : opsdk_strerror(code);
    const char *colon = *err->reason ? ": " : "";
    int64_t wait;

    if (code == OPSDK_ETERMINAL) {
        c->stats.terminal++;
        queue_done(c->queue, item, 0);
        opsdk_log(OPSDK_LOG_ERROR, obj, "%s: reconcile failed for good, waits for the next change: %s%s%s",
                  c->handler->name, err->reason, colon, message);
        return;
    }
    c->stats.error++;
    wait = queue_retry(c->queue, item);
    if (code == OPSDK_ECANCELED && c->stopping)
        return;
    opsdk_log(OPSDK_LOG_WARN, obj, "%s: reconcile failed, attempt %u, again in %" PRId64 " ms: %s%s%s",
              c->handler->name, item->attempt + 1, wait, err->reason, colon, message);
}

static void reconcile(crew *c, const queue_item *item, const opsdk_object *obj)
{
    opsdk_request rq = {.client = c->client,
                        .cache = c->cache,
                        .object = obj,
                        .key = opsdk_object_key(obj),
                        .attempt = item->attempt,
                        .user = c->handler->user};
    opsdk_result result = {0};
    opsdk_error err = {0};
    int64_t start = clock_us();
    own_log log;
    int r;

    if (item->overdue)
        opsdk_log(OPSDK_LOG_WARN, obj, "%s: reconciles although the cache does not show yet what it wrote, after %d ms",
                  c->handler->name, LIMIT_OWN_WAIT_MS);
    own_begin(&log, c);
    r = c->handler->reconcile(&rq, &result, &err);
    own_end(&log, item);
    count_time(&c->stats, clock_us() - start);
    if (r < 0) {
        failed(c, item, obj, r, &err);
        return;
    }
    if (result.requeue_after_ms > 0)
        c->stats.requeue_after++;
    else
        c->stats.success++;
    queue_done(c->queue, item, result.requeue_after_ms);
}

static void handle(crew *c, const queue_item *item)
{
    auto_compact *packed = store_find(c->primaries, item->key);
    opsdk_auto_object *obj = NULL;
    opsdk_error err = {0};

    int r = packed ? cache_view(c->cache, c->primaries, packed, &obj, &err) : OPSDK_ENOTFOUND;

    if (r == OPSDK_ENOTFOUND)
        queue_done(c->queue, item, 0); /* it is gone: nothing to bring about */
    else if (r < 0)
        failed(c, item, NULL, r, &err);
    else
        reconcile(c, item, obj);
}

static void *work(void *arg)
{
    queue_item item;
    crew *c = arg;

    while (queue_take(c->queue, &item))
        handle(c, &item);
    pthread_mutex_lock(&c->lock);
    c->alive--;
    pthread_cond_signal(&c->ended);
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

void crew_init(crew *c)
{
    pthread_condattr_t attr;

    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&c->ended, &attr);
    pthread_condattr_destroy(&attr);
}

void crew_clear(crew *c)
{
    queue_free(c->queue);
    free(c->threads);
    pthread_cond_destroy(&c->ended);
    pthread_mutex_destroy(&c->lock);
}

int crew_start(crew *c, opsdk_error *err)
{
    c->threads = calloc((size_t)c->workers, sizeof(pthread_t));
    if (!c->threads)
        return opsdk_error_set(err, OPSDK_ENOMEM, "handler %s: out of memory", c->handler->name);
    c->alive = c->workers;
    for (; c->started < c->workers; c->started++) {
        int r = thread_start(c->threads + c->started, work, c, err);
        if (r < 0) {
            pthread_mutex_lock(&c->lock);
            c->alive -= c->workers - c->started;
            pthread_mutex_unlock(&c->lock);
            return r;
        }
    }
    return 0;
}

void crew_stop(crew *c)
{
    c->stopping = true;
    queue_stop(c->queue);
}

bool crew_join(crew *c, int64_t until_ms)
{
    struct timespec until = {.tv_sec = (time_t)(until_ms / 1000), .tv_nsec = (long)(until_ms % 1000) * 1000000};
    bool all;
    int r = 0;

    pthread_mutex_lock(&c->lock);
    while (c->alive > 0 && r == 0)
        r = pthread_cond_timedwait(&c->ended, &c->lock, &until);
    all = c->alive == 0;
    pthread_mutex_unlock(&c->lock);
    for (; all && c->started > 0; c->started--)
        pthread_join(c->threads[c->started - 1], NULL);
    return all;
}
