/* How long changes took to the handler. */
#ifndef INFORMER_DELAYS_H
#define INFORMER_DELAYS_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

typedef struct delays {
    pthread_mutex_t lock;
    int64_t *ns;
    size_t n, room;
} delays;

int delays_init(delays *d, size_t room); /* -1 when out of memory */
void delays_clear(delays *d);
/* Any thread; what has no room is left out. */
void delays_add(delays *d, int64_t ns);
/* Sorts, once nothing is added any more, and prints "delay_p50_us" and the like as members of a JSON object. */
void delays_print(delays *d);

#endif
