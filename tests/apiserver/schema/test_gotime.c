#include "apiserver/schema/gotime.h"
#include "tests/support/suite.h"

static void is(const char *text, bool micro, const char *want)
{
    auto_buf wrong = BUF_INIT(1000);
    char room[GOTIME_TEXT];

    if (gotime_canonical(text, micro, room, &wrong))
        ck_assert_str_eq(room, want);
    else
        ck_assert_str_eq(wrong.data, want);
}

START_TEST(puts_times_into_utc)
{
    is("2026-11-24T10:11:12Z", false, "2026-11-24T10:11:12Z");
    is("2026-11-24T10:11:12.987-01:30", false, "2026-11-24T11:41:12Z");
    is("2026-01-01T00:30:00+01:00", false, "2025-12-31T23:30:00Z");
    is("2026-11-24T1:11:12,5Z", false, "2026-11-24T01:11:12Z");
    is("2026-11-24T10:11:12.000123Z", true, "2026-11-24T10:11:12.000123Z");
}
END_TEST

#define SECONDS "2006-01-02T15:04:05Z07:00"
#define MICRO "2006-01-02T15:04:05.000000Z07:00"

START_TEST(explains_as_go_does)
{
    is("abc", false, "parsing time \"abc\" as \"" SECONDS "\": cannot parse \"abc\" as \"2006\"");
    is("a\"b\\\x01", false,
       "parsing time \"a\\\"b\\\\\\x01\" as \"" SECONDS "\": cannot parse \"a\\\"b\\\\\\x01\" as \"2006\"");
    is("2026-11-24", false, "parsing time \"2026-11-24\" as \"" SECONDS "\": cannot parse \"\" as \"T\"");
    is("2026-13-01T00:00:00Z", false, "parsing time \"2026-13-01T00:00:00Z\": month out of range");
    is("2026-02-30T00:00:00Z", false, "parsing time \"2026-02-30T00:00:00Z\": day out of range");
    is("2026-11-24T10:11:12Zx", false, "parsing time \"2026-11-24T10:11:12Zx\": extra text: \"x\"");
    is("2026-11-24T10:11:12Z", true,
       "parsing time \"2026-11-24T10:11:12Z\" as \"" MICRO "\": cannot parse \"Z\" as \".000000\"");
    is("2026-11-24T10:11:12.1234567Z", true,
       "parsing time \"2026-11-24T10:11:12.1234567Z\" as \"" MICRO "\": cannot parse \"7Z\" as \"Z07:00\"");
}
END_TEST

TESTS("gotime", puts_times_into_utc, explains_as_go_does)
