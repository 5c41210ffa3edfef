/* Bodies in chunks, whole, one byte at a time and at every split. */
#include "apiserver/http_body.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

/* Feeds text in two pieces; "" for what is wrong or not at its end. */
static const char *decode(const char *text, size_t split, char *room, size_t len)
{
    chunks c = {0};
    buf out = BUF_INIT(4096);

    chunks_feed(&c, text, split, &out);
    chunks_feed(&c, text + split, strlen(text) - split, &out);
    snprintf(room, len, "%.*s", c.state == CHUNKS_DONE ? (int)out.len : 0, out.data ? out.data : "");
    buf_clear(&out);
    return room;
}

static const struct {
    const char *text, *want;
} cases[] = {
    {"3\r\nabc\r\n0\r\n\r\n", "abc"},
    {"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde"},
    {"A\r\n0123456789\r\n0\r\n\r\n", "0123456789"},
    {"a;name=\"v\"\r\n0123456789\r\n0;x\r\nTrailer: 1\r\nOther: 2\r\n\r\n", "0123456789"},
    {"003 \r\na\r\n\r\n0\r\n\r\n", "a\r\n"},
    {"3\nabc\n0\n\n", "abc"},
    {"3\r\nabc\r\n0\r\n\r\nPOST /", "abc"}, /* what follows */
    {"\r\nabc", ""},
    {"g\r\n", ""},
    {"-1\r\n", ""},
    {";x\r\n", ""},
    {"3\r\nabcd\r\n0\r\n\r\n", ""},
    {"fffffffffffffffff\r\n", ""},
    {"3\r\nabc\r\n0\r\n", ""}, /* not at its end */
    {"3\r\nab", ""},
};

START_TEST(whole_and_split)
{
    char room[64];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t split = 0; split <= strlen(cases[i].text); split++)
            ck_assert_msg(strcmp(decode(cases[i].text, split, room, sizeof(room)), cases[i].want) == 0, "%s at %zu: %s",
                          cases[i].text, split, room);
}
END_TEST

START_TEST(one_byte_at_a_time)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        chunks c = {0};
        buf out = BUF_INIT(4096);
        for (const char *p = cases[i].text; *p; p++)
            chunks_feed(&c, p, 1, &out);
        ck_assert_msg((c.state == CHUNKS_DONE) == (*cases[i].want != '\0'), "%s", cases[i].text);
        if (*cases[i].want)
            ck_assert_msg(out.len == strlen(cases[i].want) && memcmp(out.data, cases[i].want, out.len) == 0, "%s",
                          cases[i].text);
        buf_clear(&out);
    }
}
END_TEST

/* A line has an end, too. */
START_TEST(a_line_without_an_end)
{
    static const char *const starts[] = {"1;", "0\r\nx"};

    for (size_t i = 0; i < 2; i++) {
        chunks c = {0};
        buf out = BUF_INIT(4096);
        chunks_feed(&c, starts[i], strlen(starts[i]), &out);
        for (int n = 0; n < 70000; n++)
            chunks_feed(&c, "x", 1, &out);
        ck_assert_int_eq(c.state, CHUNKS_WRONG);
        buf_clear(&out);
    }
}
END_TEST

TESTS("http body", whole_and_split, one_byte_at_a_time, a_line_without_an_end)
