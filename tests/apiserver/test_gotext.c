#include "apiserver/gotext.h"
#include "core/buf.h"
#include "tests/support/quoted.h"
#include "tests/support/suite.h"

#include <string.h>

static void check_text(void print(buf *out, const json_t *v), const json_t *v, const char *should)
{
    auto_buf out = BUF_INIT(1 << 16);

    print(&out, v);
    ck_assert_str_eq(out.data, should);
}

/* As Go 1.26 prints them. */
START_TEST(numbers)
{
    static const struct {
        double d;
        const char *value, *json;
    } all[] = {
        {0, "0", "0"},
        {1.5, "1.5", "1.5"},
        {100000, "100000", "100000"},
        {1e6, "1e+06", "1000000"},
        {123456789, "1.23456789e+08", "123456789"},
        {1e20, "1e+20", "100000000000000000000"},
        {1e21, "1e+21", "1e+21"},
        {0.0001, "0.0001", "0.0001"},
        {0.00001, "1e-05", "0.00001"},
        {1.25e-7, "1.25e-07", "1.25e-7"},
        {0.1, "0.1", "0.1"},
        {1e100, "1e+100", "1e+100"},
        {-2.5, "-2.5", "-2.5"},
        {5e-324, "5e-324", "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308", "1.7976931348623157e+308"},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        json_t *v = json_real(all[i].d);
        check_text(go_value, v, all[i].value);
        check_text(go_json, v, all[i].json);
        json_decref(v);
    }
}
END_TEST

START_TEST(values)
{
    json_t *v = quoted("{'b': [1, null, 'x y', true, 1.5], 'a': {}}");

    check_text(go_value, v, "map[a:map[] b:[1 <nil> x y true 1.5]]");
    check_text(
        go_syntax, v,
        "map[string]interface {}{\"a\":map[string]interface {}{}, \"b\":[]interface {}{1, interface {}(nil), \"x y\", "
        "true, 1.5}}");
    check_text(go_json, v, "{\"a\":{},\"b\":[1,null,\"x y\",true,1.5]}");
    ck_assert_str_eq(go_type(v), "map[string]interface {}");
    ck_assert_str_eq(go_kind(v), "object");
    ck_assert_str_eq(go_type(NULL), "<nil>");
    json_decref(v);
}
END_TEST

START_TEST(strings)
{
    static const struct {
        const char *text, *quoted, *json;
    } all[] = {
        {"a\"b\\", "\"a\\\"b\\\\\"", "\"a\\\"b\\\\\""},
        {"\n\t\r\x01\x7f", "\"\\n\\t\\r\\x01\\x7f\"", "\"\\n\\t\\r\\u0001\x7f\""},
        {"\xc3\xa9\xe2\x80\xa8\xe2\x80\x8b\xf0\x9f\x98\x80", "\"\xc3\xa9\\u2028\\u200b\xf0\x9f\x98\x80\"",
         "\"\xc3\xa9\\u2028\xe2\x80\x8b\xf0\x9f\x98\x80\""},
        {"\xff<>&`'", "\"\\xff<>&`'\"", "\"\\ufffd\\u003c\\u003e\\u0026`'\""},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        auto_buf out = BUF_INIT(1 << 16), json = BUF_INIT(1 << 16);
        go_quote(&out, all[i].text, strlen(all[i].text));
        ck_assert_str_eq(out.data, all[i].quoted);
        go_json_string(&json, all[i].text, strlen(all[i].text));
        ck_assert_str_eq(json.data, all[i].json);
    }
}
END_TEST

TESTS("gotext", numbers, values, strings)
