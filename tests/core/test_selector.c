#include "tests/support/suite.h"

#include <opsdk.h>
#include <string.h>

/* Matches selector, a JSON text, with an object that has the labels app=x, tier=back and empty="". */
static int match(const char *selector, opsdk_error *err)
{
    opsdk_auto_object *obj = NULL, *holder = NULL;
    json_t *value = json_loads(selector, JSON_DECODE_ANY, NULL);

    ck_assert_msg(value != NULL, "%s", selector);
    ck_assert_int_eq(opsdk_object_from_json(&OPSDK_POD,
                                            json_pack("{s:{s:{s:s,s:s,s:s}}}", "metadata", "labels", "app", "x", "tier",
                                                      "back", "empty", ""),
                                            &obj, NULL),
                     0);
    ck_assert_int_eq(opsdk_object_from_json(NULL, json_pack("{s:o}", "s", value), &holder, NULL), 0);
    return opsdk_selector_match(opsdk_at(holder, "/s"), obj, err);
}

static void expect(const char *selector, int result)
{
    ck_assert_msg(match(selector, NULL) == result, "%s", selector);
}

START_TEST(plain_maps)
{
    expect("{}", 1);
    expect("null", 0);
    expect("{\"app\":\"x\"}", 1);
    expect("{\"app\":\"y\"}", 0);
    expect("{\"app\":\"x\",\"tier\":\"back\"}", 1);
    expect("{\"app\":\"x\",\"tier\":\"front\"}", 0);
    expect("{\"none\":\"\"}", 0);
    expect("{\"empty\":\"\"}", 1);
    expect("{\"matchLabels\":\"x\"}", 0); /* a label of that name */
}
END_TEST

START_TEST(absent)
{
    opsdk_auto_object *obj = NULL;

    ck_assert_int_eq(opsdk_object_parse(&OPSDK_POD, "{}", 2, &obj, NULL), 0);
    ck_assert_int_eq(opsdk_selector_match(opsdk_at(obj, "/spec/selector"), obj, NULL), 0);
    ck_assert_int_eq(opsdk_selector_match(opsdk_at(obj, ""), obj, NULL), 1);
}
END_TEST

START_TEST(full_selectors)
{
#define E(key, op, values) "{\"matchExpressions\":[{\"key\":\"" key "\",\"operator\":\"" op "\"" values "}]}"
    expect("{\"matchLabels\":{\"app\":\"x\"}}", 1);
    expect("{\"matchLabels\":{\"app\":\"y\"}}", 0);
    expect("{\"matchLabels\":{},\"matchExpressions\":[]}", 1);
    expect("{\"matchLabels\":null,\"matchExpressions\":null}", 1);
    expect(E("app", "In", ",\"values\":[\"w\",\"x\"]"), 1);
    expect(E("app", "In", ",\"values\":[\"w\"]"), 0);
    expect(E("none", "In", ",\"values\":[\"\"]"), 0);
    expect(E("app", "NotIn", ",\"values\":[\"w\",\"x\"]"), 0);
    expect(E("app", "NotIn", ",\"values\":[\"w\"]"), 1);
    expect(E("none", "NotIn", ",\"values\":[\"w\"]"), 1);
    expect(E("app", "Exists", ""), 1);
    expect(E("none", "Exists", ",\"values\":[]"), 0);
    expect(E("app", "DoesNotExist", ",\"values\":null"), 0);
    expect(E("none", "DoesNotExist", ""), 1);
    expect("{\"matchLabels\":{\"app\":\"x\"},\"matchExpressions\":[{\"key\":\"tier\",\"operator\":\"Exists\"}]}", 1);
    expect("{\"matchLabels\":{\"app\":\"y\"},\"matchExpressions\":[{\"key\":\"tier\",\"operator\":\"Exists\"}]}", 0);
    expect("{\"matchLabels\":{\"app\":\"x\"},\"matchExpressions\":[{\"key\":\"none\",\"operator\":\"Exists\"}]}", 0);
}
END_TEST

START_TEST(nul_is_no_end)
{
    static const char *const bad[] = {"{\"app\\u0000\":\"x\"}", "{\"app\":\"x\\u0000y\"}",
                                      E("app\\u0000", "Exists", ""), E("app", "In", ",\"values\":[\"x\\u0000\"]")};
    opsdk_auto_object *obj = NULL;

    ck_assert_int_eq(
        opsdk_object_from_json(NULL, json_pack("{s:{s:{s:s}}}", "metadata", "labels", "app", "x"), &obj, NULL), 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        opsdk_auto_object *holder = NULL;
        ck_assert_int_eq(opsdk_object_parse(NULL, bad[i], strlen(bad[i]), &holder, NULL), 0);
        ck_assert_int_eq(opsdk_selector_match(opsdk_at(holder, ""), obj, NULL), OPSDK_EINVAL);
    }
}
END_TEST

/* Also where the answer would be no anyway. */
START_TEST(malformed)
{
    static const struct {
        const char *selector, *message;
    } cases[] = {
        {"[]", "selector: it must be a map"},
        {"\"app=x\"", "selector: it must be a map"},
        {"{\"app\":1}", "selector: app must be a string"},
        {"{\"app\":\"y\",\"tier\":null}", "selector: tier must be a string"},
        {"{\"matchLabels\":{\"a\":[]}}", "selector: matchLabels.a must be a string"},
        {"{\"matchLabels\":{\"a\":\"b\"},\"app\":\"x\"}", "selector: matchLabels must be a string"},
        {"{\"matchExpressions\":[1]}", "selector: matchExpressions[0].key must be a label's name"},
        {"{\"matchLabels\":{\"app\":\"y\"},\"matchExpressions\":[{\"key\":\"\"}]}",
         "selector: matchExpressions[0].key must be a label's name"},
        {E("a", "in", ""), "selector: matchExpressions[0].operator must be In, NotIn, Exists or DoesNotExist"},
        {E("a", "In", ""), "selector: matchExpressions[0].values must list values for In"},
        {E("a", "NotIn", ",\"values\":[]"), "selector: matchExpressions[0].values must list values for NotIn"},
        {E("app", "In", ",\"values\":[\"x\",2]"), "selector: matchExpressions[0].values must hold strings"},
        {E("a", "Exists", ",\"values\":[\"x\"]"), "selector: matchExpressions[0].values must be empty with Exists"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        opsdk_error err = {0};
        ck_assert_int_eq(match(cases[i].selector, &err), OPSDK_EINVAL);
        ck_assert_str_eq(err.message, cases[i].message);
    }
}
END_TEST

TESTS("selector", plain_maps, absent, full_selectors, nul_is_no_end, malformed)
