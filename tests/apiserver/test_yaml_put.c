/* The texts are those of sigs.k8s.io/yaml for the same documents. */
#include "apiserver/yaml_put.h"

#include "tests/support/fault.h"
#include "tests/support/suite.h"

#include <string.h>

static const struct {
    const char *json, *yaml;
} documents[] = {
    {"{}", "{}\n"},
    {"[]", "[]\n"},
    {"{\"b\":1,\"a\":\"x\"}", "a: x\nb: 1\n"},
    {"{\"a\":[1,{\"b\":2,\"c\":[]},[\"d\",[]]]}", "a:\n- 1\n- b: 2\n  c: []\n- - d\n  - []\n"},
    {"{\"a\":\"\"}", "a: \"\"\n"},
    {"{\"a\":\"true\",\"b\":\"1\",\"c\":\"null\",\"d\":\"~\",\"e\":\"yes\",\"f\":\"0x1\",\"g\":\"1.5\",\"h\":"
     "\"2026-01-01\",\"i\":\"-\",\"j\":\"a: b\",\"k\":\" a\",\"l\":\"a "
     "#b\",\"m\":\"#a\",\"n\":\"{a}\",\"o\":\"a\\tb\"}",
     "a: \"true\"\nb: \"1\"\nc: \"null\"\nd: \"~\"\ne: \"yes\"\nf: \"0x1\"\ng: \"1.5\"\nh: \"2026-01-01\"\ni: "
     "'-'\nj: 'a: b'\nk: ' a'\nl: 'a #b'\nm: '#a'\n\"n\": '{a}'\no: \"a\\tb\"\n"},
    {"{\"a\":\"x\\ny\\n\"}", "a: |\n  x\n  y\n"},
    {"{\"a\":\"x\\ny\"}", "a: |-\n  x\n  y\n"},
    {"{\"a\":\"x\\n\\n\"}", "a: |+\n  x\n\n"},
    {"{\"a\":true,\"b\":false,\"c\":null,\"d\":-7}", "a: true\nb: false\nc: null\nd: -7\n"},
    {"{\"true\":1,\"1\":2,\"a b\":3}", "\"1\": 2\na b: 3\n\"true\": 1\n"},
    {"{\"a\":\"\\u00e4\\u20ac\"}", "a: ä€\n"},
    {"{\"a\":\"it's\",\"b\":\"say \\\"x\\\"\",\"c\":\"a\\\\b\"}", "a: it's\nb: say \"x\"\nc: a\\b\n"},
    {"{\"a\":\"12:30\",\"b\":\"1_000\",\"c\":\"1e3\",\"d\":\".5\",\"e\":\"+1\",\"f\":\"0o7\",\"g\":\"=\",\"h\":\"<<"
     "\",\"i\":\"y\",\"j\":\"N\",\"k\":\"On\"}",
     "a: \"12:30\"\nb: \"1_000\"\nc: \"1e3\"\nd: \".5\"\ne: \"+1\"\nf: \"0o7\"\ng: =\nh: <<\ni: \"y\"\nj: "
     "\"N\"\nk: \"On\"\n"},
    {"[{\"a\":1,\"b\":2},{\"c\":[{\"d\":1}]}]", "- a: 1\n  b: 2\n- c:\n  - d: 1\n"},
    {"{\"a\":{\"b\":{}},\"c\":[[1,2],[3]]}", "a:\n  b: {}\nc:\n- - 1\n  - 2\n- - 3\n"},
    {"{\"a\":\"%x\",\"b\":\"@x\",\"c\":\"&x\",\"d\":\"*x\",\"e\":\"!x\",\"f\":\"|x\",\"g\":\">x\",\"h\":\"'x\","
     "\"i\":\"x:\",\"j\":\"- x\",\"k\":\"? x\",\"l\":\"x, y\"}",
     "a: '%x'\nb: '@x'\nc: '&x'\nd: '*x'\ne: '!x'\nf: '|x'\ng: '>x'\nh: '''x'\ni: 'x:'\nj: '- x'\nk: '? x'\nl: x, "
     "y\n"},
    {"{\"a\":1.5,\"b\":1e21,\"c\":1000000}", "a: 1.5\nb: 1e+21\nc: 1000000\n"},
    {"{\"a\":1234567.5,\"b\":0.00001,\"c\":100000.5,\"d\":-0.0,\"e\":1e2,\"f\":1.0,\"g\":{\"<<\":1}}",
     "a: 1.2345675e+06\nb: 1e-05\nc: 100000.5\nd: -0\ne: 100\nf: 1\ng:\n  <<: 1\n"},
};

START_TEST(puts_what_the_server_puts)
{
    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
        auto_buf out = BUF_INIT(10000);
        json_t *doc = json_loads(documents[i].json, 0, NULL);
        ck_assert_ptr_nonnull(doc);
        ck_assert_int_eq(yaml_put(doc, &out), 0);
        ck_assert_msg(strcmp(out.data, documents[i].yaml) == 0, "%s:\n%s\nwant:\n%s", documents[i].json, out.data,
                      documents[i].yaml);
        json_decref(doc);
    }
}
END_TEST

