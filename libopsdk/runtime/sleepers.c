#include "runtime/sleepers.h"

void sleepers_init(sleepers *s)
{
    pthread_condattr_t attr;

    *s = (sleepers){.idle = 0};
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->work, &attr);
    pthread_cond_init(&s->time, &attr);
    pthread_condattr_destroy(&attr);
}

void sleepers_clear(sleepers *s)
{
    pthread_cond_destroy(&s->time);
    pthread_cond_destroy(&s->work);
}

static void call_watcher(sleepers *s)
{
    if (s->rewatched)
        return;
    s->rewatched = true;
    s->signal_time = true;
}

/* The result keeps this function, or its caller, on the stack, where tests/helgrind.supp looks for it. */
static size_t send_signals(sleepers *s, size_t work, bool time)
{
    for (size_t i = 0; i < work; i++)
        pthread_cond_signal(&s->work);
    if (time)
        pthread_cond_signal(&s->time);
    return work + time;
}

size_t sleepers_unlock(sleepers *s, pthread_mutex_t *lock)
{
    size_t work = s->signals;
    bool time = s->signal_time;

    s->signals = 0;
    s->signal_time = false;
    pthread_mutex_unlock(lock);
    return send_signals(s, work, time);
}

void sleepers_call(sleepers *s, size_t ready, bool timed)
{
    size_t wanted = ready + (timed && !s->watched);

    if (s->put_off)
        return;
    for (; s->called < wanted && s->called < s->idle; s->called++)
        s->signals++;
    if (s->called < ready && s->watched)
        call_watcher(s);
}

void sleepers_due(sleepers *s, int64_t due_ms)
{
    if (s->watched && due_ms < s->watched_ms)
        call_watcher(s);
}

void sleepers_call_all(sleepers *s)
{
    pthread_cond_broadcast(&s->work);
    pthread_cond_broadcast(&s->time);
}

static void watch_clock(sleepers *s, pthread_mutex_t *lock, int64_t until_ms)
{
    struct timespec until = {.tv_sec = (time_t)(until_ms / 1000), .tv_nsec = (long)(until_ms % 1000) * 1000000};

    s->watched = true;
    s->rewatched = false;
    s->watched_ms = until_ms;
    pthread_cond_timedwait(&s->time, lock, &until);
    s->watched = false;
}

void sleepers_wait(sleepers *s, pthread_mutex_t *lock, int64_t until_ms)
{
    send_signals(s, s->signals, s->signal_time); /* to wait releases the lock too */
    s->signals = 0;
    s->signal_time = false;
    if (until_ms < INT64_MAX && !s->watched) {
        watch_clock(s, lock, until_ms);
        return;
    }
    s->idle++;
    pthread_cond_wait(&s->work, lock);
    s->idle--;
    s->called -= s->called > 0;
}
