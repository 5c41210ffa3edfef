/* YAML that is written is read back as the same. */
#include "cmd/opsdk/generate/yaml_write.h"
#include "tests/support/suite.h"

#include <opsdk/yaml.h>
#include <stdlib.h>
#include <string.h>

static char *written(const json_t *value)
{
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);

    yaml_write(to, value);
    fclose(to);
    return text;
}

static void check(json_t *value)
{
    char *text = written(value), *wanted = json_dumps(value, JSON_ENCODE_ANY);
    json_t *back = NULL;
    opsdk_error err = {0};
    int r = opsdk_yaml_parse("it", text, strlen(text), &back, &err);

    ck_assert_msg(r == 0, "%s: %s\n%s", wanted, err.message, text);
    ck_assert_msg(json_equal(value, back), "%s is written as\n%s", wanted, text);
    free(text);
    free(wanted);
    json_decref(back);
    json_decref(value);
}

static const char *const texts[] = {
    "",     " ",      "a",          "true",   "No",     "null",         "~",         "1",        "1e3",
    "0x1",  "-",      "- a",        "a: b",   "a:",     ":a",           "a #b",      "#a",       "'a'",
    "\"",   "a'b",    "\n",         "a\n",    "a\nb",   "a\n\nb",       " a\nb",     "a \nb",    "a\n b",
    "a\tb", "\x1b",   "\u00e4",     "\ufeff", "\u2028", "\xc2\x85",     "{a}",       "[a]",      "*a",
    "&a",   "!a",     "|",          ">",      "%a",     "@a",           "`a",        "a, b; c.", ".inf",
    ".nan", ".5",     ".a",         "a b ",   "---",    "...",          "a\r\nb",    "y",        "=",
    "<<",   "a\\b\n", "2026-01-01", "12:30",  "a:b",    "http://x/y#z", "e\u0301\nx"};

START_TEST(hard_texts)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        check(json_string(texts[i]));
        check(json_pack("{s:s}", "k", texts[i]));
        check(json_pack("[s, [s]]", texts[i], texts[i]));
        check(json_pack("{s:{s:[{s:s}]}}", texts[i], "a", texts[i], texts[i]));
    }
}
END_TEST

static json_t *any(int depth)
{
    json_t *value;
    int n = random() % 4;

    switch (random() % (depth > 0 ? 7 : 5)) {
    case 0:
        return json_integer(random() - random());
    case 1:
        return json_real((double)(random() - random()) / 1024);
    case 2:
        return json_null();
    case 3:
        return json_boolean(random() % 2);
    case 4:
        return json_string(texts[(size_t)random() % (sizeof(texts) / sizeof(texts[0]))]);
    case 5:
        value = json_array();
        while (n-- > 0)
            json_array_append_new(value, any(depth - 1));
        return value;
    default:
        value = json_object();
        while (n-- > 0)
            json_object_set_new(value, texts[(size_t)random() % (sizeof(texts) / sizeof(texts[0]))], any(depth - 1));
        return value;
    }
}

START_TEST(random_values)
{
    srandom(1);
    for (int i = 0; i < 5000; i++)
        check(any(5));
}
END_TEST

TESTS("YAML out", hard_texts, random_values)
