/* The messages are those of Go's encoding/json for the same texts. */
#include "apiserver/go_scan.h"

#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text, *why; /* why: "" when it is JSON */
} texts[] = {
    {"{}", ""},
    {" [1, -0.5e+3, true, null, \"a\\u00e4\\n\"] ", ""},
    {"", "unexpected end of JSON input"},
    {"  ", "unexpected end of JSON input"},
    {"{", "unexpected end of JSON input"},
    {"[", "unexpected end of JSON input"},
    {"[1", "unexpected end of JSON input"},
    {"[1,", "unexpected end of JSON input"},
    {"[1,]", "invalid character ']' looking for beginning of value"},
    {"{\"a\"", "unexpected end of JSON input"},
    {"{\"a\":", "unexpected end of JSON input"},
    {"{\"a\":1", "unexpected end of JSON input"},
    {"{\"a\":1,}", "invalid character '}' looking for beginning of object key string"},
    {"{a:1}", "invalid character 'a' looking for beginning of object key string"},
    {"{1:1}", "invalid character '1' looking for beginning of object key string"},
    {"[1 2]", "invalid character '2' after array element"},
    {"{\"a\" 1}", "invalid character '1' after object key"},
    {"{\"a\":1 \"b\":2}", "invalid character '\"' after object key:value pair"},
    {"tru", "invalid character ' ' in literal true (expecting 'e')"},
    {"trux", "invalid character 'x' in literal true (expecting 'e')"},
    {"nul ", "invalid character ' ' in literal null (expecting 'l')"},
    {"falsy", "invalid character 'y' in literal false (expecting 'e')"},
    {"01", "invalid character '1' after top-level value"},
    {"-", "invalid character ' ' in numeric literal"},
    {"-a", "invalid character 'a' in numeric literal"},
    {"1.", "invalid character ' ' after decimal point in numeric literal"},
    {"1.x", "invalid character 'x' after decimal point in numeric literal"},
    {"1e", "invalid character ' ' in exponent of numeric literal"},
    {"1e+", "invalid character ' ' in exponent of numeric literal"},
    {"1ex", "invalid character 'x' in exponent of numeric literal"},
    {"\"abc", "unexpected end of JSON input"},
    {"\"a\nb\"", "invalid character '\\n' in string literal"},
    {"\"\\x\"", "invalid character 'x' in string escape code"},
    {"\"\\u12g4\"", "invalid character 'g' in \\u hexadecimal character escape"},
    {"\"\\", "invalid character ' ' in string escape code"},
    {"\"\\u12", "invalid character ' ' in \\u hexadecimal character escape"},
    {"{} {}", "invalid character '{' after top-level value"},
    {"1 2", "invalid character '2' after top-level value"},
    {"]", "invalid character ']' looking for beginning of value"},
    {"'a'", "invalid character '\\'' looking for beginning of value"},
    {"\"a\"b", "invalid character 'b' after top-level value"},
    {"@", "invalid character '@' looking for beginning of value"},
    {"ä", "invalid character 'Ã' looking for beginning of value"},
    {"[\"a\",\001]", "invalid character '\\x01' looking for beginning of value"},
    {"{\"a\":\"b\"]", "invalid character ']' after object key:value pair"},
    {"+1", "invalid character '+' looking for beginning of value"},
    {".5", "invalid character '.' looking for beginning of value"},
    {"­", "invalid character 'Â' looking for beginning of value"},
    {"[}", "invalid character '}' looking for beginning of value"},
};

START_TEST(says_what_go_says)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        auto_buf why = BUF_INIT(1000);
        bool good = go_scan(texts[i].text, strlen(texts[i].text), &why);
        ck_assert_msg(good == !*texts[i].why, "%s", texts[i].text);
        ck_assert_msg(strcmp(why.data ? why.data : "", texts[i].why) == 0, "%s: %s", texts[i].text, why.data);
    }
}
END_TEST

/* A NUL is a byte like others; what stands behind the length is not looked at. */
START_TEST(goes_by_the_length)
{
    auto_buf why = BUF_INIT(1000);

    ck_assert(go_scan("{}x", 2, &why));
    ck_assert(!go_scan("[1,2]", 4, &why));
    ck_assert_str_eq(why.data, "unexpected end of JSON input");
    buf_reset(&why);
    ck_assert(!go_scan("\t\0", 2, &why));
    ck_assert_str_eq(why.data, "invalid character '\\x00' looking for beginning of value");
    buf_reset(&why);
    ck_assert(!go_scan("\"a\0b\"", 5, &why));
    ck_assert_str_eq(why.data, "invalid character '\\x00' in string literal");
}
END_TEST

/* As deep as Go goes, and no deeper. */
START_TEST(has_a_depth)
{
    auto_buf why = BUF_INIT(1000);
    size_t most = 10000;
    char *text = malloc(2 * most + 2);

    memset(text, '[', most);
    memset(text + most, ']', most);
    ck_assert(go_scan(text, 2 * most, &why));
    memset(text, '[', most + 1);
    memset(text + most + 1, ']', most + 1);
    ck_assert(!go_scan(text, 2 * most + 2, &why));
    ck_assert_str_eq(why.data, "exceeded max depth");
    free(text);
}
END_TEST

TESTS("go_scan", says_what_go_says, goes_by_the_length, has_a_depth)
