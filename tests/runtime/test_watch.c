/* opsdk_watch against a server that the test plays. */
#include "tests/support/peer.h"
#include "tests/support/suite.h"
#include "tests/support/tell.h"

#include <opsdk/watch.h>
#include <stdio.h>
#include <string.h>

#define LIST "/api/v1/namespaces/ns/configmaps?limit=500"
#define WATCH(version) \
    "/api/v1/namespaces/ns/configmaps?watch=true&allowWatchBookmarks=true&resourceVersion=" version "&timeoutSeconds="

#define OBJECT(name, version)                                                                                         \
    "{\"metadata\":{\"name\":\"" name "\",\"namespace\":\"ns\",\"uid\":\"u-" name "\",\"resourceVersion\":\"" version \
    "\"}}"
#define EVENT(type, name, version) "{\"type\":\"" type "\",\"object\":" OBJECT(name, version) "}\n"
#define ITEMS(version, items) \
    "{\"kind\":\"ConfigMapList\",\"metadata\":{\"resourceVersion\":\"" version "\"},\"items\":[" items "]}"
#define STATUS(code, reason) \
    "{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"m\",\"reason\":\"" reason "\",\"code\":" #code "}"

typedef struct fixture {
    peer *peer;
    tell *tell;
    opsdk_client *client;
    opsdk_watch *watch;
} fixture;

static void on_event(opsdk_event_type type, const opsdk_object *obj, void *user)
{
    static const char *const names[] = {"added", "modified", "deleted", "synced"};
    fixture *f = user;

    if (obj)
        tell_line(f->tell, "%s %s %s", names[type], opsdk_object_key(obj).name, opsdk_object_version(obj));
    else
        tell_line(f->tell, "%s", names[type]);
}

static void on_trouble(const opsdk_error *why, int64_t retry_in_ms, void *user)
{
    fixture *f = user;

    (void)retry_in_ms;
    tell_line(f->tell, "trouble %d", why->code);
}

static void setup(fixture *f, int silence_ms)
{
    opsdk_watch_opts opts = {
        .ns = "ns", .on_event = on_event, .on_trouble = on_trouble, .user = f, .silence_ms = silence_ms};

    *f = (fixture){.peer = peer_new(), .tell = tell_new()};
    f->client = peer_client(f->peer);
    ck_assert_int_eq(opsdk_watch_start(f->client, &OPSDK_CONFIGMAP, &opts, &f->watch, NULL), 0);
}

static void teardown(fixture *f)
{
    tell_nothing(f->tell);
    opsdk_watch_stop(f->watch);
    opsdk_client_free(f->client);
    peer_free(f->peer);
    tell_free(f->tell);
}

/* Plays the first list, a and b, and answers the watch that follows; returns its connection. */
static int begin(fixture *f)
{
    int conn;

    peer_reply(peer_expect(f->peer, LIST), 200, ITEMS("10", OBJECT("a", "1") "," OBJECT("b", "2")));
    tell_expect(f->tell, "added a 1");
    tell_expect(f->tell, "added b 2");
    tell_expect(f->tell, "synced");
    conn = peer_expect(f->peer, WATCH("10"));
    peer_head(conn, 200);
    return conn;
}

static void follows(size_t piece)
{
    fixture f;
    int conn;

    setup(&f, 0);
    conn = peer_expect(f.peer, LIST);
    peer_head(conn, 200);
    peer_part(conn, ITEMS("10", OBJECT("a", "1") "," OBJECT("b", "2")), piece);
    peer_end(conn);
    tell_expect(f.tell, "added a 1");
    tell_expect(f.tell, "added b 2");
    tell_expect(f.tell, "synced");
    conn = peer_expect(f.peer, WATCH("10"));
    peer_head(conn, 200);
    peer_part(conn, EVENT("ADDED", "c", "11") EVENT("MODIFIED", "a", "12") EVENT("DELETED", "b", "13"), piece);
    tell_expect(f.tell, "added c 11");
    tell_expect(f.tell, "modified a 12");
    tell_expect(f.tell, "deleted b 13");
    peer_end(conn); /* its time is over: resumed at once, on the same connection */
    ck_assert_int_eq(peer_expect(f.peer, WATCH("13")), conn);
    teardown(&f);
}

