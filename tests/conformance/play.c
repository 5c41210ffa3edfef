#include "tests/conformance/play.h"

#include "tests/conformance/pointer.h"
#include "tests/conformance/tool.h"
#include "tests/conformance/vars.h"

#include <opsdk/error.h>
#include <opsdk/yaml.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_WAIT_MS 8000
#define AWAIT_MS 15000
#define SLOW_MS 1200

extern char **environ;

typedef struct stream {
    char *name;
    exchange *x;
    size_t taken; /* bytes of the body that are events already */
    struct stream *next;
} stream;

typedef struct player {
    wire *w;
    const script *s;
    const play_opts *opts;
    vars vars;
    stream *streams;
    json_t *records;
    json_t *last; /* document of the last answer, borrowed from records or owned by quiet */
    json_t *quiet;
    char *prefix; /* generateName of the last body that had one */
} player;

static void where_of(const player *p, const step *st, char *room, size_t len)
{
    snprintf(room, len, "%s:%d", p->s->name, st->line);
}

static char *expand(const player *p, const step *st, const char *text)
{
    char where[256];

    where_of(p, st, where, sizeof(where));
    return vars_text(&p->vars, where, text);
}

/* ---- what is sent ---- */

static void note_prefix(player *p, json_t *doc)
{
    const char *prefix = json_string_value(pointer_get(doc, "/metadata/generateName"));

    free(p->prefix);
    p->prefix = prefix && *prefix ? keep(strdup(prefix)) : NULL;
}

/* Bodies are written as YAML and sent as JSON. */
static void body_of(player *p, const step *st, buf *out)
{
    char where[256];
    auto_buf text = BUF_INIT(TOOL_TEXT_MAX);
    opsdk_error err = {0};
    json_t *doc = NULL;
    char *json;

    where_of(p, st, where, sizeof(where));
    vars_expand(&p->vars, where, st->body.data, st->body.len, &text);
    if (st->raw) {
        buf_add(out, text.data, text.len);
        return;
    }
    if (opsdk_yaml_parse(where, text.data, text.len, &doc, &err) < 0)
        die("%s", err.message);
    note_prefix(p, doc);
    json = keep(json_dumps(doc, JSON_COMPACT | JSON_ENCODE_ANY));
    buf_puts(out, json);
    free(json);
    json_decref(doc);
}

static exchange *send_step(player *p, const step *st, const char *method, bool stream_it)
{
    auto_buf body = BUF_INIT(TOOL_TEXT_MAX);
    char *path = expand(p, st, st->path);
    char **headers = keep(calloc(st->n_headers + 1, sizeof(*headers)));
    ask a = {
        .method = method, .path = path, .headers = headers, .n_headers = st->n_headers, .anonymous = st->anonymous};
    exchange *x;

    for (size_t i = 0; i < st->n_headers; i++)
        headers[i] = expand(p, st, st->headers[i]);
    if (st->body.len > 0 || st->raw) {
        body_of(p, st, &body);
        a.body = body.data ? body.data : "";
        a.body_len = body.len;
        a.type = st->type ? st->type : "application/json";
    }
    x = stream_it ? wire_start(p->w, &a) : wire_ask(p->w, &a);
    for (size_t i = 0; i < st->n_headers; i++)
        free(headers[i]);
    free(headers);
    free(path);
    return x;
}

/* ---- what is written down ---- */

static void put(json_t *rec, const char *name, json_t *value)
{
    if (json_object_set_new(rec, name, keep(value)) < 0)
        die("out of memory");
}

static json_t *record_add(player *p, const step *st, const char *what)
{
    json_t *rec = keep(json_pack("{s:s, s:s, s:I}", "case", st->title, "request", what, "at", (json_int_t)time(NULL)));

    if (json_array_append_new(p->records, rec) < 0)
        die("out of memory");
    if (p->prefix)
        put(rec, "prefix", json_string(p->prefix));
    return rec;
}

/* Headers that clients act on. */
static void put_headers(json_t *rec, const exchange *x)
{
    static const char *const names[] = {"content-type", "warning",  "retry-after", "www-authenticate",
                                        "location",     "x-broken", NULL};
    const char *line = x->head.data ? x->head.data : "";

    for (; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t len = strcspn(line, ":\r\n"), skip = len + strspn(line + len, ": ");

        for (size_t i = 0; names[i]; i++) {
            json_t *list = json_object_get(rec, names[i]);

            if (len != strlen(names[i]) || strncasecmp(line, names[i], len) != 0)
                continue;
            if (!list)
                put(rec, names[i], list = json_array());
            if (json_array_append_new(list, json_stringn(line + skip, strcspn(line + skip, "\r\n"))) < 0)
                die("a header that is no text");
        }
    }
}

