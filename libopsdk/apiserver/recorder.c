#include "apiserver/recorder.h"
#include "apiserver/limits.h"
#include "client/clock.h"

#include <stdlib.h>
#include <string.h>

struct recorder {
    opsdk_apiserver_request *ring[LIMIT_REQUESTS]; /* each with its strings behind it */
    size_t first, len;
};

recorder *recorder_new(void)
{
    return calloc(1, sizeof(recorder));
}

recorder *recorder_free(recorder *r)
{
    if (!r)
        return NULL;
    for (size_t i = 0; i < LIMIT_REQUESTS; i++)
        free(r->ring[i]);
    free(r);
    return NULL;
}

typedef struct text {
    const char **at;
    const char *value;
} text;

/* One block for the entry and its strings. */
static opsdk_apiserver_request *make(const call *c)
{
    const request *rq = &c->rq;
    opsdk_apiserver_request head = {0}, *entry;
    const char *const values[] = {c->user.name, rq->user_agent, rq->method, rq->path, rq->verb,
                                  rq->group,    rq->plural,     rq->sub,    rq->ns,   rq->name};
    enum { N = sizeof(values) / sizeof(values[0]) };
    size_t len[N], sum = 0;
    char *p;

    for (size_t i = 0; i < N; i++)
        sum += len[i] = (values[i] ? strlen(values[i]) : 0) + 1;
    entry = malloc(sizeof(head) + sum);
    if (!entry)
        return NULL;
    *entry = head;
    const char **to[N] = {&entry->user,  &entry->user_agent, &entry->method,      &entry->path, &entry->verb,
                          &entry->group, &entry->resource,   &entry->subresource, &entry->ns,   &entry->name};
    p = (char *)(entry + 1);
    for (size_t i = 0; i < N; i++) {
        *to[i] = memcpy(p, values[i] ? values[i] : "", len[i]);
        p += len[i];
    }
    return entry;
}

void recorder_add(recorder *r, const call *c, int64_t began_us)
{
    opsdk_apiserver_request *entry = make(c);
    size_t at = (r->first + r->len) % LIMIT_REQUESTS;

    if (!entry)
        return;
    entry->status = c->status;
    entry->bytes = c->body.len;
    entry->latency_us = clock_us() - began_us;
    entry->time_us = clock_wall_ms() * 1000;
    free(r->ring[at]);
    r->ring[at] = entry;
    if (r->len < LIMIT_REQUESTS)
        r->len++;
    else
        r->first = (r->first + 1) % LIMIT_REQUESTS;
}

static bool fits(const char *want, const char *is)
{
    return !want || strcmp(want, is) == 0;
}

static bool matches(const opsdk_apiserver_filter *f, const opsdk_apiserver_request *e)
{
    return !f || (fits(f->verb, e->verb) && fits(f->resource, e->resource) && fits(f->subresource, e->subresource) &&
                  fits(f->ns, e->ns) && fits(f->name, e->name) && fits(f->user, e->user) &&
                  (!f->user_agent || strstr(e->user_agent, f->user_agent)) && (!f->status || f->status == e->status));
}

size_t recorder_each(const recorder *r, const opsdk_apiserver_filter *filter, opsdk_apiserver_request_fn *each,
                     void *user)
{
    size_t n = 0;

    for (size_t i = 0; i < r->len; i++) {
        const opsdk_apiserver_request *e = r->ring[(r->first + i) % LIMIT_REQUESTS];
        if (!matches(filter, e))
            continue;
        n++;
        if (each)
            each(e, user);
    }
    return n;
}

size_t opsdk_apiserver_requests(opsdk_apiserver *s, const opsdk_apiserver_filter *filter,
                                opsdk_apiserver_request_fn *each, void *user)
{
    size_t n;

    pthread_mutex_lock(&s->lock);
    n = recorder_each(s->recorder, filter, each, user);
    pthread_mutex_unlock(&s->lock);
    return n;
}
