#include "core/stream.h"

#include "core/buf.h"
#include "core/limits.h"
#include "tests/support/fault.h"
#include "tests/support/play.h"
#include "tests/support/suite.h"
#include "tests/support/tokens.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

/* The same whole, byte by byte and split at each place. */
static void expect(play_fn *make, const char *body, const char *said)
{
    size_t len = strlen(body);

    for (size_t cut = 0; cut <= len; cut++) {
        transcript t = {.text = BUF_INIT(1 << 20)};
        play(make, body, len, cut, len, &t);
        ck_assert_msg(strcmp(t.text.data, said) == 0, "%s\ncut at %zu:\n%s", body, cut, t.text.data);
        buf_clear(&t.text);
    }
    transcript t = {.text = BUF_INIT(1 << 20)};
    play(make, body, len, 1, 1, &t);
    ck_assert_str_eq(t.text.data, said);
    buf_clear(&t.text);
}

#define META(name, version) \
    "{\"metadata\":{\"namespace\":\"n\",\"name\":\"" name "\",\"resourceVersion\":\"" version "\"}}"

START_TEST(lists)
{
    expect(stream_list,
           "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"9\",\"continue\":"
           "\"c\\u0041\"},"
           "\"items\":[" META("a", "1") " , " META("b", "2") "]}\n",
           "item n/a@1\nitem n/b@2\nend 0 9 cA\n");
    expect(stream_list,
           "{\"items\":[" META(
               "\\u00e4\xc3\xa4",
               "1") "],\"x\":[{\"items\":[{}]},\"items\"],\"y\":{\"metadata\":{}},"
                    "\"itemsitemsitemsitems\":1,\"metadata\":{\"resourceVersion\":\"9\",\"continue\":null}}",
           "item n/\xc3\xa4\xc3\xa4@1\nend 0 9 \n");
    expect(stream_list, "{\"items\":[]}", "end 0  \n");
    expect(stream_list, "{\"items\":null,\"metadata\":{}}", "end 0  \n");
    expect(stream_list, "{\"metadata\":null,\"items\":[{}]}", "item -/@\nend 0  \n");
}
END_TEST

START_TEST(list_items_that_are_none)
{
    expect(stream_list, "{\"items\":[1,\"a\\n\",null,[{}]," META("a", "1") "]}",
           "skipped\nskipped\nskipped\nskipped\nitem n/a@1\nend 0  \n");
}
END_TEST

START_TEST(lists_that_are_none)
{
    expect(stream_list, "", "end -6  \n");
    expect(stream_list, "{}", "end -6  \n");
    expect(stream_list, "[]", "end -6  \n");
    expect(stream_list, "\"items\"", "end -6  \n");
    expect(stream_list, "12", "end -6  \n");
    expect(stream_list, "{\"items\":{}}", "end -6  \n");
    expect(stream_list, "{\"items\":3}", "end -6  \n");
    expect(stream_list, "{\"items\":[" META("a", "1") ",", "item n/a@1\nend -6  \n");
    expect(stream_list, "{\"items\":[" META("a", "1") "]}x", "item n/a@1\nend -6  \n");
    expect(stream_list, "<html>502</html>", "end -6  \n");
}
END_TEST

/* It costs itself where its quotes and brackets still tell its end, and the list where they do not. */
START_TEST(list_items_that_are_malformed)
{
#define SKIPPED(item) "{\"items\":[" META("a", "1") "," item "," META("b", "2") "]}"
    static const char *const skipped[] = {
        SKIPPED("{\"a\":\"\xff\"}"),
        SKIPPED("{\"a\":\"\x01\"}"),
        SKIPPED("{\"a\":\"\\ud800\\\"\"}"),
        SKIPPED("{\"a\":\"\\ud800\"}"),
        SKIPPED("{\"a\":\"\\x}]\\\"\"}"),
        SKIPPED("{\"a\":\"\\u12\"}"),
        SKIPPED("{\"a\":{\"b\":[tru,\"]}\"],\"c\":1}}"),
        SKIPPED("{\"a\" 1}"),
        SKIPPED("{\"a\":}"),
        SKIPPED("{\"a\":1,}"),
        SKIPPED("{,\"metadata\":{\"managedFields\":[{}]}}"),
        SKIPPED("{\"metadata\":{\"managedFields\":[{\"f:a\":01}],\"name\":\"c\"}}"),
        SKIPPED("{\"a\":[1 2]}"),
        SKIPPED("tru"),
        SKIPPED("-"),
        SKIPPED("\"\xc3\""),
    };
    static const char *const lost[] = {
        SKIPPED("{\"a\":\"}"),  SKIPPED("{\"a\":[}"), SKIPPED("{\"a\":{]}"), SKIPPED("{\"a\":1}}"),
        SKIPPED("{\"a\":1,}}"), SKIPPED(""),          SKIPPED("{} {}"),      SKIPPED("x"),
    };

    for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
        expect(stream_list, skipped[i], "item n/a@1\nskipped\nitem n/b@2\nend 0  \n");
    for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
        transcript t = {.text = BUF_INIT(1 << 20)};
        play(stream_list, lost[i], strlen(lost[i]), 0, 1000, &t);
        ck_assert_msg(strstr(t.text.data, "\nend -6  \n") != NULL, "%s: %s", lost[i], t.text.data);
        expect(stream_list, lost[i], t.text.data);
        buf_clear(&t.text);
    }
}
END_TEST

