#include "core/watcher.h"

#include "core/backoff.h"
#include "core/limits.h"
#include "core/revision.h"
#include "core/status_code.h"
#include "core/stream.h"
#include "core/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION_MAX 128 /* bytes of a resourceVersion; real ones have 20 */
#define LIVED_MS 1000   /* a watch that lived so long was one, even if nothing happened */

struct watcher {
    watcher_what what;
    bool cut; /* see watcher_keep */
    const char *const *fields_kept;
    const watcher_sink *sink;
    void *user;
    bool listing;
    bool again;                /* list when the watch ends */
    bool watch_list;           /* lists are the beginning of a watch */
    char version[VERSION_MAX]; /* of the last list, event or bookmark; "": none yet */
    buf cont;                  /* continue token of the next page; empty: first page */
    stream *body;              /* of the running request */
    unsigned events;           /* seen in the running request */
    unsigned expired;          /* lists in a row whose continue token expired */
    unsigned refused;          /* watch requests in a row that the server failed */
    int64_t healthy_ms;        /* watches have been fine for so long, since the last failure */
    bool ordered;              /* versions rise in the running request */
    bool whole;                /* each object of the list could be read so far */
    watcher_stats stats;
    backoff slow, link; /* the server refuses; nobody answers */
};

watcher *watcher_new(const watcher_what *what, const watcher_sink *sink, void *user)
{
    watcher *w = calloc(1, sizeof(*w));

    if (!w)
        return NULL;
    w->what = *what;
    w->sink = sink;
    w->user = user;
    w->listing = true;
    w->watch_list = what->watch_list;
    w->cont = BUF_INIT(LIMIT_URL);
    w->slow = (backoff){LIMIT_WATCH_BACKOFF_MIN_MS, LIMIT_WATCH_BACKOFF_MAX_MS, 0};
    w->link = (backoff){LIMIT_WATCH_BACKOFF_MIN_MS, LIMIT_WATCH_BACKOFF_LINK_MS, 0};
    return w;
}

watcher *watcher_free(watcher *w)
{
    if (!w)
        return NULL;
    stream_free(w->body);
    buf_clear(&w->cont);
    free(w);
    return NULL;
}

void watcher_keep(watcher *w, const char *const *fields)
{
    w->cut = true;
    w->fields_kept = fields;
}

const watcher_stats *watcher_counts(const watcher *w)
{
    return &w->stats;
}

void watcher_list_again(watcher *w)
{
    w->again = true;
}

const char *watcher_version(const watcher *w)
{
    return w->version;
}

bool watcher_listing(const watcher *w)
{
    return w->listing;
}

bool watcher_watching(const watcher *w)
{
    return !w->listing || w->watch_list;
}

/* Never goes back, except by a list. */
static int set_version(watcher *w, const char *version, bool listed, opsdk_error *err)
{
    size_t len = strlen(version);

    if (len >= sizeof(w->version))
        return opsdk_error_set(err, OPSDK_EPROTO, "%s: resourceVersion of %zu bytes", w->what.kind->plural, len);
    if (len > 0 && (listed || !revision_older(version, w->version)))
        memcpy(w->version, version, len + 1);
    return 0;
}

/* The Status of an ERROR event as an error. */
static int status_error(const watcher *w, const opsdk_object *status, opsdk_error *err)
{
    int64_t told = opsdk_value_int(opsdk_at(status, "/code"), 0), code = told > 0 && told < 1000 ? told : 500;
    int64_t after_s = opsdk_value_int(opsdk_at(status, "/details/retryAfterSeconds"), 0);
    const char *reason = opsdk_value_str(opsdk_at(status, "/reason"), "");
    const char *message = opsdk_value_str(opsdk_at(status, "/message"), "no message");
    int r = status_code((int)code, reason);

    if (strcmp(reason, "Expired") == 0 || strcmp(reason, "Gone") == 0)
        r = OPSDK_EGONE;
    opsdk_error_set(err, r, "watch %s: the server ended it: %s", w->what.kind->plural, message);
    err->http_status = (int)code;
    err->retry_after_ms = after_s > 0 && after_s <= LIMIT_RETRY_AFTER_MS / 1000 ? (int)after_s * 1000 : 0;
    strncpy(err->reason, reason, sizeof(err->reason) - 1);
    return r;
}

