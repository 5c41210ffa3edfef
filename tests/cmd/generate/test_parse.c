/* types.h: what is refused, with line and words. */
#include "cmd/opsdk/generate/crd.h"
#include "cmd/opsdk/generate/parse.h"
#include "tests/support/suite.h"

#include <opsdk/meta.h>
#include <stdlib.h>
#include <string.h>

/* Reads a types.h and makes the CRDs; what is said, the caller's to free; "" when all is fine. */
static char *complaints(const char *text, json_t **ret_crds)
{
    auto_pool *mem = pool_new();
    char *said = NULL;
    size_t len = 0;
    project p = {.pool = mem, .say = open_memstream(&said, &len)};
    unit u = {.path = "t.h", .real = "t.h", .group = "example.com", .version = "v1"}, *meta = parse_meta(&p);
    json_t *crds;

    *pool_add(mem, p.units, p.n_units) = &u;
    *pool_add(mem, u.includes, u.n_includes) = (include){meta, "opsdk/meta.h"};
    parse_types(&p, &u, text, strlen(text));
    crds = crd_all(&p);
    if (ret_crds)
        *ret_crds = json_incref(crds);
    fclose(p.say);
    return said;
}

static const struct {
    const char *text, *message;
} bad[] = {
    /* C */
    {"int x;", "t.h:1: only typedef of structs and of types is read here, not \"int\"\n"},
    {"typedef struct a { int x; } a;", "t.h:1: write int32_t or int64_t, which say how large it is, not \"int\"\n"},
    {"typedef struct a {\n char *x; } a;", "t.h:2: write const char *, not \"char\"\n"},
    {"typedef struct a { unsigned x; } a;",
     "t.h:1: Kubernetes has signed numbers only: write int64_t, not \"unsigned\"\n"},
    {"typedef struct a { union { int x; } b; } a;",
     "t.h:1: a union has no table: write json_t *, or several OPSDK_OPTIONAL, not \"union\"\n"},
    {"typedef struct a { struct { bool x; } b; } a;",
     "t.h:1: give the struct a typedef of its own and use its name, not \"struct\"\n"},
    {"typedef struct a { } a;", "t.h:1: a struct needs fields; a map of anything is json_t *\n"},
    {"typedef struct a { nope x; } a;", "t.h:1: this type is not known here: \"nope\"\n"},
    {"typedef struct a { a x; } a;", "t.h:1: this type is not known here: \"a\"\n"},
    {"typedef struct a { bool *x; } a;",
     "t.h:1: pointers are not read: write OPSDK_OPTIONAL or OPSDK_LIST_OF, not \"*\"\n"},
    {"typedef struct a { bool x[3]; } a;", "t.h:1: arrays of fixed size are not read: write OPSDK_LIST_OF for \"x\"\n"},
    {"typedef struct a { bool x, y; } a;", "t.h:1: one declaration per field, please: split that of \"x\"\n"},
    {"typedef struct a { bool x : 1; } a;", "t.h:1: bit fields are not read: \"x\"\n"},
    {"typedef struct a { bool x } a;", "t.h:1: expected ; before \"}\"\n"},
    {"typedef struct a { const bool x; } a;", "t.h:1: after const only char * is read, not \"bool\"\n"},
    {"typedef struct a { OPSDK_OPTIONAL(OPSDK_LIST_OF(bool)) x; } a;",
     "t.h:1: OPSDK_OPTIONAL of a type that can be absent already: leave it away\n"},
    {"typedef struct a { OPSDK_LIST_OF bool x; } a;", "t.h:1: expected ( before \"bool\"\n"},
    {"typedef struct a { bool x; } a;\ntypedef bool a;", "t.h:2: there is a type of this name already\n"},
    {"typedef struct a { bool x; } namespace;",
     "t.h:1: the struct has the name of a word of C, C++ or their headers\n"},
    {"typedef struct a { bool x; } bool;", "t.h:1: the struct has the name of a word of C, C++ or their headers\n"},
    {"typedef struct a { bool x;", "t.h:1: this type is not known here: \"\"\n"},
    {"/* open", "t.h:1: a comment or a text without end\n"},
    {"#ifdef X\ntypedef bool a;\n#endif",
     "t.h:1: conditions are not read: whether this is there depends on the compiler\n"},
    {"\xff", "t.h:1: is not UTF-8\n"},
    /* names */
    {"typedef struct a {\n bool x_y;\n bool xY;\n} a;", "t.h:3: xY: the JSON name xY is that of x_y already\n"},
    {"typedef struct a { bool class; } a;",
     "t.h:1: class is a word of C, C++ or their headers: call it class_, its JSON name stays class\n"},
    {"/* +opsdk:kind=a */\ntypedef struct a { bool x; } a;", "t.h:1: kind \"a\" must begin with a capital letter\n"},
    {"/* +opsdk:kind=Aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff */\ntypedef struct a { bool x; } a;",
     "t.h:1: kind \"Aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff\" is longer than 59 characters: with "
     "\"List\" behind it a kind may have 63\n"},
    {"/* +opsdk:groupName=example */",
     "t.h:1: group \"example\" needs a dot, such as example.com: Kubernetes keeps groups "
     "without one for itself\n"},
    {"/* +opsdk:groupName=Ex.com */",
     "t.h:1: group \"Ex.com\" is no DNS name: parts of small letters, digits and dashes, "
     "at most 63 characters each, with dots between\n"},
    {"/* +opsdk:kind=A\n * +opsdk:resource:path=a_b */\ntypedef struct a { bool x; } a;",
     "t.h:1: resource name \"a_b\" must begin with a small letter and go on with small letters, digits and dashes: "
     "give "
     "another one with +opsdk:resource:path=\n"},
    {"/* +opsdk:kind=A\n+opsdk:resource:shortName=A */\ntypedef struct a { bool x; } a;",
     "t.h:2: resource name \"A\" must begin with a small letter and go on with small letters, digits and dashes\n"},
    /* markers */
    {"/* +opsdk:nope */\ntypedef bool a;", "t.h:1: +opsdk:nope is unknown\n"},
    {"/* +opsdk:validation:Minimum=1 */\n\ntypedef int32_t a;",
     "t.h:1: +opsdk:validation:Minimum does not belong here\n"},
    {"/* +opsdk:printcolumn:name=a,type=string,JSONPath=.a */\ntypedef struct a { bool x; } a;",
     "t.h:1: +opsdk:printcolumn:name does not belong here\n"},
    {"/* +kubebuilder:validation:Minimum=1 */\ntypedef int32_t a;",
     "t.h:1: markers begin with +opsdk: here, not with +kubebuilder:\n"},
    {"/* +opsdk:validation:Minimum=1 */\ntypedef const char *a;",
     "t.h:1: +opsdk:validation:Minimum does not fit a string\n"},
    {"typedef struct a { bool x; /* +opsdk:validation:MaxItems=1 */ } a;",
     "t.h:1: +opsdk:validation:MaxItems does not fit a bool\n"},
    {"typedef int32_t a; // +opsdk:validation:Minimum=a",
     "t.h:1: +opsdk:validation:Minimum takes a number, not \"a\"\n"},
    {"typedef const char *a; // +opsdk:validation:MaxLength=-1",
     "t.h:1: +opsdk:validation:MaxLength takes a whole number from 0, not \"-1\"\n"},
    {"typedef int32_t a; // +opsdk:validation:Minimum", "t.h:1: +opsdk:validation:Minimum takes =value, not \"\"\n"},
    {"typedef struct a { OPSDK_OPTIONAL(bool) b; // +opsdk:nullable=1\n} a;",
     "t.h:1: +opsdk:nullable takes nothing, not \"=1\"\n"},
    {"typedef struct a { bool b; // +opsdk:nullable\n} a;",
     "t.h:1: +opsdk:nullable does not fit a plain type, which cannot be null: use OPSDK_OPTIONAL\n"},
    {"typedef int32_t a; // +opsdk:default=x", "t.h:1: +opsdk:default=x is no value of this type\n"},
    {"/* +opsdk:validation:Minimum=1\n * +opsdk:validation:Minimum=2 */\ntypedef int32_t a;",
     "t.h:2: +opsdk:validation:Minimum is given twice\n"},
    {"typedef int32_t a; // +opsdk:validation:Enum=1;b", "t.h:1: +opsdk:validation:Enum: b is no value of this type\n"},
    {"typedef OPSDK_LIST_OF(bool) a; // +opsdk:listType=heap", "t.h:1: +opsdk:listType is atomic, set or map\n"},
    {"typedef bool a; // +opsdk:validation:XValidation:message=x",
     "t.h:1: +opsdk:validation:XValidation needs rule=\n"},
    {"typedef bool a; // +opsdk:validation:XValidation:rule=x,rule=y",
     "t.h:1: +opsdk:validation:XValidation: given twice: \"rule\"\n"},
    {"typedef bool a; // +opsdk:validation:XValidation:rule=x,color=y",
     "t.h:1: +opsdk:validation:XValidation: there is no argument \"color\"\n"},
    {"/* +opsdk:rbac:groups=a,verbs=get */", "t.h:1: +opsdk:rbac needs groups= and resources=, or urls=\n"},
    {"typedef struct a { int32_t x; /* +opsdk:optional */ } a;",
     "t.h:1: x: optional without default: write OPSDK_OPTIONAL(int32_t), which tells absent from zero\n"},
    {"/* +opsdk:kind=A\n * +opsdk:resource:scope=Everywhere */\ntypedef struct a { bool x; } a;",
     "t.h:2: +opsdk:resource knows scope=Namespaced and scope=Cluster\n"},
    /* what the server would find */
    {"typedef struct i { bool x; } i;\n/* +opsdk:kind */\ntypedef struct a {\n  OPSDK_LIST_OF(i) l; // "
     "+opsdk:listType=map\n} a;",
     "t.h:4: l: +opsdk:listType=map and +opsdk:listMapKey= belong together\n"},
    {"typedef struct i { OPSDK_OPTIONAL(bool) x; } i;\n/* +opsdk:kind */\ntypedef struct a {\n  /* "
     "+opsdk:listType=map\n"
     "  +opsdk:listMapKey=x */\n  OPSDK_LIST_OF(i) l;\n} a;",
     "t.h:6: l: the key x must be required or have a default\n"},
    {"/* +opsdk:kind */\ntypedef struct a { bool x; } a;\n/* +opsdk:kind=A */\ntypedef struct b { bool x; } b;",
     "t.h:3: A is in version v1 twice: also in t.h:1\nt.h:1: A has 2 versions: exactly one of them needs "
     "+opsdk:storageversion\n"},
};

