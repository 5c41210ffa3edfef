#include "apiserver/pods/log.h"
#include "apiserver/limits.h"

#include <stdlib.h>
#include <string.h>

pod_log *pod_log_new(void)
{
    pod_log *l = calloc(1, sizeof(*l));

    if (!l)
        return NULL;
    l->refs = 1;
    l->partial[0] = l->partial[1] = BUF_INIT(LIMIT_POD_LINE);
    return l;
}

pod_log *pod_log_ref(pod_log *l)
{
    l->refs++;
    return l;
}

static void drop_first(pod_log *l)
{
    log_line *line = l->lines[l->first];

    l->bytes -= sizeof(*line) + line->len;
    free(line);
    l->first = (l->first + 1) % l->cap;
    l->n--;
    l->base++;
}

pod_log *pod_log_unref(pod_log *l)
{
    if (!l || --l->refs > 0)
        return NULL;
    while (l->n)
        drop_first(l);
    free(l->lines);
    buf_clear(&l->partial[0]);
    buf_clear(&l->partial[1]);
    free(l);
    return NULL;
}

static bool grow(pod_log *l)
{
    size_t cap = l->cap ? 2 * l->cap : 64;
    log_line **more;

    if (l->n < l->cap)
        return true;
    more = calloc(cap, sizeof(*more));
    if (!more)
        return false;
    for (size_t i = 0; i < l->n; i++)
        more[i] = l->lines[(l->first + i) % l->cap];
    free(l->lines);
    l->lines = more;
    l->first = 0;
    l->cap = cap;
    return true;
}

static void tell(pod_log *l)
{
    for (log_reader *r = l->readers, *next; r; r = next) {
        next = r->following;
        r->more(r);
    }
}

static void add_line(pod_log *l, int fd, const char *text, size_t len, bool whole, int64_t now_us)
{
    log_line *line = grow(l) ? malloc(sizeof(*line) + len + 1) : NULL;

    if (!line)
        return;
    line->time_us = now_us;
    line->fd = fd;
    line->whole = whole;
    line->len = len;
    memcpy(line->text, text, len);
    l->lines[(l->first + l->n++) % l->cap] = line;
    l->bytes += sizeof(*line) + len;
    while (l->bytes > LIMIT_POD_LOG && l->n > 1)
        drop_first(l);
}

/* What stands in the buffer is a line now. */
static void flush(pod_log *l, int fd, bool whole, int64_t now_us)
{
    buf *part = &l->partial[fd - 1];

    add_line(l, fd, part->data ? part->data : "", part->len, whole, now_us);
    buf_reset(part);
}

void pod_log_add(pod_log *l, int fd, const char *data, size_t len, int64_t now_us)
{
    buf *part = &l->partial[fd - 1];
    uint64_t before = pod_log_next(l);

    while (len > 0) {
        const char *end = memchr(data, '\n', len);
        size_t n = end ? (size_t)(end - data) : len, room = LIMIT_POD_LINE - 1 - part->len;
        bool whole = end && n <= room;

        n = n < room ? n : room;
        buf_add(part, data, n);
        data += n + whole;
        len -= n + whole;
        if (whole || part->len >= LIMIT_POD_LINE - 1)
            flush(l, fd, whole, now_us);
    }
    if (pod_log_next(l) != before)
        tell(l);
}

void pod_log_end(pod_log *l, int64_t now_us)
{
    for (int fd = 1; fd <= 2; fd++)
        if (l->partial[fd - 1].len > 0)
            flush(l, fd, true, now_us);
    l->ended = true;
    tell(l);
}

const log_line *pod_log_at(const pod_log *l, uint64_t number)
{
    return number >= l->base && number < l->base + l->n ? l->lines[(l->first + (number - l->base)) % l->cap] : NULL;
}

uint64_t pod_log_next(const pod_log *l)
{
    return l->base + l->n;
}

void log_reader_start(log_reader *r, pod_log *l, uint64_t from)
{
    r->log = pod_log_ref(l);
    r->next = from;
    r->following = l->readers;
    r->link = &l->readers;
    if (r->following)
        r->following->link = &r->following;
    l->readers = r;
}

void log_reader_stop(log_reader *r)
{
    if (!r->log)
        return;
    *r->link = r->following;
    if (r->following)
        r->following->link = r->link;
    r->log = pod_log_unref(r->log);
}
