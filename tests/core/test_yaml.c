/* A selection of yaml-test-suite (tests/fixtures/yaml): what has one document, a JSON meaning and is read by libyaml as the
 * specification says; then limits and what the suite lacks. */
#include "core/buf.h"
#include "core/limits.h"
#include "tests/support/fault.h"
#include "tests/support/suite.h"
#include "tests/support/tokens.h"

#include <dirent.h>
#include <opsdk.h>
#include <stdlib.h>
#include <string.h>

#define FIXTURES "tests/fixtures/yaml"

/* The suite writes invisible characters as visible ones. */
static void make_invisible(buf *to, const char *text)
{
    static const struct {
        const char *from, *to;
    } signs[] = {{"\xe2\x90\xa3", " "},
                 {"\xe2\x80\x94", ""},
                 {"\xc2\xbb", "\t"},
                 {"\xe2\x86\x90", "\r"},
                 {"\xe2\x87\x94", "\xef\xbb\xbf"},
                 {"\xe2\x86\xb5", ""},
                 {"\xe2\x88\x8e\n", ""}};

    while (*text) {
        size_t i = 0, n = sizeof(signs) / sizeof(signs[0]);
        while (i < n && strncmp(text, signs[i].from, strlen(signs[i].from)) != 0)
            i++;
        buf_add(to, i < n ? signs[i].to : text, i < n ? strlen(signs[i].to) : 1);
        text += i < n ? strlen(signs[i].from) : 1;
    }
}

static bool run_case(const char *name, const json_t *c)
{
    const char *yaml = json_string_value(json_object_get(c, "yaml")),
               *json = json_string_value(json_object_get(c, "json"));
    bool fails = json_is_true(json_object_get(c, "fail"));
    json_t *theirs = json ? json_loads(json, JSON_DECODE_ANY, NULL) : NULL, *ours = NULL;
    auto_buf text = BUF_INIT(1 << 20);
    opsdk_error err = {0};
    int r;

    if (!yaml || (!fails && !theirs))
        return false;
    buf_puts(&text, "");
    make_invisible(&text, yaml);
    r = opsdk_yaml_parse(name, text.data, text.len, &ours, &err);
    if (fails)
        ck_assert_msg(r == OPSDK_EINVAL && strchr(err.message, ':'), "%s is accepted", name);
    else
        ck_assert_msg(json_equal(ours, theirs), "%s: %s", name, err.message);
    json_decref(ours);
    json_decref(theirs);
    return true;
}

static size_t run_file(const char *name)
{
    char path[512];
    size_t len, ran = 0, i;
    json_t *cases, *c;
    char *text;
    opsdk_error err = {0};

    snprintf(path, sizeof(path), FIXTURES "/%s", name);
    text = fixture_read(path, &len);
    ck_assert_msg(opsdk_yaml_parse(path, text, len, &cases, &err) == 0, "%s", err.message);
    json_array_foreach(cases, i, c) ran += run_case(name, c);
    json_decref(cases);
    free(text);
    return ran;
}

START_TEST(test_suite)
{
    DIR *dir = opendir(FIXTURES);
    size_t ran = 0;

    ck_assert_ptr_nonnull(dir);
    for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        if (strstr(e->d_name, ".yaml"))
            ran += run_file(e->d_name);
    }
    closedir(dir);
    ck_assert_uint_ge(ran, 250);
}
END_TEST

static json_t *read(const char *text, opsdk_error *err)
{
    json_t *tree = NULL;
    int r = opsdk_yaml_parse("x", text, strlen(text), &tree, err);

    ck_assert(r == (tree ? 0 : err->code));
    return tree;
}

static void expect(const char *yaml, const char *json)
{
    opsdk_error err = {0};
    json_t *ours = read(yaml, &err), *theirs = json_loads(json, JSON_DECODE_ANY, NULL);

    ck_assert_msg(ours && json_equal(ours, theirs), "%s: %s", yaml, err.message);
    json_decref(ours);
    json_decref(theirs);
}

