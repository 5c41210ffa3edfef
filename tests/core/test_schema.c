/* Typed access with a table that has every shape: what is read, what is refused and in which words, what allocation failures leave. */
#include "tests/support/fault.h"
#include "tests/support/objects.h"
#include "tests/support/suite.h"

#include <opsdk.h>
#include <stdlib.h>
#include <string.h>

typedef struct part {
    const char *name;
    OPSDK_OPTIONAL(int32_t) port;
} part;

typedef struct all {
    bool truth;
    int32_t small;
    int64_t large;
    double real;
    const char *text;
    opsdk_int_or_string either;
    json_t *any;
    part one;
    OPSDK_OPTIONAL(part) maybe;
    OPSDK_LIST_OF(part) parts;
    OPSDK_MAP_OF(OPSDK_LIST_OF(int64_t)) table;
} all;

#define M(T, f) (((T *)0)->f)
static const opsdk_schema port = OPSDK_TABLE_OPTIONAL(M(part, port), &OPSDK_SCHEMA_INT32);
static const opsdk_field part_fields[] = {
    {"name", &OPSDK_SCHEMA_STRING, offsetof(part, name)}, {"port", &port, offsetof(part, port)}, {0}};
static const opsdk_schema part_schema = OPSDK_TABLE_STRUCT(part, part_fields);
static const opsdk_schema maybe = OPSDK_TABLE_OPTIONAL(M(all, maybe), &part_schema);
static const opsdk_schema parts = OPSDK_TABLE_LIST(M(all, parts), &part_schema);
static const opsdk_schema numbers = OPSDK_TABLE_LIST(M(all, table).items[0].value, &OPSDK_SCHEMA_INT64);
static const opsdk_schema table = OPSDK_TABLE_MAP(M(all, table), &numbers);
static const opsdk_field fields[] = {{"truth", &OPSDK_SCHEMA_BOOL, offsetof(all, truth)},
                                     {"small", &OPSDK_SCHEMA_INT32, offsetof(all, small)},
                                     {"large", &OPSDK_SCHEMA_INT64, offsetof(all, large)},
                                     {"real", &OPSDK_SCHEMA_DOUBLE, offsetof(all, real)},
                                     {"text", &OPSDK_SCHEMA_STRING, offsetof(all, text)},
                                     {"either", &OPSDK_SCHEMA_INT_OR_STRING, offsetof(all, either)},
                                     {"any", &OPSDK_SCHEMA_JSON, offsetof(all, any)},
                                     {"one", &part_schema, offsetof(all, one)},
                                     {"maybe", &maybe, offsetof(all, maybe)},
                                     {"parts", &parts, offsetof(all, parts)},
                                     {"table", &table, offsetof(all, table)},
                                     {0}};
static const opsdk_schema schema = OPSDK_TABLE_STRUCT(all, fields);

#define LITTLE "'truth':true,'small':-1,'large':9007199254740993,'real':0.5,'text':'','either':80,'one':{'name':'a'}"

START_TEST(reads_every_shape)
{
    opsdk_auto_object *obj =
        object_of(NULL, "{" LITTLE ",'any':[null],'maybe':{'name':'b','port':0},'parts':[{'name':'c'},{'name':'d',"
                        "'port':null}],'table':{'x':[1,2],'y':[]}}");
    opsdk_error err = {0};
    all a;

    ck_assert_msg(opsdk_decode(opsdk_at(obj, ""), &schema, &a, &err) == 0, "%s", err.message);
    ck_assert(a.truth && a.small == -1 && a.large == 9007199254740993 && a.real == 0.5);
    ck_assert_str_eq(a.text, "");
    ck_assert(!a.either.text && a.either.number == 80);
    ck_assert(json_is_null(json_array_get(a.any, 0)));
    ck_assert_str_eq(a.one.name, "a");
    ck_assert_int_eq(a.one.port.is, OPSDK_IS_ABSENT);
    ck_assert(a.maybe.is == OPSDK_IS_SET && a.maybe.value.port.is == OPSDK_IS_SET && a.maybe.value.port.value == 0);
    ck_assert(a.parts.is == OPSDK_IS_SET && a.parts.len == 2 && a.parts.items[1].port.is == OPSDK_IS_NULL);
    ck_assert(a.table.len == 2 && a.table.items[0].value.len == 2 && a.table.items[0].value.items[1] == 2);
    ck_assert_str_eq(a.table.items[1].key, "y");
    ck_assert(a.table.items[1].value.is == OPSDK_IS_SET && a.table.items[1].value.len == 0);
    opsdk_schema_clear(&a, &schema);
    ck_assert(!a.parts.items && !a.any && !a.text);
}
END_TEST

