#include "runtime/watch.h"

#include "client/client.h"
#include "client/clock.h"
#include "client/file.h"
#include "core/limits.h"
#include "core/project.h"
#include "core/watcher.h"

#include <stdlib.h>
#include <string.h>

struct watch {
    watch_what what;
    loop *loop;
    watcher *watcher;
    loop_timer next;    /* no request runs: when to send the next one */
    loop_timer silence; /* a request runs: when to look whether it is dead */
    loop_transfer transfer;
    int64_t sent_ms, heard_ms;
    uint32_t generation; /* of the list that is, or was last, read */
    pack room;           /* for objects that are cut down */
    bool streamed;       /* the running request is a watch */
    bool stale;          /* the server did not accept our token: get another one */
    bool told;           /* of changes, since the last pause */
    bool listed;         /* what is told of comes from a list */
};

static void tell(watch *w, opsdk_event_type type, const opsdk_object *old, const opsdk_object *now)
{
    w->told = true;
    w->what.on_change(&(watch_change){type, old, now, w->listed}, w->what.user);
}

static void pause_telling(watch *w)
{
    if (w->told && w->what.on_pause)
        w->what.on_pause(w->what.user);
    w->told = false;
    if (w->what.on_version)
        w->what.on_version(watcher_version(w->watcher), w->what.user);
}

static void trouble(watch *w, const opsdk_error *why, int64_t wait_ms)
{
    if (w->what.on_trouble)
        w->what.on_trouble(why, wait_ms, w->what.user);
}

/* One that vanished stays in the cache until the next list. */
static void out_of_memory(watch *w)
{
    opsdk_error err = {0};

    opsdk_error_set(&err, OPSDK_ENOMEM, "cache of %s: out of memory to tell of one that is gone", w->what.kind->plural);
    trouble(w, &err, -1);
}

static void on_begin(void *user)
{
    watch *w = user;

    w->generation++;
}

/* What is there before the change, for those who want to know.  OPSDK_ENOMEM. */
static int look_back(watch *w, const opsdk_object *now, opsdk_object **ret)
{
    auto_compact *packed = w->what.wants_old ? store_find(w->what.store, opsdk_object_key(now)) : NULL;

    return packed ? compact_open(packed, ret) : 0;
}

/* Somebody deleted it and made it again while we were away. */
static int tell_replaced(watch *w, const compact *packed, const opsdk_object *now, opsdk_error *err)
{
    opsdk_auto_object *old = NULL;

    if (compact_open(packed, &old) == 0)
        tell(w, OPSDK_DELETED, old, old);
    else
        opsdk_error_set(err, OPSDK_ENOMEM, "cache of %s: out of memory", w->what.kind->plural);
    tell(w, OPSDK_ADDED, NULL, now);
    return old ? 0 : OPSDK_ENOMEM;
}

/* What is kept of an object: itself, or less. */
static int cut_down(watch *w, const opsdk_object *obj, opsdk_object **ret)
{
    if (w->what.cut)
        return project_object(obj, w->what.fields_kept, &w->room, ret);
    *ret = opsdk_object_ref(obj);
    return 0;
}

static int on_upsert(opsdk_object *obj, bool listed, void *user, opsdk_error *err)
{
    opsdk_auto_object *whole = obj, *now = NULL, *old = NULL;
    auto_compact *before = NULL;
    watch *w = user;
    int r;

    if (store_mark(w->what.store, whole, w->generation, listed))
        return 0;
    w->listed = listed;
    r = cut_down(w, whole, &now);
    if (r >= 0)
        r = look_back(w, now, &old);
    if (r >= 0)
        r = store_put(w->what.store, now, w->generation, &before);
    if (r < 0)
        return opsdk_error_set(err, r, "cache of %s: out of memory", w->what.kind->plural);
    if (r == STORE_REFUSED) /* nobody is told of what the cache does not have */
        return 0;
    if (before && !compact_has_uid(before, opsdk_object_uid(now)))
        return tell_replaced(w, before, now, err);
    tell(w, before ? OPSDK_MODIFIED : OPSDK_ADDED, old, now);
    return 0;
}

static void on_remove(opsdk_object *obj, void *user)
{
    opsdk_auto_object *whole = obj, *last = NULL, *old = NULL;
    watch *w = user;
    auto_compact *packed = store_remove(w->what.store, whole);

    if (!packed)
        return;
    w->listed = false;
    if (cut_down(w, whole, &last) < 0)
        last = opsdk_object_ref(whole); /* more than was asked for */
    if (w->what.wants_old && compact_open(packed, &old) < 0)
        old = opsdk_object_ref(last); /* nearly the same */
    tell(w, OPSDK_DELETED, old, last);
}

static void opened(watch *w)
{
    if (w->what.on_open)
        w->what.on_open(w->what.user);
}

/* What the list did not name is gone. */
static void sweep(watch *w)
{
    size_t at = 0;
    int r;

    w->listed = true;
    do {
        opsdk_auto_object *gone = NULL;
        r = store_sweep(w->what.store, w->what.ns, w->generation, &at, &gone);
        if (gone)
            tell(w, OPSDK_DELETED, gone, gone);
        else if (r < 0)
            out_of_memory(w);
    } while (r != 0);
}

/* It might be what could not be read: better a ghost until the next list than a deletion that never was. */
static void keep_all(watch *w)
{
    opsdk_error err = {0};

    opsdk_error_set(&err, OPSDK_EPROTO,
                    "list %s: objects could not be read; what the list does not name is kept until the next",
                    w->what.kind->plural);
    trouble(w, &err, -1);
}

