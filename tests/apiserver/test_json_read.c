/* What is read is what jansson reads, whichever way it takes. */
#include "apiserver/json_read.h"

#include "tests/support/fault.h"
#include "tests/support/suite.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLAGS (JSON_ALLOW_NUL | JSON_DECODE_ANY)

static void check_flags(const char *text, size_t len, size_t flags)
{
    json_error_t err, want_err;
    json_t *want = json_loadb(text, len, flags, &want_err), *got = json_read(text, len, flags, &err);

    ck_assert_int_eq(got != NULL, want != NULL);
    if (want) {
        char *a = json_dumps(want, JSON_ENCODE_ANY), *b = json_dumps(got, JSON_ENCODE_ANY);
        ck_assert(json_equal(got, want));
        ck_assert_str_eq(b ? b : "", a ? a : ""); /* members in the same order, too */
        free(a);
        free(b);
    } else {
        ck_assert_str_eq(err.text, want_err.text);
    }
    json_decref(got);
    json_decref(want);
}

static void check(const char *text, size_t len)
{
    check_flags(text, len, FLAGS);
    check_flags(text, len, 0);
}

START_TEST(reads_plain_and_unusual)
{
    static const char *const texts[] = {"{}",
                                        " [ ] ",
                                        "{\"a\":1,\"b\":[true,false,null],\"a\":2}",
                                        "[0,-1,-0,10,01,123456789012345678,9223372036854775807]",
                                        "[9223372036854775808]",
                                        "[99999999999999999999]",
                                        "[999999999999999999]",
                                        "[1234567890123456789]",
                                        "[1.5,1e3,-2E-2,1.]",
                                        "\"x\"",
                                        "7",
                                        "true",
                                        "nul",
                                        "[1 2]",
                                        "[1,]",
                                        "{\"a\":1,}",
                                        "{\"a\"}",
                                        "{a:1}",
                                        "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
                                        "[\"\\u00e4\\u0000\"]",
                                        "{\"\\u0000\":1}",
                                        "[\"\\x\"]",
                                        "[\"a\nb\"]",
                                        "[\"\xc3\xa4\"]",
                                        "[\"\xc3\"]",
                                        "[\"\xff\\n\"]",
                                        "{} x",
                                        "",
                                        " ",
                                        "{\"a\\nb\":\"c\\td\"}",
                                        "[\"abc",
                                        "[-]",
                                        "-"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        check(texts[i], strlen(texts[i]));
    check("[\"\0\"]", 5);
    check("[\"a\\\0\"]", 7);
}
END_TEST

START_TEST(reads_what_tests_read)
{
    glob_t files;

    ck_assert_int_eq(glob("tests/fixtures/json/*.json", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        static char text[1 << 20];
        FILE *f = fopen(files.gl_pathv[i], "re");
        size_t len = fread(text, 1, sizeof(text), f);
        fclose(f);
        check(text, len);
    }
    globfree(&files);
}
END_TEST

/* Keys, depth: on both sides of what is read here. */
START_TEST(reads_what_is_long_or_deep)
{
    char text[2000];

    for (int n = 250; n < 260; n++) {
        int len = snprintf(text, sizeof(text), "{\"%0*d\":1}", n, 7);
        check(text, (size_t)len);
    }
    for (size_t n = 60; n < 70; n++) {
        memset(text, '[', n);
        memset(text + n, ']', n);
        check(text, 2 * n);
    }
}
END_TEST

START_TEST(survives_want_of_memory)
{
    static const char text[] = "{\"a\":[1,\"b\\nc\",{\"d\":null}],\"e\":\"f\"}";
    bool hit = fault_works();
    unsigned long k = 0;

    while (hit) {
        json_t *v;
        fault_set(++k);
        v = json_read(text, sizeof(text) - 1, 0, NULL);
        hit = fault_clear();
        ck_assert(v); /* the other way then */
        json_decref(v);
    }
}
END_TEST

TESTS("json_read", reads_plain_and_unusual, reads_what_tests_read, reads_what_is_long_or_deep, survives_want_of_memory)
