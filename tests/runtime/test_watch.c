/* opsdk_watch against a scripted server. */
#include "tests/support/fakeapi.h"
#include "tests/support/suite.h"
#include "tests/support/tell.h"

#include <opsdk/watch.h>
#include <stdio.h>
#include <stdlib.h>
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
    fakeapi *api;
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

static void setup(fixture *f)
{
    *f = (fixture){.api = fakeapi_start(NULL), .tell = tell_new()};
}

static void replies(fixture *f, const char *target, fakeapi_reply reply)
{
    char what[256];

    snprintf(what, sizeof(what), "GET %s", target);
    fakeapi_on(f->api, what, reply);
}

static void lists(fixture *f, const char *body)
{
    replies(f, LIST, (fakeapi_reply){.body = body});
}

/* A watch that sends this and stays open. */
static void watches(fixture *f, const char *target, const char *body)
{
    replies(f, target, (fakeapi_reply){.body = body, .hold = true});
}

/* Everything is scripted; what is asked for beyond that stays without a reply. */
static void begin(fixture *f, int silence_ms)
{
    opsdk_watch_opts opts = {
        .ns = "ns", .on_event = on_event, .on_trouble = on_trouble, .user = f, .silence_ms = silence_ms};

    fakeapi_on(f->api, "", (fakeapi_reply){.silent = true, .times = -1});
    f->client = fakeapi_client(f->api, NULL);
    ck_assert_int_eq(opsdk_watch_start(f->client, &OPSDK_CONFIGMAP, &opts, &f->watch, NULL), 0);
}

/* Waits for the n-th request, which must be this. */
static void asked(fixture *f, int n, const char *target)
{
    const char *got = fakeapi_wait(f->api, n).target;

    ck_assert_msg(strncmp(got, target, strlen(target)) == 0, "request %d is %s, not %s", n, got, target);
}

static void told(fixture *f, const char *lines)
{
    char line[64];

    for (; *lines; lines += strcspn(lines, ";") + (lines[strcspn(lines, ";")] == ';')) {
        snprintf(line, sizeof(line), "%.*s", (int)strcspn(lines, ";"), lines);
        tell_expect(f->tell, line);
    }
}

static void teardown(fixture *f)
{
    tell_nothing(f->tell);
    opsdk_watch_stop(f->watch);
    opsdk_client_free(f->client);
    fakeapi_stop(f->api);
    tell_free(f->tell);
}

static void follows(size_t piece)
{
    fixture f;

    setup(&f);
    replies(&f, LIST, (fakeapi_reply){.body = ITEMS("10", OBJECT("a", "1") "," OBJECT("b", "2")), .piece = piece});
    replies(&f, WATCH("10"),
            (fakeapi_reply){.body = EVENT("ADDED", "c", "11") EVENT("MODIFIED", "a", "12") EVENT("DELETED", "b", "13"),
                            .piece = piece,
                            .hold = true});
    begin(&f, 0);
    told(&f, "added a 1;added b 2;synced;added c 11;modified a 12;deleted b 13");
    fakeapi_end(f.api, 0); /* its time is over: resumed at once, on the same connection */
    asked(&f, 2, WATCH("13"));
    ck_assert_int_eq(fakeapi_wait(f.api, 2).connection, fakeapi_wait(f.api, 1).connection);
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

    setup(&f);
    lists(&f, ITEMS("10", OBJECT("a", "1")));
    watches(&f, WATCH("10"), EVENT("ADDED", "c", "11") "{\"type\":\"ADDED\",\"object\":{\"meta");
    watches(&f, WATCH("11"), EVENT("ADDED", "d", "12"));
    begin(&f, 0);
    told(&f, "added a 1;synced;added c 11");
    fakeapi_break(f.api, 0);
    told(&f, "trouble -3;added d 12");
    teardown(&f);
}
END_TEST

/* What vanished while we were away is told as deleted, with the last known state; what is the same is not told. */
START_TEST(gone_by_status)
{
    fixture f;

    setup(&f);
    lists(&f, ITEMS("10", OBJECT("a", "1") "," OBJECT("b", "2") "," OBJECT("c", "3")));
    replies(&f, WATCH("10"), (fakeapi_reply){.status = 410, .body = STATUS(410, "Expired")});
    lists(&f, ITEMS("20", OBJECT("a", "1") "," OBJECT("c", "15") "," OBJECT("d", "16")));
    begin(&f, 0);
    told(&f, "added a 1;added b 2;added c 3;synced;trouble -12;modified c 15;added d 16;deleted b 2;synced");
    asked(&f, 3, WATCH("20"));
    teardown(&f);
}
END_TEST

START_TEST(gone_by_event)
{
    fixture f;

    setup(&f);
    lists(&f, ITEMS("10", OBJECT("a", "1") "," OBJECT("b", "2")));
    watches(&f, WATCH("10"), "{\"type\":\"ERROR\",\"object\":" STATUS(410, "Expired") "}\n");
    lists(&f, ITEMS("20", OBJECT("a", "1")));
    begin(&f, 0);
    told(&f, "added a 1;added b 2;synced;trouble -12;deleted b 2;synced");
    teardown(&f);
}
END_TEST

/* The same name, another object: the old one is told as deleted. */
START_TEST(made_again_while_away)
{
    fixture f;

    setup(&f);
    lists(&f, ITEMS("10", OBJECT("a", "1")));
    replies(&f, WATCH("10"), (fakeapi_reply){.status = 410, .body = STATUS(410, "Gone")});
    lists(&f, ITEMS("20",
                    "{\"metadata\":{\"name\":\"a\",\"namespace\":\"ns\",\"uid\":\"new\",\"resourceVersion\":\"18\"}}"));
    begin(&f, 0);
    told(&f, "added a 1;synced;trouble -12;deleted a 1;added a 18;synced");
    teardown(&f);
}
END_TEST