START_TEST(follows_whole)
{
    follows(0);
}
END_TEST

START_TEST(follows_by_bytes)
{
    follows(1);
}
END_TEST

START_TEST(cut_in_a_line)
{
    fixture f;
    int conn;

    setup(&f, 0);
    conn = begin(&f);
    peer_part(conn, EVENT("ADDED", "c", "11") "{\"type\":\"ADDED\",\"object\":{\"meta", 0);
    tell_expect(f.tell, "added c 11");
    peer_cut(f.peer, conn);
    tell_expect(f.tell, "trouble -3");
    conn = peer_expect(f.peer, WATCH("11"));
    peer_head(conn, 200);
    peer_part(conn, EVENT("ADDED", "d", "12"), 0);
    tell_expect(f.tell, "added d 12");
    teardown(&f);
}
END_TEST

/* What vanished while we were away is told as deleted, with the last known state; what is the same is not told. */
START_TEST(gone_by_status)
{
    fixture f;

    setup(&f, 0);
    peer_reply(peer_expect(f.peer, LIST), 200, ITEMS("10", OBJECT("a", "1") "," OBJECT("b", "2") "," OBJECT("c", "3")));
    tell_expect(f.tell, "added a 1");
    tell_expect(f.tell, "added b 2");
    tell_expect(f.tell, "added c 3");
    tell_expect(f.tell, "synced");
    peer_reply(peer_expect(f.peer, WATCH("10")), 410, STATUS(410, "Expired"));
    tell_expect(f.tell, "trouble -12");
    peer_reply(peer_expect(f.peer, LIST), 200,
               ITEMS("20", OBJECT("a", "1") "," OBJECT("c", "15") "," OBJECT("d", "16")));
    tell_expect(f.tell, "modified c 15");
    tell_expect(f.tell, "added d 16");
    tell_expect(f.tell, "deleted b 2");
    tell_expect(f.tell, "synced");
    peer_expect(f.peer, WATCH("20"));
    teardown(&f);
}
END_TEST

START_TEST(gone_by_event)
{
    fixture f;
    int conn;

    setup(&f, 0);
    conn = begin(&f);
    peer_part(conn, "{\"type\":\"ERROR\",\"object\":" STATUS(410, "Expired") "}\n", 0);
    tell_expect(f.tell, "trouble -12");
    peer_reply(peer_expect(f.peer, LIST), 200, ITEMS("20", OBJECT("a", "1")));
    tell_expect(f.tell, "deleted b 2");
    tell_expect(f.tell, "synced");
    teardown(&f);
}
END_TEST

/* The same name, another object: the old one is told as deleted. */
START_TEST(made_again_while_away)
{
    fixture f;

    setup(&f, 0);
    peer_reply(peer_expect(f.peer, LIST), 200, ITEMS("10", OBJECT("a", "1")));
    tell_expect(f.tell, "added a 1");
    tell_expect(f.tell, "synced");
    peer_reply(peer_expect(f.peer, WATCH("10")), 410, STATUS(410, "Gone"));
    tell_expect(f.tell, "trouble -12");
    peer_reply(
        peer_expect(f.peer, LIST), 200,
        ITEMS("20", "{\"metadata\":{\"name\":\"a\",\"namespace\":\"ns\",\"uid\":\"new\",\"resourceVersion\":\"18\"}}"));
    tell_expect(f.tell, "deleted a 1");
    tell_expect(f.tell, "added a 18");
    tell_expect(f.tell, "synced");
    teardown(&f);
}
END_TEST

START_TEST(bookmark_is_resumed_from)
{
    fixture f;
    int conn;

    setup(&f, 0);
    conn = begin(&f);
    peer_part(conn,
              "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"ConfigMap\",\"metadata\":{\"resourceVersion\":\"77\"}}}\n",
              0);
    peer_end(conn);
    peer_expect(f.peer, WATCH("77"));
    teardown(&f);
}
END_TEST

