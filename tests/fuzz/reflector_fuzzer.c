/* A server with eight objects that a script of bytes drives: it changes them, pages, cuts, repeats, forgets and refuses; and a cache that
 * believes what the watcher tells.  Whenever a list is complete, and behind each event of a watch, the cache must be what the server has. */
#include "core/limits.h"
#include "core/watcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define KEYS 8
#define EVENTS 512
#define REQUESTS 200

typedef struct state {
    unsigned version[KEYS]; /* 0: not there */
} state;

typedef struct world {
    const uint8_t *script;
    size_t left;
    state at[EVENTS]; /* after each event; version v of a key was made by event v */
    unsigned events, floor, listed;
    watcher *w;
    state cache;
    bool marked[KEYS];
    bool failed;  /* the request is over */
    bool expired; /* the pages of the list that was begun */
} world;

static unsigned next_byte(world *s)
{
    if (s->left == 0)
        return 0;
    s->left--;
    return *s->script++;
}

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "reflector: %s\n", what);
    abort();
}

static void on_begin(void *user)
{
    world *s = user;

    memset(s->marked, 0, sizeof(s->marked));
}

static unsigned number(const opsdk_object *obj, unsigned *ret_key)
{
    *ret_key = (unsigned)(opsdk_object_key(obj).name[0] - 'a');
    must(*ret_key < KEYS, "an object that was never there");
    return (unsigned)strtoul(opsdk_object_version(obj), NULL, 10);
}

static int on_upsert(opsdk_object *obj, bool listed, void *user, opsdk_error *err)
{
    world *s = user;
    unsigned key, version = number(obj, &key);

    (void)err;
    opsdk_object_unref(obj);
    s->marked[key] = true;
    if (listed || version > s->cache.version[key])
        s->cache.version[key] = version;
    return 0;
}

static void on_remove(opsdk_object *obj, void *user)
{
    world *s = user;
    unsigned key, version = number(obj, &key);

    opsdk_object_unref(obj);
    if (version >= s->cache.version[key])
        s->cache.version[key] = 0;
}

static void equals(const world *s, unsigned event, const char *what)
{
    must(memcmp(&s->cache, s->at + event, sizeof(state)) == 0, what);
}

static void on_synced(bool whole, void *user)
{
    world *s = user;

    for (unsigned key = 0; whole && key < KEYS; key++) {
        if (!s->marked[key])
            s->cache.version[key] = 0;
    }
    if (whole)
        equals(s, s->listed, "the cache is not what the list was");
}

static void on_notice(const opsdk_error *what, void *user)
{
    (void)user;
    must(*what->message, "a notice without words");
}

static void feed(world *s, const char *text)
{
    size_t len = strlen(text), step = 1 + next_byte(s) % 64;
    opsdk_error err = {0};

    for (size_t i = 0; i < len && !s->failed; i += step)
        s->failed = watcher_feed(s->w, text + i, len - i < step ? len - i : step, &err) < 0;
}

/* A key that was there goes half of the times. */
static void change(world *s)
{
    unsigned choice = next_byte(s), key = choice % KEYS;

    if (s->events + 1 >= EVENTS)
        return;
    s->at[s->events + 1] = s->at[s->events];
    s->events++;
    s->at[s->events].version[key] = s->at[s->events].version[key] && choice & 64 ? 0 : s->events;
}

static void put(world *s, const char *type, unsigned key, unsigned version, const char *before, const char *after)
{
    char text[256];

    snprintf(text, sizeof(text),
             "%s%s%s{\"metadata\":{\"name\":\"%c\",\"namespace\":\"n\",\"resourceVersion\":\"%u\"}}%s", before, type,
             *type ? "\",\"object\":" : "", 'a' + (int)key, version, after);
    feed(s, text);
}

/* The event that led there, as the server sends it. */
static void put_event(world *s, unsigned event)
{
    const state *before = s->at + event - 1, *now = s->at + event;
    unsigned key = 0;

    while (before->version[key] == now->version[key])
        key++;
    put(s,
        !now->version[key]     ? "DELETED"
        : before->version[key] ? "MODIFIED"
                               : "ADDED",
        key, event, "{\"type\":\"", "}\n");
}

static void put_bookmark(world *s, unsigned version, bool last)
{
    char text[200];

    snprintf(text, sizeof(text), "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"%u\"%s}}}\n",
             version, last ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : "");
    feed(s, text);
}

