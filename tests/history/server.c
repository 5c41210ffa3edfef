#include "tests/history/server.h"

#include "tests/bench/replay/reply.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define HEAD_MAX 16384
#define LOOK_MS 2 /* so often a pause looks whether it is over */
#define EVENT "{\"type\":\"MODIFIED\",\"object\":"
#define GONE "{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"too old\",\"reason\":\"Expired\",\"code\":410}"
#define TOO_LARGE                                                                                                    \
    "{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"Too large resource version\",\"reason\":\"Timeout\"," \
    "\"code\":504,\"details\":{\"causes\":[{\"reason\":\"ResourceVersionTooLarge\"}],\"retryAfterSeconds\":0}}"

/* How a reply ends. */
enum after { AFTER_END, AFTER_CUT };

static bool chance(server *s, uint64_t one_in)
{
    return s->fault_every > 0 && world_chance(&s->world, one_in) == 0;
}

static bool paused(const server *s)
{
    return s->world.version >= s->until;
}

/* The world goes on while the client is away: a little, or for long. */
static void away(server *s)
{
    uint64_t n = world_chance(&s->world, 4) == 0 ? 3000 : 30;

    for (n = world_chance(&s->world, n); n > 0 && !paused(s); n--)
        world_go_on(&s->world);
}

static void forget(server *s)
{
    away(s);
    world_forget(&s->world);
    s->counts.gone++;
}

static void status(server *s, int code, const char *body)
{
    reply_head(s->out, code, "application/json", (long long)strlen(body));
    reply_text(s->out, "%s", body);
    reply_end(s->out);
}

static void put_object(server *s, const char *before, const char *after, uint32_t key, const world_key *k,
                       uint64_t content)
{
    char text[WORLD_TEXT + 128];
    size_t n = strlen(before), len = strlen(after);

    memcpy(text, before, n);
    n += world_object(key, k->life, k->version, content, text + n);
    memcpy(text + n, after, len);
    memcpy(reply_room(s->out, n + len), text, n + len);
}

static void put_event(server *s, const world_event *e)
{
    static const char *const before[] = {
        "{\"type\":\"ADDED\",\"object\":", "{\"type\":\"MODIFIED\",\"object\":", "{\"type\":\"DELETED\",\"object\":"};

    put_object(s, before[e->type], "}\n", e->key, &e->is, e->type == WORLD_DELETED ? e->is.before : e->is.version);
}

static void put_bookmark(server *s, uint64_t revision, bool initial)
{
    reply_text(s->out,
               "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{"
               "\"resourceVersion\":\"%llu\"%s}}}\n",
               (unsigned long long)revision,
               initial ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : "");
    s->counts.bookmarks += !initial;
}

/* before: what stands before an object that the connection ends in; NULL: it ends behind one. */
static enum after cut(server *s, const char *before, const world_event *e)
{
    char text[WORLD_TEXT];
    size_t len = world_object(e->key, e->is.life, e->is.version, e->is.version, text);

    if (before) {
        reply_text(s->out, "%s", before);
        memcpy(reply_room(s->out, len / 2), text, len / 2);
    }
    reply_flush(s->out);
    s->counts.cuts++;
    return AFTER_CUT;
}

static void put_error(server *s, const char *body)
{
    reply_text(s->out, "{\"type\":\"ERROR\",\"object\":%s}\n", body);
    s->counts.errors++;
}

/* Something happens behind an event; -1: the watch goes on. */
static int fault(server *s, const world_event *e)
{
    uint64_t what = world_chance(&s->world, 10);

    switch (what) {
    case 0:
        s->counts.ends++;
        return AFTER_END;
    case 1:
    case 2:
        return cut(s, what == 2 ? EVENT : NULL, e);
    case 3:
        put_error(s, GONE);
        forget(s);
        s->counts.reasons++;
        return AFTER_END;
    case 4:
        put_error(s, "{\"kind\":\"Status\",\"message\":\"etcd\",\"reason\":\"InternalError\",\"code\":500}");
        return AFTER_END;
    case 5:
        put_error(s, TOO_LARGE);
        return AFTER_END;
    case 6:
        reply_text(s->out, "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":tru}}}\n");
        s->counts.junk++;
        return -1;
    case 7:
        if (e->type != WORLD_DELETED)
            put_event(s, e);
        s->counts.repeated++;
        return -1;
    case 8:
        put_bookmark(s, world_revision(e->is.version) + 1, false);
        return -1;
    default: /* the next request finds it forgotten */
        cut(s, NULL, e);
        forget(s);
        return AFTER_CUT;
    }
}

