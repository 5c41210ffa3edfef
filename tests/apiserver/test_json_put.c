/* The text is jansson's own, to the byte. */
#include "apiserver/json_put.h"

#include "tests/support/fault.h"
#include "tests/support/suite.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

static void check(const json_t *doc)
{
    auto_buf out = BUF_INIT(1u << 20);
    char *want = json_dumps(doc, JSON_COMPACT);
    int r = json_put(doc, &out);

    ck_assert_int_eq(r, want ? 0 : -1);
    if (want)
        ck_assert_str_eq(out.data, want);
    free(want);
}

static void check_text(const char *text)
{
    json_t *doc = json_loads(text, 0, NULL);

    ck_assert(doc);
    check(doc);
    json_decref(doc);
}

START_TEST(writes_what_jansson_writes)
{
    check_text("{}");
    check_text("[]");
    check_text("{\"a\":{},\"b\":[],\"c\":[{}],\"\":null}");
    check_text("[true,false,null,0,-1,9223372036854775807,-9223372036854775808]");
    check_text("[0.1,1.0,-2.5,1e300,1e-300,123456789.125,0.30000000000000004]");
    check_text("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\",\"\\u00e4\\u20ac\\ud83d\\ude00\"]");
    check_text("{\"k\\n\\\"\\u00e4\":1}");
}
END_TEST

/* What must be escaped is found wherever it stands. */
START_TEST(writes_texts_of_all_lengths)
{
    static const char specials[] = "\"\\\n\x1f /\x7f!#[]";
    char text[40];

    for (size_t len = 0; len < sizeof(text); len++)
        for (size_t at = 0; at < len; at++)
            for (size_t i = 0; i < sizeof(specials); i++) {
                json_t *doc;
                memset(text, 'x', len);
                text[at] = specials[i]; /* the last is NUL */
                text[len - 1] = at % 2 ? '"' : text[len - 1];
                doc = json_pack("[o]", json_stringn_nocheck(text, len));
                check(doc);
                json_decref(doc);
            }
}
END_TEST

START_TEST(writes_what_tests_read)
{
    glob_t files;

    ck_assert_int_eq(glob("tests/fixtures/json/[yi]_*.json", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        json_t *doc = json_load_file(files.gl_pathv[i], JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
        if (json_is_object(doc) || json_is_array(doc))
            check(doc);
        json_decref(doc);
    }
    globfree(&files);
}
END_TEST

/* Whichever of the two the client began with; below that nothing is moved. */
START_TEST(puts_the_kind_first)
{
    static const char *const texts[][2] = {
        {"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"a\":1}", "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"a\":1}"},
        {"{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}", "{\"kind\":\"Pod\",\"apiVersion\":\"v1\"}"},
        {"{\"apiVersion\":\"v1\"}", "{\"apiVersion\":\"v1\"}"},
        {"{\"a\":{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}}", "{\"a\":{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}}"},
        {"{\"a\":1,\"apiVersion\":\"v1\",\"kind\":\"Pod\"}", "{\"a\":1,\"apiVersion\":\"v1\",\"kind\":\"Pod\"}"},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        auto_buf out = BUF_INIT(1000);
        json_t *doc = json_loads(texts[i][0], 0, NULL);
        ck_assert_int_eq(json_put(doc, &out), 0);
        ck_assert_str_eq(out.data, texts[i][1]);
        json_decref(doc);
    }
}
END_TEST

START_TEST(refuses_what_is_no_document)
{
    static const char broken[] = "\xc3(";
    auto_buf out = BUF_INIT(1000), small = BUF_INIT(5);
    json_t *text = json_string("x"), *bad = json_pack("[o]", json_stringn_nocheck(broken, 2)),
           *long_one = json_pack("[s]", "longer than five");

    ck_assert_int_eq(json_put(NULL, &out), -1);
    ck_assert_int_eq(json_put(text, &out), -1);
    ck_assert_int_eq(json_put(bad, &out), -1);
    ck_assert_int_eq(json_put(long_one, &small), -1);
    json_decref(text);
    json_decref(bad);
    json_decref(long_one);
}
END_TEST

START_TEST(survives_want_of_memory)
{
    json_t *doc =
        json_pack("{s:[s,f,i], s:{s:s}}", "a", "text that is long enough to need more room than there is at first", 0.5,
                  7, "b", "c", "d\n");
    bool hit = fault_works();
    unsigned long k = 0;

    while (hit) {
        buf out = BUF_INIT(1000);
        int r;
        fault_set(++k);
        r = json_put(doc, &out);
        hit = fault_clear();
        ck_assert_int_eq(r, hit ? -1 : 0);
        buf_clear(&out);
    }
    json_decref(doc);
}
END_TEST

TESTS("json_put", writes_what_jansson_writes, writes_texts_of_all_lengths, writes_what_tests_read, puts_the_kind_first,
      refuses_what_is_no_document, survives_want_of_memory)
