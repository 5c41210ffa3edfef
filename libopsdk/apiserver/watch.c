#include "apiserver/http.h"
#include "apiserver/json_put.h"
#include "apiserver/limits.h"
#include "apiserver/list_options.h"
#include "apiserver/render.h"
#include "apiserver/verbs.h"
#include "apiserver/version.h"
#include "client/clock.h"

#include <stdlib.h>
#include <string.h>

/* One watch request.  Events queue up here until the connection takes them. */
typedef struct pending {
    enum event_type type;
    item *it;
    int64_t revision; /* shown in place of the item's, when that differs */
} pending;

typedef struct watch {
    stream stream;
    watcher watcher;
    apiserver *server;
    resource *res;
    render form;
    selection *selection;
    char ns[LIMIT_KEY];
    pending *queue;
    size_t n, cap, bytes;
    bool bookmarks, initial; /* initial: the bookmark that ends the initial events is to come */
    bool header;             /* a table's columns were sent */
    int64_t until_ms, bookmark_ms;
    int64_t after; /* events up to this revision are not wanted, though they are to come */
    json_t *error; /* a Status that is sent before the end; owned; NULL: none */
} watch;

static void watch_close(stream *st)
{
    watch *w = (watch *)((char *)st - offsetof(watch, stream));

    watcher_stop(&w->watcher);
    for (size_t i = 0; i < w->n; i++)
        item_unref(w->queue[i].it);
    free(w->queue);
    selection_free(w->selection);
    json_decref(w->error);
    resource_release(w->res);
    free(w);
}

static void enqueue(watch *w, enum event_type type, const item *it, int64_t revision)
{
    size_t cap = w->cap ? 2 * w->cap : 16;
    pending *more;

    if (w->n == w->cap) {
        more = reallocarray(w->queue, cap, sizeof(*more));
        if (more) {
            w->queue = more;
            w->cap = cap;
        }
    }
    w->bytes += it->packed ? it->packed : it->len;
    if (w->n == w->cap || w->bytes > LIMIT_STREAM) {
        w->stream.cut = true; /* a reader that is this slow begins anew, as with the real server */
    } else {
        w->queue[w->n++] = (pending){type, item_ref(it), revision};
    }
    http_stream_ready(&w->stream);
}

static bool concerns(const watch *w, const item *it)
{
    return it && (!*w->ns || strcmp(w->ns, it->ns) == 0) && selection_match(w->selection, it);
}

/* What comes into the selection is added to it, what leaves it is deleted from it. */
static void on_event(watcher *by, const event *e)
{
    watch *w = (watch *)((char *)by - offsetof(watch, watcher));
    bool before = concerns(w, e->prev), now = e->type != EVENT_DELETED && concerns(w, e->now);

    if (e->revision <= w->after)
        return;
    if (now)
        enqueue(w, before ? EVENT_MODIFIED : EVENT_ADDED, e->now, 0);
    else if (before)
        enqueue(w, EVENT_DELETED, e->type == EVENT_DELETED ? e->now : e->prev, e->revision);
}

/* What waits is still sent. */
static void on_end(watcher *by)
{
    watch *w = (watch *)((char *)by - offsetof(watch, watcher));

    w->until_ms = 0;
    http_stream_ready(&w->stream);
}

/* ---- writing ---- */

static int put_changed(watch *w, const pending *p, buf *out)
{
    json_t *obj = version_read(w->res, p->it);
    char text[24];
    int r;

    if (!obj)
        return -1;
    snprintf(text, sizeof(text), "%lld", (long long)p->revision);
    json_object_set_new(json_object_get(obj, "metadata"), "resourceVersion", json_string(text));
    r = render_object(&w->form, w->server, obj, !w->header, out);
    json_decref(obj);
    return r;
}

static void put_event(watch *w, const pending *p, buf *out)
{
    static const char *const names[] = {"ADDED", "MODIFIED", "DELETED"};
    int r;

    buf_puts(out, "{\"type\":\"");
    buf_puts(out, names[p->type]);
    buf_puts(out, "\",\"object\":");
    if (p->revision && p->revision != p->it->revision)
        r = put_changed(w, p, out);
    else
        r = render_item(&w->form, w->server, p->it, !w->header, out);
    w->header = true;
    if (r < 0)
        w->stream.cut = true;
    buf_puts(out, "}\n");
}

