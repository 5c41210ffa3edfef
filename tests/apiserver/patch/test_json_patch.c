/* The published vectors of RFC 6902 (tests/fixtures/json_patch), where the real server's library keeps to it; then where it does not. */
#include "apiserver/limits.h"
#include "apiserver/patch/patch.h"
#include "tests/support/fault.h"
#include "tests/support/quoted.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

/* Where the real server's library differs from the vectors: by place in tests.json, with what it makes of them. */
static const struct {
    size_t at;
    const char *result; /* NULL: refused */
} differs[] = {
    {11, NULL},
    {12, NULL},
    {19, "{'bar': [1, 2, '5']}"}, /* negative indices count from the end */
    {63, NULL},
    {77, "[1, null]"}, /* a value that is not there is null */
    {78, "[null]"},
    {79, "[null]"},
    {82, "{'foo': null}"},
    {87, "['foo', 'bar']"}, /* leading zeros do not matter */
    {88, "['foo', 'bar']"},
};

static bool run_different(size_t at, const json_t *c)
{
    auto_failure why = {0};
    json_t *ret = NULL, *should;
    size_t i = 0;
    int r;

    while (i < sizeof(differs) / sizeof(differs[0]) && differs[i].at != at)
        i++;
    if (i == sizeof(differs) / sizeof(differs[0]))
        return false;
    r = patch_json(json_object_get(c, "doc"), json_object_get(c, "patch"), NULL, &ret, &why);
    should = quoted(differs[i].result);
    ck_assert_msg(r == (should ? 0 : -1), "%zu", at);
    check_json("differs", ret, should);
    json_decref(ret);
    json_decref(should);
    return true;
}

static bool run_vector(const json_t *c)
{
    const json_t *doc = json_object_get(c, "doc"), *expected = json_object_get(c, "expected");
    json_t *before, *ret = NULL;
    auto_failure why = {0};
    char *name;
    int r;

    if (!doc || json_is_true(json_object_get(c, "disabled")))
        return false;
    name = json_dumps(c, JSON_COMPACT);
    before = json_deep_copy(doc);
    r = patch_json(doc, json_object_get(c, "patch"), NULL, &ret, &why);
    if (json_object_get(c, "error"))
        ck_assert_msg(r == -1 && (why.code == 422 || why.code == 400), "done: %s", name);
    else {
        ck_assert_msg(r == 0, "refused: %s", name);
        check_json(name, ret, expected ? expected : ret);
    }
    check_json("the argument is left alone", doc, before);
    json_decref(before);
    json_decref(ret);
    free(name);
    return true;
}

static size_t run_file(const char *path, bool main_file)
{
    json_t *cases = json_load_file(path, 0, NULL), *c;
    size_t ran = 0, i;

    ck_assert_msg(json_is_array(cases), "%s", path);
    json_array_foreach(cases, i, c) ran += (main_file && run_different(i, c)) || run_vector(c);
    json_decref(cases);
    return ran;
}

START_TEST(vectors)
{
    ck_assert_uint_gt(run_file("tests/fixtures/json_patch/tests.json", true), 80);
    ck_assert_uint_gt(run_file("tests/fixtures/json_patch/spec_tests.json", false), 14);
}
END_TEST

typedef struct example {
    const char *doc, *ops;
    const char *result; /* else */
    const char *message;
    int code;
} example;

static const char rejected[] = "the server rejected our request due to an error in our request";

static void run_example(const example *e, bool strict)
{
    json_t *doc = quoted(e->doc), *ops = quoted(e->ops), *should = quoted(e->result), *ret = NULL,
           *said = strict ? json_array() : NULL;
    auto_failure why = {0};
    int r = patch_json(doc, ops, said, &ret, &why);

    ck_assert_msg(r == (should ? 0 : -1), "%s on %s: %s", e->ops, e->doc, why.message ? why.message : "done");
    check_json(e->ops, ret, should);
    if (!should) {
        ck_assert_int_eq(why.code, e->code);
        ck_assert_str_eq(why.message, e->message);
    }
    json_decref(doc);
    json_decref(ops);
    json_decref(should);
    json_decref(ret);
    json_decref(said);
}

START_TEST(oddities)
{
    static const example all[] = {
        {"{'a': 1}", "[{'op': 'replace', 'path': '/b', 'value': 2}]", "{'a': 1, 'b': 2}", NULL, 0},
        {"{'a': 1}", "[{'op': 'replace', 'path': 'x/a', 'value': 2}]", "{'a': 2}", NULL, 0},
        {"{'a': [1, 2]}", "[{'op': 'remove', 'path': '/a/-1'}]", "{'a': [1]}", NULL, 0},
        {"{'a': [1, 2]}", "[{'op': 'remove', 'path': '/a/-3'}]", NULL, rejected, 422},
        {"{'a': [1, 2]}", "[{'op': 'add', 'path': '/a/+1', 'value': 3}]", "{'a': [1, 3, 2]}", NULL, 0},
        {"{'a': [1, 2]}", "[{'op': 'add', 'path': '/a/x', 'value': 3}]", NULL, rejected, 422},
        {"{'a': [1, 2]}", "[{'op': 'add', 'path': '/a/9223372036854775808', 'value': 3}]", NULL, rejected, 422},
        {"{'a': null}", "[{'op': 'add', 'path': '/a/b', 'value': 3}]", NULL, rejected, 422},
        {"{'a': null}", "[{'op': 'test', 'path': '/b'}]", "{'a': null}", NULL, 0},
        {"{'a': 1}", "[{'op': 'test', 'path': '/a'}]", NULL, rejected, 422},
        {"{'a': {'b': 1}}", "[{'op': 'move', 'from': '/a', 'path': '/a/b'}]", NULL, rejected, 422},
        {"{'a/b~c': 1}", "[{'op': 'move', 'from': '/a~1b~0c', 'path': '/~01'}]", "{'~1': 1}", NULL, 0},
        {"{'a': 1}", "[{'op': 'replace', 'path': '', 'value': {'b': 1}}]", "{'b': 1}", NULL, 0},
        {"{'a': 1}", "[{'op': 'replace', 'path': ''}]", NULL, rejected, 422},
        {"{'a': 1}", "[{'op': 'zap', 'path': '/a'}]", NULL, rejected, 422},
        {"{'a': 1}", "[null]", NULL, rejected, 422},
        {"{'a': 1}", "null", "{'a': 1}", NULL, 0},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        run_example(all + i, false);
        run_example(all + i, true);
    }
}
END_TEST