static void put_body(json_t *rec, const exchange *x)
{
    json_t *doc = x->body.len > 0 ? json_loadb(x->body.data, x->body.len, JSON_ALLOW_NUL, NULL) : NULL;
    const char *type = json_string_value(json_array_get(json_object_get(rec, "content-type"), 0));

    if (!doc && type && strcmp(type, "application/yaml") == 0 &&
        opsdk_yaml_parse("answer", x->body.data, x->body.len, &doc, NULL) < 0)
        doc = NULL;
    if (doc)
        put(rec, "body", doc);
    else if (x->body.len > 0)
        put(rec, "text", json_stringn(x->body.data, x->body.len));
}

static json_t *answer_of(const exchange *x, json_t *rec)
{
    put(rec, "status", json_integer(x->status));
    put_headers(rec, x);
    put_body(rec, x);
    return json_object_get(rec, "body");
}

static void save_all(player *p, const step *st)
{
    for (size_t i = 0; i < st->n_saves; i++) {
        json_t *value = pointer_get(p->last, st->saves[i].pointer);
        char *text = NULL;

        if (json_is_string(value))
            text = keep(strdup(json_string_value(value)));
        else if (value)
            text = keep(json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT));
        /* Where servers differ the play goes on, and the requests that would need it differ too. */
        vars_set(&p->vars, st->saves[i].name, text ? text : "absent");
        free(text);
    }
}

/* ---- steps ---- */

static void do_request(player *p, const step *st)
{
    char what[512], number[16];

    for (int i = 1; i <= st->n; i++) {
        exchange *x;

        snprintf(number, sizeof(number), "%d", i);
        vars_set(&p->vars, "i", number);
        x = send_step(p, st, st->name, false);
        snprintf(what, sizeof(what), "%s %s", st->name, st->path);
        if (st->quiet) {
            json_decref(p->quiet);
            p->quiet = keep(json_object());
            p->last = answer_of(x, p->quiet);
        } else {
            p->last = answer_of(x, record_add(p, st, what));
        }
        wire_drop(p->w, x);
    }
    save_all(p, st);
}

static stream *stream_find(player *p, const step *st)
{
    for (stream *t = p->streams; t; t = t->next) {
        if (strcmp(t->name, st->name) == 0)
            return t;
    }
    die("%s:%d: no stream is called %s", p->s->name, st->line, st->name);
}

static void stream_drop(player *p, stream *t)
{
    stream **link = &p->streams;

    while (*link != t)
        link = &(*link)->next;
    *link = t->next;
    wire_drop(p->w, t->x);
    free(t->name);
    free(t);
}

static void do_watch(player *p, const step *st)
{
    stream *t = keep(calloc(1, sizeof(*t)));
    char what[512];
    json_t *rec;

    snprintf(what, sizeof(what), "watch %s %s", st->name, st->path);
    t->name = keep(strdup(st->name));
    t->x = send_step(p, st, "GET", true);
    t->next = p->streams;
    p->streams = t;
    rec = record_add(p, st, what);
    put(rec, "status", json_integer(t->x->status));
    put_headers(rec, t->x);
}

/* The next event of what is there, or NULL. */
static json_t *next_event(stream *t)
{
    const buf *b = &t->x->body;
    const char *start = b->data ? b->data + t->taken : NULL, *end;
    size_t left = b->len - t->taken;
    json_t *event;

    if (left == 0)
        return NULL;
    end = memchr(start, '\n', left);
    if (!end && !t->x->done)
        return NULL;
    left = end ? (size_t)(end - start) + 1 : left;
    t->taken += left;
    event = json_loadb(start, left, JSON_ALLOW_NUL, NULL);
    return event ? event : json_stringn(start, left);
}

/* Up to n events, or all to the end. */
static json_t *take_events(player *p, stream *t, int n, bool to_end)
{
    int64_t end = wire_now_ms() + (to_end ? 2 : 1) * EVENTS_WAIT_MS;
    json_t *events = keep(json_array());

    for (;;) {
        json_t *event = next_event(t);

        if (event && json_array_append_new(events, event) < 0)
            die("out of memory");
        if (!to_end && json_array_size(events) >= (size_t)n)
            return events;
        if (event)
            continue;
        if (t->x->done || wire_now_ms() > end)
            return events;
        wire_turn(p->w, 20);
    }
}

static void do_events(player *p, const step *st)
{
    stream *t = stream_find(p, st);
    bool to_end = st->kind == STEP_FINISH;
    json_t *events = take_events(p, t, st->n, to_end), *rec;
    size_t n = json_array_size(events);
    char what[128];

    snprintf(what, sizeof(what), to_end ? "finish %s" : "events %s %d", st->name, st->n);
    rec = record_add(p, st, what);
    put(rec, "events", events);
    p->last = json_array_get(events, n ? n - 1 : 0);
    if (!to_end) {
        save_all(p, st);
        return;
    }
    put(rec, "ended", json_boolean(t->x->done && !t->x->broken));
    stream_drop(p, t);
}

