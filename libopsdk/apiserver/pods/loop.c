#include "apiserver/pods/loop.h"
#include "client/clock.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct pods_loop {
    apiserver *server;
    int64_t (*step)(apiserver *s);
    pthread_t thread;
    bool started, stopping;
    int event;
    poller *pollers;
    size_t n;
    struct pollfd *fds; /* the first is event */
    poller **owners;    /* of fds; NULL: stopped meanwhile */
    size_t cap;
};

void pods_loop_wake(pods_loop *l)
{
    const uint64_t one = 1;

    (void)!write(l->event, &one, sizeof(one));
}

void poller_start(poller *p, pods_loop *l, int fd, short events, void (*ready)(poller *p, short revents))
{
    *p = (poller){.fd = fd, .events = events, .ready = ready, .loop = l};
    p->next = l->pollers;
    p->link = &l->pollers;
    if (p->next)
        p->next->link = &p->next;
    l->pollers = p;
    l->n++;
    pods_loop_wake(l);
}

void poller_want(poller *p, short events)
{
    if (p->events == events || !p->loop)
        return;
    p->events = events;
    pods_loop_wake(p->loop);
}

void poller_stop(poller *p)
{
    if (!p->loop)
        return;
    if (p->at)
        p->loop->owners[p->at] = NULL;
    *p->link = p->next;
    if (p->next)
        p->next->link = p->link;
    p->loop->n--;
    *p = (poller){.fd = -1};
}

static bool reserve(pods_loop *l)
{
    size_t cap = 2 * (l->n + 1);
    struct pollfd *fds;
    poller **owners;

    if (l->cap > l->n)
        return true;
    fds = reallocarray(l->fds, cap, sizeof(*fds));
    if (fds)
        l->fds = fds;
    owners = reallocarray(l->owners, cap, sizeof(*owners));
    if (owners)
        l->owners = owners;
    if (fds && owners)
        l->cap = cap;
    return fds && owners;
}

static size_t collect(pods_loop *l)
{
    size_t n = 0;

    if (!reserve(l))
        return 0;
    l->fds[n] = (struct pollfd){l->event, POLLIN, 0};
    l->owners[n++] = NULL;
    for (poller *p = l->pollers; p; p = p->next) {
        p->at = p->events && p->fd >= 0 ? n : 0;
        if (!p->at)
            continue;
        l->fds[n] = (struct pollfd){p->fd, p->events, 0};
        l->owners[n++] = p;
    }
    return n;
}

static void dispatch(pods_loop *l, size_t n)
{
    uint64_t count;

    if (n && l->fds[0].revents)
        (void)!read(l->event, &count, sizeof(count));
    for (size_t i = 1; i < n; i++) {
        poller *p = l->owners[i];
        if (p && l->fds[i].revents)
            p->ready(p, l->fds[i].revents);
    }
    for (poller *p = l->pollers; p; p = p->next)
        p->at = 0;
}

static void *run(void *arg)
{
    pods_loop *l = arg;
    sigset_t all;

    sigfillset(&all); /* children begin without handlers, and nothing of the program's is handled here */
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    pthread_mutex_lock(&l->server->lock);
    while (!l->stopping) {
        int64_t at = l->step(l->server), now = clock_ms(), pause = at > now ? at - now : 0;
        size_t n = collect(l);

        pthread_mutex_unlock(&l->server->lock);
        poll(l->fds, n, pause > 60000 ? 60000 : (int)pause);
        pthread_mutex_lock(&l->server->lock);
        dispatch(l, n);
    }
    pthread_mutex_unlock(&l->server->lock);
    return NULL;
}

pods_loop *pods_loop_new(apiserver *s, int64_t (*step)(apiserver *s), opsdk_error *err)
{
    pods_loop *l = calloc(1, sizeof(*l));

    if (!l)
        return NULL;
    l->server = s;
    l->step = step;
    l->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    l->started = l->event >= 0 && pthread_create(&l->thread, NULL, run, l) == 0;
    if (l->started)
        return l;
    opsdk_error_set(err, OPSDK_EIO, "cannot start a thread");
    return pods_loop_free(l);
}

void pods_loop_stop(pods_loop *l)
{
    if (!l || !l->started)
        return;
    pthread_mutex_lock(&l->server->lock);
    l->stopping = true;
    pods_loop_wake(l);
    pthread_mutex_unlock(&l->server->lock);
    pthread_join(l->thread, NULL);
    l->started = false;
}

pods_loop *pods_loop_free(pods_loop *l)
{
    if (!l)
        return NULL;
    if (l->event >= 0)
        close(l->event);
    free(l->fds);
    free(l->owners);
    free(l);
    return NULL;
}