START_TEST(malformed)
{
    static const example lenient[] = {
        {"{}", "{}", NULL, "json: cannot unmarshal object into Go value of type jsonpatch.Patch", 400},
        {"{}", "'x'", NULL, "json: cannot unmarshal string into Go value of type jsonpatch.Patch", 400},
        {"{}", "[1]", NULL, "json: cannot unmarshal number into Go value of type jsonpatch.Operation", 400},
        {"{}", "[{'op': 1, 'path': '/a'}]", NULL, rejected, 422},
    };
    static const example strict[] = {
        {"{}", "{}", NULL,
         "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp", 400},
        {"{}", "[1]", NULL,
         "error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp", 400},
        {"{}", "[{'op': true, 'path': '/a'}]", NULL,
         "error decoding patch: json: cannot unmarshal bool into Go struct field jsonPatchOp.op of type string", 400},
        {"{}", "[{'op': 'add', 'path': []}]", NULL,
         "error decoding patch: json: cannot unmarshal array into Go struct field jsonPatchOp.path of type string",
         400},
    };

    for (size_t i = 0; i < sizeof(lenient) / sizeof(lenient[0]); i++)
        run_example(lenient + i, false);
    for (size_t i = 0; i < sizeof(strict) / sizeof(strict[0]); i++)
        run_example(strict + i, true);
}
END_TEST

START_TEST(unknown_members)
{
    json_t *doc = json_object(),
           *ops = quoted("[{'op': 'add', 'path': '/a', 'value': {'x': 1}, 'foo': 1}, {'op': 'test', "
                         "'path': '/a/x', 'value': 1, 'OP': 2}]"),
           *said = json_array(), *ret = NULL,
           *should = quoted("['json patch unknown field \\'[0].foo\\'', 'json patch "
                            "unknown field \\'[1].OP\\'']");
    auto_failure why = {0};

    ck_assert_int_eq(patch_json(doc, ops, said, &ret, &why), 0);
    check_json("said", said, should);
    json_decref(doc);
    json_decref(ops);
    json_decref(said);
    json_decref(ret);
    json_decref(should);
}
END_TEST

static json_t *many(size_t n, const char *op)
{
    json_t *ops = json_array(), *one = quoted(op);

    while (n-- > 0)
        json_array_append(ops, one);
    json_decref(one);
    return ops;
}

START_TEST(limits)
{
    json_t *doc = quoted("{'a': 1}"), *ops = many(LIMIT_PATCH_OPS, "{'op': 'test', 'path': '/a', 'value': 1}"),
           *ret = NULL, *more = many(LIMIT_PATCH_OPS + 1, "{'op': 'test', 'path': '/a', 'value': 1}"), *big = NULL;
    char *text = malloc(LIMIT_PATCH_COPY / 2);
    auto_failure why = {0}, too_big = {0};

    ck_assert_int_eq(patch_json(doc, ops, NULL, &ret, &why), 0);
    json_decref(ret);
    ck_assert_int_eq(patch_json(doc, more, NULL, &ret, &why), -1);
    ck_assert_int_eq(why.code, 413);
    ck_assert_str_eq(why.message,
                     "Request entity is too large: The allowed maximum operations in a JSON patch is 10000, got 10001");

    memset(text, 'x', LIMIT_PATCH_COPY / 2);
    json_object_set_new(doc, "t", json_stringn(text, LIMIT_PATCH_COPY / 2 - 2));
    big = many(2, "{'op': 'copy', 'from': '/t', 'path': '/u'}");
    ck_assert_int_eq(patch_json(doc, big, NULL, &ret, &too_big), 0);
    json_decref(ret);
    json_array_append(big, json_array_get(big, 0));
    ck_assert_int_eq(patch_json(doc, big, NULL, &ret, &too_big), -1);
    ck_assert_str_eq(too_big.message, rejected);
    free(text);
    json_decref(doc);
    json_decref(ops);
    json_decref(more);
    json_decref(big);
}
END_TEST

START_TEST(memory_runs_out)
{
    json_t *doc = quoted("{'a': [1, {'b': 'c'}]}"),
           *ops = quoted(
               "[{'op': 'add', 'path': '/a/0', 'value': {'x': 'y'}}, {'op': 'copy', 'from': '/a/0', 'path': '/q'}, "
               "{'op': 'move', 'from': '/q', 'path': '/r'}, {'op': 'replace', 'path': '/a', 'value': []}]");
    unsigned long k = 0;
    bool hit = fault_works();

    while (hit) {
        json_t *ret = NULL;
        failure why = {0};
        int r;
        fault_set(++k);
        r = patch_json(doc, ops, NULL, &ret, &why);
        hit = fault_clear();
        ck_assert(r == 0 || hit);
        json_decref(ret);
        failure_clear(&why);
    }
    ck_assert(!fault_works() || k > 10);
    json_decref(doc);
    json_decref(ops);
}
END_TEST

TESTS("json_patch", vectors, oddities, malformed, unknown_members, limits, memory_runs_out)