static bool await_met(player *p, const step *st, json_t *rec)
{
    exchange *x = send_step(p, st, "GET", false);
    json_t *doc = answer_of(x, rec), *value;
    bool met = x->status == st->n;
    char *text;

    wire_drop(p->w, x);
    if (!met || !st->pointer)
        return met;
    value = pointer_get(doc, st->pointer);
    text = json_is_string(value) ? strdup(json_string_value(value)) : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    met = text && strcmp(text, st->value) == 0;
    free(text);
    return met;
}

/* Only a wait in vain is written down. */
static void do_await(player *p, const step *st)
{
    int64_t end = wire_now_ms() + AWAIT_MS;
    json_t *answer = keep(json_object()), *rec;

    while (!await_met(p, st, answer)) {
        if (wire_now_ms() > end) {
            rec = record_add(p, st, "await");
            put(rec, "in vain", json_incref(answer));
            break;
        }
        wire_turn(p->w, 30);
        json_object_clear(answer);
    }
    json_decref(answer);
}

static void do_fill(player *p, const step *st)
{
    auto_buf text = BUF_INIT(TOOL_TEXT_MAX);

    buf_puts(&text, "");
    for (int i = 0; i < st->n; i++)
        buf_puts(&text, st->value);
    if (text.failed)
        die("out of memory");
    vars_set(&p->vars, st->name, text.data);
}

static void do_set(player *p, const step *st)
{
    char *value = expand(p, st, st->value);

    vars_set(&p->vars, st->name, value);
    free(value);
}

static void do_compact(player *p, const step *st)
{
    char *argv[] = {"sh", "-c", (char *)p->opts->compact, NULL};
    int status = -1;
    pid_t pid;

    if (!p->opts->compact)
        return;
    if (posix_spawnp(&pid, "sh", NULL, NULL, argv, environ) != 0 || waitpid(pid, &status, 0) != pid || status != 0)
        die("%s:%d: %s: failed", p->s->name, st->line, p->opts->compact);
}

static void do_step(player *p, const step *st)
{
    switch (st->kind) {
    case STEP_REQUEST:
        do_request(p, st);
        break;
    case STEP_WATCH:
        do_watch(p, st);
        break;
    case STEP_EVENTS:
    case STEP_FINISH:
        do_events(p, st);
        break;
    case STEP_CLOSE:
        stream_drop(p, stream_find(p, st));
        break;
    case STEP_SET:
        do_set(p, st);
        break;
    case STEP_FILL:
        do_fill(p, st);
        break;
    case STEP_AWAIT:
        do_await(p, st);
        break;
    case STEP_SLEEP:
        wire_turn(p->w, st->n);
        usleep((useconds_t)st->n * 1000);
        break;
    case STEP_COMPACT:
        do_compact(p, st);
        break;
    }
}

/* Says which steps make a play slow. */
static void step_timed(player *p, const step *st)
{
    int64_t start = wire_now_ms(), took;

    do_step(p, st);
    took = wire_now_ms() - start;
    if (took > SLOW_MS)
        fprintf(stderr, "conformance: %s:%d took %lld ms\n", p->s->name, st->line, (long long)took);
}

/* ---- the whole ---- */

char *play_namespace(const script *s, const play_opts *opts)
{
    auto_buf name = BUF_INIT(256);

    buf_printf(&name, "t-%s-%s", opts->id, s->name);
    return keep(buf_take(&name, NULL));
}

static void namespace_ask(player *p, const char *method, const char *path, const char *body)
{
    ask a = {.method = method, .path = path, .type = "application/json", .body = body};

    a.body_len = body ? strlen(body) : 0;
    wire_drop(p->w, wire_ask(p->w, &a));
}

static void namespace_make(player *p, const char *ns)
{
    char body[512];

    snprintf(body, sizeof(body), "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"%s\"}}", ns);
    namespace_ask(p, "POST", "/api/v1/namespaces", body);
}

static void namespace_end(player *p, const char *ns)
{
    char path[512];

    snprintf(path, sizeof(path), "/api/v1/namespaces/%s", ns);
    namespace_ask(p, "DELETE", path, NULL);
}

json_t *play(wire *w, const script *s, const play_opts *opts)
{
    player p = {.w = w, .s = s, .opts = opts, .records = keep(json_array())};
    char *ns = play_namespace(s, opts);

    vars_set(&p.vars, "id", opts->id);
    vars_set(&p.vars, "ns", ns);
    if (s->uses_ns)
        namespace_make(&p, ns);
    for (size_t i = 0; i < s->n; i++) {
        step_timed(&p, &s->steps[i]);
    }
    while (p.streams)
        stream_drop(&p, p.streams);
    if (s->uses_ns)
        namespace_end(&p, ns);
    json_decref(p.quiet);
    free(p.prefix);
    vars_clear(&p.vars);
    free(ns);
    return p.records;
}