START_TEST(scalars)
{
    expect("[~, null, Null, NULL, '', \"null\", nULL]", "[null,null,null,null,\"\",\"null\",\"nULL\"]");
    expect("[true, True, TRUE, false, False, FALSE, yes, no, on, off, tRUE]",
           "[true,true,true,false,false,false,\"yes\",\"no\",\"on\",\"off\",\"tRUE\"]");
    expect("[0, -0, +7, 010, 0o17, 0x1F, 0b1, 0o8, 0x, -0x1, 1_000, '1', 9223372036854775807]",
           "[0,0,7,10,15,31,\"0b1\",\"0o8\",\"0x\",\"-0x1\",\"1_000\",\"1\",9223372036854775807]");
    expect("[1.5, -.5, +1., 1e3, 1.e-1, ., .e1, 1e, 1e+, 1.2.3, +, -e, 12:30:45, 1.5e+]",
           "[1.5,-0.5,1.0,1000.0,0.1,\".\",\".e1\",\"1e\",\"1e+\",\"1.2.3\",\"+\",\"-e\",\"12:30:45\",\"1.5e+\"]");
    expect(
        "[!!str 1, !!int 1, !!float 1, !!float 1.5, !!bool true, !!null ~, ! 1, !!str , !<tag:yaml.org,2002:int> '3']",
        "[\"1\",1,1.0,1.5,true,null,\"1\",\"\",3]");
    expect("{1: a, true: b, ~: c, 1.5: d, ? : e, !!str x: f}",
           "{\"1\":\"a\",\"true\":\"b\",\"~\":\"c\",\"1.5\":\"d\",\"\":\"e\",\"x\":\"f\"}");
    expect("", "null");
    expect("# nothing\n", "null");
    expect("---\n...\n", "null");
    expect("%YAML 1.2\n---\n2001-01-01\n", "\"2001-01-01\"");
}
END_TEST

START_TEST(nul_is_text)
{
    opsdk_error err = {0};
    json_t *tree = read("a: \"\\0\"", &err), *value = json_object_get(tree, "a");

    ck_assert_uint_eq(json_string_length(value), 1);
    json_decref(tree);
}
END_TEST

START_TEST(utf16)
{
    json_t *tree = NULL;

    ck_assert_int_eq(opsdk_yaml_parse("x", "\xff\xfe\x61\0:\0 \0\xe4\0", 10, &tree, NULL), 0);
    ck_assert_str_eq(json_string_value(json_object_get(tree, "a")), "\xc3\xa4");
    json_decref(tree);
}
END_TEST

START_TEST(aliases_and_merges)
{
    expect("{a: &x {b: [1]}, c: *x, d: [&y z, *y, &y w, *y]}",
           "{\"a\":{\"b\":[1]},\"c\":{\"b\":[1]},\"d\":[\"z\",\"z\",\"w\",\"w\"]}");
    expect("{a: &x {p: 1, q: 2}, b: {<<: *x, q: 3, r: 4}}",
           "{\"a\":{\"p\":1,\"q\":2},\"b\":{\"p\":1,\"q\":3,\"r\":4}}");
    expect("{a: &x {p: 1}, b: &y {p: 2, q: 2}, c: {<<: [*x, *y], r: 4}}",
           "{\"a\":{\"p\":1},\"b\":{\"p\":2,\"q\":2},\"c\":{\"p\":1,\"q\":2,\"r\":4}}");
    expect("{'<<': {a: 1}, b: {<<: {}, \"<<\": 1}}", "{\"<<\":{\"a\":1},\"b\":{\"<<\":1}}");
    expect("{&k a: b, c: *k}", "{\"a\":\"b\",\"c\":\"a\"}");
}
END_TEST

