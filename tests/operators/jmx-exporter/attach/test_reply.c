#include <string.h>

#include "operators/jmx-exporter/attach/hotspot.h"
#include "operators/jmx-exporter/attach/state.h"
#include "tests/support/suite.h"

/* As Java 8, 17, 21 and 25 answer. */
START_TEST(replies)
{
    static const struct {
        const char *text;
        int status;
        bool has_code;
        int code;
    } cases[] = {
        {"0\n0\n", 0, true, 0},
        {"0\nreturn code: 0\n", 0, true, 0},
        {"0\nreturn code: 100\n", 0, true, 100},
        {"0\n100", 0, true, 100},
        {"0\n-4\n", 0, true, -4},
        {"0\nDynamic agent loading is not enabled. Use ...\n", 0, false, 0},
        {"-1\njava.lang.module.FindException: Module java.instrument not found\n", -1, false, 0},
        {"101\n", 101, false, 0},
        {"0", 0, false, 0},
        {"0\nreturn code: 0x\n", 0, false, 0},
    };
    struct reply reply;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ck_assert_int_eq(reply_parse(cases[i].text, &reply), 0);
        ck_assert_int_eq(reply.status, cases[i].status);
        ck_assert_int_eq(reply.has_code, cases[i].has_code);
        ck_assert(!reply.has_code || reply.code == cases[i].code);
    }
}
END_TEST

START_TEST(no_replies)
{
    static const char *const texts[] = {"", "\n", "x", "0x\n0\n", "99999999999\n", "return code: 0\n"};
    struct reply reply;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        ck_assert_int_lt(reply_parse(texts[i], &reply), 0);
}
END_TEST

START_TEST(properties)
{
    static const char text[] =
        "#Tue Nov 24\njava.version=17.0.15\nxjava.home=/no\njava.home=/opt/a\\=b\\:c\\\\d\r\nend=x\\";
    char value[32];

    ck_assert_int_eq(property_get(text, "java.home", value, sizeof(value)), 12);
    ck_assert_str_eq(value, "/opt/a=b:c\\d");
    ck_assert_int_gt(property_get(text, "java.version", value, sizeof(value)), 0);
    ck_assert_str_eq(value, "17.0.15");
    ck_assert_int_eq(property_get(text, "java.home", value, 4), 3);
    ck_assert_str_eq(value, "/op");
    ck_assert_int_ge(property_get(text, "end", value, sizeof(value)), 0);
    ck_assert_int_lt(property_get(text, "java", value, sizeof(value)), 0);
    ck_assert_int_lt(property_get("", "java", value, sizeof(value)), 0);
}
END_TEST

START_TEST(states)
{
    struct state s = {.pid = 1};

    ck_assert_int_eq(state_parse("pid 4194304 start 18446744073709551615 port 9404 signals 2 java 17.0.1\n", &s), 0);
    ck_assert_int_eq(s.pid, 4194304);
    ck_assert_uint_eq(s.start, UINT64_MAX);
    ck_assert_int_eq(s.port, 9404);
    ck_assert_str_eq(s.java, "17.0.1");
    ck_assert_int_lt(state_parse("", &s), 0);
    ck_assert_int_lt(state_parse("pid 0 start 1 port 1 signals 0 java -\n", &s), 0);
    ck_assert_int_lt(state_parse("pid 1 start 1 port 65536 signals 0 java -\n", &s), 0);
    ck_assert_int_lt(state_parse("pid 1 start 1 port 1", &s), 0);
    ck_assert_int_eq(s.pid, 4194304);
}
END_TEST

TESTS("attach reply", replies, no_replies, properties, states)