static void skip(watcher *w, const opsdk_error *why)
{
    w->whole = false;
    w->stats.unreadable++;
    w->sink->notice(why, w->user);
}

static int upsert(watcher *w, opsdk_object *obj, opsdk_error *err)
{
    opsdk_error what = {0};

    if (*opsdk_object_key(obj).name)
        return w->sink->upsert(obj, w->listing, w->user, err);
    opsdk_object_unref(obj);
    opsdk_error_set(&what, OPSDK_EPROTO, "%s: an object without metadata.name was left out", w->what.kind->plural);
    skip(w, &what);
    return 0;
}

static int on_listed(const char *type, opsdk_object *obj, void *user, opsdk_error *err)
{
    (void)type;
    return upsert(user, obj, err);
}

/* A list may hold an older version than we have seen: the cluster's store was restored from a backup. */
static void notice_rewind(watcher *w, const char *version)
{
    opsdk_error what = {0};

    if (!revision_older(version, w->version))
        return;
    w->stats.rewinds++;
    opsdk_error_set(
        &what, OPSDK_EPROTO,
        "%s: the server went back from version %s to %s (restored from a backup?); everything was read anew",
        w->what.kind->plural, w->version, version);
    w->sink->notice(&what, w->user);
}

/* The list is complete: what comes now are changes. */
static int listed_all(watcher *w, const char *version, opsdk_error *err)
{
    int r;

    notice_rewind(w, version);
    w->version[0] = '\0';
    r = set_version(w, version, true, err);
    if (r < 0)
        return r;
    w->listing = false;
    w->ordered = *version;
    w->expired = w->refused = 0;
    w->stats.lists++;
    w->sink->synced(w->whole, w->user);
    return 0;
}

/* Takes the reference. */
static int change(watcher *w, const char *type, opsdk_object *obj, opsdk_error *err)
{
    opsdk_error what = {0};

    if (strcmp(type, "ADDED") == 0 || strcmp(type, "MODIFIED") == 0)
        return upsert(w, obj, err);
    if (strcmp(type, "DELETED") == 0) {
        w->sink->remove(obj, w->user);
        return 0;
    }
    if (strcmp(type, "BOOKMARK") == 0) {
        bool last = w->listing && opsdk_object_annotation(obj, "k8s.io/initial-events-end");
        int r = last ? listed_all(w, opsdk_object_version(obj), err) : 0;
        opsdk_object_unref(obj);
        return r;
    }
    opsdk_object_unref(obj);
    opsdk_error_set(&what, OPSDK_EPROTO, "watch %s: unknown event type '%.20s'", w->what.kind->plural, type);
    w->sink->notice(&what, w->user);
    return 0;
}

/* Versions of one watch rise.  What is older is no news, and told to nobody by the owner; but it is odd. */
static int follow_version(watcher *w, const char *version, opsdk_error *err)
{
    opsdk_error what = {0};

    if (w->ordered && revision_older(version, w->version)) {
        w->stats.rewinds++;
        opsdk_error_set(&what, OPSDK_EPROTO, "watch %s: version %.40s came after %s", w->what.kind->plural, version,
                        w->version);
        w->sink->notice(&what, w->user);
    }
    return set_version(w, version, false, err);
}

static int on_event(const char *type, opsdk_object *obj, void *user, opsdk_error *err)
{
    opsdk_auto_object *hold = opsdk_object_ref(obj); /* its version is read when the change is done */
    opsdk_error why = {0};
    watcher *w = user;
    int r;

    if (strcmp(type, "ERROR") == 0) {
        status_error(w, obj, &why);
        opsdk_object_unref(obj);
        if (err)
            *err = why;
        return why.code;
    }
    r = change(w, type, obj, err);
    if (r < 0)
        return r;
    w->events++;
    return w->listing ? 0 : follow_version(w, opsdk_object_version(hold), err);
}