START_TEST(refused)
{
    static const struct {
        const char *yaml, *message;
    } cases[] = {
        {"a: 1\nb: 2\na: 3\n", "x:3:1: the key was there before in this map"},
        {"{a: 1, \"a\": 3}", "x:1:8: the key was there before in this map"},
        {"{<<: {}, <<: {}}", "x:1:10: the key was there before in this map"},
        {"a: 1\n---\nb: 2\n", "x:2:1: a second document begins; there must be only one"},
        {"[a, *b]", "x:1:5: the alias names no anchor before it, or one that it is part of"},
        {"&a [*a]", "x:1:5: the alias names no anchor before it, or one that it is part of"},
        {"[&a 1, &a [*a]]", "x:1:12: the alias names no anchor before it, or one that it is part of"},
        {"{\"a\\0b\": 1}", "x:1:2: a key holds a NUL character"},
        {"{[a]: b}", "x:1:2: a key must be a scalar"},
        {"{&a x: 1, *a : b}", "x:1:11: a key must be a scalar"},
        {"{!!int 1: b}", "x:1:2: a key can have no tag but !!str"},
        {"!x a", "x:1:1: the tag is unknown or does not fit the value"},
        {"!!int a", "x:1:1: the tag is unknown or does not fit the value"},
        {"!!binary aGk=", "x:1:1: the tag is unknown or does not fit the value"},
        {"!!set {a}", "x:1:1: the tag is unknown or does not fit the value"},
        {"!!map []", "x:1:1: the tag is unknown or does not fit the value"},
        {"[.inf]", "x:1:2: JSON has no infinity and no NaN; quote it to have a string"},
        {"-.Inf", "x:1:1: JSON has no infinity and no NaN; quote it to have a string"},
        {".nan", "x:1:1: JSON has no infinity and no NaN; quote it to have a string"},
        {"9223372036854775808", "x:1:1: the integer does not fit into 64 bits; quote it to have a string"},
        {"0xffffffffffffffff", "x:1:1: the integer does not fit into 64 bits; quote it to have a string"},
        {"1e999", "x:1:1: the number is too large; quote it to have a string"},
        {"{<<: 1}", "x:1:1: \"<<\" must name a map or a list of maps"},
        {"{<<: [[]]}", "x:1:1: \"<<\" must list maps only"},
        {"a: b: c", "x:1:5: mapping values are not allowed in this context"},
        {"a:\n\t- b", "x:2:1: found character that cannot start any token"},
        {"[", "x:2:1: did not find expected node content"},
        {"\xff\xff", "x: at byte 0: invalid leading UTF-8 octet"},
        {"\"\\ud800\"", "x:1:4: found invalid Unicode character escape code"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        opsdk_error err = {0};
        json_t *tree = read(cases[i].yaml, &err);
        ck_assert_msg(!tree, "%s", cases[i].yaml);
        ck_assert_int_eq(err.code, OPSDK_EINVAL);
        ck_assert_str_eq(err.message, cases[i].message);
    }
}
END_TEST

static void repeat(buf *b, const char *text, size_t n)
{
    while (n-- > 0)
        buf_puts(b, text);
}

START_TEST(depth)
{
    for (size_t levels = 127; levels <= 129; levels++) {
        auto_buf plain = BUF_INIT(1 << 20), alias = BUF_INIT(1 << 20);
        opsdk_error err = {0};
        json_t *tree;

        repeat(&plain, "[", levels);
        repeat(&plain, "]", levels);
        tree = read(plain.data, &err);
        ck_assert((tree != NULL) == (levels <= 128));
        json_decref(tree);

        buf_puts(&alias, "[&a ");
        repeat(&alias, "[", levels - 10);
        repeat(&alias, "]", levels - 10);
        buf_puts(&alias, ",[[[[[[[[[*a]]]]]]]]]]");
        tree = read(alias.data, &err);
        ck_assert((tree != NULL) == (levels <= 128));
        json_decref(tree);
    }
}
END_TEST

/* Ten levels of ten aliases each would be 10 GB. */
START_TEST(many_laughs)
{
    auto_buf text = BUF_INIT(1 << 20), wide = BUF_INIT(2 << 20);
    opsdk_error err = {0};

    buf_puts(&text, "a0: &a0 [lol]\n");
    for (int i = 1; i < 10; i++) {
        buf_printf(&text, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++)
            buf_printf(&text, "*a%d,", i - 1);
        buf_puts(&text, "]\n");
    }
    ck_assert_ptr_null(read(text.data, &err));
    ck_assert_msg(strstr(err.message, "aliases"), "%s", err.message);

    buf_puts(&wide, "- &a ");
    repeat(&wide, "x", LIMIT_YAML / 2);
    repeat(&wide, "\n- *a", 1000);
    ck_assert_ptr_null(read(wide.data, &err));
    ck_assert_msg(strstr(err.message, "aliases"), "%s", err.message);
}
END_TEST

START_TEST(size)
{
    auto_buf text = BUF_INIT(2 << 20);
    opsdk_error err = {0};
    json_t *tree;

    repeat(&text, "a", LIMIT_YAML);
    tree = read(text.data, &err);
    ck_assert_uint_eq(json_string_length(tree), LIMIT_YAML);
    json_decref(tree);
    buf_puts(&text, "a");
    ck_assert_ptr_null(read(text.data, &err));
    ck_assert_str_eq(err.message, "x: larger than 1 MiB");
}
END_TEST

START_TEST(memory_runs_out)
{
    static const char text[] = "a: &x {b: [1, 2.5, ~, c]}\nd: *x\ne: {<<: *x, f: !!float 1}\n";
    unsigned long k = 0;
    bool hit;

    if (!fault_works())
        return;
    do {
        opsdk_error err = {0};
        json_t *tree = NULL;
        int r;

        fault_set(++k);
        r = opsdk_yaml_parse("x", text, sizeof(text) - 1, &tree, &err);
        hit = fault_clear();
        ck_assert_msg(r == 0 || (r == OPSDK_ENOMEM && hit && !tree && err.code == r), "%lu: %s", k, err.message);
        json_decref(tree);
    } while (hit);
    ck_assert_uint_gt(k, 20);
}
END_TEST

TESTS("yaml", test_suite, scalars, nul_is_text, utf16, aliases_and_merges, refused, depth, many_laughs, size,
      memory_runs_out)
