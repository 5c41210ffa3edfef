#include "core/time.h"
#include "tests/support/fault.h"
#include "tests/support/suite.h"

#include <opsdk.h>
#include <string.h>

static const char *member(const json_t *condition, const char *name)
{
    return json_string_value(json_object_get(condition, name));
}

static opsdk_object *with_ready(const char *status)
{
    opsdk_object *obj = NULL;
    json_t *root =
        json_pack("{s:{s:i},s:{s:[n,{s:s},{s:s,s:s,s:s}]}}", "metadata", "generation", 7, "status", "conditions",
                  "type", "Other", "type", "Ready", "status", status, "lastTransitionTime", "2001-02-03T04:05:06Z");

    ck_assert_int_eq(opsdk_object_from_json(&OPSDK_POD, root, &obj, NULL), 0);
    return obj;
}

START_TEST(first_of_its_type)
{
    opsdk_auto_object *obj = NULL;
    json_t *c;
    int64_t ms;

    ck_assert_int_eq(opsdk_object_parse(&OPSDK_POD, "{}", 2, &obj, NULL), 0);
    c = opsdk_condition(obj, "Ready", false, "Waiting", "%d of %d\x1b[31m\xff", 1, 2);
    ck_assert_str_eq(member(c, "type"), "Ready");
    ck_assert_str_eq(member(c, "status"), "False");
    ck_assert_str_eq(member(c, "reason"), "Waiting");
    ck_assert_str_eq(member(c, "message"), "1 of 2?[31m?");
    ck_assert(time_parse(member(c, "lastTransitionTime"), &ms) && ms > 0);
    ck_assert_ptr_null(json_object_get(c, "observedGeneration"));
    json_decref(c);
}
END_TEST

START_TEST(time_is_of_the_last_change)
{
    opsdk_auto_object *yes = with_ready("True"), *no = with_ready("False");
    json_t *same = opsdk_condition(yes, "Ready", true, "Done", "all"),
           *other = opsdk_condition(no, "Ready", true, "Done", "all");

    ck_assert_str_eq(member(same, "lastTransitionTime"), "2001-02-03T04:05:06Z");
    ck_assert_str_ne(member(other, "lastTransitionTime"), "2001-02-03T04:05:06Z");
    ck_assert_int_eq(json_integer_value(json_object_get(same, "observedGeneration")), 7);
    json_decref(same);
    json_decref(other);
}
END_TEST

START_TEST(memory_runs_out)
{
    opsdk_auto_object *obj = with_ready("True");
    unsigned long k = 0;
    json_t *c;
    bool hit;

    if (!fault_works())
        return;
    do {
        fault_set(++k);
        c = opsdk_condition(obj, "Ready", true, "Done", "all");
        hit = fault_clear();
        ck_assert(hit || c); /* libc lives without some */
        json_decref(c);
    } while (hit);
    ck_assert_uint_gt(k, 5);
}
END_TEST

TESTS("condition", first_of_its_type, time_is_of_the_last_change, memory_runs_out)
