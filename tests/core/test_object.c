#include "tests/support/fault.h"
#include "tests/support/suite.h"

#include <locale.h>
#include <opsdk.h>
#include <stdlib.h>
#include <string.h>

static opsdk_object *read(const char *json)
{
    opsdk_object *obj = NULL;
    opsdk_error err = {0};

    ck_assert_msg(opsdk_object_parse(&OPSDK_POD, json, strlen(json), &obj, &err) == 0, "%s", err.message);
    return obj;
}

static const char pod[] =
    "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\",\"namespace\":\"n\",\"uid\":\"u-1\",\"resourceVersion\":\"42\","
    "\"managedFields\":[{\"a\":[1,{\"b\":\"c\"}]}],\"labels\":{\"app\":\"x\",\"a/b\":\"y\"},"
    "\"annotations\":{\"k\":\"v\"}},\"spec\":{\"containers\":[{\"name\":\"c0\"},{\"name\":\"c1\",\"managedFields\":1}]}"
    "}";

START_TEST(identity)
{
    opsdk_auto_object *obj = read(pod);
    opsdk_key key = opsdk_object_key(obj);

    ck_assert_ptr_eq(key.kind, &OPSDK_POD);
    ck_assert_str_eq(key.ns, "n");
    ck_assert_str_eq(key.name, "a");
    ck_assert_str_eq(opsdk_object_uid(obj), "u-1");
    ck_assert_str_eq(opsdk_object_version(obj), "42");
    ck_assert(!opsdk_object_deleting(obj));
    ck_assert_str_eq(opsdk_object_label(obj, "app"), "x");
    ck_assert_str_eq(opsdk_object_label(obj, "a/b"), "y");
    ck_assert_ptr_null(opsdk_object_label(obj, "none"));
    ck_assert_str_eq(opsdk_object_annotation(obj, "k"), "v");
}
END_TEST

START_TEST(identity_of_little)
{
    static const char *const bare[] = {"{}", "{\"metadata\":null}", "{\"metadata\":[1]}",
                                       "{\"metadata\":{\"name\":1,\"namespace\":\"\",\"labels\":\"x\"}}",
                                       "{\"metadata\":{\"deletionTimestamp\":null}}"};

    for (size_t i = 0; i < sizeof(bare) / sizeof(bare[0]); i++) {
        opsdk_auto_object *obj = read(bare[i]);
        opsdk_key key = opsdk_object_key(obj);
        ck_assert_ptr_null(key.ns);
        ck_assert_str_eq(key.name, "");
        ck_assert_str_eq(opsdk_object_uid(obj), "");
        ck_assert_str_eq(opsdk_object_version(obj), "");
        ck_assert(!opsdk_object_deleting(obj));
        ck_assert_ptr_null(opsdk_object_label(obj, "x"));
        ck_assert_ptr_null(opsdk_object_annotation(obj, "x"));
    }
}
END_TEST

START_TEST(deleting)
{
    opsdk_auto_object *obj = read("{\"metadata\":{\"deletionTimestamp\":\"2026-11-24T00:00:00Z\"}}");

    ck_assert(opsdk_object_deleting(obj));
}
END_TEST

START_TEST(managed_fields_are_dropped)
{
    opsdk_auto_object *obj = read(pod),
                      *scalar = read("{\"metadata\":{\"managedFields\":\"\\u0041b\",\"name\":\"z\"}}");

    ck_assert_int_eq(opsdk_value_type(opsdk_at(obj, "/metadata/managedFields")), OPSDK_ABSENT);
    ck_assert_int_eq(opsdk_value_int(opsdk_at(obj, "/spec/containers/1/managedFields"), 0), 1);
    ck_assert_uint_eq(opsdk_value_len(opsdk_at(obj, "/metadata")), 6);
    ck_assert_uint_eq(opsdk_value_len(opsdk_at(scalar, "/metadata")), 1);
    ck_assert_str_eq(opsdk_object_key(scalar).name, "z");
}
END_TEST

START_TEST(references)
{
    opsdk_object *obj = read(pod), *again = opsdk_object_ref(obj);

    ck_assert_ptr_null(opsdk_object_unref(obj));
    ck_assert_str_eq(opsdk_object_uid(again), "u-1");
    opsdk_object_unref(again);
    ck_assert_ptr_null(opsdk_object_unref(NULL));
}
END_TEST

START_TEST(lists_are_released)
{
    opsdk_auto_objects list = {2, calloc(2, sizeof(opsdk_object *))};
    size_t n = 0;

    list.items[0] = read(pod);
    list.items[1] = read(pod);
    opsdk_foreach(it, &list) n += opsdk_object_size(*it) > sizeof(pod) / 4;
    ck_assert_uint_eq(n, 2);
}
END_TEST