/* Is it time to do what was planted, in the middle of the history? */
static bool planted(server *s, enum plant plant, const world_event *e)
{
    if (s->plant != plant || s->planted || e->is.version < s->until / 2)
        return false;
    s->planted = e->is.version;
    return true;
}

/* Is what is sent now so near to the plant that a new list could heal it? */
static bool too_near(const server *s)
{
    return (s->plant == PLANT_DROP || s->plant == PLANT_SWAP) && s->world.version + 100 > s->until / 2 &&
           (!s->planted || s->world.version < s->planted + 100);
}

static void send_event(server *s, const world_event *e)
{
    if (planted(s, PLANT_DROP, e))
        return;
    if (e->is.version == s->world.version && !paused(s) && planted(s, PLANT_SWAP, e)) {
        put_event(s, world_go_on(&s->world));
        put_event(s, e);
        return;
    }
    put_event(s, e);
}

/* Is the client still there? */
static bool listening(const server *s)
{
    struct pollfd p = {s->out->fd, POLLIN, 0};

    return poll(&p, 1, LOOK_MS) == 0;
}

/* Nothing happens until the history goes on; false: the watch is over. */
static bool pause_watch(server *s, time_t until)
{
    reply_flush(s->out);
    if (s->plant == PLANT_CHANGE && !s->planted) {
        world_tamper(&s->world);
        s->planted = s->world.version;
    }
    atomic_store(&s->quiet, s->world.version);
    while (paused(s) && !s->stop && time(NULL) < until) {
        if (!listening(s))
            return false;
    }
    return !paused(s) && !s->stop;
}

static enum after stream_events(server *s, uint64_t version, time_t until)
{
    uint64_t changed = 0;

    while (!s->out->failed) {
        const world_event *e;
        if (version == s->world.version && paused(s)) {
            if (!pause_watch(s, until))
                return AFTER_END;
            continue;
        }
        e = version < s->world.version ? world_event_at(&s->world, version + 1) : world_go_on(&s->world);
        send_event(s, e);
        version = s->planted == e->is.version && s->plant == PLANT_SWAP ? s->world.version : version + 1;
        changed++;
        if (s->fault_every && !too_near(s) && world_chance(&s->world, s->fault_every) == 0) {
            int after = fault(s, e);
            if (after >= 0)
                return (enum after)after;
        }
        if (changed % 64 == 0 && world_chance(&s->world, 8) == 0)
            reply_flush(s->out);
    }
    return AFTER_CUT;
}

static const char *query(const char *target, const char *name)
{
    const char *at = strchr(target, '?');
    size_t len = strlen(name);

    for (; at; at = strchr(at + 1, '&')) {
        if (strncmp(at + 1, name, len) == 0 && at[1 + len] == '=')
            return at + 2 + len;
    }
    return NULL;
}

static uint64_t number(const char *target, const char *name, uint64_t dflt)
{
    const char *text = query(target, name);

    return text ? strtoull(text, NULL, 10) : dflt;
}

static bool hidden(const server *s, uint32_t key)
{
    return s->plant == PLANT_HIDE && key % 4 == 0;
}

static void begin_list(server *s)
{
    world_list(&s->world);
    s->counts.lists++;
}

/* The beginning of a watch that is a list too; false: the connection ended in its midst. */
static bool send_initial(server *s)
{
    uint64_t stop_at = chance(s, 8) ? world_chance(&s->world, s->world.n) : s->world.n;

    begin_list(s);
    for (uint32_t key = 0; key < s->world.n; key++) {
        const world_key *k = s->world.listed + key;
        if (key == stop_at) {
            s->counts.reasons++;
            cut(s, EVENT, &(world_event){.key = key, .is = *k});
            return false;
        }
        if (k->there && !hidden(s, key))
            put_object(s, "{\"type\":\"ADDED\",\"object\":", "}\n", key, k, k->version);
    }
    put_bookmark(s, world_revision(s->world.list_version) + 1, true);
    return true;
}

static enum after serve_watch(server *s, const char *target)
{
    time_t until = time(NULL) + (time_t)number(target, "timeoutSeconds", 3600);
    uint64_t version = world_version(number(target, "resourceVersion", 0));
    bool initial = query(target, "sendInitialEvents") != NULL;

    s->counts.watches++;
    if (initial && chance(s, 6)) {
        s->counts.reasons++;
        status(s, 422, "{\"kind\":\"Status\",\"message\":\"sendInitialEvents is forbidden\",\"code\":422}");
        return AFTER_END;
    }
    if (!initial && !world_knows(&s->world, version)) {
        s->counts.reasons++;
        status(s, 410, GONE);
        return AFTER_END;
    }
    reply_head(s->out, 200, "application/json", -1);
    if (initial && !send_initial(s))
        return AFTER_CUT;
    return stream_events(s, initial ? s->world.list_version : version, until);
}

