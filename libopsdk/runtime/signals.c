#include "runtime/signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

/* A signal handler has no argument of ours. */
static _Atomic(opsdk_manager *) manager;
static atomic_int seen;

static void on_signal(int number)
{
    opsdk_manager *m = manager;

    (void)number;
    if (atomic_fetch_add(&seen, 1) > 0)
        _exit(1);
    if (m)
        opsdk_manager_stop(m);
}

void signals_install(opsdk_manager *m)
{
    struct sigaction stop = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, ignore = {.sa_handler = SIG_IGN};

    manager = m;
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    if (m && seen > 0) /* it came before there was a manager */
        opsdk_manager_stop(m);
}
