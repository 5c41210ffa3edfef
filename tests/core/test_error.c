#include "core/text.h"
#include "tests/support/suite.h"

#include <opsdk.h>
#include <string.h>

START_TEST(set)
{
    opsdk_error err = {.http_status = 404, .retry_after_ms = 5, .reason = "old"};

    ck_assert_int_eq(opsdk_error_set(&err, OPSDK_EIO, "%s: %d\n\x1b", "file", 7), OPSDK_EIO);
    ck_assert_int_eq(err.code, OPSDK_EIO);
    ck_assert_str_eq(err.message, "file: 7 ?");
    ck_assert_int_eq(err.http_status, 0);
    ck_assert_str_eq(err.reason, "");
    ck_assert_int_eq(opsdk_error_set(NULL, OPSDK_EIO, "x"), OPSDK_EIO);
}
END_TEST

START_TEST(long_messages_are_cut)
{
    char text[400];
    opsdk_error err = {0};
    size_t max = sizeof(err.message) - 1;

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    opsdk_error_set(&err, OPSDK_EIO, "%s", text);
    ck_assert_uint_eq(strlen(err.message), max);
    ck_assert_str_eq(err.message + max - 4, "x...");
    opsdk_error_wrap(&err, 0, "%.200s", text);
    ck_assert_uint_eq(strlen(err.message), max);
    ck_assert_str_eq(err.message + max - 3, "...");
    opsdk_error_set(&err, OPSDK_EIO, "%.*s", (int)max, text);
    ck_assert_str_eq(err.message + max - 4, "xxxx");
}
END_TEST

/* A character that the cut goes through must not become broken text. */
START_TEST(cuts_leave_valid_text)
{
    for (size_t n = 240; n < 256; n++) {
        char text[400];
        opsdk_error err = {0};
        memset(text, 'x', n);
        memcpy(text + n, "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", 19);
        opsdk_error_set(&err, OPSDK_EIO, "%s", text);
        ck_assert(text_is_utf8(err.message, strlen(err.message)));
        memcpy(err.message, text, 255);
        text_neutralise(err.message, 255);
        opsdk_error_wrap(&err, 0, "x");
        ck_assert(text_is_utf8(err.message, strlen(err.message)));
        ck_assert_str_eq(err.message + 252, "...");
    }
}
END_TEST

START_TEST(wrapped)
{
    opsdk_error err = {0};

    opsdk_error_set(&err, OPSDK_EIO, "refused");
    err.http_status = 503;
    ck_assert_int_eq(opsdk_error_wrap(&err, 0, "GET %s", "/x"), OPSDK_EIO);
    ck_assert_str_eq(err.message, "GET /x: refused");
    ck_assert_int_eq(opsdk_error_wrap(&err, OPSDK_EBUSY, "list"), OPSDK_EBUSY);
    ck_assert_str_eq(err.message, "list: GET /x: refused");
    ck_assert_int_eq(err.http_status, 503);
    ck_assert_int_eq(opsdk_error_wrap(NULL, OPSDK_EBUSY, "list"), OPSDK_EBUSY);
}
END_TEST

START_TEST(transient)
{
    ck_assert(opsdk_error_is_transient(&(opsdk_error){.code = OPSDK_EIO}));
    ck_assert(opsdk_error_is_transient(&(opsdk_error){.code = OPSDK_EREJECTED, .http_status = 500}));
    ck_assert(!opsdk_error_is_transient(&(opsdk_error){.code = OPSDK_EREJECTED, .http_status = 422}));
    ck_assert(!opsdk_error_is_transient(&(opsdk_error){.code = OPSDK_EFORBIDDEN, .http_status = 403}));
}
END_TEST

START_TEST(texts)
{
    ck_assert_str_eq(opsdk_strerror(0), "success");
    ck_assert_str_eq(opsdk_strerror(OPSDK_EGONE), "resource version expired");
    ck_assert_str_eq(opsdk_strerror(-1000), "unknown error");
    ck_assert_str_eq(opsdk_strerror(5), "unknown error");
}
END_TEST

TESTS("error", set, long_messages_are_cut, cuts_leave_valid_text, wrapped, transient, texts)