START_TEST(says_where_and_what)
{
    static const struct {
        const char *json, *message;
    } bad[] = {
        {"{}", "/truth is missing"},
        {"[]", "the value is an array, not a map"},
        {"{'truth':null}", "/truth is null, not true or false"},
        {"{'truth':true,'small':2147483648}", "/small is not a whole number of 32 bits"},
        {"{'truth':true,'small':-2147483649}", "/small is not a whole number of 32 bits"},
        {"{'truth':true,'small':1.5}", "/small is not a whole number of 32 bits"},
        {"{'truth':true,'small':1,'large':9223372036854775808}", "/large is not a whole number of 64 bits"},
        {"{'truth':true,'small':1,'large':'1'}", "/large is a string, not a whole number of 64 bits"},
        {"{'truth':true,'small':1,'large':1,'real':1e400}", "/real is not a number"},
        {"{'truth':true,'small':1,'large':1,'real':1,'text':1}", "/text is a number, not a string"},
        {"{'truth':true,'small':1,'large':1,'real':1,'text':'a\\u0000b'}", "/text has a NUL inside"},
        {"{'truth':true,'small':1,'large':1,'real':1,'text':'','either':1.5}",
         "/either is a number, not a whole number or a string"},
        {"{" LITTLE ",'maybe':1}", "/maybe is a number, not a map"},
        {"{" LITTLE ",'parts':{}}", "/parts is a map, not an array"},
        {"{" LITTLE ",'parts':[{'name':'a'},{'name':false}]}", "/parts/1/name is true or false, not a string"},
        {"{" LITTLE ",'table':{'x':[1,true]}}", "/table/x/1 is true or false, not a whole number of 64 bits"},
        {"{" LITTLE ",'table':{'a\\u0000b':[1]}}", "/table has a NUL inside"},
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        opsdk_auto_object *obj = object_of(NULL, "{'v':%s}", bad[i].json);
        opsdk_error err = {0};
        all a, zero;

        memset(&zero, 0, sizeof(zero));
        ck_assert_int_eq(opsdk_decode(opsdk_at(obj, "/v"), &schema, &a, &err), OPSDK_EPROTO);
        ck_assert_str_eq(err.message, bad[i].message);
        ck_assert(memcmp(&a, &zero, sizeof(a)) == 0);
    }
}
END_TEST

/* A small text must not become a large amount of memory: here three bytes would become 4 KiB. */
START_TEST(lists_are_bounded)
{
    typedef struct wide {
        char room[4096];
    } wide;
    typedef OPSDK_LIST_OF(wide) many;
    static const opsdk_field none[] = {{0}};
    static const opsdk_schema item = OPSDK_TABLE_STRUCT(wide, none);
    static const opsdk_schema list = OPSDK_TABLE_LIST(*(many *)0, &item);
    json_t *array = json_array();
    opsdk_auto_object *obj = NULL;
    opsdk_error err = {0};
    many m;

    for (size_t i = 0; i < (64u << 20) / sizeof(wide); i++)
        json_array_append_new(array, json_object());
    ck_assert_int_eq(opsdk_object_from_json(NULL, json_pack("{s:O}", "v", array), &obj, NULL), 0);
    ck_assert_int_eq(opsdk_decode(opsdk_at(obj, "/v"), &list, &m, NULL), 0);
    opsdk_schema_clear(&m, &list);
    opsdk_object_unref(obj);
    json_array_append_new(array, json_object());
    ck_assert_int_eq(opsdk_object_from_json(NULL, json_pack("{s:o}", "v", array), &obj, NULL), 0);
    ck_assert_int_eq(opsdk_decode(opsdk_at(obj, "/v"), &list, &m, &err), OPSDK_EPROTO);
    ck_assert_str_eq(err.message, "the value needs too much memory");
}
END_TEST

START_TEST(writes_what_is_set)
{
    part list[] = {{.name = "x", .port = OPSDK_SOME(1)}, {.name = NULL}};
    all a = {.parts = OPSDK_ITEMS(list), .maybe = {.is = OPSDK_IS_NULL}, .either = {.text = "80%"}, .real = 2};
    json_t *tree;
    char *text;

    a.table.is = OPSDK_IS_SET;
    tree = opsdk_encode(&a, &schema);
    text = json_dumps(tree, JSON_COMPACT);
    ck_assert_str_eq(text, "{\"truth\":false,\"small\":0,\"large\":0,\"real\":2,\"text\":\"\",\"either\":\"80%\","
                           "\"one\":{\"name\":\"\"},\"maybe\":null,\"parts\":[{\"name\":\"x\",\"port\":1},{\"name\":"
                           "\"\"}],\"table\":{}}");
    free(text);
    json_decref(tree);
    a.text = "\xff";
    ck_assert_ptr_null(opsdk_encode(&a, &schema));
    a = (all){.real = 1e308 * 10};
    ck_assert_ptr_null(opsdk_encode(&a, &schema));
}
END_TEST

START_TEST(optional_helpers)
{
    part p = {.name = "a"};

    ck_assert_int_eq(OPSDK_OR(p.port, 8080), 8080);
    OPSDK_PUT(p.port, 0);
    ck_assert_int_eq(OPSDK_OR(p.port, 8080), 0);
}
END_TEST

static opsdk_object *full(void)
{
    return object_of(NULL, "{" LITTLE ",'any':{'a':[1]},'maybe':{'name':'b'},'parts':[{'name':'c'}],"
                           "'table':{'x':[1,2],'y':null}}");
}