static void on_skipped(const opsdk_error *why, void *user)
{
    skip(user, why);
}

/* In whole seconds, up to a tenth less by chance so that watches that began together do not end together. */
static long timeout_s(const watcher *w, uint32_t random)
{
    int64_t ms = (int64_t)w->what.silence_ms * 3 / 4;

    ms -= (int64_t)((uint64_t)(ms / 10) * random >> 32);
    return ms < 1000 ? 1 : (long)(ms / 1000);
}

static void put_query(const watcher *w, uint32_t random, buf *ret)
{
    char number[24];

    url_resource(ret, w->what.kind, w->what.ns, NULL, NULL);
    url_query(ret, "labelSelector", w->what.labels);
    url_query(ret, "fieldSelector", w->what.fields);
    if (w->listing && !w->watch_list) {
        snprintf(number, sizeof(number), "%d", LIMIT_PAGE);
        url_query(ret, "limit", w->expired < LIMIT_LIST_EXPIRED ? number : NULL);
        url_query(ret, "continue", w->cont.len > 0 ? w->cont.data : NULL);
        return;
    }
    snprintf(number, sizeof(number), "%ld", timeout_s(w, random));
    url_query(ret, "watch", "true");
    url_query(ret, "allowWatchBookmarks", "true");
    if (w->listing) {
        url_query(ret, "sendInitialEvents", "true");
        url_query(ret, "resourceVersionMatch", "NotOlderThan");
    } else {
        url_query(ret, "resourceVersion", *w->version ? w->version : NULL);
    }
    url_query(ret, "timeoutSeconds", number);
}

int watcher_begin(watcher *w, uint32_t random, buf *ret, opsdk_error *err)
{
    if (w->again && !w->listing) {
        w->again = false;
        w->listing = true;
    }
    put_query(w, random, ret);
    if (ret->failed)
        return opsdk_error_set(err, OPSDK_EINVAL, "%s: namespace or selector cannot be put in a request",
                               w->what.kind->plural);
    stream_free(w->body);
    w->body = watcher_watching(w) ? stream_watch(w->what.kind, on_event, on_skipped, w)
                                  : stream_list(w->what.kind, on_listed, on_skipped, w);
    if (!w->body)
        return opsdk_error_set(err, OPSDK_ENOMEM, "%s: out of memory", w->what.kind->plural);
    if (w->cut)
        stream_keep(w->body, w->fields_kept);
    w->events = 0;
    w->ordered = !w->listing && *w->version;
    if (w->listing && w->cont.len == 0) {
        w->whole = true;
        w->sink->begin(w->user);
    }
    return 0;
}

int watcher_feed(watcher *w, const char *data, size_t len, opsdk_error *err)
{
    return stream_feed(w->body, data, len, err);
}

/* 1 when there is another page. */
static int set_continue(watcher *w, const char *token, opsdk_error *err)
{
    size_t len = strlen(token);

    buf_reset(&w->cont);
    if (len > w->cont.max)
        return opsdk_error_set(err, OPSDK_EPROTO, "list %s: continue token of %zu bytes", w->what.kind->plural, len);
    if (len > 0)
        buf_puts(&w->cont, token);
    if (!w->cont.failed)
        return len > 0;
    buf_reset(&w->cont);
    return opsdk_error_set(err, OPSDK_ENOMEM, "list %s: out of memory", w->what.kind->plural);
}

/* A page has come whole: asks for the next one, or goes over to watching. */
static int list_complete(watcher *w, opsdk_error *err)
{
    int r;

    r = stream_end(w->body, err);
    if (r < 0)
        return r;

    r = set_continue(w, stream_continue(w->body), err);
    if (r != 0)
        return r < 0 ? r : 0;
    return listed_all(w, stream_version(w->body), err);
}

