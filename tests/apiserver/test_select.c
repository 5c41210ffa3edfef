/* Selectors: messages are those of k8s.io/apimachinery/pkg/labels for the same texts. */
#include "apiserver/item.h"
#include "apiserver/select.h"

#include "tests/support/suite.h"

#include <string.h>

#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" /* 64 */

static const struct {
    const char *text, *why; /* why: "" when it is a selector */
} selectors[] = {
    {"a=b", ""},
    {"a==b", ""},
    {"a!=b", ""},
    {"a", ""},
    {"!a", ""},
    {"a in (b,c)", ""},
    {"a notin (b, c)", ""},
    {"a in ()", ""},
    {"a in (,)", ""},
    {"a in (b,)", ""},
    {"a>1", ""},
    {"a<1", ""},
    {"a>x", "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value "
            "must be an integer"},
    {"a=", ""},
    {"a==", ""},
    {"a!=", ""},
    {"a in", "unable to parse requirement: found '' expected: '('"},
    {"a in b", "unable to parse requirement: found 'b' expected: '('"},
    {"a in (b", "unable to parse requirement: found '', expected: ',' or ')'"},
    {"a in (b c)", "unable to parse requirement: found 'c', expected: ',' or ')'"},
    {"=b", "found '=', expected: !, identifier, or 'end of string'"},
    {"a=b,", "found '', expected: identifier after ','"},
    {"a=b,,c=d", "found ',', expected: identifier after ','"},
    {"a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"},
    {"a=b c=d", "found 'c', expected: ',' or 'end of string'"},
    {"a=(b)", "unable to parse requirement: found '(', expected: identifier"},
    {"in in (in)", ""},
    {"notin", ""},
    {"in=in", ""},
    {"!", "unable to parse requirement: found '', expected: identifier"},
    {"!a=b", "found '=', expected: ',' or 'end of string'"},
    {"!a,b", ""},
    {"a in (b),c!=d , !e", ""},
    {"x/y/z=1",
     "unable to parse requirement: <nil>: Invalid value: \"x/y/z\": a valid label key must consist of alphanumeric "
     "characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or "
     "'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an "
     "optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"},
    {"a_=b", "unable to parse requirement: <nil>: Invalid value: \"a_\": name part must consist of alphanumeric "
             "characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or "
             "'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"},
    {"a=b_", "unable to parse requirement: values[0][a]: Invalid value: \"b_\": a valid label must be an empty "
             "string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
             "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
             "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"},
    {"-a", "unable to parse requirement: <nil>: Invalid value: \"-a\": name part must consist of alphanumeric "
           "characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or "
           "'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"},
    {"a=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
     "unable to parse requirement: values[0][a]: Invalid value: "
     "\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\": must be no more than 63 bytes"},
    {LONG, "unable to parse requirement: <nil>: Invalid value: "
           "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\": name part must be no more than "
           "63 bytes"},
    {"a>1,b<", "unable to parse requirement: values[0]: Invalid value: \"\": for 'Gt', 'Lt' operators, the value "
               "must be an integer"},
    {"a in (b))", "found ')', expected: ',' or 'end of string'"},
    {"()", "found '(', expected: !, identifier, or 'end of string'"},
    {"a,b", ""},
    {"a&=b", "unable to parse requirement: <nil>: Invalid value: \"a&\": name part must consist of alphanumeric "
             "characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or "
             "'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"},
    {"ä=b",
     "unable to parse requirement: <nil>: Invalid value: \"ä\": name part must consist of alphanumeric characters, "
     "'-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or "
     "'123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"},
    {"example.com/a=b", ""},
    {"Example.com/a=b",
     "unable to parse requirement: <nil>: Invalid value: \"Example.com/a\": prefix part a lowercase RFC 1123 "
     "subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an "
     "alphanumeric character (e.g. 'example.com', regex used for validation is "
     "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"},
    {"a in (b_, _c)",
     "unable to parse requirement: [values[0][a]: Invalid value: \"_c\": a valid label must be an empty string or "
     "consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
     "(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
     "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?'), values[1][a]: Invalid value: \"b_\": a valid label must be "
     "an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
     "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
     "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')]"},
    {"a><b", "unable to parse requirement: found '<', expected: identifier"},
    {",a", "found ',', expected: !, identifier, or 'end of string'"},
};

START_TEST(says_what_the_server_says)
{
    for (size_t i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++) {
        auto_failure why = {0};
        selection *s = NULL;
        int r = selection_read(selectors[i].text, NULL, &s, &why);
        ck_assert_msg(r == (*selectors[i].why ? -1 : 0), "%s: %s", selectors[i].text, why.message);
        ck_assert_msg(r == 0 || strcmp(why.message, selectors[i].why) == 0, "%s: %s", selectors[i].text, why.message);
        ck_assert(r == 0 || why.code == 400);
        selection_free(s);
    }
}
END_TEST

static item *make(const char *const *labels, size_t n)
{
    static item it;

    it = (item){.ns = "ns", .name = "one", .labels = labels, .n_labels = n};
    return &it;
}

START_TEST(matches)
{
    static const char *const labels[] = {"a", "b", "n", "7", "empty", ""};
    static const struct {
        const char *text;
        bool matches;
    } all[] = {
        {"a=b", true},         {"a==b", true},         {"a=c", false},
        {"a!=b", false},       {"a!=c", true},         {"x!=c", true},
        {"a", true},           {"x", false},           {"!a", false},
        {"!x", true},          {"a in (c, b)", true},  {"a in (c)", false},
        {"x in (c)", false},   {"a notin (b)", false}, {"a notin (c)", true},
        {"x notin (b)", true}, {"n>6", true},          {"n>7", false},
        {"n<8", true},         {"n<7", false},         {"x>1", false},
        {"empty=", true},      {"empty", true},        {"a=", false},
        {"a=b,n=7", true},     {"a=b,n=8", false},     {"a in (b),!x", true},
        {"a in (,b)", true},   {"empty in ()", true},  {"", true},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        auto_failure why = {0};
        selection *s = NULL;
        ck_assert_int_eq(selection_read(all[i].text, NULL, &s, &why), 0);
        ck_assert_msg(selection_match(s, make(labels, 3)) == all[i].matches, "%s", all[i].text);
        selection_free(s);
    }
}
END_TEST

START_TEST(fields)
{
    auto_failure why = {0};
    resource res = {.group = "", .version = "v1", .plural = "configmaps", .kind = "ConfigMap"};
    selection *s = NULL;

    ck_assert_int_eq(selection_read(NULL, "metadata.name=one,metadata.namespace!=other", &s, &why), 0);
    ck_assert_int_eq(selection_resolve(s, &res, &why), 0);
    ck_assert(selection_match(s, make(NULL, 0)));
    selection_free(s);
    ck_assert_int_eq(selection_read(NULL, "metadata.name=two", &s, &why), 0);
    ck_assert_int_eq(selection_resolve(s, &res, &why), 0);
    ck_assert(!selection_match(s, make(NULL, 0)));
    selection_free(s);
    ck_assert_int_eq(selection_read(NULL, "spec.nodeName=x", &s, &why), 0);
    ck_assert_int_eq(selection_resolve(s, &res, &why), -1);
    ck_assert_int_eq(why.code, 400);
    selection_free(s);
}
END_TEST

TESTS("select", says_what_the_server_says, matches, fields)
