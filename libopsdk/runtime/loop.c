#include "runtime/loop.h"

#include "client/clock.h"
#include "core/limits.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define ROUND_MS 1000 /* longest sleep: the proof of life */

struct loop {
    CURLM *multi;
    int wake; /* eventfd: writing to it is all that a signal handler may do */
    atomic_bool stopped;
    _Atomic int64_t round_ms;
    loop_timer *timers; /* soonest first */
    loop_transfer *transfers;
    size_t unopened; /* of them */
};

int loop_new(loop **ret, opsdk_error *err)
{
    loop *l = calloc(1, sizeof(*l));

    if (!l)
        return opsdk_error_set(err, OPSDK_ENOMEM, "event loop: out of memory");
    l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    l->multi = curl_multi_init();
    if (l->wake < 0 || !l->multi) {
        opsdk_error_set(err, OPSDK_EIO, "event loop: %s", l->wake < 0 ? strerror(errno) : "curl cannot start");
        loop_free(l);
        return OPSDK_EIO;
    }
    atomic_store(&l->round_ms, clock_ms());
    *ret = l;
    return 0;
}

loop *loop_free(loop *l)
{
    if (!l)
        return NULL;
    if (l->multi)
        curl_multi_cleanup(l->multi);
    if (l->wake >= 0)
        close(l->wake);
    free(l);
    return NULL;
}

void loop_stop(loop *l)
{
    int saved = errno;

    atomic_store(&l->stopped, true);
    (void)!write(l->wake, &(uint64_t){1}, sizeof(uint64_t));
    errno = saved;
}

bool loop_stopped(const loop *l)
{
    return atomic_load(&l->stopped);
}

int64_t loop_age_ms(const loop *l)
{
    return clock_ms() - atomic_load(&l->round_ms);
}

void loop_disarm(loop *l, loop_timer *t)
{
    loop_timer **at = &l->timers;

    if (!t->armed)
        return;
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    t->armed = false;
}

void loop_arm(loop *l, loop_timer *t, int64_t delay_ms)
{
    loop_timer **at = &l->timers;

    loop_disarm(l, t);
    t->at_ms = clock_ms() + delay_ms;
    while (*at && (*at)->at_ms <= t->at_ms)
        at = &(*at)->next;
    t->next = *at;
    *at = t;
    t->armed = true;
}

int loop_start(loop *l, loop_transfer *t, opsdk_error *err)
{
    CURL *easy = http_transfer_handle(t->http);
    CURLMcode code;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, t->floor_ms > 0 ? (long)LIMIT_FLOOR : 0L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, ((long)t->floor_ms + 999) / 1000);
    code = curl_multi_add_handle(l->multi, easy);
    if (code != CURLM_OK)
        return opsdk_error_set(err, OPSDK_EIO, "cannot start a request: %s", curl_multi_strerror(code));
    t->opened = false;
    t->prev = NULL;
    t->next = l->transfers;
    if (t->next)
        t->next->prev = t;
    l->transfers = t;
    l->unopened++;
    return 0;
}

void loop_remove(loop *l, loop_transfer *t)
{
    curl_multi_remove_handle(l->multi, http_transfer_handle(t->http));
    if (t->prev)
        t->prev->next = t->next;
    else
        l->transfers = t->next;
    if (t->next)
        t->next->prev = t->prev;
    l->unopened -= !t->opened;
    t->prev = t->next = NULL;
}

/* curl has no callback for "the headers are in": looks at those that were not yet. */
static void tell_opened(loop *l)
{
    loop_transfer *next;

    for (loop_transfer *t = l->unopened > 0 ? l->transfers : NULL; t; t = next) {
        long status = 0;
        next = t->next;
        if (t->opened)
            continue;
        curl_easy_getinfo(http_transfer_handle(t->http), CURLINFO_RESPONSE_CODE, &status);
        if (status < 200 || status > 299)
            continue;
        t->opened = true;
        l->unopened--;
        if (t->open)
            t->open(t->user);
    }
}

static void tell_done(loop *l)
{
    for (;;) {
        int left;
        CURLMsg *msg = curl_multi_info_read(l->multi, &left);
        CURLcode result;
        char *private = NULL;
        loop_transfer *t;

        if (!msg)
            return;
        if (msg->msg != CURLMSG_DONE)
            continue;
        result = msg->data.result; /* msg is gone once the handle is removed */
        curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &private);
        t = (void *)private;
        loop_remove(l, t);
        t->done(result, t->user);
    }
}

static void fire_timers(loop *l)
{
    int64_t now = clock_ms();

    while (l->timers && l->timers->at_ms <= now) {
        loop_timer *t = l->timers;
        loop_disarm(l, t);
        t->fn(t->user);
    }
}

/* How long the loop may sleep. */
static int pause_ms(const loop *l)
{
    int64_t left = l->timers ? l->timers->at_ms - clock_ms() : ROUND_MS;

    return left < 0 ? 0 : left < ROUND_MS ? (int)left : ROUND_MS;
}

/* OpenSSL writes to sockets without MSG_NOSIGNAL: a peer that hangs up must not end the program. */
static void block_sigpipe(sigset_t *ret_before)
{
    sigset_t pipe;

    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, ret_before);
}

static void restore_sigpipe(const sigset_t *before)
{
    sigset_t pipe;

    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    if (!sigismember(before, SIGPIPE))
        (void)!sigtimedwait(&pipe, NULL, &(struct timespec){0}); /* one that came meanwhile */
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

static int go_round(loop *l, opsdk_error *err)
{
    struct curl_waitfd wake = {.fd = l->wake, .events = CURL_WAIT_POLLIN};
    uint64_t drained;

    while (!loop_stopped(l)) {
        CURLMcode code;
        int running;

        atomic_store(&l->round_ms, clock_ms());
        code = curl_multi_perform(l->multi, &running);
        if (code == CURLM_OK) {
            tell_opened(l);
            tell_done(l);
            fire_timers(l);
            code = curl_multi_poll(l->multi, &wake, 1, pause_ms(l), NULL);
        }
        if (code != CURLM_OK)
            return opsdk_error_set(err, OPSDK_EIO, "event loop: %s", curl_multi_strerror(code));
        if (wake.revents)
            (void)!read(l->wake, &drained, sizeof(drained));
    }
    return 0;
}

int loop_run(loop *l, opsdk_error *err)
{
    sigset_t before;
    int r;

    block_sigpipe(&before);
    r = go_round(l, err);
    restore_sigpipe(&before);
    return r;
}