/* What looks like something else is quoted, and nothing more. */
static const struct {
    const char *text, *yaml;
} words[] = {
    {"-", "'-'\n"},
    {".", ".\n"},
    {"..", "..\n"},
    {"+", "+\n"},
    {":", "':'\n"},
    {"::1", "::1\n"},
    {"--", "--\n"},
    {"---", "'---'\n"},
    {"...", "'...'\n"},
    {"1.2.3", "1.2.3\n"},
    {"10.0.0.1", "10.0.0.1\n"},
    {"fe80::1", "fe80::1\n"},
    {"2026-01-01", "\"2026-01-01\"\n"},
    {"2026-01-01T00:00:00Z", "\"2026-01-01T00:00:00Z\"\n"},
    {"2026-01-01 00:00:00", "\"2026-01-01 00:00:00\"\n"},
    {"2026-01-01T00:00", "2026-01-01T00:00\n"},
    {"2026-1-2", "\"2026-1-2\"\n"},
    {"2026-13-01", "2026-13-01\n"},
    {"1-2", "1-2\n"},
    {"1_2", "\"1_2\"\n"},
    {"_1", "_1\n"},
    {"1_", "\"1_\"\n"},
    {"1:99", "1:99\n"},
    {"1:30", "\"1:30\"\n"},
    {"12:30:45", "\"12:30:45\"\n"},
    {"1:30.5", "\"1:30.5\"\n"},
    {"T", "T\n"},
    {"Z", "Z\n"},
    {"1 2", "1 2\n"},
    {"1.", "\"1.\"\n"},
    {"1.e3", "\"1.e3\"\n"},
    {"-.5", "\"-.5\"\n"},
    {"+.5", "\"+.5\"\n"},
    {"-1:30", "\"-1:30\"\n"},
    {"0b1", "\"0b1\"\n"},
    {"0b2", "0b2\n"},
    {"0o8", "0o8\n"},
    {"0x", "0x\n"},
    {"1e", "1e\n"},
    {"1e5", "\"1e5\"\n"},
    {"1e+5", "\"1e+5\"\n"},
    {"-0", "\"-0\"\n"},
    {"00", "\"00\"\n"},
    {"007", "\"007\"\n"},
    {"08", "\"08\"\n"},
    {"0_0", "\"0_0\"\n"},
    {".inf", "\".inf\"\n"},
    {"-.inf", "\"-.inf\"\n"},
    {".nan", "\".nan\"\n"},
    {".NaN", "\".NaN\"\n"},
    {"Infinity", "Infinity\n"},
    {"123456789012345678901234567890", "\"123456789012345678901234567890\"\n"},
    {"1.5.", "1.5.\n"},
    {"0.0", "\"0.0\"\n"},
    {"+12", "\"+12\"\n"},
    {"-12", "\"-12\"\n"},
    {"1,2", "1,2\n"},
    {"True", "\"True\"\n"},
    {"TRUE", "\"TRUE\"\n"},
    {"tRue", "tRue\n"},
    {"Null", "\"Null\"\n"},
    {"NULL", "\"NULL\"\n"},
    {"nUll", "nUll\n"},
    {"Yes", "\"Yes\"\n"},
    {"YES", "\"YES\"\n"},
    {"yEs", "yEs\n"},
    {"y", "\"y\"\n"},
    {"Y", "\"Y\"\n"},
    {"ON", "\"ON\"\n"},
    {"oN", "oN\n"},
    {"None", "None\n"},
    {"void", "void\n"},
    {"0.1_2", "\"0.1_2\"\n"},
    {"_", "_\n"},
    {"1__2", "\"1__2\"\n"},
    {"- ", "'- '\n"},
    {"-1-1", "-1-1\n"},
    {"1:2:3:4", "\"1:2:3:4\"\n"},
    {"1:60", "1:60\n"},
    {"190:20:30", "\"190:20:30\"\n"},
    {"190:20:30.15", "\"190:20:30.15\"\n"},
};

START_TEST(quotes_what_the_server_quotes)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        auto_buf out = BUF_INIT(10000);
        json_t *doc = json_string(words[i].text);
        ck_assert_int_eq(yaml_put(doc, &out), 0);
        ck_assert_msg(strcmp(out.data, words[i].yaml) == 0, "%s: %s", words[i].text, out.data);
        json_decref(doc);
    }
}
END_TEST

START_TEST(survives_want_of_memory)
{
    json_t *doc = json_loads("{\"a\":[1,\"x\\ny\",{\"b\":\"true\"}],\"c\":{}}", 0, NULL);
    bool hit = fault_works();
    auto_buf small = BUF_INIT(5);

    for (unsigned long k = 1; hit; k++) {
        auto_buf out = BUF_INIT(10000);
        int r;
        fault_set(k);
        r = yaml_put(doc, &out);
        hit = fault_clear();
        ck_assert(r == 0 || hit);
        if (r == 0)
            ck_assert_str_eq(out.data, "a:\n- 1\n- |-\n  x\n  y\n- b: \"true\"\nc: {}\n");
    }
    ck_assert_int_eq(yaml_put(doc, &small), -1);
    json_decref(doc);
}
END_TEST

TESTS("yaml_put", puts_what_the_server_puts, quotes_what_the_server_quotes, survives_want_of_memory)