START_TEST(watches)
{
    expect(stream_watch,
           "{\"type\":\"ADDED\",\"object\":" META(
               "a", "1") "}\n"
                         "\r\n\n{\"object\":" META(
                             "b", "2") " , \"type\":\"MOD\\u0049FIED\"}\r\n"
                                       "{\"x\":{\"type\":\"y\"},\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"Pod\","
                                       "\"metadata\":{\"resourceVersion\":\"7\"}}}\n"
                                       "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410}}",
           "ADDED n/a@1\nMODIFIED n/b@2\nBOOKMARK -/@7\nERROR -/@\nend 0  \n");
    expect(stream_watch, "", "end 0  \n");
    expect(stream_watch, "{\"type\":\"ADDED\",\"object\":{", "end 0  \n");
}
END_TEST

START_TEST(watch_lines_that_are_skipped)
{
#define GOOD "{\"type\":\"ADDED\",\"object\":" META("a", "1") "}\n"
    static const char *const bad[] = {
        "x",
        "{}",
        "[]",
        "1",
        "\"\"",
        "null",
        "}{",
        "{\"type\":\"ADDED\"}",
        "{\"object\":{}}",
        "{\"type\":1,\"object\":{}}",
        "{\"type\":\"\",\"object\":{}}",
        "{\"type\":\"ADDEDADDEDADDEDADDED\",\"object\":{}}",
        "{\"type\":\"ADDED\",\"object\":{}",
        "{\"type\":\"ADDED\",\"object\":{\"a\":\"",
        "{\"type\":\"ADDED\",\"object\":[]}",
        "{\"type\":\"ADDED\",\"object\":null}",
        "{\"type\":\"ADDED\",\"object\":{\"a\":\xc0\x80}}",
        "{\"object\":{},\"type\":\"ADDED\",}",
        "{\"type\":\"ADDED\",\"object\":{\"a\":tru}}",
        "{\"type\":\"ADDED\",\"object\":{\"a\":\"\\ud800\"}}",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char body[400];
        snprintf(body, sizeof(body), GOOD "%s\n" GOOD, bad[i]);
        expect(stream_watch, body, "ADDED n/a@1\nskipped\nADDED n/a@1\nend 0  \n");
    }
    expect(stream_watch, "{\"type\":\"ADDED\",\"object\":{}} {\n" GOOD, "ADDED -/@\nskipped\nADDED n/a@1\nend 0  \n");
}
END_TEST

/* An object that comes twice in an event: the last one counts, the first is not leaked. */
START_TEST(watch_duplicate_members)
{
    expect(stream_watch,
           "{\"type\":\"X\",\"type\":\"ADDED\",\"object\":" META("a", "1") ",\"object\":" META("b", "2") "}\n",
           "ADDED n/b@2\nend 0  \n");
}
END_TEST

static void repeat(buf *b, const char *text, size_t n)
{
    while (n-- > 0)
        buf_puts(b, text);
}

/* {"a":VALUE} with a value that is over a limit: a string, an array, or levels. */
static void put_oversized(buf *b, int how)
{
    buf_puts(b, how == 0 ? "{\"a\":\"" : how == 1 ? "{\"a\":[{}" : "{\"a\":");
    if (how == 2)
        repeat(b, "[", 10000);
    else
        repeat(b, how == 0 ? "0123456789abcdef" : ",1234567,\"a\\nb\"", LIMIT_OBJECT / 13);
    repeat(b, "]", how == 2 ? 10000 : 0);
    buf_puts(b, how == 0 ? "\"}" : how == 1 ? "]}" : "}");
}