START_TEST(says_what_it_does_not_read)
{
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char *said = complaints(bad[i].text, NULL);
        ck_assert_msg(strcmp(said, bad[i].message) == 0, "%s\nsays %swanted %s", bad[i].text, said, bad[i].message);
        free(said);
    }
}
END_TEST

static json_t *schema(const char *text)
{
    json_t *crds = NULL, *found, *version;
    char *said = complaints(text, &crds);

    ck_assert_str_eq(said, "");
    free(said);
    version = json_array_get(json_object_get(json_object_get(json_array_get(crds, 0), "spec"), "versions"), 0);
    found = json_deep_copy(json_object_get(json_object_get(version, "schema"), "openAPIV3Schema"));
    json_decref(crds);
    return found;
}

static void check(const char *fields, const char *wanted)
{
    char text[4096], quoted[4096], *at;
    json_t *have, *want;

    snprintf(text, sizeof(text), "/* +opsdk:kind */\ntypedef struct a {\n%s\n} a;", fields);
    snprintf(quoted, sizeof(quoted), "%s", wanted);
    while ((at = strchr(quoted, '\'')))
        *at = '"';
    have = schema(text);
    want = json_loads(quoted, 0, NULL);
    ck_assert_ptr_nonnull(want);
    at = json_dumps(json_object_get(json_object_get(have, "properties"), "x"), JSON_COMPACT);
    ck_assert_msg(json_equal(json_object_get(json_object_get(have, "properties"), "x"), want), "%s", at);
    free(at);
    json_decref(have);
    json_decref(want);
}

