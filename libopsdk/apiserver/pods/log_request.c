#include "apiserver/pods/log_request.h"
#include "apiserver/http.h"
#include "apiserver/kinds/doc.h"
#include "apiserver/limits.h"
#include "apiserver/pods/pods.h"
#include "apiserver/pods/target.h"
#include "core/time.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct log_opts {
    bool follow, previous, timestamps;
    int64_t tail, since_us, left; /* tail and left: -1: no limit */
} log_opts;

/* ---- what is asked for ---- */

/* *ret stays when the parameter is absent. */
static int read_number(const call *c, const char *name, int64_t *ret, bool *ret_given, failure *why)
{
    const char *text = request_param(&c->rq, name);
    char *end;

    *ret_given = text && *text;
    if (!*ret_given)
        return 0;
    errno = 0;
    *ret = strtoll(text, &end, 10);
    if (*end || errno)
        return failure_bad_request(why, "strconv.ParseInt: parsing \"%s\": %s", text,
                                   errno ? "value out of range" : "invalid syntax");
    return 0;
}

static void check(field_errors *errors, const char *name, int64_t value, int64_t least, const char *words)
{
    json_auto_t *shown = json_integer(value);

    if (value < least)
        field_invalid(errors, name, shown, "%s", words);
}

static int read_opts(const call *c, log_opts *o, failure *why)
{
    static const char positive[] = "must be greater than 0";
    const char *since = request_param(&c->rq, "sinceTime");
    bool tail, bytes, seconds;
    int64_t ago = 0, at_ms = 0;
    auto_field_errors errors = {0};

    *o = (log_opts){.tail = -1, .left = -1};
    if (read_number(c, "tailLines", &o->tail, &tail, why) < 0 ||
        read_number(c, "limitBytes", &o->left, &bytes, why) < 0 ||
        read_number(c, "sinceSeconds", &ago, &seconds, why) < 0)
        return -1;
    if (since && *since && !time_parse(since, &at_ms))
        return failure_bad_request(
            why, "parsing time \"%s\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"%s\" as \"2006\"", since, since);
    if (tail)
        check(&errors, "tailLines", o->tail, 0, "must be greater than or equal to 0");
    if (bytes)
        check(&errors, "limitBytes", o->left, 1, positive);
    if (seconds && since && *since)
        field_forbidden(&errors, "", "at most one of `sinceTime` or `sinceSeconds` may be specified");
    else if (seconds)
        check(&errors, "sinceSeconds", ago, 1, positive);
    if (request_param(&c->rq, "stream")) /* a feature that is off by default */
        field_forbidden(&errors, "stream", "may not be specified");
    o->since_us = seconds ? apiserver_now_us(c->server) - ago * 1000000 : at_ms * 1000;
    o->follow = request_flag(&c->rq, "follow");
    o->previous = request_flag(&c->rq, "previous");
    o->timestamps = request_flag(&c->rq, "timestamps");
    return field_errors_result(&errors, "", "PodLogOptions", c->rq.name, why);
}

/* ---- writing ---- */

static bool fits(const log_opts *o, const log_line *line)
{
    return line->time_us >= o->since_us;
}

/* In the form that kubelet gives it, with nanoseconds. */
static void put_time(const log_line *line, buf *out)
{
    char text[TIME_TEXT];

    time_format(text, line->time_us / 1000000, -1);
    buf_printf(out, "%.19s.%06lld000Z ", text, (long long)(line->time_us % 1000000));
}

static void put_line(log_opts *o, const log_line *line, buf *out)
{
    size_t start = out->len;

    if (o->timestamps)
        put_time(line, out);
    buf_add(out, line->text, line->len);
    if (line->whole)
        buf_addc(out, '\n');
    if (o->left < 0)
        return;
    if (out->len - start > (size_t)o->left)
        out->len = start + (size_t)o->left;
    o->left -= (int64_t)(out->len - start);
}

/* From number on; the number behind the last. */
static uint64_t put_lines(log_opts *o, const pod_log *l, uint64_t number, buf *out)
{
    for (number = number < l->base ? l->base : number; o->left != 0; number++) {
        const log_line *line = pod_log_at(l, number);
        if (!line)
            break;
        if (fits(o, line))
            put_line(o, line, out);
    }
    return number;
}

/* Where the last lines begin. */
static uint64_t first_line(const log_opts *o, const pod_log *l)
{
    uint64_t number = pod_log_next(l);
    int64_t n = 0;

    if (o->tail < 0)
        return l->base;
    for (; number > l->base; number--) {
        n += pod_log_at(l, number - 1)->whole;
        if (n > o->tail)
            break;
    }
    return number;
}

/* ---- following ---- */

typedef struct follower {
    stream stream;
    log_reader reader;
    log_opts opts;
} follower;

static void on_more(log_reader *r)
{
    follower *f = (follower *)((char *)r - offsetof(follower, reader));

    http_stream_ready(&f->stream);
}

static bool follow_fill(stream *st, buf *out)
{
    follower *f = (follower *)((char *)st - offsetof(follower, stream));
    const pod_log *l = f->reader.log;

    f->reader.next = put_lines(&f->opts, l, f->reader.next, out);
    return f->opts.left != 0 && !l->ended;
}

static void follow_close(stream *st)
{
    follower *f = (follower *)((char *)st - offsetof(follower, stream));

    log_reader_stop(&f->reader);
    free(f);
}

static int follow(call *c, pod_log *l, const log_opts *o, failure *why)
{
    follower *f = calloc(1, sizeof(*f));

    if (!f)
        return failure_memory(why);
    f->stream = (stream){.fill = follow_fill, .close = follow_close};
    f->reader.more = on_more;
    f->opts = *o;
    log_reader_start(&f->reader, l, first_line(o, l));
    c->stream = &f->stream;
    return 0;
}

/* ---- the request ---- */

static int choose(const container *c, const char *name, const char *of, bool previous, pod_log **ret, failure *why)
{
    if (!c)
        return failure_bad_request(why, "container \"%s\" in pod \"%s\" is not available", name, of);
    *ret = previous && (c->state == CONTAINER_RUNNING || c->state == CONTAINER_ENDED) ? c->log_before : c->log;
    if (!*ret && previous)
        return failure_bad_request(why, "previous terminated container \"%s\" in pod \"%s\" not found", name, of);
    if (!*ret)
        return failure_bad_request(why, "container \"%s\" in pod \"%s\" is waiting to start: %s", name, of,
                                   c->state == CONTAINER_UNBOUND ? "NotBound" : "ContainerCreating");
    return 0;
}

static int answer(call *c, pod_log *l, log_opts *o, failure *why)
{
    c->status = 200;
    c->type = "text/plain";
    buf_reset(&c->body);
    if (o->follow && !l->ended)
        return follow(c, l, o, why);
    put_lines(o, l, first_line(o, l), &c->body);
    return c->body.failed ? failure_memory(why) : 0;
}

int log_request(call *c, failure *why)
{
    json_auto_t *doc = NULL;
    const char *name;
    pod_log *l = NULL;
    pod *p;
    log_opts o;

    if (read_opts(c, &o, why) < 0 || target_find(c, &doc, &name, why) < 0)
        return -1;
    if (!*doc_text(doc_get(doc, "spec"), "nodeName"))
        return call_answer_text(c, 200, "text/plain", "", 0);
    p = pods_find(c->server, c->rq.ns, c->rq.name);
    if (choose(p ? pod_container(p, name) : NULL, name, c->rq.name, o.previous, &l, why) < 0)
        return -1;
    return answer(c, l, &o, why);
}
