#include "tests/bench/informer/delays.h"

#include <stdio.h>
#include <stdlib.h>

int delays_init(delays *d, size_t room)
{
    *d = (delays){.ns = calloc(room + 1, sizeof(int64_t)), .room = room};
    pthread_mutex_init(&d->lock, NULL);
    return d->ns ? 0 : -1;
}

void delays_clear(delays *d)
{
    free(d->ns);
    d->ns = NULL;
}

void delays_add(delays *d, int64_t ns)
{
    pthread_mutex_lock(&d->lock);
    if (d->n < d->room)
        d->ns[d->n++] = ns;
    pthread_mutex_unlock(&d->lock);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static double percentile_us(const delays *d, double p)
{
    size_t at = (size_t)((double)d->n * p);

    return d->n ? (double)d->ns[at < d->n ? at : d->n - 1] / 1e3 : 0;
}

void delays_print(delays *d)
{
    pthread_mutex_lock(&d->lock);
    qsort(d->ns, d->n, sizeof(d->ns[0]), by_value);
    printf("\"delay_p50_us\":%.1f,\"delay_p99_us\":%.1f,\"delay_p999_us\":%.1f", percentile_us(d, 0.5),
           percentile_us(d, 0.99), percentile_us(d, 0.999));
    pthread_mutex_unlock(&d->lock);
}