START_TEST(comments_belong_where_they_stand)
{
    check("/* One\n   * line.\n *\n * Two. */\nbool x;", "{'description':'One line.\\n\\nTwo.','type':'boolean'}");
    check("bool x; /* behind */\n/* before y */\nbool y;", "{'description':'behind','type':'boolean'}");
    check("// a\n// b\nbool x; // c", "{'description':'a b c','type':'boolean'}");
    check("/* far */\n\nbool x;", "{'type':'boolean'}");
    check("/** doxygen **/\nbool x;", "{'description':'doxygen','type':'boolean'}");
    check("/* +opsdk:title=`a, \"b\"` */ int32_t x;", "{'title':'a, \\\"b\\\"','type':'integer','format':'int32'}");
}
END_TEST

START_TEST(markers_become_schema)
{
    check("int32_t x; // +opsdk:default=5", "{'type':'integer','format':'int32','default':5}");
    check("const char *x; // +opsdk:default=5", "{'type':'string','default':'5'}");
    check("const char *x; // +opsdk:validation:Enum=True;False", "{'type':'string','enum':['True','False']}");
    check("OPSDK_MAP_OF(int64_t) x; // +opsdk:default={a: 1}",
          "{'type':'object','additionalProperties':{'type':'integer','format':'int64'},'default':{'a':1}}");
    check("OPSDK_LIST_OF(const char *) x; // +opsdk:validation:items:MaxLength=5",
          "{'type':'array','items':{'type':'string','maxLength':5}}");
    check("json_t *x; // +opsdk:validation:Type=object",
          "{'type':'object','x-kubernetes-preserve-unknown-fields':true}");
    check("bool x; /* +opsdk:validation:XValidation:rule=\"self || size([1,2]) > 1\",message=\"a, b\" */",
          "{'type':'boolean','x-kubernetes-validations':[{'rule':'self || size([1,2]) > 1','message':'a, b'}]}");
    check("OPSDK_OPTIONAL(bool) x; // +opsdk:nullable", "{'type':'boolean','nullable':true}");
}
END_TEST

