#include "runtime/thread.h"

#include <signal.h>
#include <string.h>

int thread_start(pthread_t *ret, void *(*run)(void *), void *arg, opsdk_error *err)
{
    static const int own_faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
    sigset_t mask, before;
    int r;

    sigfillset(&mask);
    for (size_t i = 0; i < sizeof(own_faults) / sizeof(own_faults[0]); i++)
        sigdelset(&mask, own_faults[i]);
    pthread_sigmask(SIG_SETMASK, &mask, &before);
    r = pthread_create(ret, NULL, run, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return r ? opsdk_error_set(err, OPSDK_EIO, "cannot start a thread: %s", strerror(r)) : 0;
}