static void on_synced(bool whole, void *user)
{
    watch *w = user;

    if (whole)
        sweep(w);
    else
        keep_all(w);
    store_reindex(w->what.store);
    tell(w, OPSDK_SYNCED, NULL, NULL);
    if (w->streamed) /* the list was the beginning of a watch */
        opened(w);
}

static void on_notice(const opsdk_error *what, void *user)
{
    trouble(user, what, -1);
}

static const watcher_sink sink = {on_begin, on_upsert, on_remove, on_synced, on_notice};

static int on_data(const char *data, size_t len, void *user, opsdk_error *err)
{
    watch *w = user;

    int r;

    w->heard_ms = clock_ms();
    r = watcher_feed(w->watcher, data, len, err);
    pause_telling(w);
    return r;
}

/* The request is over, or could not be sent: plans the next one. */
static void finish(watch *w, const opsdk_error *why)
{
    opsdk_error err = {0};
    int64_t wait;
    int r;

    loop_disarm(w->loop, &w->silence);
    w->transfer.http = http_transfer_free(w->transfer.http);
    r = watcher_end(w->watcher, why, clock_ms() - w->sent_ms, clock_random(), &wait, &err);
    pause_telling(w);
    loop_arm(w->loop, &w->next, wait);
    if (r < 0)
        trouble(w, &err, wait);
}

static void on_done(CURLcode result, void *user)
{
    opsdk_error err = {0};
    watch *w = user;
    int r = http_transfer_result(w->transfer.http, result, &err);

    w->stale = err.http_status == 401;
    finish(w, r < 0 ? &err : NULL);
}

/* Looks at the clock only now and then, not at each piece that arrives. */
static void on_silence(void *user)
{
    watch *w = user;
    int64_t left = w->heard_ms + w->what.silence_ms - clock_ms();
    opsdk_error err = {0};

    if (left > 0) {
        loop_arm(w->loop, &w->silence, left);
        return;
    }
    opsdk_error_set(&err, OPSDK_ETIMEOUT, "%s %s: nothing heard for %d ms, the connection is taken for dead",
                    watcher_listing(w->watcher) ? "list" : "watch", w->what.kind->plural, w->what.silence_ms);
    loop_remove(w->loop, &w->transfer);
    finish(w, &err);
}

static void on_open(void *user)
{
    watch *w = user;

    w->heard_ms = clock_ms();
    if (!watcher_listing(w->watcher))
        opened(w);
}

/* http_transfer_new takes the token that is there. */
static int renew_token(watch *w, opsdk_error *err)
{
    auto_secret unused = BUF_INIT(LIMIT_HEADER);

    if (!w->stale)
        return 0;
    w->stale = false;
    return credential_authorization(w->what.client->cred, true, &unused, err);
}

static int send_next(watch *w, opsdk_error *err)
{
    auto_buf target = BUF_INIT(LIMIT_URL);
    int r;

    r = watcher_begin(w->watcher, clock_random(), &target, err);
    if (r >= 0)
        r = renew_token(w, err);
    if (r < 0)
        return r;

    http_request rq = {.method = "GET", .target = target.data, .sink = on_data, .user = w};
    r = http_transfer_new(w->what.client, &rq, &w->transfer.http, err);
    if (r < 0)
        return r;

    w->streamed = watcher_watching(w->watcher);
    w->transfer.floor_ms = w->streamed ? 0 : w->what.silence_ms;
    r = loop_start(w->loop, &w->transfer, err);
    if (r < 0)
        return r;
    loop_arm(w->loop, &w->silence, w->what.silence_ms);
    return 0;
}

static void on_next(void *user)
{
    opsdk_error err = {0};
    watch *w = user;

    w->sent_ms = w->heard_ms = clock_ms();
    if (send_next(w, &err) < 0)
        finish(w, &err);
}

int watch_new(loop *l, const watch_what *what, watch **ret, opsdk_error *err)
{
    watch *w = calloc(1, sizeof(*w));
    watcher_what follow;

    if (!w)
        return opsdk_error_set(err, OPSDK_ENOMEM, "watch %s: out of memory", what->kind->plural);
    w->what = *what;
    if (w->what.silence_ms <= 0)
        w->what.silence_ms = LIMIT_SILENCE_MS;
    if (what->kind->cluster_scoped)
        w->what.ns = NULL;
    w->loop = l;
    pack_init(&w->room);
    w->next = (loop_timer){.fn = on_next, .user = w};
    w->silence = (loop_timer){.fn = on_silence, .user = w};
    w->transfer = (loop_transfer){.open = on_open, .done = on_done, .user = w};
    follow = (watcher_what){what->kind, w->what.ns, what->labels, what->fields, w->what.silence_ms, what->watch_list};
    w->watcher = watcher_new(&follow, &sink, w);
    if (!w->watcher) {
        free(w);
        return opsdk_error_set(err, OPSDK_ENOMEM, "watch %s: out of memory", what->kind->plural);
    }
    if (what->cut)
        watcher_keep(w->watcher, what->fields_kept);
    loop_arm(l, &w->next, 0);
    *ret = w;
    return 0;
}

const watcher_stats *watch_counts(const watch *w)
{
    return watcher_counts(w->watcher);
}

void watch_list_again(watch *w)
{
    watcher_list_again(w->watcher);
}

watch *watch_free(watch *w)
{
    if (!w)
        return NULL;
    loop_disarm(w->loop, &w->next);
    loop_disarm(w->loop, &w->silence);
    if (w->transfer.http)
        loop_remove(w->loop, &w->transfer);
    http_transfer_free(w->transfer.http);
    watcher_free(w->watcher);
    pack_clear(&w->room);
    free(w);
    return NULL;
}
