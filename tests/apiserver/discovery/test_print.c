#include "apiserver/discovery/print.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

enum { MINUTE = 60, HOUR = 3600, DAY = 86400, YEAR = 365 * 86400 };

START_TEST(durations)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } cases[] = {{-2, "<invalid>"},
                 {-1, "0s"},
                 {0, "0s"},
                 {119, "119s"},
                 {120, "2m"},
                 {125, "2m5s"},
                 {10 * MINUTE - 1, "9m59s"},
                 {10 * MINUTE, "10m"},
                 {3 * HOUR - 1, "179m"},
                 {3 * HOUR, "3h"},
                 {3 * HOUR + MINUTE, "3h1m"},
                 {8 * HOUR + 59, "8h"},
                 {48 * HOUR - 1, "47h"},
                 {2 * DAY, "2d"},
                 {2 * DAY + 5 * HOUR, "2d5h"},
                 {8 * DAY + HOUR, "8d"},
                 {2 * (int64_t)YEAR - 1, "729d"},
                 {2 * (int64_t)YEAR, "2y"},
                 {3 * (int64_t)YEAR + 4 * DAY, "3y4d"},
                 {8 * (int64_t)YEAR + 4 * DAY, "8y"},
                 {100 * (int64_t)YEAR, "100y"}};
    char room[DURATION_ROOM];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert_str_eq(print_duration(cases[i].seconds, room), cases[i].text);
}
END_TEST

START_TEST(since)
{
    json_t *time = json_string("1970-01-01T00:01:00Z"), *bad = json_string("yesterday");
    char room[DURATION_ROOM];

    ck_assert_str_eq(print_since(time, 90, room), "30s");
    ck_assert_str_eq(print_since(time, 0, room), "<invalid>");
    ck_assert_str_eq(print_since(bad, 0, room), "<unknown>");
    ck_assert_str_eq(print_since(NULL, 0, room), "<unknown>");
    json_decref(time);
    json_decref(bad);
}
END_TEST

static void selector_is(const char *json, const char *want)
{
    json_t *selector = json_loads(json, 0, NULL);
    auto_buf out = BUF_INIT(1000);

    ck_assert_ptr_nonnull(selector);
    buf_puts(&out, "");
    print_selector(selector, &out);
    ck_assert_str_eq(out.data, want);
    json_decref(selector);
}

START_TEST(selectors)
{
    selector_is("{}", "");
    selector_is("{\"matchLabels\":{\"b\":\"2\",\"a\":\"1\"}}", "a=1,b=2");
    selector_is("{\"matchLabels\":{\"b\":\"2\"},\"matchExpressions\":["
                "{\"key\":\"c\",\"operator\":\"In\",\"values\":[\"z\",\"y\"]},"
                "{\"key\":\"a\",\"operator\":\"NotIn\",\"values\":[\"x\"]},"
                "{\"key\":\"b\",\"operator\":\"Exists\"},{\"key\":\"d\",\"operator\":\"DoesNotExist\"}]}",
                "a notin (x),b=2,b,c in (y,z),!d");
}
END_TEST

START_TEST(labels_with_slashes)
{
    json_t *labels = json_pack("{s:s, s:s}", "example.com/b", "2", "a", "");
    auto_buf out = BUF_INIT(1000);

    print_labels(labels, &out);
    ck_assert_str_eq(out.data, "a=,example.com/b=2");
    json_decref(labels);
}
END_TEST

START_TEST(members)
{
    json_t *doc = json_pack("{s:{s:[{s:s}], s:i, s:b}}", "a", "list", "k", "v", "n", 3, "yes", 1);

    ck_assert_int_eq(print_int(doc, "a/n"), 3);
    ck_assert(print_true(doc, "a/yes") && !print_true(doc, "a/n"));
    ck_assert_str_eq(print_text(doc, "a/n"), "");
    ck_assert_str_eq(print_text(doc, "a/b/c/d"), "");
    ck_assert_ptr_nonnull(print_find(print_at(doc, "a/list"), "k", "v"));
    ck_assert_ptr_null(print_find(print_at(doc, "a/list"), "k", "w"));
    json_decref(doc);
}
END_TEST

TESTS("print", durations, since, selectors, labels_with_slashes, members)
