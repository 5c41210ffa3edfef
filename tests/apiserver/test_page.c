/* Continue tokens: what was made is read again, and what was not is refused in the server's words. */
#include "apiserver/page.h"
#include "core/base64.h"

#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

START_TEST(goes_on_behind_a_name)
{
    static const struct {
        const char *ns, *name, *start;
    } all[] = {{"ns", "one", "ns/one"}, {"", "ns/one", "ns/one"}, {"", "one", "one"}};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        auto_failure why = {0};
        char start[LIMIT_KEY], *token = page_token(all[i].name, 12);
        list_options o = {.token = token, .version = ""};
        int64_t revision = 0;
        ck_assert_int_eq(page_read(&o, all[i].ns, start, &revision, &why), 0);
        ck_assert_int_eq(revision, 12);
        ck_assert_str_eq(start, all[i].start);
        free(token);
    }
}
END_TEST

static int read_text(const char *json, const char *version, char start[LIMIT_KEY], int64_t *revision, failure *why)
{
    auto_buf token = BUF_INIT(4000);
    list_options o = {.version = version};

    base64url_encode(json, strlen(json), &token);
    o.token = token.data ? token.data : "";
    return page_read(&o, "ns", start, revision, why);
}

#define KEY "invalid continue token: continue key is not valid"

START_TEST(refuses_what_is_none)
{
    static const struct {
        const char *json, *version, *why;
    } all[] = {
        {"{", "", KEY ": unexpected end of JSON input"},
        {"{]", "", KEY ": invalid character ']' looking for beginning of object key string"},
        {"{}", "", KEY ": server does not recognize this encoded version "},
        {"{\"v\":\"v2\",\"rv\":1,\"start\":\"a\"}", "", KEY ": server does not recognize this encoded version v2"},
        {"{\"v\":\"meta.k8s.io/v1\",\"start\":\"a\"}", "",
         KEY ": incorrect encoded start resourceVersion (version meta.k8s.io/v1)"},
        {"{\"v\":\"meta.k8s.io/v1\",\"rv\":1}", "", KEY ": encoded start key empty (version meta.k8s.io/v1)"},
        {"{\"v\":\"meta.k8s.io/v1\",\"rv\":1,\"start\":\"\"}", "",
         KEY ": encoded start key empty (version meta.k8s.io/v1)"},
        {"{\"v\":\"meta.k8s.io/v1\",\"rv\":1,\"start\":\"../a\"}", "", KEY ": ../a"},
        {"{\"v\":\"meta.k8s.io/v1\",\"rv\":1,\"start\":\"a/../../b\"}", "", KEY ": a/../../b"},
        {"{\"v\":\"meta.k8s.io/v1\",\"rv\":1,\"start\":\"a//b\"}", "", KEY ": a//b"},
        {"{\"v\":\"meta.k8s.io/v1\",\"rv\":1,\"start\":\"./a\"}", "", KEY ": ./a"},
        {"{\"v\":\"meta.k8s.io/v1\",\"rv\":1,\"start\":\"a\"}", "7",
         "specifying resource version is not allowed when using continue"},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        auto_failure why = {0};
        char start[LIMIT_KEY];
        int64_t revision;
        ck_assert_int_eq(read_text(all[i].json, all[i].version, start, &revision, &why), -1);
        ck_assert_int_eq(why.code, 400);
        ck_assert_str_eq(why.message, all[i].why);
    }
}
END_TEST

START_TEST(refuses_what_is_no_base64)
{
    auto_failure why = {0};
    list_options o = {.token = "abc$", .version = ""};
    char start[LIMIT_KEY];
    int64_t revision;

    ck_assert_int_eq(page_read(&o, "", start, &revision, &why), -1);
    ck_assert_str_eq(why.message, KEY ": illegal base64 data at input byte 3");
}
END_TEST

/* A key that is longer than any there can be does not get out of its room. */
START_TEST(cuts_long_keys)
{
    auto_failure why = {0};
    char start[LIMIT_KEY], json[3 * LIMIT_KEY] = "{\"v\":\"meta.k8s.io/v1\",\"rv\":1,\"start\":\"";
    int64_t revision;

    memset(json + strlen(json), 'a', 2 * LIMIT_KEY);
    memcpy(json + strlen(json), "\"}", 3);
    ck_assert_int_eq(read_text(json, "0", start, &revision, &why), 0);
    ck_assert_uint_eq(strlen(start), LIMIT_KEY - 1);
}
END_TEST

/* The token that comes with the answer goes on with what there is now. */
START_TEST(what_is_forgotten_can_be_gone_on_with)
{
    auto_failure why = {0}, again = {0};
    char start[LIMIT_KEY], *token = page_token("one", 12);
    list_options o = {.token = token, .version = ""};
    int64_t revision = 7;

    ck_assert_int_eq(page_expired(&o, &why), -1);
    ck_assert_int_eq(why.code, 410);
    ck_assert_str_eq(why.reason, "Expired");
    o.token = json_string_value(json_object_get(why.metadata, "continue"));
    ck_assert_ptr_nonnull(o.token);
    ck_assert_int_eq(page_read(&o, "ns", start, &revision, &again), 0);
    ck_assert_int_eq(revision, 0);
    ck_assert_str_eq(start, "ns/one");
    o.token = "";
    page_expired(&o, &again);
    ck_assert_str_eq(again.message, "The resourceVersion for the provided list is too old.");
    ck_assert_ptr_null(again.metadata);
    free(token);
}
END_TEST

TESTS("page", goes_on_behind_a_name, refuses_what_is_none, refuses_what_is_no_base64, cuts_long_keys,
      what_is_forgotten_can_be_gone_on_with)
