#include "core/text.h"

#include "tests/support/suite.h"

#include <string.h>

START_TEST(same)
{
    ck_assert(text_same("a", "a"));
    ck_assert(text_same(NULL, ""));
    ck_assert(text_same(NULL, NULL));
    ck_assert(!text_same("a", "b"));
    ck_assert(!text_same(NULL, "a"));
}
END_TEST

START_TEST(neutralised)
{
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"", ""},
        {"plain \xc3\xa4 \xe2\x82\xac \xf0\x9d\x84\x9e", "plain \xc3\xa4 \xe2\x82\xac \xf0\x9d\x84\x9e"},
        {"a\nb\tc\rd", "a b c?d"},
        {"\x1b[31m\x7f\x01", "?[31m??"},
        {"\xc2\x9b", "??"}, /* CSI as one character */
        {"\xff\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80", "??????????"},
        {"cut \xe2\x82", "cut ??"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[64];
        memcpy(text, cases[i].from, strlen(cases[i].from) + 1);
        text_neutralise(text, strlen(text));
        ck_assert_str_eq(text, cases[i].to);
        ck_assert(text_is_utf8(text, strlen(text)));
    }
}
END_TEST

START_TEST(nul_is_a_control_character)
{
    char text[] = "a\0b";

    text_neutralise(text, 3);
    ck_assert_str_eq(text, "a?b");
}
END_TEST

START_TEST(utf8)
{
    static const char *const bad[] = {"\x80",         "\xc1\xbf",         "\xe0\x9f\xbf",
                                      "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf8\x88\x80\x80\x80",
                                      "a\xe2\x82",    "\xe2(\xa1"};

    ck_assert(text_is_utf8("", 0));
    ck_assert(text_is_utf8("a\0\xf4\x8f\xbf\xbf", 6));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!text_is_utf8(bad[i], strlen(bad[i])), "%zu", i);
}
END_TEST

/* Every code point but halves of pairs, there and back. */
START_TEST(code_points)
{
    for (uint32_t code = 0; code < 0x110000; code++) {
        bool half = code >= 0xd800 && code < 0xe000;
        char text[5] = {0};
        size_t n = text_encode(code, text);
        if (n != (code < 0x80      ? 1u
                  : code < 0x800   ? 2u
                  : code < 0x10000 ? 3u
                                   : 4u) ||
            text_sequence(text, n) != (half ? 0 : n))
            ck_abort_msg("U+%04x", code);
        if (n > 1 && text_sequence(text, n - 1) != 0)
            ck_abort_msg("U+%04x is cut", code);
    }
}
END_TEST

TESTS("text", same, neutralised, nul_is_a_control_character, utf8, code_points)
