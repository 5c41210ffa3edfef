#include "core/time.h"

#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

START_TEST(formatted)
{
    char text[TIME_TEXT];

    time_format(text, 0, -1);
    ck_assert_str_eq(text, "1970-01-01T00:00:00Z");
    time_format(text, 951827696, 42);
    ck_assert_str_eq(text, "2000-02-29T12:34:56.042Z");
    time_format(text, -1, 999);
    ck_assert_str_eq(text, "1969-12-31T23:59:59.999Z");
    time_format(text, 253402300799, -1);
    ck_assert_str_eq(text, "9999-12-31T23:59:59Z");
}
END_TEST

START_TEST(parsed)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2000-02-29T12:34:56Z", 951827696000},
        {"2000-02-29T12:34:56.042Z", 951827696042},
        {"2000-02-29T12:34:56.042999999Z", 951827696042},
        {"2000-02-29T12:34:56.5Z", 951827696500},
        {"2000-02-29T14:34:56+02:00", 951827696000},
        {"2000-02-29T07:04:56-05:30", 951827696000},
        {"1969-12-31T23:59:59Z", -1000},
        {"2016-12-31T23:59:60Z", 1483228800000}, /* a leap second counts as the next one */
    };
    int64_t ms;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ck_assert_msg(time_parse(cases[i].text, &ms), "%s", cases[i].text);
        ck_assert_int_eq(ms, cases[i].ms);
    }
}
END_TEST

START_TEST(refused)
{
    static const char *const bad[] = {
        "",
        "2000",
        "2000-02-29",
        "2000-02-29 12:34:56Z",
        "2000-02-29T12:34:56",
        "2000-02-29T12:34:56.Z",
        "2000-02-29T12:34:56z",
        "2000-02-29T12:34:56Zx",
        "2000-13-01T00:00:00Z",
        "2000-00-01T00:00:00Z",
        "2000-01-00T00:00:00Z",
        "2000-04-31T00:00:00Z",
        "2001-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2000-01-01T24:00:00Z",
        "2000-01-01T00:60:00Z",
        "2000-01-01T00:00:61Z",
        "2000-01-01T00:00:00+24:00",
        "2000-01-01T00:00:00+0000",
        "-200-01-01T00:00:00Z",
        "2000-01-01T00:00:00.12",
    };
    int64_t ms = 77;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!time_parse(bad[i], &ms), "%s", bad[i]);
    ck_assert_int_eq(ms, 77);
}
END_TEST

/* Every day of four centuries and more, against libc, there and back. */
START_TEST(calendar)
{
    for (int64_t day = -30000; day < 200000; day++) {
        time_t t = (time_t)(day * 86400 + 86399 - (day & 0xffff));
        char ours[TIME_TEXT], theirs[TIME_TEXT];
        struct tm tm;
        int64_t ms;

        strftime(theirs, sizeof(theirs), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
        time_format(ours, t, -1);
        if (strcmp(ours, theirs) != 0 || !time_parse(ours, &ms) || ms != (int64_t)t * 1000)
            ck_abort_msg("%s %s", ours, theirs);
    }
}
END_TEST

TESTS("time", formatted, parsed, refused, calendar)