START_TEST(pointers)
{
    static const struct {
        const char *pointer, *value;
    } cases[] = {
        {"/foo/0", "bar"},
        {"/", "0"},
        {"/a~1b", "1"},
        {"/c%d", "2"},
        {"/e^f", "3"},
        {"/g|h", "4"},
        {"/i\\j", "5"},
        {"/k\"l", "6"},
        {"/ ", "7"},
        {"/m~0n", "8"},
        {"/o/p//q", "9"},
        {"/foo/1", "baz"},
        {"/foo/2", NULL},
        {"/foo/-", NULL},
        {"/foo/00", NULL},
        {"/foo/", NULL},
        {"/foo/0/x", NULL},
        {"/m~2n", NULL},
        {"/m~", NULL},
        {"foo", NULL},
        {"/fo", NULL},
        {"/fooo", NULL},
        {"/foo/1a", NULL},
        {"/foo/18446744073709551616", NULL},
        {"/foo/4294967296", NULL},
        {"/a~1", NULL},
        {"/o/p", NULL},
    };
    opsdk_auto_object *obj =
        read("{\"foo\":[\"bar\",\"baz\"],\"\":\"0\",\"a/b\":\"1\",\"c%d\":\"2\",\"e^f\":\"3\",\"g|h\":\"4\","
             "\"i\\\\j\":\"5\",\"k\\\"l\":\"6\",\" \":\"7\",\"m~n\":\"8\",\"o\":{\"p\":{\"\":{\"q\":\"9\"}}}}");

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *value = opsdk_value_str(opsdk_at(obj, cases[i].pointer), NULL);
        if (cases[i].value)
            ck_assert_msg(value && strcmp(value, cases[i].value) == 0, "%s", cases[i].pointer);
        else
            ck_assert_msg(!value, "%s", cases[i].pointer);
    }
    ck_assert_int_eq(opsdk_value_type(opsdk_at(obj, "")), OPSDK_MAP);
    ck_assert_str_eq(opsdk_value_str(opsdk_value_at(opsdk_at(obj, "/o/p"), "//q"), ""), "9");
    ck_assert_str_eq(opsdk_value_str(opsdk_value_member(opsdk_at(obj, ""), "a/b"), ""), "1");
    ck_assert_int_eq(opsdk_value_type(opsdk_value_member(opsdk_at(obj, "/foo"), "0")), OPSDK_ABSENT);
    ck_assert_int_eq(opsdk_value_type(opsdk_value_at(opsdk_at(obj, "/none"), "/x")), OPSDK_ABSENT);
    ck_assert_int_eq(opsdk_value_type(opsdk_value_member(opsdk_at(obj, "/none"), "x")), OPSDK_ABSENT);
}
END_TEST

START_TEST(types_stay_apart)
{
    opsdk_auto_object *obj = read("{\"n\":null,\"f\":false,\"t\":true,\"z\":0,\"e\":\"\",\"a\":[],\"m\":{}}");
    static const struct {
        const char *at;
        enum opsdk_type type;
    } cases[] = {{"/x", OPSDK_ABSENT}, {"/n", OPSDK_NULL},   {"/f", OPSDK_BOOL},  {"/t", OPSDK_BOOL},
                 {"/z", OPSDK_NUMBER}, {"/e", OPSDK_STRING}, {"/a", OPSDK_ARRAY}, {"/m", OPSDK_MAP}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        opsdk_value v = opsdk_at(obj, cases[i].at);
        ck_assert_int_eq(opsdk_value_type(v), cases[i].type);
        ck_assert_uint_eq(opsdk_value_len(v), 0);
        ck_assert_str_eq(opsdk_value_str(v, "d"), i == 5 ? "" : "d");
        ck_assert_int_eq(opsdk_value_int(v, 7), i == 4 ? 0 : 7);
        ck_assert(opsdk_value_bool(v, true) == (i != 2));
    }
}
END_TEST

START_TEST(numbers)
{
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {{"0", 0},
                 {"-0", 0},
                 {"-17", -17},
                 {"1e3", 1000},
                 {"2.0", 2},
                 {"1.5", 99},
                 {"1e400", 99},
                 {"-1e400", 99},
                 {"9223372036854775807", INT64_MAX},
                 {"9223372036854775808", 99},
                 {"-9223372036854775808", INT64_MIN},
                 {"-9223372036854775809", 99},
                 {"9223372036854775808.0", 99},
                 {"1e-400", 0}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char json[64];
        snprintf(json, sizeof(json), "{\"n\":%s}", cases[i].text);
        opsdk_auto_object *obj = read(json);
        ck_assert_msg(opsdk_value_int(opsdk_at(obj, "/n"), 99) == cases[i].value, "%s", cases[i].text);
    }
    opsdk_auto_object *obj = read("{\"n\":-1.25e2,\"s\":\"1\"}");
    ck_assert(opsdk_value_double(opsdk_at(obj, "/n"), 0) == -125);
    ck_assert(opsdk_value_double(opsdk_at(obj, "/s"), 3) == 3);
}
END_TEST

