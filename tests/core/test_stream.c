#include "core/stream.h"

#include "core/buf.h"
#include "core/limits.h"
#include "tests/support/fault.h"
#include "tests/support/play.h"
#include "tests/support/suite.h"

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
    expect(stream_list, "{\"items\":[" META("a", "1") ",{\"a\":\"\xff\"}]}", "item n/a@1\nend -6  \n");
    expect(stream_list, "<html>502</html>", "end -6  \n");
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

TESTS("stream", lists, list_items_that_are_none, lists_that_are_none, watches, watch_lines_that_are_skipped,
      watch_duplicate_members, oversized, bottomless, answers_stop_the_stream, memory_runs_out)
