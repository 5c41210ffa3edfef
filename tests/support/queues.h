/* A queue in the hands of a test that says which key comes next. */
#ifndef SUPPORT_QUEUES_H
#define SUPPORT_QUEUES_H

#include "runtime/queue.h"
#include "tests/support/suite.h"

static inline queue_item take(opsdk_queue *q, const char *name, unsigned attempt)
{
    queue_item item;

    ck_assert(queue_take(q, &item));
    ck_assert_str_eq(item.key.name, name);
    ck_assert_uint_eq(item.attempt, attempt);
    return item;
}

static inline queue_stats stats(opsdk_queue *q)
{
    queue_stats s;

    queue_read(q, &s);
    return s;
}

static inline void finish(opsdk_queue *q, const char *name)
{
    queue_item item = take(q, name, 0);

    queue_done(q, &item, 0);
}

#endif