START_TEST(walking)
{
    opsdk_auto_object *obj = read("{\"a\":[1,[2],3],\"m\":{\"x\":1,\"y\":{\"z\":2},\"\":3},\"e\":[],\"s\":\"t\"}");
    opsdk_value key = {0}, item = {0};
    int64_t sum = 0;
    size_t n = 0;

    while (opsdk_value_next(opsdk_at(obj, "/a"), &key, &item)) {
        ck_assert_int_eq(opsdk_value_type(key), OPSDK_ABSENT);
        sum += opsdk_value_int(item, 10);
    }
    ck_assert_int_eq(sum, 14);
    item = (opsdk_value){0};
    while (opsdk_value_next(opsdk_at(obj, "/m"), &key, &item))
        ck_assert_str_eq(opsdk_value_str(key, "-"), n++ == 0 ? "x" : n == 2 ? "y" : "");
    ck_assert_uint_eq(n, 3);
    item = (opsdk_value){0};
    ck_assert(!opsdk_value_next(opsdk_at(obj, "/e"), NULL, &item));
    ck_assert(!opsdk_value_next(opsdk_at(obj, "/s"), NULL, &item));
    ck_assert(!opsdk_value_next(opsdk_at(obj, "/none"), NULL, &item));
}
END_TEST

/* Last wins, as with everything that reads JSON into a map. */
START_TEST(duplicate_keys)
{
    opsdk_auto_object *obj = read("{\"a\":1,\"a\":2,\"metadata\":{\"name\":\"x\"},\"metadata\":{\"name\":\"y\"}}");
    json_t *tree = opsdk_value_json(opsdk_at(obj, ""));

    ck_assert_int_eq(opsdk_value_int(opsdk_at(obj, "/a"), 0), 2);
    ck_assert_str_eq(opsdk_object_key(obj).name, "y");
    ck_assert_int_eq(json_integer_value(json_object_get(tree, "a")), 2);
    json_decref(tree);
}
END_TEST

START_TEST(nul_in_text)
{
    opsdk_auto_object *obj = read("{\"a\\u0000b\":\"c\\u0000d\",\"a\":\"e\"}");
    opsdk_value key = {0}, item = {0};
    json_t *tree = opsdk_value_json(opsdk_at(obj, "")), *value = json_object_getn(tree, "a\0b", 3);

    ck_assert(opsdk_value_next(opsdk_at(obj, ""), &key, &item));
    ck_assert_uint_eq(opsdk_value_len(key), 3);
    ck_assert_uint_eq(opsdk_value_len(item), 3);
    ck_assert_mem_eq(opsdk_value_str(item, ""), "c\0d", 4);
    ck_assert_str_eq(opsdk_value_str(opsdk_at(obj, "/a"), ""), "e");
    ck_assert_uint_eq(json_string_length(value), 3);
    json_decref(tree);
}
END_TEST

/* Heads of every size: texts and containers around the limits of their forms, also when the text comes in parts. */
START_TEST(all_sizes)
{
    static const size_t sizes[] = {0, 1, 28, 29, 30, 31, 254, 255, 256, 257, 70000};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        char *text = malloc(sizes[i] + 1);
        opsdk_auto_object *obj = NULL;
        json_t *list = json_array(), *back;

        memset(text, 'x', sizes[i]);
        text[sizes[i]] = '\0';
        for (size_t k = 0; k < 3; k++)
            json_array_append_new(list, json_pack("{s:s,s:s+}", "k", text, "escaped", "\n", text));
        ck_assert_int_eq(opsdk_object_from_json(NULL, json_pack("{s:O}", "list", list), &obj, NULL), 0);
        back = opsdk_value_json(opsdk_at(obj, "/list"));
        ck_assert(json_equal(back, list));
        ck_assert_uint_eq(opsdk_value_len(opsdk_at(obj, "/list/2/escaped")), sizes[i] + 1);
        json_decref(back);
        json_decref(list);
        free(text);
    }
}
END_TEST