START_TEST(bookmark_is_resumed_from)
{
    fixture f;

    setup(&f);
    lists(&f, ITEMS("10", ""));
    replies(&f, WATCH("10"),
            (fakeapi_reply){.body = "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"ConfigMap\",\"metadata\":{"
                                    "\"resourceVersion\":\"77\"}}}\n"});
    begin(&f, 0);
    told(&f, "synced");
    asked(&f, 2, WATCH("77"));
    teardown(&f);
}
END_TEST

START_TEST(old_events_are_ignored)
{
    fixture f;

    setup(&f);
    lists(&f, ITEMS("10", OBJECT("a", "1")));
    watches(&f, WATCH("10"),
            EVENT("MODIFIED", "a", "12") EVENT("MODIFIED", "a", "12") EVENT("MODIFIED", "a", "11")
                EVENT("DELETED", "a", "11") EVENT("DELETED", "nobody", "13") EVENT("ADDED", "c", "14"));
    begin(&f, 0);
    told(&f, "added a 1;synced;modified a 12;trouble -6;trouble -6;added c 14"); /* 11 comes after 12, twice */
    teardown(&f);
}
END_TEST

/* One bad object is said and left out; the stream goes on. */
START_TEST(unreadable_object_is_left_out)
{
    fixture f;

    setup(&f);
    lists(&f, ITEMS("10", ""));
    watches(&f, WATCH("10"),
            "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"\xff\xfe\"}}}\n" EVENT("ADDED", "c", "11"));
    begin(&f, 0);
    told(&f, "synced;trouble -6;added c 11");
    teardown(&f);
}
END_TEST

/* Something in a list could not be read: it may be what the list does not name. */
START_TEST(unreadable_is_not_gone)
{
    fixture f;

    setup(&f);
    lists(&f, ITEMS("10", OBJECT("a", "1") "," OBJECT("b", "2")));
    replies(&f, WATCH("10"), (fakeapi_reply){.status = 410, .body = STATUS(410, "Expired")});
    lists(&f, ITEMS("20", OBJECT("a", "1") ",[\"b\"]"));
    replies(&f, WATCH("20"), (fakeapi_reply){.status = 410, .body = STATUS(410, "Expired")});
    lists(&f, ITEMS("30", OBJECT("a", "1")));
    begin(&f, 0);
    told(&f, "added a 1;added b 2;synced;trouble -12;trouble -6;trouble -6;synced;trouble -12;deleted b 2;synced");
    teardown(&f);
}
END_TEST

/* The line comes after at least so many times of trouble with a silent peer.  On a busy machine each peer may seem to be one. */
static void told_after_silence(fixture *f, int least, const char *line)
{
    char *got = tell_next(f->tell);

    for (; got && strcmp(got, "trouble -4") == 0; got = tell_next(f->tell)) {
        free(got);
        least--;
    }
    ck_assert_msg(got && strcmp(got, line) == 0, "told '%s', not '%s'", got ? got : "nothing", line);
    ck_assert_int_le(least, 0);
    free(got);
}

/* The peer acknowledges but says nothing: to a list, to a watch, behind an event. */
START_TEST(silence_is_noticed)
{
    fixture f;

    setup(&f);
    replies(&f, LIST, (fakeapi_reply){.silent = true});
    replies(&f, LIST, (fakeapi_reply){.body = ITEMS("10", ""), .times = -1});
    replies(&f, WATCH("10"), (fakeapi_reply){.body = EVENT("ADDED", "a", "11"), .hold = true, .times = -1});
    replies(&f, WATCH("11"), (fakeapi_reply){.silent = true});
    replies(&f, WATCH("11"), (fakeapi_reply){.body = EVENT("ADDED", "b", "12"), .hold = true, .times = -1});
    begin(&f, 1000);
    told_after_silence(&f, 1, "synced");
    told_after_silence(&f, 0, "added a 11");
    told_after_silence(&f, 2, "added b 12");
    fakeapi_wait_gone(f.api, 0);
    opsdk_watch_stop(f.watch);
    f.watch = NULL;
    opsdk_client_free(f.client);
    fakeapi_stop(f.api);
    tell_free(f.tell);
}
END_TEST

START_TEST(kind_comes_later)
{
    fixture f;

    setup(&f);
    replies(&f, LIST, (fakeapi_reply){.status = 404, .type = "text/plain", .body = "404 page not found", .times = 2});
    lists(&f, ITEMS("10", OBJECT("a", "1")));
    begin(&f, 0);
    told(&f, "trouble -9;trouble -9;added a 1;synced");
    teardown(&f);
}
END_TEST

START_TEST(busy_server_is_resumed)
{
    fixture f;

    setup(&f);
    lists(&f, ITEMS("10", ""));
    watches(&f, WATCH("10"),
            EVENT("ADDED", "c", "11") "{\"type\":\"ERROR\",\"object\":" STATUS(500, "InternalError") "}\n");
    replies(&f, WATCH("11"), (fakeapi_reply){.status = 503, .body = STATUS(503, "ServiceUnavailable")});
    begin(&f, 0);
    told(&f, "synced;added c 11;trouble -3;trouble -14");
    asked(&f, 3, WATCH("11"));
    teardown(&f);
}
END_TEST

START_TEST(stops_while_nobody_answers)
{
    fixture f;

    setup(&f);
    begin(&f, 0);
    asked(&f, 0, LIST);
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
      bookmark_is_resumed_from, old_events_are_ignored, unreadable_object_is_left_out, unreadable_is_not_gone,
      silence_is_noticed, kind_comes_later, busy_server_is_resumed, stops_while_nobody_answers, needs_what_it_calls)
