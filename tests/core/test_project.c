#include "core/project.h"
#include "tests/support/fault.h"
#include "tests/support/objects.h"
#include "tests/support/suite.h"

#include <string.h>

/* What is left of text (' for "), as JSON. */
static void check(const char *text, const char *const *fields, const char *want)
{
    opsdk_auto_object *obj = object_of(&OPSDK_POD, "%s", text), *wanted = object_of(&OPSDK_POD, "%s", want),
                      *got = NULL;
    json_t *a, *b;
    pack room;

    pack_init(&room);
    ck_assert_int_eq(project_object(obj, fields, &room, &got), 0);
    a = opsdk_value_json(opsdk_at(got, ""));
    b = opsdk_value_json(opsdk_at(wanted, ""));
    ck_assert_msg(json_equal(a, b), "%s", json_dumps(a, 0));
    ck_assert_ptr_eq(opsdk_object_key(got).kind, &OPSDK_POD);
    json_decref(a);
    json_decref(b);
    pack_clear(&room);
}

#define FIELDS(...) ((const char *const[]){__VA_ARGS__, NULL})

START_TEST(keeps_what_is_named)
{
    static const char pod[] =
        "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'a','namespace':'ns','labels':{'x':'y'},'annotations':{"
        "'a/b':'1','c~d':'2'},'finalizers':['f']},'spec':{'nodeName':'n','containers':[{'name':'c'}],'null':null},"
        "'status':{'phase':'Running','podIP':'1.2.3.4'}}";
#define KEYS "'apiVersion':'v1','kind':'Pod','metadata':{'name':'a','namespace':'ns','labels':{'x':'y'}"

    check(pod, NULL, "{" KEYS "}}");
    check(pod, FIELDS("/spec/nodeName"), "{" KEYS "},'spec':{'nodeName':'n'}}");
    check(pod, FIELDS("/spec/containers", "/spec/null", "/status"),
          "{" KEYS
          "},'spec':{'containers':[{'name':'c'}],'null':null},'status':{'phase':'Running','podIP':'1.2.3.4'}}");
    check(pod, FIELDS("/metadata/annotations/a~1b"), "{" KEYS ",'annotations':{'a/b':'1'}}}");
    check(pod, FIELDS("/metadata/annotations/c~0d"), "{" KEYS ",'annotations':{'c~d':'2'}}}");
    check(pod, FIELDS("/spec/containers/0/name", "/spec/nodeName/x", "/absent", "/spec/node"), "{" KEYS "},'spec':{}}");
}
END_TEST

START_TEST(odd_objects)
{
    check("{}", FIELDS("/a"), "{}");
    check("{'metadata':7,'a':1,'a':{'b':2}}", FIELDS("/a/b"), "{'a':{'b':2}}");
    check("{'metadata':null,'':{'':1}}", FIELDS("//"), "{'':{'':1}}");
}
END_TEST

START_TEST(tells_pointers)
{
    ck_assert(project_pointer_valid("/a/b~0c~1"));
    ck_assert(!project_pointer_valid("a"));
    ck_assert(!project_pointer_valid(""));
    ck_assert(!project_pointer_valid("/a~"));
    ck_assert(!project_pointer_valid("/a~2"));
}
END_TEST

/* A key as a pack has it. */
static bool wants(const char *const *fields, const char *outer, const char *inner)
{
    node a = {.text = outer, .len = (uint32_t)strlen(outer)}, b = {.text = inner};

    b.len = inner ? (uint32_t)strlen(inner) : 0;
    return project_wants(fields, &a, inner ? &b : NULL);
}

START_TEST(wants_what_it_may_keep)
{
    const char *const *fields = FIELDS("/spec/a~1b/c", "/status", "/x~0/");
    node nul = {.text = "status\0", .len = 7}, cut = {.text = "status", .len = 5};

    ck_assert(wants(NULL, "metadata", NULL) && wants(NULL, "metadata", "labels") && wants(NULL, "kind", NULL));
    ck_assert(!wants(NULL, "metadata", "annotations") && !wants(NULL, "metadata", "label") &&
              !wants(NULL, "spec", NULL));
    ck_assert(wants(fields, "spec", NULL) && wants(fields, "spec", "a/b"));
    ck_assert(!wants(fields, "spec", "a") && !wants(fields, "spec", "a~1b") && !wants(fields, "spe", NULL));
    ck_assert(wants(fields, "status", "anything") && !wants(fields, "status/", NULL));
    ck_assert(wants(fields, "x~", "") && !wants(fields, "x~", "y") && !wants(fields, "", NULL));
    ck_assert(!project_wants(fields, &nul, NULL) && !project_wants(fields, &cut, NULL));
}
END_TEST

START_TEST(without_memory)
{
    unsigned long k = 0;
    bool hit;

    if (!fault_works())
        return;
    do {
        opsdk_auto_object *obj = object_of(&OPSDK_POD, "{'metadata':{'name':'a'},'spec':{'x':1}}"), *got = NULL;
        pack room;
        int r;
        pack_init(&room);
        fault_set(++k);
        r = project_object(obj, FIELDS("/spec/x"), &room, &got);
        hit = fault_clear();
        ck_assert(r == (hit ? OPSDK_ENOMEM : 0));
        pack_clear(&room);
    } while (hit);
    ck_assert_uint_gt(k, 2);
}
END_TEST

TESTS("project", keeps_what_is_named, odd_objects, tells_pointers, wants_what_it_may_keep, without_memory)
