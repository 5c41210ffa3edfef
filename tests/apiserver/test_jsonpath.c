#include "apiserver/jsonpath.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

static const char DOC[] =
    "{'a':{'b':'c','n':null,'x.y':1},'list':[{'name':'x','size':1},{'name':'y','size':2,'extra':{}},"
    "{'name':'z','size':3}],'numbers':[0,1,2,3,4],'real':1.5,'yes':true,'deep':{'er':{'deep':2}}}";

static json_t *document(const char *text)
{
    char *copy = strdup(text);
    json_t *doc;

    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    doc = json_loads(copy, JSON_DECODE_ANY, NULL);
    ck_assert_ptr_nonnull(doc);
    free(copy);
    return doc;
}

/* All that path finds, as JSON with single quotes; NULL: it cannot be followed. */
static void finds(const char *path, const char *want)
{
    json_t *doc = document(DOC), *all = jsonpath_all(path, doc), *expected = want ? document(want) : NULL;
    char *text = json_dumps(all, JSON_COMPACT);

    ck_assert_msg(json_equal(all, expected) || (!all && !want), "%s: %s", path, text ? text : "error");
    free(text);
    json_decref(expected);
    json_decref(all);
    json_decref(doc);
}

START_TEST(members)
{
    finds(".a.b", "['c']");
    finds(".a['b']", "['c']");
    finds(".a.x\\.y", "[1]");
    finds(".a['x\\.y']", "[1]");
    finds("$.a.b", "['c']");
    finds(".a.n", "[null]");
    finds(".a.n.more", "[]");
    finds(".nothing.at.all", "[]");
    finds(".a.b.c", "[]");
    finds(".a.*", "['c',null,1]");
    finds(".", "[]");
    finds(".a.b}.yes", "['c']");
}
END_TEST

START_TEST(elements)
{
    finds(".numbers[0]", "[0]");
    finds(".numbers[]", "[0]");
    finds(".numbers[-1]", "[4]");
    finds(".numbers[-2]", "[3]");
    finds(".numbers[*]", "[0,1,2,3,4]");
    finds(".numbers[1:3]", "[1,2]");
    finds(".numbers[3:]", "[3,4]");
    finds(".numbers[:-3]", "[0,1]");
    finds(".numbers[::2]", "[0,2,4]");
    finds(".numbers[2:2]", "[]");
    finds(".numbers[0,2]", "[0,2]");
    finds(".numbers[1:2, -1]", "[1,4]");
    finds(".numbers[5]", NULL);
    finds(".numbers[-6]", NULL);
    finds(".numbers[3:1]", NULL);
    finds(".numbers[::0]", NULL);
    finds(".a[0]", NULL);
    finds(".nothing[0]", "[]");
    finds(".list[*].name", "['x','y','z']");
    finds(".a['b','x\\.y']", "['c',1]");
}
END_TEST

START_TEST(filters)
{
    finds(".list[?(@.name=='y')].size", "[2]");
    finds(".list[?(@.name==\"y\")].size", "[2]");
    finds(".list[?(@.name!='y')].size", "[1,3]");
    finds(".list[?(@.size>1)].name", "['y','z']");
    finds(".list[?(@.size>=2)].name", "['y','z']");
    finds(".list[?(@.size<2)].name", "['x']");
    finds(".list[?(@.size<=2)].name", "['x','y']");
    finds(".list[?(@.extra)].name", "['y']");
    finds(".list[?(@.nothing=='x')].name", "[]");
    finds(".list[?(@.name==1)].name", NULL);
    finds(".list[?(@.size==1.0)].name", NULL);
    finds(".list[?(@.size=~1)].name", NULL);
    finds(".list[?(@.name==')]')].name", "[]");
    finds(".a[?(@.b)]", NULL);
}
END_TEST

START_TEST(descent)
{
    finds("..deep", "[{'er':{'deep':2}},2]");
    finds(".list..size", "[1,2,3]");
    finds("....deep", NULL);
}
END_TEST

START_TEST(bad_syntax)
{
    static const char *const bad[] = {".a[",           ".a[x]",       ".a[1",  ".list[?(@.a", ".list[?(@.a=='x]",
                                      ".list[?(@.a)x", ".a[1:2:3:4]", "'open", ".a %",        ".list[?(@.a==)]",
                                      "range .a",      ".list[?(%)]"};
    static const char *const good[] = {".a", ".a.b[0]", ".list[?(@.a=='x')].b", "..a", ".a['b']", ".list[9]", "."};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!jsonpath_is_valid(bad[i]), "%s", bad[i]);
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_msg(jsonpath_is_valid(good[i]), "%s", good[i]);
}
END_TEST

START_TEST(the_first)
{
    json_t *doc = document(DOC), *value = jsonpath_first(".list[*].name", doc);

    ck_assert_str_eq(json_string_value(value), "x");
    json_decref(value);
    ck_assert_ptr_null(jsonpath_first(".nothing", doc));
    ck_assert_ptr_null(jsonpath_first(".numbers[9]", doc));
    json_decref(doc);
}
END_TEST

/* Each part may take everything below, of everything that was reached before: that must end. */
START_TEST(an_explosion_is_refused)
{
    json_t *doc = json_object();
    char path[600] = "";

    for (int i = 0; i < 100; i++)
        doc = json_pack("{s:o, s:o}", "a", doc, "b", json_object());
    for (int i = 0; i < 100; i++)
        memcpy(path + 5 * i, "..a.*", 6);
    ck_assert_ptr_null(jsonpath_all(path, doc));
    json_decref(doc);
}
END_TEST

START_TEST(filters_in_filters_end)
{
    char path[4001];
    json_t *doc = document("[[[[]]]]");

    memset(path, '[', 4000);
    path[4000] = '\0';
    for (int i = 0; i + 3 < 4000; i += 3)
        memcpy(path + i, "[?(", 3);
    ck_assert_ptr_null(jsonpath_all(path, doc));
    ck_assert(!jsonpath_is_valid(path));
    json_decref(doc);
}
END_TEST

TESTS("jsonpath", members, elements, filters, descent, bad_syntax, the_first, an_explosion_is_refused,
      filters_in_filters_end)
