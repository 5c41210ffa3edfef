#include "tests/conformance/causes.h"
#include "tests/support/suite.h"

#include <stdlib.h>

/* A Status that names two causes in this order. */
static json_t *refused(const char *group, const char *reason, const char *one, const char *two)
{
    return json_pack("{s:s#, s:{s:s, s:[{s:s, s:s, s:s}, {s:s, s:s, s:s}]}}", "message", "", 0, "details", "group",
                     group, "causes", "reason", reason, "field", one, "message", one, "reason", reason, "field", two,
                     "message", two);
}

static json_t *in_words(json_t *status, const char *one, const char *two)
{
    json_object_set_new(status, "message", json_sprintf("T \"a\" is invalid: [%s: %s, %s: %s]", one, one, two, two));
    return status;
}

static json_t *custom(const char *one, const char *two)
{
    return in_words(refused("ID.example.com", "FieldValueTypeInvalid", one, two), one, two);
}

START_TEST(the_members_of_a_map_come_in_any_order)
{
    json_t *a = custom("spec.any", "spec.free"), *b = custom("spec.free", "spec.any");

    ck_assert(!json_equal(a, b));
    causes_sort(a);
    causes_sort(b);
    ck_assert(json_equal(a, b));
    ck_assert_str_eq(json_string_value(json_object_get(b, "message")),
                     "T \"a\" is invalid: [spec.any: spec.any, spec.free: spec.free]");
    json_decref(a);
    json_decref(b);
}
END_TEST

START_TEST(so_do_managers_in_conflict)
{
    json_t *a = refused("", "FieldManagerConflict", "a", "b"), *b = refused("", "FieldManagerConflict", "b", "a");

    causes_sort(a);
    causes_sort(b);
    ck_assert(json_equal(a, b));
    json_decref(a);
    json_decref(b);
}
END_TEST

START_TEST(a_built_in_kind_has_an_order_that_counts)
{
    json_t *a = refused("apps", "FieldValueRequired", "b", "a"), *b = json_deep_copy(a);

    causes_sort(a);
    ck_assert(json_equal(a, b));
    json_decref(a);
    json_decref(b);
}
END_TEST

START_TEST(a_message_of_another_kind_stays)
{
    json_t *a = custom("b", "a");

    json_object_set_new(a, "message", json_string("T is invalid: [b: b, and more]"));
    causes_sort(a);
    ck_assert_str_eq(json_string_value(json_object_get(a, "message")), "T is invalid: [b: b, and more]");
    json_decref(a);
}
END_TEST

TESTS("causes", the_members_of_a_map_come_in_any_order, so_do_managers_in_conflict,
      a_built_in_kind_has_an_order_that_counts, a_message_of_another_kind_stays)
