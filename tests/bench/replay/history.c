#include "tests/bench/replay/history.h"

#include <time.h>

int history_init(history *h, enum data_set set, size_t n, bool custom)
{
    pthread_condattr_t attr;

    *h = (history){.n = n, .custom = custom};
    pthread_mutex_init(&h->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&h->more, &attr);
    pthread_condattr_destroy(&attr);
    h->json = data_make(set, n, custom);
    return h->json ? 0 : -1;
}

history_state history_now(history *h)
{
    history_state now;

    pthread_mutex_lock(&h->lock);
    now = h->state;
    pthread_mutex_unlock(&h->lock);
    return now;
}

void history_add(history *h, uint64_t n)
{
    pthread_mutex_lock(&h->lock);
    h->state.events += n;
    pthread_cond_broadcast(&h->more);
    pthread_mutex_unlock(&h->lock);
}

void history_expire(history *h, uint64_t n)
{
    pthread_mutex_lock(&h->lock);
    h->state.events += n;
    h->state.floor = h->state.events;
    h->state.dropped++;
    pthread_cond_broadcast(&h->more);
    pthread_mutex_unlock(&h->lock);
}

bool history_wait(history *h, history_state *now, int64_t until_ns)
{
    uint64_t dropped = now->dropped;
    struct timespec until = {.tv_sec = (time_t)(until_ns / 1000000000), .tv_nsec = (long)(until_ns % 1000000000)};
    int r = 0;

    pthread_mutex_lock(&h->lock);
    while (h->state.events == now->events && h->state.dropped == dropped && r == 0)
        r = pthread_cond_timedwait(&h->more, &h->lock, &until);
    *now = h->state;
    pthread_mutex_unlock(&h->lock);
    return r == 0 && now->dropped == dropped;
}

size_t history_nth(const history *h, uint64_t events, size_t i)
{
    return (size_t)((events + i) % h->n);
}

static void put_digits(reply *out, int n, uint64_t value)
{
    char *at = reply_room(out, (size_t)n) + n;

    for (; n > 0; n--, value /= 10)
        *--at = (char)('0' + value % 10);
}

/* Of the last event before events that changed i; before the first it is a version below all of them. */
static uint64_t version_of(const history *h, size_t i, uint64_t events)
{
    if (events <= i)
        return HISTORY_BASE;
    return HISTORY_BASE + 1 + i + (events - 1 - i) / h->n * h->n;
}

void history_put(reply *out, const history *h, const data_object *objects, size_t i, uint64_t events, int64_t sent_ns)
{
    const data_object *o = objects + i;
    const char *at = o->text, *rest = at + o->version_at + DATA_VERSION_DIGITS;

    reply_begin(out, 5, DATA_VERSION_DIGITS + DATA_SENT_DIGITS);
    reply_ref(out, at, o->version_at);
    put_digits(out, DATA_VERSION_DIGITS, version_of(h, i, events));
    if (sent_ns > 0) {
        reply_ref(out, rest, (size_t)(at + o->sent_at - rest));
        put_digits(out, DATA_SENT_DIGITS, (uint64_t)sent_ns);
        rest = at + o->sent_at + DATA_SENT_DIGITS;
    }
    reply_ref(out, rest, (size_t)(at + o->len - rest));
}
