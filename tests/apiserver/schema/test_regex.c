#include "apiserver/schema/regex.h"

#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *pattern, *text;
    int matches;
} cases[] = {
    {"", "", 1},
    {"", "x", 1},
    {"a", "cat", 1},
    {"^a", "cat", 0},
    {"^cat$", "cat", 1},
    {"^cat$", "cat\n", 0},
    {"(?m)^b$", "a\nb\nc", 1},
    {".", "\n", 0},
    {"(?s).", "\n", 1},
    {"a.c",
     "a\xc3\xa4"
     "c",
     1},
    {"^..$", "\xc3\xa4\xe2\x82\xac", 1},
    {"[a-c]x", "bx", 1},
    {"[^a-c]x", "bx", 0},
    {"[^a]", "\n", 1},
    {"[]a]", "]", 1},
    {"[a-]", "-", 1},
    {"[-a]", "-", 1},
    {"[\\d.]", ".", 1},
    {"[^\\d]", "7", 0},
    {"[[:alpha:]_]+$", "ab_", 1},
    {"^[[:^digit:]]+$", "a1", 0},
    {"^[[:cntrl:]]$", "\177", 1},
    {"\\D", "5", 0},
    {"\\s", "\v", 0},
    {"\\s", "\f", 1},
    {"\\W", "_", 0},
    {"^\\w+\\b", "ab c", 1},
    {"a\\b", "ab", 0},
    {"a\\B", "ab", 1},
    {"^(a|bc)*$", "abcbca", 1},
    {"^(a|bc)*$", "abcba", 0},
    {"^a{2,3}$", "aa", 1},
    {"^a{2,3}$", "aaaa", 0},
    {"^a{2,}$", "aaaaa", 1},
    {"^a{2}$", "a", 0},
    {"^a{0}$", "", 1},
    {"a{,2}", "a{,2}", 1},
    {"^a{x", "a{x", 1},
    {"x*?y", "xxy", 1},
    {"^(?:ab)+?$", "abab", 1},
    {"(?i)^hello$", "HeLLo", 1},
    {"(?i)[k]", "\xe2\x84\xaa", 1},
    {"a(?i)b", "aB", 1},
    {"a(?i)b", "AB", 0},
    {"(?i:a)b", "Ab", 1},
    {"(?i:a)b", "AB", 0},
    {"((?i)a)b", "AB", 0},
    {"(?i-s)a.", "A\n", 0},
    {"(?P<name>x)y", "xy", 1},
    {"(?<name>x)y", "xy", 1},
    {"\\Qa.c\\E+", "a.ccc", 1},
    {"\\Qa.c", "abc", 0},
    {"\\x41\\x{e4}\\101\\0",
     "A\xc3\xa4"
     "A",
     0},
    {"^\\x41\\x{e4}\\101$",
     "A\xc3\xa4"
     "A",
     1},
    {"\\.\\-\\/\\_", ".-/_", 1},
    {"\\A\\z", "", 1},
    {"a|", "", 1},
    {"^(|a)b$", "b", 1},
    {"(a*)*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", 0},
    {"^*a", "a", 1},
    {"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", "a-b.c", 1},
    {"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", "a-.c", 0},
    {"^(([0-9]+(\\.[0-9]+)?)(Ki|Mi)?)$", "1.5Ki", 1},
};

START_TEST(matches_as_go_does)
{
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *why = NULL;
        regex *re = regex_new(cases[i].pattern, strlen(cases[i].pattern), &why);

        ck_assert_msg(re, "%s: %s", cases[i].pattern, why ? why : "?");
        ck_assert_msg(regex_match(re, cases[i].text, strlen(cases[i].text)) == cases[i].matches, "%s on %s",
                      cases[i].pattern, cases[i].text);
        regex_free(re);
    }
}
END_TEST

/* What Go 1.24 says of them. */
static const struct {
    const char *pattern, *why;
} errors[] = {
    {"(", "error parsing regexp: missing closing ): `(`"},
    {"a)", "error parsing regexp: unexpected ): `a)`"},
    {"[a", "error parsing regexp: missing closing ]: `[a`"},
    {"x[a", "error parsing regexp: missing closing ]: `[a`"},
    {"[]", "error parsing regexp: missing closing ]: `[]`"},
    {"[z-a]", "error parsing regexp: invalid character class range: `z-a`"},
    {"[[:foo:]]", "error parsing regexp: invalid character class range: `[:foo:]`"},
    {"*", "error parsing regexp: missing argument to repetition operator: `*`"},
    {"(+?)", "error parsing regexp: missing argument to repetition operator: `+?`"},
    {"{2}", "error parsing regexp: missing argument to repetition operator: `{2}`"},
    {"a|*", "error parsing regexp: missing argument to repetition operator: `*`"},
    {"a**", "error parsing regexp: invalid nested repetition operator: `**`"},
    {"a*?{2}", "error parsing regexp: invalid nested repetition operator: `*?{2}`"},
    {"a{1001}", "error parsing regexp: invalid repeat count: `{1001}`"},
    {"a{3,2}", "error parsing regexp: invalid repeat count: `{3,2}`"},
    {"((a{10}){10}){11}", "error parsing regexp: invalid repeat count: `{11}`"},
    {"a\\", "error parsing regexp: trailing backslash at end of expression: ``"},
    {"\\8", "error parsing regexp: invalid escape sequence: `\\8`"},
    {"\\y", "error parsing regexp: invalid escape sequence: `\\y`"},
    {"\\xg1", "error parsing regexp: invalid escape sequence: `\\xg1`"},
    {"(?=a)", "error parsing regexp: invalid or unsupported Perl syntax: `(?=`"},
    {"(?!a)", "error parsing regexp: invalid or unsupported Perl syntax: `(?!`"},
    {"(?<!a)", "error parsing regexp: invalid named capture: `(?<!a)`"},
    {"(?P<n!>a)", "error parsing regexp: invalid named capture: `(?P<n!>`"},
    {"(?i-)", "error parsing regexp: invalid or unsupported Perl syntax: `(?i-)`"},
    {"\\pL", "\\p{...} is not supported by the embedded API server"},
};

START_TEST(says_what_is_wrong)
{
    size_t i;

    for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        char *why = NULL;

        ck_assert_ptr_null(regex_new(errors[i].pattern, strlen(errors[i].pattern), &why));
        ck_assert_str_eq(why, errors[i].why);
        free(why);
    }
}
END_TEST

START_TEST(bounds_what_it_makes)
{
    static const char large[] = "(.{999}.*)(.{999}x{999})";
    char *why = NULL, deep[2002], *many = malloc(120 * sizeof(large));
    int i;

    memset(deep, '(', sizeof(deep));
    ck_assert_ptr_null(regex_new(deep, sizeof(deep), &why));
    ck_assert(strncmp(why, "error parsing regexp: expression nests too deeply: `((", 53) == 0);
    free(why);
    for (i = 0; i < 120; i++)
        memcpy(many + (size_t)i * (sizeof(large) - 1), large, sizeof(large));
    ck_assert_ptr_null(regex_new(many, strlen(many), &why));
    ck_assert_str_eq(why, "the expression is too large for the embedded API server");
    free(why);
    free(many);
}
END_TEST

TESTS("regex", matches_as_go_does, says_what_is_wrong, bounds_what_it_makes)
