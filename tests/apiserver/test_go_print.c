#include "apiserver/go_print.h"

#include "tests/support/suite.h"

#include <string.h>

static void check(void (*print)(buf *, const json_t *), const char *json, const char *want)
{
    auto_buf out = BUF_INIT(1000);
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);

    ck_assert(value);
    print(&out, value);
    ck_assert_str_eq(out.data, want);
    json_decref(value);
}

START_TEST(prints_numbers_as_go)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0, "0"},
                 {1, "1"},
                 {-1.5, "-1.5"},
                 {0.1, "0.1"},
                 {1.1, "1.1"},
                 {100000, "100000"},
                 {1e6, "1e+06"},
                 {123456789, "1.23456789e+08"},
                 {1e20, "1e+20"},
                 {1e21, "1e+21"},
                 {123456.75, "123456.75"},
                 {0.0001, "0.0001"},
                 {0.00001, "1e-05"},
                 {1.5e-7, "1.5e-07"},
                 {1e300, "1e+300"},
                 {1.0 / 3, "0.3333333333333333"}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        auto_buf out = BUF_INIT(100);
        go_float(&out, cases[i].value);
        ck_assert_str_eq(out.data, cases[i].text);
    }
}
END_TEST

START_TEST(prints_json_as_go)
{
    check(go_json, "{\"b\":[1,true,null],\"a\":\"<x>&\\n\\u0001\\u2028/\\\"\"}",
          "{\"a\":\"\\u003cx\\u003e\\u0026\\n\\u0001\\u2028/\\\"\",\"b\":[1,true,null]}");
    check(go_json, "[0.0000015, 1e-7, 1e21, 2.0]", "[0.0000015,1e-7,1e+21,2]");
    check(go_json, "{}", "{}");
    check(go_json, "[1e20, 1e100, -2.5, 5e-324]", "[100000000000000000000,1e+100,-2.5,5e-324]");
}
END_TEST

START_TEST(prints_values_as_go)
{
    const char *json = "{\"b\": [1, null, \"x y\", true, 1.5], \"a\": {}}";
    json_t *value = json_loads(json, 0, NULL);

    check(go_show, json, "map[a:map[] b:[1 <nil> x y true 1.5]]");
    check(
        go_syntax, json,
        "map[string]interface {}{\"a\":map[string]interface {}{}, \"b\":[]interface {}{1, interface {}(nil), \"x y\", "
        "true, 1.5}}");
    ck_assert_str_eq(go_type(value), "map[string]interface {}");
    ck_assert_str_eq(go_kind(value), "object");
    ck_assert_str_eq(go_type(NULL), "<nil>");
    json_decref(value);
}
END_TEST

START_TEST(prints_bad_values_as_a_field_error)
{
    check(go_bad_value, "\"a\\\"b\\u007f\\u0001\\t\\u00e4\\u200b\"", "\"a\\\"b\\x7f\\x01\\t\xC3\xA4\\u200b\"");
    check(go_bad_value, "1.5", "1.5");
    check(go_bad_value, "true", "true");
    check(go_bad_value, "{\"a\":\"b\"}", "{\"a\":\"b\"}");
    check(go_bad_value, "null", "null");
}
END_TEST

START_TEST(shows_values_as_percent_v)
{
    check(go_show, "{\"b\":[\"x\",2],\"a\":null}", "map[a:<nil> b:[x 2]]");
}
END_TEST

TESTS("go_print", prints_numbers_as_go, prints_json_as_go, prints_values_as_go, prints_bad_values_as_a_field_error,
      shows_values_as_percent_v)