/* core/meta.c is written by hand. */
START_TEST(tables_of_meta_are_those_of_its_header)
{
    static const struct {
        const char *name;
        const opsdk_schema *table;
    } all[] = {{"opsdk_meta_condition", &OPSDK_SCHEMA_META_CONDITION},
               {"opsdk_meta_label_expression", &OPSDK_SCHEMA_META_LABEL_EXPRESSION},
               {"opsdk_meta_label_selector", &OPSDK_SCHEMA_META_LABEL_SELECTOR}};
    auto_pool *mem = pool_new();
    project p = {.pool = mem};
    unit *meta = parse_meta(&p);

    ck_assert_uint_eq(meta->n_records, sizeof(all) / sizeof(all[0]));
    for (size_t i = 0; i < meta->n_records; i++) {
        const record *r = unit_record(meta, all[i].name, strlen(all[i].name));
        ck_assert_ptr_nonnull(r);
        for (size_t k = 0; k < r->n_fields; k++) {
            ck_assert_str_eq(all[i].table->fields[k].name, r->fields[k].name);
            ck_assert_int_eq(all[i].table->fields[k].schema->shape, r->fields[k].type->shape);
        }
        ck_assert_ptr_null(all[i].table->fields[r->n_fields].name);
    }
    ck_assert_int_eq(p.problems, 0);
}
END_TEST

TESTS("types.h", tables_of_meta_are_those_of_its_header, says_what_it_does_not_read, comments_belong_where_they_stand,
      markers_become_schema)