/* It costs itself, not the stream. */
START_TEST(oversized)
{
    for (int how = 0; how < 3; how++) {
        transcript list = {.text = BUF_INIT(1 << 20)}, watch = {.text = BUF_INIT(1 << 20)};
        auto_buf body = BUF_INIT(64 << 20);

        buf_puts(&body, "{\"items\":[{},");
        put_oversized(&body, how);
        buf_puts(&body, ",{}]}");
        play(stream_list, body.data, body.len, 0, 4099, &list);
        ck_assert_str_eq(list.text.data, "item -/@\nskipped\nitem -/@\nend 0  \n");
        buf_clear(&list.text);

        buf_reset(&body);
        buf_puts(&body, "{\"type\":\"ADDED\",\"object\":");
        put_oversized(&body, how);
        buf_puts(&body, "}\n{\"object\":{},\"type\":\"ADDED\"}\n");
        play(stream_watch, body.data, body.len, 0, 4099, &watch);
        ck_assert_str_eq(watch.text.data, "skipped\nADDED -/@\nend 0  \n");
        buf_clear(&watch.text);
    }
}
END_TEST

/* Deeper than what is followed to its end: a list is lost, a watch loses the line. */
START_TEST(bottomless)
{
    transcript list = {.text = BUF_INIT(1 << 20)}, watch = {.text = BUF_INIT(1 << 20)};
    auto_buf body = BUF_INIT(1 << 20);

    buf_puts(&body, "{\"items\":[{},");
    repeat(&body, "[", 20000);
    play(stream_list, body.data, body.len, 0, 1000, &list);
    ck_assert_str_eq(list.text.data, "item -/@\nend -6  \n");
    buf_puts(&body, "\n" GOOD);
    play(stream_watch, body.data, body.len, 0, 1000, &watch);
    ck_assert_str_eq(watch.text.data, "skipped\nADDED n/a@1\nend 0  \n");
    buf_clear(&list.text);
    buf_clear(&watch.text);
}
END_TEST

START_TEST(answers_stop_the_stream)
{
    transcript t = {.text = BUF_INIT(1 << 20), .answer = OPSDK_ECANCELED};

    play(stream_list, "{\"items\":[{},{}]}", 17, 0, 3, &t);
    play(stream_watch, GOOD GOOD, 2 * strlen(GOOD), 0, 7, &t);
    ck_assert_str_eq(t.text.data, "item -/@\nend -5  \nADDED n/a@1\nend -5  \n");
    buf_clear(&t.text);
}
END_TEST

/* What a kube-apiserver 1.35 sent (tests/fixtures/streams; those with "damaged" in their names were spoilt by hand): the same however it is
 * cut, down to the messages. */
static void replay_recorded(const char *name)
{
    play_fn *make = strncmp(name, "list", 4) == 0 ? stream_list : stream_watch;
    transcript whole = {.text = BUF_INIT(1 << 20), .full = true};
    char path[512];
    size_t len;
    char *body;

    snprintf(path, sizeof(path), "tests/fixtures/streams/%s", name);
    body = fixture_read(path, &len);
    play(make, body, len, 0, len, &whole);
    ck_assert_ptr_nonnull(strstr(whole.text.data, "\"metadata\""));
    ck_assert_int_eq(strstr(name, "damaged") != NULL, strstr(whole.text.data, "skipped") != NULL);
    for (size_t i = 1; i < len + 300; i++) {
        transcript t = {.text = BUF_INIT(1 << 20), .full = true, .seed = i < len ? 0 : i};
        play(make, body, len, i < len ? i : 0, i == 1 ? 1 : len, &t);
        ck_assert_msg(strcmp(t.text.data, whole.text.data) == 0, "%s: %zu:\n%s", name, i, t.text.data);
        buf_clear(&t.text);
    }
    buf_clear(&whole.text);
    free(body);
}

START_TEST(recorded)
{
    DIR *dir = opendir("tests/fixtures/streams");
    size_t n = 0;

    ck_assert_ptr_nonnull(dir);
    for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        if (e->d_name[0] == '.')
            continue;
        replay_recorded(e->d_name);
        n++;
    }
    closedir(dir);
    ck_assert_uint_eq(n, 7);
}
END_TEST

