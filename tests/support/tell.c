#include "tests/support/tell.h"

#include <check.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GUARD_S 60 /* against hanging, not a measurement */

struct tell {
    pthread_mutex_t lock;
    pthread_cond_t more;
    char **lines; /* as many as threads leave, however slowly the test takes them */
    size_t first, len, cap;
};

tell *tell_new(void)
{
    tell *t = calloc(1, sizeof(*t));
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->more, &monotonic);
    return t;
}

tell *tell_free(tell *t)
{
    while (t->first < t->len)
        free(t->lines[t->first++]);
    free(t->lines);
    pthread_cond_destroy(&t->more);
    pthread_mutex_destroy(&t->lock);
    free(t);
    return NULL;
}

void tell_line(tell *t, const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        abort();
    va_end(ap);
    pthread_mutex_lock(&t->lock);
    if (t->len == t->cap) {
        t->cap = t->cap ? t->cap * 2 : 64;
        t->lines = realloc(t->lines, t->cap * sizeof(*t->lines));
        if (!t->lines)
            abort();
    }
    t->lines[t->len++] = text;
    pthread_cond_signal(&t->more);
    pthread_mutex_unlock(&t->lock);
}

char *tell_next(tell *t)
{
    struct timespec until;
    char *got = NULL;
    int r = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += GUARD_S;
    pthread_mutex_lock(&t->lock);
    while (t->first == t->len && r == 0)
        r = pthread_cond_timedwait(&t->more, &t->lock, &until);
    if (t->first < t->len)
        got = t->lines[t->first++];
    pthread_mutex_unlock(&t->lock);
    return got;
}

void tell_expect(tell *t, const char *line)
{
    char *got = tell_next(t);

    ck_assert_msg(got && strcmp(got, line) == 0, "told '%s', not '%s'", got ? got : "nothing", line);
    free(got);
}

void tell_nothing(tell *t)
{
    pthread_mutex_lock(&t->lock);
    ck_assert_msg(t->first == t->len, "told '%s', not nothing", t->lines[t->first]);
    pthread_mutex_unlock(&t->lock);
}