static void put_bookmark(watch *w, bool end_of_initial, buf *out)
{
    char revision[24];
    json_t *obj;

    snprintf(revision, sizeof(revision), "%lld", (long long)store_revision(w->server->objects));
    obj = json_pack("{s:s, s:s, s:{s:s}}", "kind", w->res->kind, "apiVersion", w->res->version, "metadata",
                    "resourceVersion", revision);
    if (*w->res->group)
        json_object_set_new(obj, "apiVersion", json_sprintf("%s/%s", w->res->group, w->res->version));
    if (end_of_initial)
        json_object_set_new(json_object_get(obj, "metadata"), "annotations",
                            json_pack("{s:s}", "k8s.io/initial-events-end", "true"));
    buf_puts(out, "{\"type\":\"BOOKMARK\",\"object\":");
    if (render_object(&w->form, w->server, obj, !w->header, out) < 0)
        w->stream.cut = true;
    buf_puts(out, "}\n");
    json_decref(obj);
}

static void put_error(watch *w, buf *out)
{
    buf_puts(out, "{\"type\":\"ERROR\",\"object\":");
    if (json_put(w->error, out) < 0)
        w->stream.cut = true;
    buf_puts(out, "}\n");
    json_decref(w->error);
    w->error = NULL;
}

static void plan_wake(watch *w)
{
    w->stream.wake_ms = w->until_ms;
    if (w->bookmarks && w->bookmark_ms < w->until_ms)
        w->stream.wake_ms = w->bookmark_ms;
}

static bool watch_fill(stream *st, buf *out)
{
    watch *w = (watch *)((char *)st - offsetof(watch, stream));
    int64_t now = clock_ms();

    for (size_t i = 0; i < w->n; i++) {
        put_event(w, &w->queue[i], out);
        item_unref(w->queue[i].it);
    }
    w->n = w->bytes = 0;
    if (w->error)
        put_error(w, out);
    if (w->initial || (w->bookmarks && now >= w->bookmark_ms)) {
        put_bookmark(w, w->initial, out);
        w->initial = false;
        w->bookmark_ms = now + LIMIT_BOOKMARK_MS;
    }
    plan_wake(w);
    return now < w->until_ms;
}

/* ---- starting ---- */

static int add_initial(item *it, void *user)
{
    watch *w = user;

    if (concerns(w, it))
        enqueue(w, EVENT_ADDED, it, 0);
    return 0;
}

static int64_t end_of(const list_options *o)
{
    int64_t s = o->timeout_s;

    return clock_ms() + (s > 0 ? s : LIMIT_WATCH_MIN_S + clock_random() % LIMIT_WATCH_MIN_S) * 1000;
}

/* What is asked for is forgotten: the stream says so, and ends. */
static int fail_later(watch *w, failure *why)
{
    if (why->code != 410)
        return -1;
    w->error = failure_status(why);
    w->until_ms = 0;
    failure_clear(why);
    return w->error ? 0 : failure_memory(why);
}

/* From now on with what there is, or from a version on, which may be one to come. */
static int begin(watch *w, call *c, const list_options *o, failure *why)
{
    int64_t now = store_revision(c->server->objects), version;
    bool initial;

    if (!revision_parse(o->version, &version, why))
        return -1;
    initial = o->send_given ? o->send : version == 0;
    w->initial = initial && o->send_given && w->bookmarks;
    w->after = initial ? 0 : version;
    if (initial && collection_each(c->res->objects, 0, w->ns, NULL, add_initial, w, why) < 0)
        return -1;
    if (watcher_start(&w->watcher, c->res->objects, initial || version == 0 || version > now ? now : version, why) < 0)
        return fail_later(w, why);
    return 0;
}

static int open_watch(watch *w, call *c, list_options *o, failure *why)
{
    if (list_options_read(c, o, why) < 0 || render_choose(c, &w->form, why) < 0)
        return -1;
    w->selection = o->selection;
    o->selection = NULL;
    w->bookmarks = o->bookmarks;
    w->until_ms = end_of(o);
    return begin(w, c, o, why);
}

int verb_watch(call *c, failure *why)
{
    auto_list_options o = {0};
    watch *w = calloc(1, sizeof(*w));

    if (!w)
        return failure_memory(why);
    w->stream = (stream){.fill = watch_fill, .close = watch_close};
    w->watcher.on_event = on_event;
    w->watcher.on_end = on_end;
    w->server = c->server;
    w->res = resource_hold(c->res);
    w->bookmark_ms = clock_ms() + LIMIT_BOOKMARK_MS;
    snprintf(w->ns, sizeof(w->ns), "%s", c->res->namespaced ? c->rq.ns : "");
    if (open_watch(w, c, &o, why) < 0) {
        watch_close(&w->stream);
        return -1;
    }
    plan_wake(w);
    c->status = 200;
    c->type = "application/json";
    c->stream = &w->stream;
    return 0;
}