START_TEST(old_events_are_ignored)
{
    fixture f;
    int conn;

    setup(&f, 0);
    conn = begin(&f);
    peer_part(conn,
              EVENT("MODIFIED", "a", "12") EVENT("MODIFIED", "a", "12") EVENT("MODIFIED", "a", "11")
                  EVENT("DELETED", "a", "11") EVENT("DELETED", "nobody", "13") EVENT("ADDED", "c", "14"),
              0);
    tell_expect(f.tell, "modified a 12");
    tell_expect(f.tell, "added c 14");
    teardown(&f);
}
END_TEST

/* One bad object is said and left out; the stream goes on. */
START_TEST(unreadable_object_is_left_out)
{
    fixture f;
    int conn;

    setup(&f, 0);
    conn = begin(&f);
    peer_part(conn,
              "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"\xff\xfe\"}}}\n" EVENT("ADDED", "c", "11"), 0);
    tell_expect(f.tell, "trouble -6");
    tell_expect(f.tell, "added c 11");
    teardown(&f);
}
END_TEST

/* The peer acknowledges but says nothing: list, watch before and after its headers. */
START_TEST(silence_is_noticed)
{
    fixture f;
    int conn;

    setup(&f, 300);
    conn = peer_expect(f.peer, LIST);
    tell_expect(f.tell, "trouble -4");
    peer_wait_closed(f.peer, conn);
    peer_reply(peer_expect(f.peer, LIST), 200, ITEMS("10", ""));
    tell_expect(f.tell, "synced");
    conn = peer_expect(f.peer, WATCH("10"));
    peer_head(conn, 200);
    peer_part(conn, EVENT("ADDED", "a", "11"), 0);
    tell_expect(f.tell, "added a 11");
    tell_expect(f.tell, "trouble -4");
    peer_wait_closed(f.peer, conn);
    conn = peer_expect(f.peer, WATCH("11"));
    tell_expect(f.tell, "trouble -4");
    peer_wait_closed(f.peer, conn);
    teardown(&f);
}
END_TEST

START_TEST(kind_comes_later)
{
    fixture f;

    setup(&f, 0);
    peer_reply(peer_expect(f.peer, LIST), 404, "404 page not found");
    tell_expect(f.tell, "trouble -9");
    peer_reply(peer_expect(f.peer, LIST), 404, "404 page not found");
    tell_expect(f.tell, "trouble -9");
    begin(&f);
    teardown(&f);
}
END_TEST

START_TEST(busy_server_is_resumed)
{
    fixture f;
    int conn;

    setup(&f, 0);
    conn = begin(&f);
    peer_part(conn, EVENT("ADDED", "c", "11") "{\"type\":\"ERROR\",\"object\":" STATUS(500, "InternalError") "}\n", 0);
    tell_expect(f.tell, "added c 11");
    tell_expect(f.tell, "trouble -3");
    peer_reply(peer_expect(f.peer, WATCH("11")), 503, STATUS(503, "ServiceUnavailable"));
    tell_expect(f.tell, "trouble -14");
    peer_expect(f.peer, WATCH("11"));
    teardown(&f);
}
END_TEST

START_TEST(stops_while_nobody_answers)
{
    fixture f;

    setup(&f, 0);
    peer_expect(f.peer, LIST);
    teardown(&f);
}
END_TEST

START_TEST(needs_what_it_calls)
{
    opsdk_watch *w = NULL;
    opsdk_error err = {0};

    ck_assert_int_eq(opsdk_watch_start(NULL, &OPSDK_POD, &(opsdk_watch_opts){0}, &w, &err), OPSDK_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.message, "on_event"));
    ck_assert_ptr_null(opsdk_watch_stop(NULL));
}
END_TEST

TESTS("watch", follows_whole, follows_by_bytes, cut_in_a_line, gone_by_status, gone_by_event, made_again_while_away,
      bookmark_is_resumed_from, old_events_are_ignored, unreadable_object_is_left_out, silence_is_noticed,
      kind_comes_later, busy_server_is_resumed, stops_while_nobody_answers, needs_what_it_calls)