static bool may_pass(const opsdk_error *why)
{
    return why->code != OPSDK_EGONE &&
           (opsdk_error_is_transient(why) || why->code == OPSDK_EAUTH || why->code == OPSDK_EFORBIDDEN);
}

/* What is asked for next, after a failure. */
static void fail(watcher *w, const opsdk_error *why)
{
    if (w->listing && w->watch_list && (why->code == OPSDK_EREJECTED || why->code == OPSDK_EPROTO)) {
        w->watch_list = false; /* this server does not know it */
        return;
    }
    if (w->listing && !may_pass(why)) {
        w->expired += w->cont.len > 0 && why->code == OPSDK_EGONE;
        buf_reset(&w->cont); /* from the first page */
        return;
    }
    if (w->listing)
        return;
    w->refused = w->events > 0 ? 0 : w->refused + (why->http_status >= 500);
    if (why->code == OPSDK_EGONE || why->code == OPSDK_ENOTFOUND || w->refused >= LIMIT_WATCH_REFUSED)
        w->listing = true;
}

static int64_t wait_after(watcher *w, const opsdk_error *why, uint32_t random)
{
    bool link = why->http_status == 0 && (why->code == OPSDK_EIO || why->code == OPSDK_ETIMEOUT);
    int64_t wait = backoff_next(link ? &w->link : &w->slow, random);

    if (why->code == OPSDK_ENOTFOUND && wait > LIMIT_WATCH_BACKOFF_ABSENT_MS) /* somebody may install it any time */
        wait = LIMIT_WATCH_BACKOFF_ABSENT_MS;
    if (why->code == OPSDK_EFORBIDDEN) /* somebody has to change a role first */
        wait = LIMIT_WATCH_BACKOFF_MAX_MS / 2 + (int64_t)((uint64_t)(LIMIT_WATCH_BACKOFF_MAX_MS / 2) * random >> 32);
    if (why->retry_after_ms > wait) /* a fifth more by chance: not all at once */
        wait = why->retry_after_ms + (int64_t)((uint64_t)(why->retry_after_ms / 5) * random >> 32);
    return wait;
}

/* A server that begins well and fails soon is not asked ever again at once. */
static void count_health(watcher *w, int64_t lived_ms)
{
    w->healthy_ms += lived_ms;
    if (w->healthy_ms < LIMIT_WATCH_HEALTHY_MS)
        return;
    backoff_reset(&w->slow);
    backoff_reset(&w->link);
}

int watcher_end(watcher *w, const opsdk_error *why, int64_t lived_ms, uint32_t random, int64_t *ret_wait_ms,
                opsdk_error *err)
{
    bool listed = !watcher_watching(w);
    opsdk_error own = {0};

    *ret_wait_ms = 0;
    if (!why && listed && list_complete(w, &own) < 0)
        why = &own;
    if (!why && !listed && w->listing) {
        opsdk_error_set(&own, OPSDK_EPROTO, "watch %s: the server ended it before it had sent what there is",
                        w->what.kind->plural);
        why = &own;
    }
    if (!listed && (!why || w->events > 0))
        count_health(w, lived_ms);
    if (!why && (listed || w->events > 0 || lived_ms >= LIVED_MS)) {
        w->refused = 0;
        return 0;
    }
    if (!why) { /* a server that hangs up at once must not be asked again at once */
        opsdk_error_set(&own, OPSDK_EIO, "watch %s: the server ended it at once", w->what.kind->plural);
        why = &own;
    }
    w->healthy_ms = 0;
    fail(w, why);
    *ret_wait_ms = wait_after(w, why, random);
    if (err)
        *err = *why;
    if (why->code == OPSDK_ENOTFOUND && err)
        opsdk_error_wrap(err, 0, "%s of %s are not served (is the CustomResourceDefinition installed?)",
                         w->what.kind->plural, w->what.kind->api_version);
    return why->code;
}