START_TEST(copies_are_equal_and_apart)
{
    opsdk_auto_object *obj = full();
    all a, b;

    ck_assert_int_eq(opsdk_decode(opsdk_at(obj, ""), &schema, &a, NULL), 0);
    ck_assert_int_eq(opsdk_schema_copy(&a, &schema, &b, NULL), 0);
    ck_assert(opsdk_schema_equal(&a, &b, &schema));
    b.table.items[0].value.items[0] = 7;
    ck_assert(!opsdk_schema_equal(&a, &b, &schema));
    b.table.items[0].value.items[0] = 1;
    ck_assert(opsdk_schema_equal(&a, &b, &schema));
    json_object_set_new(b.any, "b", json_true());
    ck_assert(!opsdk_schema_equal(&a, &b, &schema));
    json_object_del(b.any, "b");
    b.maybe.value.port.is = OPSDK_IS_NULL;
    ck_assert(!opsdk_schema_equal(&a, &b, &schema));
    b.maybe.value.port.is = OPSDK_IS_ABSENT;
    b.table.items[0].key = "y";
    ck_assert(!opsdk_schema_equal(&a, &b, &schema));
    opsdk_schema_clear(&a, &schema);
    opsdk_schema_clear(&b, &schema);
}
END_TEST

START_TEST(maps_are_equal_in_any_order)
{
    opsdk_auto_object *x = object_of(NULL, "{" LITTLE ",'table':{'x':[1],'y':[2]}}");
    opsdk_auto_object *y = object_of(NULL, "{" LITTLE ",'table':{'y':[2],'x':[1]}}");
    all a, b;

    ck_assert_int_eq(opsdk_decode(opsdk_at(x, ""), &schema, &a, NULL), 0);
    ck_assert_int_eq(opsdk_decode(opsdk_at(y, ""), &schema, &b, NULL), 0);
    ck_assert(opsdk_schema_equal(&a, &b, &schema));
    opsdk_schema_clear(&a, &schema);
    opsdk_schema_clear(&b, &schema);
}
END_TEST

START_TEST(survives_failing_allocations)
{
    opsdk_auto_object *obj = full();
    all a, b;
    bool hit = true;

    ck_assert_int_eq(opsdk_decode(opsdk_at(obj, ""), &schema, &a, NULL), 0);
    for (unsigned long k = 1; fault_works() && hit; k++) {
        json_t *tree;
        int r, rc;

        fault_set(k);
        r = opsdk_decode(opsdk_at(obj, ""), &schema, &b, NULL);
        hit = fault_clear();
        ck_assert_int_eq(r, hit ? OPSDK_ENOMEM : 0);
        opsdk_schema_clear(&b, &schema);
        fault_set(k);
        rc = opsdk_schema_copy(&a, &schema, &b, NULL);
        hit = fault_clear() || hit;
        ck_assert(rc == OPSDK_ENOMEM || opsdk_schema_equal(&a, &b, &schema));
        opsdk_schema_clear(&b, &schema);
        fault_set(k);
        tree = opsdk_encode(&a, &schema);
        r = fault_clear();
        ck_assert(r ? !tree : tree != NULL);
        hit = hit || r;
        json_decref(tree);
    }
    opsdk_schema_clear(&a, &schema);
}
END_TEST

START_TEST(meta_conditions_and_selectors)
{
    opsdk_auto_object *obj =
        object_of(NULL, "{'c':{'type':'Ready','status':'True','lastTransitionTime':'2026-01-01T00:00:00Z','reason':'R',"
                        "'message':''},'s':{'matchLabels':{'a':'b'},'matchExpressions':[{'key':'k','operator':'In',"
                        "'values':['v']}]}}");
    opsdk_meta_condition c;
    opsdk_meta_label_selector s;
    json_t *tree;

    ck_assert_int_eq(opsdk_decode(opsdk_at(obj, "/c"), &OPSDK_SCHEMA_META_CONDITION, &c, NULL), 0);
    ck_assert_str_eq(c.last_transition_time, "2026-01-01T00:00:00Z");
    ck_assert_int_eq(opsdk_decode(opsdk_at(obj, "/s"), &OPSDK_SCHEMA_META_LABEL_SELECTOR, &s, NULL), 0);
    ck_assert_str_eq(s.match_expressions.items[0].operator_, "In");
    ck_assert_str_eq(s.match_expressions.items[0].values.items[0], "v");
    tree = opsdk_encode(&s, &OPSDK_SCHEMA_META_LABEL_SELECTOR);
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(tree, "matchLabels"), "a")), "b");
    json_decref(tree);
    opsdk_schema_clear(&s, &OPSDK_SCHEMA_META_LABEL_SELECTOR);
    opsdk_schema_clear(&c, &OPSDK_SCHEMA_META_CONDITION);
}
END_TEST

TESTS("schema", reads_every_shape, says_where_and_what, lists_are_bounded, writes_what_is_set, optional_helpers,
      copies_are_equal_and_apart, maps_are_equal_in_any_order, survives_failing_allocations,
      meta_conditions_and_selectors)
