/* Threads that leave signals to the program's own. */
#ifndef RUNTIME_THREAD_H
#define RUNTIME_THREAD_H

#include <opsdk/error.h>
#include <pthread.h>

int thread_start(pthread_t *ret, void *(*run)(void *), void *arg, opsdk_error *err);

#endif