START_TEST(from_json)
{
    json_t *tree = json_pack("{s:{s:s},s:[i,f,b,n,[],{}]}", "metadata", "name", "x", "l", -5, 2.5, 1), *back;
    opsdk_auto_object *obj = NULL;
    opsdk_error err = {0};

    ck_assert_int_eq(opsdk_object_from_json(&OPSDK_POD, json_incref(tree), &obj, &err), 0);
    ck_assert_str_eq(opsdk_object_key(obj).name, "x");
    back = opsdk_value_json(opsdk_at(obj, ""));
    ck_assert(json_equal(tree, back));
    json_decref(back);
    json_decref(tree);
    ck_assert_int_eq(opsdk_object_from_json(&OPSDK_POD, NULL, &obj, &err), OPSDK_ENOMEM);
    ck_assert_int_eq(opsdk_object_from_json(&OPSDK_POD, json_array(), &obj, &err), OPSDK_EPROTO);
    ck_assert_int_eq(opsdk_object_from_json(NULL, json_pack("{s:o}", "a", json_string_nocheck("\xff")), &obj, NULL),
                     OPSDK_EPROTO);
}
END_TEST

START_TEST(refused)
{
    static const char *const bad[] = {"", "[]", "1", "null", "{", "{}x", "{\"a\":\xff}", "{\"a\":\"\xff\"}"};
    opsdk_object *obj = NULL;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        opsdk_error err = {0};
        ck_assert_int_eq(opsdk_object_parse(NULL, bad[i], strlen(bad[i]), &obj, &err), OPSDK_EPROTO);
        ck_assert_int_eq(err.code, OPSDK_EPROTO);
        ck_assert(err.message[0] != '\0');
        ck_assert_ptr_null(obj);
    }
}
END_TEST

START_TEST(limits)
{
    char deep[600] = "";
    opsdk_auto_object *obj = NULL;
    opsdk_error err = {0};
    char *large = malloc(9 << 20);
    json_t *tree = json_object();

    for (int levels = 127; levels <= 128; levels++) { /* of arrays inside of the map */
        snprintf(deep, sizeof(deep), "{\"a\":%.*s%.*s}", levels,
                 "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
                 "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
                 levels,
                 "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
                 "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
        ck_assert_int_eq(opsdk_object_parse(NULL, deep, strlen(deep), &obj, &err), levels == 127 ? 0 : OPSDK_EPROTO);
    }
    memset(large, ' ', 9 << 20);
    ck_assert_int_eq(opsdk_object_parse(NULL, large, 9 << 20, &obj, &err), OPSDK_EPROTO);
    free(large);
    for (int i = 0; i < 200; i++)
        tree = json_pack("{s:o}", "a", tree);
    ck_assert_int_eq(opsdk_object_from_json(NULL, tree, &obj, &err), OPSDK_EPROTO);
}
END_TEST

START_TEST(memory_runs_out)
{
    unsigned long k = 0;
    bool hit;

    if (!fault_works())
        return;
    do {
        json_t *tree = NULL;
        opsdk_object *obj = NULL, *again = NULL;
        opsdk_error err = {0};
        int r;

        fault_set(++k);
        r = opsdk_object_parse(&OPSDK_POD, pod, strlen(pod), &obj, &err);
        if (r == 0)
            tree = opsdk_value_json(opsdk_at(obj, ""));
        if (tree)
            r = opsdk_object_from_json(&OPSDK_POD, json_incref(tree), &again, &err);
        hit = fault_clear();
        ck_assert(r == 0 || (r == OPSDK_ENOMEM && err.code == r && hit));
        ck_assert(hit || (tree && again));
        json_decref(tree);
        opsdk_object_unref(obj);
        opsdk_object_unref(again);
    } while (hit);
    ck_assert_uint_gt(k, 20);
}
END_TEST

/* Numbers are read and written with a point also where people write a comma. */
START_TEST(locale)
{
    opsdk_auto_object *obj = read("{\"n\":1.5,\"e\":25e-1}"), *again = NULL;

    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        return; /* not installed */
    ck_assert(opsdk_value_double(opsdk_at(obj, "/n"), 0) == 1.5);
    ck_assert(opsdk_value_double(opsdk_at(obj, "/e"), 0) == 2.5);
    ck_assert_int_eq(opsdk_object_from_json(NULL, opsdk_value_json(opsdk_at(obj, "")), &again, NULL), 0);
    setlocale(LC_ALL, "C");
    ck_assert(opsdk_value_double(opsdk_at(again, "/n"), 0) == 1.5);
}
END_TEST

TESTS("object", identity, identity_of_little, deleting, managed_fields_are_dropped, references, lists_are_released,
      pointers, types_stay_apart, numbers, walking, duplicate_keys, nul_in_text, all_sizes, from_json, refused, limits,
      memory_runs_out, locale)
