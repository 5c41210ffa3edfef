#include "tests/bench/replay/history.h"

#include <string.h>
#include <time.h>

int history_init(history *h, enum data_set set, size_t n, int custom)
{
    pthread_condattr_t attr;

    *h = (history){.objects = data_make(set, n, custom), .n = n};
    pthread_mutex_init(&h->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&h->more, &attr);
    pthread_condattr_destroy(&attr);
    return h->objects ? 0 : -1;
}

uint64_t history_events(history *h)
{
    uint64_t n;

    pthread_mutex_lock(&h->lock);
    n = h->events;
    pthread_mutex_unlock(&h->lock);
    return n;
}

void history_add(history *h, uint64_t n)
{
    pthread_mutex_lock(&h->lock);
    h->events += n;
    pthread_cond_broadcast(&h->more);
    pthread_mutex_unlock(&h->lock);
}

void history_expire(history *h)
{
    pthread_mutex_lock(&h->lock);
    h->floor = h->events;
    h->dropped++;
    pthread_cond_broadcast(&h->more);
    pthread_mutex_unlock(&h->lock);
}

static void digits(char *at, int n, uint64_t value)
{
    for (at += n; n > 0; n--, value /= 10)
        *--at = (char)('0' + value % 10);
}

/* Of the last event before events that changed i; before the first it is a version below all of them. */
static uint64_t version_of(const history *h, size_t i, uint64_t events)
{
    if (events <= i)
        return HISTORY_BASE;
    return HISTORY_BASE + 1 + i + (events - 1 - i) / h->n * h->n;
}

void history_put(const history *h, size_t i, uint64_t events, int64_t sent_ns, char *at)
{
    const data_object *o = h->objects + i;

    memcpy(at, o->text, o->len);
    digits(at + o->version_at, DATA_VERSION_DIGITS, version_of(h, i, events));
    if (sent_ns > 0)
        digits(at + o->sent_at, DATA_SENT_DIGITS, (uint64_t)sent_ns);
}
