#include "client/clock.h"
#include "client/request.h"
#include "core/buf.h"
#include "core/limits.h"
#include "core/text.h"
#include "core/time.h"

#include <opsdk/action.h>
#include <opsdk/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define MESSAGE 1024 /* bytes of a message that the server takes */

/* An event that was recorded: what it said, as one text, and where it is. */
typedef struct record {
    char *what; /* uid, type, reason and message, with line feeds between */
    char *ns, *name;
    int count;
    int64_t first_ms; /* monotonic */
} record;

struct recorder {
    pthread_mutex_t lock;
    size_t next; /* the oldest, once the table is full */
    record items[LIMIT_EVENTS];
};

static void record_clear(record *r)
{
    free(r->what);
    free(r->ns);
    free(r->name);
    *r = (record){0};
}

void recorder_free(struct recorder *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < LIMIT_EVENTS; i++)
        record_clear(&r->items[i]);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

/* The client's, made at first use; NULL when out of memory. */
static struct recorder *recorder_of(opsdk_client *c)
{
    struct recorder *r;

    pthread_mutex_lock(&c->lock);
    if (!c->recorder) {
        c->recorder = calloc(1, sizeof(*c->recorder));
        if (c->recorder)
            pthread_mutex_init(&c->recorder->lock, NULL);
    }
    r = c->recorder;
    pthread_mutex_unlock(&c->lock);
    return r;
}

/* What is to be recorded. */
typedef struct event {
    opsdk_client *client;
    const opsdk_object *about;
    const char *type, *reason, *message, *ns;
    char now[TIME_TEXT];
    char *what;
} event;

/* Counts a repetition; 0 when it is none.  Otherwise *ret_name is a copy, the caller's. */
static int repeat(struct recorder *r, const char *what, char **ret_name)
{
    int count = 0;

    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < LIMIT_EVENTS && count == 0; i++) {
        record *known = &r->items[i];
        bool same = known->what && strcmp(known->what, what) == 0 && clock_ms() - known->first_ms < LIMIT_EVENT_MS;
        *ret_name = same ? strdup(known->name) : NULL;
        count = *ret_name ? ++known->count : 0;
    }
    pthread_mutex_unlock(&r->lock);
    return count;
}

static void forget(struct recorder *r, const char *what)
{
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < LIMIT_EVENTS; i++) {
        if (r->items[i].what && strcmp(r->items[i].what, what) == 0)
            record_clear(&r->items[i]);
    }
    pthread_mutex_unlock(&r->lock);
}

static void remember(struct recorder *r, const event *e, const char *name)
{
    record fresh = {.what = strdup(e->what), .ns = strdup(e->ns), .name = strdup(name), .count = 1};

    fresh.first_ms = clock_ms();
    if (!fresh.what || !fresh.ns || !fresh.name) {
        record_clear(&fresh);
        return;
    }
    pthread_mutex_lock(&r->lock);
    record_clear(&r->items[r->next]);
    r->items[r->next] = fresh;
    r->next = (r->next + 1) % LIMIT_EVENTS;
    pthread_mutex_unlock(&r->lock);
}

static json_t *involved(const event *e)
{
    opsdk_key key = opsdk_object_key(e->about);

    return json_pack("{s:s, s:s, s:s*, s:s, s:s, s:s}", "apiVersion", key.kind->api_version, "kind", key.kind->kind,
                     "namespace", key.ns, "name", key.name, "uid", opsdk_object_uid(e->about), "resourceVersion",
                     opsdk_object_version(e->about));
}

/* The object's name, cut to what leaves room, and 64 random bits: unique without asking. */
static void make_name(const char *object, char ret[256])
{
    uint64_t bits = 0;

    if (getrandom(&bits, sizeof(bits), GRND_NONBLOCK) < 0)
        bits = (uint64_t)clock_ms() << 16;
    snprintf(ret, 256, "%.200s.%016llx", object, (unsigned long long)bits);
}

static int create(struct recorder *r, const event *e, opsdk_error *err)
{
    opsdk_key about = opsdk_object_key(e->about);
    char name[256];
    json_t *body;
    int code;

    make_name(about.name, name);
    body = json_pack("{s:o, s:s, s:s, s:s, s:{s:s}, s:s, s:s, s:s, s:s, s:i}", "involvedObject", involved(e), "type",
                     e->type, "reason", e->reason, "message", e->message, "source", "component",
                     e->client->field_manager, "reportingComponent", e->client->field_manager, "reportingInstance", "",
                     "firstTimestamp", e->now, "lastTimestamp", e->now, "count", 1);
    code = opsdk_create(e->client, OPSDK_KEY(&OPSDK_EVENT, e->ns, name), body, NULL, NULL, err);
    if (code == 0)
        remember(r, e, name);
    return code;
}

static int record_event(struct recorder *r, const event *e, opsdk_error *err)
{
    char *name = NULL;
    int count = repeat(r, e->what, &name), code;

    if (count == 0)
        return create(r, e, err);
    code = opsdk_merge(e->client, OPSDK_KEY(&OPSDK_EVENT, e->ns, name),
                       json_pack("{s:i, s:s}", "count", count, "lastTimestamp", e->now), NULL, NULL, err);
    free(name);
    if (code != OPSDK_ENOTFOUND)
        return code;
    forget(r, e->what); /* the server drops events after an hour, or somebody did before */
    return create(r, e, err);
}

static void report(const event *e)
{
    struct recorder *r = recorder_of(e->client);
    opsdk_error err = {0};

    if (!r)
        return;
    if (record_event(r, e, &err) < 0)
        opsdk_log(OPSDK_LOG_DEBUG, e->about, "event %s could not be recorded: %s", e->reason, err.message);
}

void opsdk_event(opsdk_client *c, const opsdk_object *about, enum opsdk_level level, const char *reason,
                 const char *fmt, ...)
{
    opsdk_key key = opsdk_object_key(about);
    event e = {.client = c, .about = about, .reason = reason && *reason ? reason : "Unknown"};
    char message[MESSAGE];
    struct timespec ts;
    va_list ap;

    if (!key.kind)
        return;
    va_start(ap, fmt);
    vsnprintf(message, sizeof(message), fmt, ap);
    va_end(ap);
    text_neutralise(message, strlen(message));
    clock_gettime(CLOCK_REALTIME, &ts);
    time_format(e.now, ts.tv_sec, -1);
    e.type = level >= OPSDK_LOG_INFO ? "Normal" : "Warning";
    e.message = message;
    e.ns = key.ns ? key.ns : "default";
    if (asprintf(&e.what, "%s\n%s\n%s\n%s", opsdk_object_uid(about), e.type, e.reason, message) < 0)
        return;
    report(&e);
    free(e.what);
}
