#include "runtime/interest.h"
#include "tests/support/fault.h"
#include "tests/support/objects.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

static const opsdk_kind NEAR = {"example.com/v1", "Near", "nears", false},
                        FAR = {"example.com/v1", "Far", "fars", true};

static int note(interest *in, const char *ns, const char *name, const char *spec, bool gone)
{
    opsdk_auto_object *obj = object_of(&NEAR, "{'metadata':{'name':'%s'%s%s%s},'spec':%s}", name,
                                       *ns ? ",'namespace':'" : "", ns, *ns ? "'" : "", spec);

    return interest_note(in, obj, gone);
}

/* The keys that a pod of that name and app concerns: how many, and is this one of them? */
static size_t concerns(const interest *in, const char *pod, const char *app, const char *one)
{
    opsdk_auto_object *obj =
        object_of(&OPSDK_POD, "{'metadata':{'name':'%s','namespace':'ns','labels':{'app':'%s'}}}", pod, app);
    opsdk_queue *q = queue_new(&NEAR, 1, 1);
    queue_stats stats;
    queue_item item;
    bool found = false;
    size_t n = 0;

    interest_match(in, obj, q);
    for (queue_read(q, &stats); stats.depth > 0; queue_read(q, &stats), n++) {
        ck_assert(queue_take(q, &item));
        found |= strcmp(item.key.name, one) == 0;
        queue_done(q, &item, 0);
    }
    queue_free(q);
    ck_assert(found || n == 0);
    return n;
}

START_TEST(follows_what_primaries_say)
{
    interest *in = interest_new(&NEAR, "/spec/config", true);

    ck_assert_int_eq(note(in, "ns", "a", "{'config':'p'}", false), 0);
    ck_assert_int_eq(note(in, "ns", "b", "{'config':'p'}", false), 0);
    ck_assert_int_eq(note(in, "other", "c", "{'config':'p'}", false), 0);
    ck_assert_uint_eq(concerns(in, "p", "x", "a"), 2);
    ck_assert_int_eq(note(in, "ns", "a", "{'config':'q'}", false), 0);
    ck_assert_uint_eq(concerns(in, "p", "x", "b"), 1);
    ck_assert_uint_eq(concerns(in, "q", "x", "a"), 1);
    ck_assert_int_eq(note(in, "ns", "a", "{}", false), 0);
    ck_assert_uint_eq(concerns(in, "q", "x", "a"), 0);
    ck_assert_int_eq(note(in, "ns", "b", "{'config':'p'}", true), 0);
    ck_assert_uint_eq(concerns(in, "p", "x", "b"), 0);
    interest_free(in);
}
END_TEST

START_TEST(selects_by_labels)
{
    interest *in = interest_new(&NEAR, "/spec/selector", false), *far = interest_new(&FAR, "/spec/selector", false);

    ck_assert_int_eq(note(in, "ns", "a", "{'selector':{'matchLabels':{'app':'x'}}}", false), 0);
    ck_assert_int_eq(note(in, "ns", "all", "{'selector':{}}", false), 0);
    ck_assert_int_eq(note(in, "ns", "none", "{'selector':null}", false), 0);
    ck_assert_int_eq(note(in, "other", "b", "{'selector':{'matchLabels':{'app':'x'}}}", false), 0);
    ck_assert_uint_eq(concerns(in, "p", "x", "a"), 2);
    ck_assert_uint_eq(concerns(in, "p", "y", "all"), 1);
    ck_assert_int_eq(note(far, "", "w", "{'selector':{'matchLabels':{'app':'x'}}}", false), 0); /* selects everywhere */
    ck_assert_uint_eq(concerns(far, "p", "x", "w"), 1);
    interest_free(in);
    interest_free(far);
}
END_TEST

START_TEST(without_memory)
{
    unsigned long k = 0;
    bool hit;

    if (!fault_works())
        return;
    do {
        interest *in;
        int r = 0;
        opsdk_auto_object *obj =
            object_of(&NEAR, "{'metadata':{'name':'a','namespace':'ns'},'spec':{'selector':{'app':'x'}}}");
        fault_set(++k);
        in = interest_new(&NEAR, "/spec/selector", false);
        if (in)
            r = interest_note(in, obj, false);
        hit = fault_clear();
        ck_assert(!in || (r == OPSDK_ENOMEM) == hit);
        interest_free(in);
    } while (hit);
    ck_assert_uint_gt(k, 4);
}
END_TEST

TESTS("interest", follows_what_primaries_say, selects_by_labels, without_memory)
