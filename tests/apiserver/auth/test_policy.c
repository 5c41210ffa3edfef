#include "apiserver/auth/policy.h"
#include "apiserver/auth/rule.h"
#include "tests/support/fault.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

static json_t *parse(const char *text)
{
    json_t *doc = json_loads(text, 0, NULL);

    ck_assert_ptr_nonnull(doc);
    return doc;
}

static const char role_text[] =
    "{\"rules\": [{\"verbs\": [\"get\"], \"apiGroups\": [\"\"], \"resources\": [\"secrets\"], "
    "\"resourceNames\": [\"mine\"]}, {\"verbs\": [\"get\"], \"nonResourceURLs\": [\"/a*\"]}]}";
static const char binding_text[] =
    "{\"roleRef\": {\"kind\": \"Role\", \"name\": \"r\"}, \"subjects\": [{\"kind\": \"User\", \"name\": \"jane\"}]}";

static bool count(const grant *g, void *arg)
{
    *(size_t *)arg += g->rule ? 1 : 100;
    return false;
}

static size_t grants(const policy *p, const char *ns)
{
    size_t n = 0;

    policy_each(p, &(user_info){.name = "jane"}, ns, count, &n);
    return n;
}

START_TEST(keeps_what_was_put)
{
    json_t *role = parse(role_text), *binding = parse(binding_text);
    policy *p = policy_new();

    ck_assert_int_eq(policy_put(p, true, "a", "b", binding), 0);
    ck_assert_uint_eq(grants(p, "a"), 100); /* a role that is not there */
    ck_assert_int_eq(policy_put(p, false, "a", "r", role), 0);
    ck_assert_int_eq(policy_put(p, false, "b", "r", role), 0);
    ck_assert_uint_eq(grants(p, "a"), 2);
    ck_assert_uint_eq(grants(p, "b"), 0);
    ck_assert_uint_eq(grants(p, ""), 0);
    json_array_clear(json_object_get(role, "rules"));
    ck_assert_uint_eq(grants(p, "a"), 2); /* its own copy */
    ck_assert_int_eq(policy_put(p, true, "a", "b", NULL), 0);
    ck_assert_uint_eq(grants(p, "a"), 0);
    policy_free(p);
    json_decref(role);
    json_decref(binding);
}
END_TEST

/* Never more than was written: what cannot be kept whole is not kept. */
START_TEST(grants_nothing_for_want_of_memory)
{
    json_t *role = parse(role_text), *binding = parse(binding_text);
    bool hit = fault_works();
    unsigned long k = 0;

    while (hit) {
        policy *p = policy_new();
        int r;
        ck_assert_int_eq(policy_put(p, true, "a", "b", binding), 0);
        fault_set(++k);
        r = policy_put(p, false, "a", "r", role);
        hit = fault_clear();
        ck_assert_int_eq(r, hit ? -1 : 0);
        ck_assert_uint_eq(grants(p, "a"), hit ? 100 : 2);
        policy_free(p);
    }
    json_decref(role);
    json_decref(binding);
}
END_TEST

static bool allows(const char *verb, const char *what, const char *sub, const char *name, const char *path)
{
    json_t *role = parse(role_text), *rules = json_object_get(role, "rules");
    attributes a = {.verb = verb,
                    .is_resource = !*path,
                    .group = "",
                    .resource = what,
                    .sub = sub,
                    .ns = "",
                    .name = name,
                    .path = path};
    bool ret = rule_allows(json_array_get(rules, 0), &a) || rule_allows(json_array_get(rules, 1), &a);

    json_decref(role);
    return ret;
}

START_TEST(rules_allow)
{
    ck_assert(allows("get", "secrets", "", "mine", ""));
    ck_assert(!allows("get", "secrets", "", "other", ""));
    ck_assert(!allows("get", "secrets", "", "", ""));
    ck_assert(!allows("get", "secrets", "status", "mine", ""));
    ck_assert(!allows("list", "secrets", "", "mine", ""));
    ck_assert(allows("get", "", "", "", "/a"));
    ck_assert(allows("get", "", "", "", "/abc/d"));
    ck_assert(!allows("get", "", "", "", "/b"));
    ck_assert(!allows("post", "", "", "", "/a"));
}
END_TEST

START_TEST(tells_what_is_missing)
{
    json_t
        *held =
            parse("[{\"verbs\": [\"get\", \"list\"], \"apiGroups\": [\"\"], \"resources\": [\"*/status\", \"pods\"]}]"),
        *wanted = parse(
            "[{\"verbs\": [\"list\", \"watch\", \"get\"], \"apiGroups\": [\"\", \"apps\"], \"resources\": [\"pods\", "
            "\"pods/status\"]}, {\"verbs\": [\"get\"], \"nonResourceURLs\": [\"/x\"]}]");
    static const char want[] =
        "{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"watch\"]}\n"
        "{APIGroups:[\"\"], Resources:[\"pods/status\"], Verbs:[\"watch\"]}\n"
        "{APIGroups:[\"apps\"], Resources:[\"pods\"], Verbs:[\"list\" \"watch\" \"get\"]}\n"
        "{APIGroups:[\"apps\"], Resources:[\"pods/status\"], Verbs:[\"list\" \"watch\" \"get\"]}\n"
        "{NonResourceURLs:[\"/x\"], Verbs:[\"get\"]}";
    bool hit = fault_works();
    unsigned long k = 0;

    while (hit) {
        buf out = BUF_INIT(65536);
        int r;
        fault_set(++k);
        r = rules_missing(held, wanted, &out);
        hit = fault_clear();
        ck_assert(hit ? r < 0 || out.len : r == 0); /* never "nothing is missing" */
        if (r == 0)
            ck_assert_str_eq(out.data, want);
        buf_clear(&out);
    }
    json_decref(held);
    json_decref(wanted);
}
END_TEST

TESTS("policy", keeps_what_was_put, grants_nothing_for_want_of_memory, rules_allow, tells_what_is_missing)