/* What is kept of an object does not depend on what was read of it. */
static void compare_cut(const char *name, const char *const *fields)
{
    play_fn *make = strncmp(name, "list", 4) == 0 ? stream_list : stream_watch;
    transcript whole = {.text = BUF_INIT(1 << 20), .full = true, .project = true, .fields = fields};
    char path[512];
    size_t len;
    char *body;

    snprintf(path, sizeof(path), "tests/fixtures/streams/%s", name);
    body = fixture_read(path, &len);
    play(make, body, len, 0, len, &whole);
    for (size_t step = 1; step <= len; step += step < 100 ? 33 : len) {
        transcript t = {.text = BUF_INIT(1 << 20), .full = true, .project = true, .fields = fields, .cut = true};
        play(make, body, len, 0, step, &t);
        ck_assert_msg(strcmp(t.text.data, whole.text.data) == 0, "%s: %s: %s", name, t.text.data, whole.text.data);
        buf_clear(&t.text);
    }
    buf_clear(&whole.text);
    free(body);
}

START_TEST(cut_while_read)
{
    static const char *const names[] = {"list", "list-page", "list-damaged", "watch", "watch-list", "watch-gone"};
    static const char *const data[] = {"/data", NULL},
                             *const parts[] = {"/data/key", "/metadata/annotations/example.com~1text", "/a~0b/c", NULL},
                             *const odd[] = {"/metadata/managedFields", "/dat", "/data/key/x", "/", "/kind/x", NULL};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        compare_cut(names[i], NULL);
        compare_cut(names[i], data);
        compare_cut(names[i], parts);
        compare_cut(names[i], odd);
    }
}
END_TEST

static void say_cut(play_fn *make, const char *body, const char *said)
{
    static const char *const fields[] = {"/spec/a~1b", "/x/y", NULL};

    for (size_t step = 1; step <= strlen(body); step += strlen(body) - 1) {
        transcript t = {.text = BUF_INIT(1 << 20), .full = true, .fields = fields, .cut = true};
        play(make, body, strlen(body), 0, step, &t);
        ck_assert_str_eq(t.text.data, said);
        buf_clear(&t.text);
    }
}

START_TEST(cut_is_not_kept)
{
#define SPEC                                  \
    "\"spec\":{\"a/b\":{\"c\":1},\"d\":{\"a/" \
    "b\":2}},\"status\":{\"e\":[\"0123456789012345678901234567890123456789\"]}}"
    say_cut(stream_list,
            "{\"items\":[{\"metadata\":{\"annotations\":{},\"name\":\"a\"}," SPEC
            "],\"metadata\":{\"continue\":\"c\"}}",
            "item -/a@\n{\"metadata\":{\"name\":\"a\"},\"spec\":{\"a/b\":{\"c\":1}}}end 0  c\n");
    say_cut(stream_watch,
            "{\"type\":\"ADDED\",\"object\":{" SPEC "}\n{\"object\":{\"z\":1},\"type\":\"ADDED\"}\n"
            "{\"type\":\"BOOKMARK\",\"object\":{\"z\":2}}\n",
            "ADDED -/@\n{\"spec\":{\"a/b\":{\"c\":1}}}ADDED -/@\n{\"z\":1}BOOKMARK -/@\n{\"z\":2}end 0  \n");
}
END_TEST

static int drop(const char *type, opsdk_object *obj, void *user, opsdk_error *err)
{
    (void)type, (void)user, (void)err;
    opsdk_object_unref(obj);
    return 0;
}

START_TEST(memory_runs_out)
{
    static const char list[] =
        "{\"metadata\":{\"resourceVersion\":\"9\",\"continue\":\"c\"},\"items\":[{\"a\":[1]},{}]}";
    unsigned long k = 0;
    bool hit;

    if (!fault_works())
        return;
    do {
        opsdk_error err = {0};
        stream *s;
        int r;

        fault_set(++k);
        s = stream_list(&OPSDK_POD, drop, NULL, NULL);
        r = s ? stream_feed(s, list, sizeof(list) - 1, &err) : OPSDK_ENOMEM;
        hit = fault_clear();
        ck_assert_int_eq(r, hit ? OPSDK_ENOMEM : 0);
        ck_assert(!s || err.code == r);
        stream_free(s);
    } while (hit);
    ck_assert_uint_ge(k, 5); /* ASan has a strdup that needs no malloc */
}
END_TEST

TESTS("stream", lists, list_items_that_are_none, lists_that_are_none, list_items_that_are_malformed, watches,
      watch_lines_that_are_skipped, watch_duplicate_members, oversized, bottomless, recorded, cut_while_read,
      cut_is_not_kept, answers_stop_the_stream, memory_runs_out)