/* The continue token is the number of the list and the next key. */
static enum after serve_list(server *s, const char *target)
{
    uint64_t token = number(target, "continue", 0), limit = number(target, "limit", UINT64_MAX), sent = 0;
    uint32_t key = (uint32_t)(token % 1000000);
    bool torn = chance(s, 8);

    if (token == 0)
        begin_list(s);
    else
        away(s);
    if (token && (token / 1000000 != s->world.lists || chance(s, 8))) {
        s->counts.reasons++;
        status(s, 410, GONE);
        return AFTER_END;
    }
    s->counts.pages++;
    reply_head(s->out, 200, "application/json", -1);
    reply_text(s->out, "{\"kind\":\"ConfigMapList\",\"apiVersion\":\"v1\",\"items\":[");
    for (; key < s->world.n && sent < limit; key++) {
        const world_key *k = s->world.listed + key;
        if (!k->there || hidden(s, key))
            continue;
        if (torn && sent == limit / 2) {
            s->counts.reasons += token == 0; /* a later page is asked for again */
            return cut(s, sent ? "," : "", &(world_event){.key = key, .is = *k});
        }
        put_object(s, sent++ ? "," : "", "", key, k, k->version);
    }
    reply_text(s->out, "],\"metadata\":{\"resourceVersion\":\"%llu\"",
               (unsigned long long)world_revision(s->world.list_version));
    if (key < s->world.n)
        reply_text(s->out, ",\"continue\":\"%llu\"", (unsigned long long)(s->world.lists * 1000000 + key));
    reply_text(s->out, "}}\n");
    reply_end(s->out);
    return AFTER_END;
}

static enum after serve(server *s, const char *target)
{
    static const int refusals[] = {500, 503, 429, 504};

    away(s);
    if (chance(s, 10)) {
        int code = refusals[world_chance(&s->world, 4)];
        s->counts.refused++;
        status(s, code, code == 504 ? TOO_LARGE : "{}");
        return AFTER_END;
    }
    if (chance(s, 16))
        return AFTER_CUT;
    return query(target, "watch") ? serve_watch(s, target) : serve_list(s, target);
}

/* Reads one request; false: the client is gone, or the server ends. */
static bool read_head(server *s, char *head, size_t *have)
{
    for (*have = 0; *have < HEAD_MAX - 1;) {
        struct pollfd p[2] = {{s->out->fd, POLLIN, 0}, {s->fd, POLLIN, 0}};
        ssize_t n;
        poll(p, 2, 20);
        if (s->stop || (!p[0].revents && p[1].revents)) /* somebody else comes: he has left this one */
            return false;
        if (!p[0].revents)
            continue;
        n = recv(s->out->fd, head + *have, HEAD_MAX - 1 - *have, 0);
        if (n <= 0)
            return false;
        *have += (size_t)n;
        head[*have] = '\0';
        if (strstr(head, "\r\n\r\n"))
            return true;
    }
    return false;
}

static void serve_connection(server *s)
{
    char head[HEAD_MAX];
    size_t have;

    *s->out = (reply){.fd = s->out->fd};
    while (!s->out->failed && read_head(s, head, &have)) {
        char *target = strchr(head, ' '), *end = target ? strchr(target + 1, ' ') : NULL;
        if (!end)
            return;
        *end = '\0';
        if (serve(s, target + 1) == AFTER_CUT)
            return;
        reply_end(s->out);
        away(s);
    }
}

static void *run(void *arg)
{
    server *s = arg;

    while (!s->stop) {
        struct pollfd p = {s->fd, POLLIN, 0};
        if (poll(&p, 1, 20) <= 0)
            continue;
        s->out->fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);
        if (s->out->fd < 0)
            continue;
        setsockopt(s->out->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        serve_connection(s);
        close(s->out->fd);
        away(s);
    }
    return NULL;
}

bool server_start(server *s)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);

    s->out = calloc(1, sizeof(*s->out));
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (!s->out || s->fd < 0 || bind(s->fd, (void *)&at, len) != 0 || listen(s->fd, 8) != 0 ||
        getsockname(s->fd, (void *)&at, &len) != 0)
        return false;
    s->port = ntohs(at.sin_port);
    return pthread_create(&s->thread, NULL, run, s) == 0;
}

void server_run(server *s, uint64_t events)
{
    atomic_fetch_add(&s->until, events);
}

void server_stop(server *s)
{
    atomic_store(&s->stop, true);
    pthread_join(s->thread, NULL);
    close(s->fd);
    free(s->out);
}
