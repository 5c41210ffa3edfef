/* The examples of RFC 7386, appendix A, as far as the patch is a map; then where the real server's library differs. */
#include "apiserver/patch/patch.h"
#include "tests/support/fault.h"
#include "tests/support/quoted.h"
#include "tests/support/suite.h"

typedef struct example {
    const char *doc, *patch, *result;
} example;

static void run(const example *e)
{
    json_t *doc = quoted(e->doc), *patch = quoted(e->patch), *should = quoted(e->result), *ret = NULL, *before;
    auto_failure why = {0};

    before = json_deep_copy(doc);
    ck_assert_int_eq(patch_merge(doc, patch, false, &ret, &why), 0);
    check_json(e->patch, ret, should);
    check_json("the document is left alone", doc, before);
    json_decref(doc);
    json_decref(patch);
    json_decref(should);
    json_decref(ret);
    json_decref(before);
}

START_TEST(examples)
{
    static const example all[] = {
        {"{'a': 'b'}", "{'a': 'c'}", "{'a': 'c'}"},
        {"{'a': 'b'}", "{'b': 'c'}", "{'a': 'b', 'b': 'c'}"},
        {"{'a': 'b'}", "{'a': null}", "{}"},
        {"{'a': 'b', 'b': 'c'}", "{'a': null}", "{'b': 'c'}"},
        {"{'a': ['b']}", "{'a': 'c'}", "{'a': 'c'}"},
        {"{'a': 'c'}", "{'a': ['b']}", "{'a': ['b']}"},
        {"{'a': {'b': 'c'}}", "{'a': {'b': 'd', 'c': null}}", "{'a': {'b': 'd'}}"},
        {"{'a': [{'b': 'c'}]}", "{'a': [1]}", "{'a': [1]}"},
        {"{'e': null}", "{'a': 1}", "{'e': null, 'a': 1}"},
        {"{}", "{'a': {'bb': {'ccc': null}}}", "{'a': {'bb': {}}}"},
        {"{'a': null}", "{'a': {'b': null, 'c': 1}}", "{'a': {'c': 1}}"},
        {"{}", "{}", "{}"},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        run(all + i);
}
END_TEST

START_TEST(nulls_in_lists)
{
    static const example all[] = {
        {"{}", "{'a': [{'b': null, 'c': [{'d': null}]}, null]}", "{'a': [{'c': [{}]}, null]}"},
        {"{'a': 1}", "{'a': [{'b': null}]}", "{'a': [{}]}"},
        {"{'a': {}}", "{'a': [{'b': null}]}", "{'a': [{'b': null}]}"}, /* in place of an object they stay */
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        run(all + i);
}
END_TEST

START_TEST(malformed)
{
    static const struct {
        const char *patch;
        bool strict;
        int code;
        const char *message;
    } all[] = {
        {"3", false, 400, "Invalid JSON Patch"},
        {"null", false, 400, "Invalid JSON Patch"},
        {"null", true, 400, "Invalid JSON Patch"},
        {"3", true, 400,
         "error decoding patch: json: cannot unmarshal number into Go value of type map[string]interface {}"},
        {"[]", true, 400,
         "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}"},
        {"[{'a': 1}]", false, 422,
         " \"\" is invalid: patch: Invalid value: \"[{\\\"a\\\":1}]\": couldn't get version/kind; json parse error: "
         "json: "
         "cannot unmarshal array into Go value of type struct { APIVersion string "
         "\"json:\\\"apiVersion,omitempty\\\"\"; Kind "
         "string \"json:\\\"kind,omitempty\\\"\" }"},
    };
    json_t *doc = json_object(), *ret = NULL;

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        json_t *patch = quoted(all[i].patch);
        auto_failure why = {0};
        ck_assert_int_eq(patch_merge(doc, patch, all[i].strict, &ret, &why), -1);
        ck_assert_int_eq(why.code, all[i].code);
        ck_assert_str_eq(why.message, all[i].message);
        json_decref(patch);
    }
    json_decref(doc);
}
END_TEST

START_TEST(memory_runs_out)
{
    json_t *doc = quoted("{'a': {'b': [1, 2]}, 'c': 'd'}"),
           *patch = quoted("{'a': {'b': [{'x': null}], 'q': {'r': 's'}}, 'c': null, 'e': {}}");
    unsigned long k = 0;
    bool hit = fault_works();

    while (hit) {
        json_t *ret = NULL;
        failure why = {0};
        int r;
        fault_set(++k);
        r = patch_merge(doc, patch, true, &ret, &why);
        hit = fault_clear();
        ck_assert(r == 0 || hit);
        json_decref(ret);
        failure_clear(&why);
    }
    ck_assert(!fault_works() || k > 10);
    json_decref(doc);
    json_decref(patch);
}
END_TEST

TESTS("merge_patch", examples, nulls_in_lists, malformed, memory_runs_out)