/* 0: goes on; 1: the reply ends; 2: it breaks off. */
static int trouble(world *s, unsigned what, unsigned sent)
{
    switch (what) {
    case 1:
        feed(s, "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\"}}\n");
        return s->floor = s->events, 1;
    case 2:
        feed(s, "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":504,\"reason\":\"Timeout\"}}\n");
        return 1;
    case 3:
        feed(s, "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"a\",\"x\":[}}}\n");
        return 0;
    case 4:
        put_bookmark(s, sent, false);
        return 0;
    case 5:
        return 1;
    case 6:
        feed(s, "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"na");
        return 2;
    case 7:
        return s->floor = s->events, 2;
    default:
        return 0;
    }
}

static unsigned query(const char *target, const char *name, unsigned dflt)
{
    const char *at = strstr(target, name);

    return at ? (unsigned)strtoul(at + strlen(name), NULL, 10) : dflt;
}

static int serve_watch(world *s, unsigned sent)
{
    int over = 0;

    while (over == 0 && !s->failed) {
        if (sent == s->events && s->left > 0)
            change(s);
        if (sent == s->events)
            return 1;
        put_event(s, ++sent);
        if (s->failed)
            break;
        equals(s, sent, "the cache is not what the events led to");
        over = trouble(s, next_byte(s) % 24, sent);
    }
    return over;
}

static int serve_initial(world *s)
{
    unsigned stop_at = next_byte(s) % 32 - 1;

    s->listed = s->events;
    for (unsigned key = 0; key < KEYS; key++) {
        if (key == stop_at)
            return 2;
        if (s->at[s->listed].version[key])
            put(s, "ADDED", key, s->at[s->listed].version[key], "{\"type\":\"", "}\n");
    }
    put_bookmark(s, s->listed, true);
    return s->failed ? 2 : serve_watch(s, s->listed);
}

/* The token is the next key, counted from 1. */
static int serve_list(world *s, const char *target)
{
    unsigned key = query(target, "continue=", 0), end = next_byte(s) % 4 ? KEYS : key + 3, comma = 0;
    unsigned stop_at = next_byte(s) % 32 - 1;
    char text[100];

    if (key == 0) {
        s->listed = s->events;
        s->expired = false;
    }
    feed(s, "{\"items\":[");
    for (; key < KEYS && key < end; key++) {
        if (key == stop_at)
            return 2;
        if (s->at[s->listed].version[key])
            put(s, "", key, s->at[s->listed].version[key], comma++ ? "," : "", "");
    }
    snprintf(text, sizeof(text), "],\"metadata\":{\"resourceVersion\":\"%u\",\"continue\":\"%.*u\"}}", s->listed,
             key < KEYS, key < KEYS ? key : 0);
    feed(s, text);
    return 1;
}

static void request(world *s)
{
    static const int refusals[] = {410, 500, 503, 504, 429, 422, 403, 0};
    static const int codes[] = {OPSDK_EGONE, OPSDK_EIO,       OPSDK_EBUSY,      OPSDK_ETIMEOUT,
                                OPSDK_EBUSY, OPSDK_EREJECTED, OPSDK_EFORBIDDEN, OPSDK_EIO};
    auto_buf target = BUF_INIT(LIMIT_URL);
    opsdk_error why = {0};
    unsigned how = next_byte(s), version;
    int64_t wait = -1;
    int over = 1;

    if (watcher_begin(s->w, how * 0x1010101u, &target, NULL) < 0)
        return;
    version = query(target.data, "resourceVersion=", 0);
    s->failed = false;
    if (strstr(target.data, "continue=") && (how % 8 == 2 || s->expired)) {
        s->expired = true;
        why = (opsdk_error){.code = OPSDK_EGONE, .http_status = 410};
    } else if (how % 8 == 1)
        why = (opsdk_error){.code = codes[how / 8 % 8], .http_status = refusals[how / 8 % 8]};
    else if (strstr(target.data, "sendInitialEvents"))
        over = serve_initial(s);
    else if (!strstr(target.data, "watch="))
        over = serve_list(s, target.data);
    else if (version < s->floor)
        why = (opsdk_error){.code = OPSDK_EGONE, .http_status = 410};
    else
        over = serve_watch(s, version);
    if (over == 2 || (s->failed && !why.code))
        why = (opsdk_error){.code = OPSDK_EIO};
    watcher_end(s->w, why.code ? &why : NULL, how * 100, how * 0x1010101u, &wait, NULL);
    must(wait >= 0 && wait <= LIMIT_RETRY_AFTER_MS * 2, "a wait without end");
}

/* Without further trouble it comes to rest. */
static void settle(world *s)
{
    for (int i = 0; i < 40; i++)
        request(s);
    if (!watcher_listing(s->w))
        equals(s, s->events, "in the end the cache is not what the server has");
    must(!watcher_listing(s->w), "it never comes to watch");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const watcher_sink sink = {on_begin, on_upsert, on_remove, on_synced, on_notice};
    watcher_what what = {&OPSDK_POD, "ns", NULL, NULL, LIMIT_SILENCE_MS, size > 0 && data[0] & 1};
    world *s = calloc(1, sizeof(*s));

    s->script = data;
    s->left = size;
    s->w = watcher_new(&what, &sink, s);
    for (int i = 0; i < REQUESTS && s->left > 0; i++)
        request(s);
    s->left = 0;
    settle(s);
    watcher_free(s->w);
    free(s);
    return 0;
}
