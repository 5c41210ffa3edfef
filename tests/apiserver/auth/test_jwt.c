#include "apiserver/auth/jwt.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

static const unsigned char key[JWT_KEY] = "0123456789abcdef0123456789abcde", other[JWT_KEY] = "another";

START_TEST(comes_back_as_it_was)
{
    char *token = jwt_sign(key, json_pack("{s:s, s:i}", "sub", "j\u00f6rg", "exp", 7));
    json_t *claims = jwt_verify(key, token);

    ck_assert_str_eq(json_string_value(json_object_get(claims, "sub")), "j\u00f6rg");
    ck_assert_int_eq(json_integer_value(json_object_get(claims, "exp")), 7);
    json_decref(claims);
    free(token);
}
END_TEST

/* Each byte matters, and so does the key. */
START_TEST(what_was_not_signed_is_refused)
{
    char *token = jwt_sign(key, json_pack("{s:s}", "sub", "a"));
    size_t len = strlen(token);

    ck_assert_ptr_null(jwt_verify(other, token));
    for (size_t i = 0; i < len; i++) {
        char was = token[i];
        token[i] = was == 'A' ? 'B' : 'A';
        ck_assert_msg(!jwt_verify(key, token), "changed at %zu", i);
        token[i] = '\0';
        ck_assert_msg(!jwt_verify(key, token), "cut at %zu", i);
        token[i] = was;
    }
    free(token);
}
END_TEST

START_TEST(what_is_no_token_is_refused)
{
    static const char *const texts[] = {"", ".", "..", "...", "a.b", "a.b.c", "..\xff"};
    char *token = jwt_sign(key, json_integer(1));

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        ck_assert_ptr_null(jwt_verify(key, texts[i]));
    ck_assert_ptr_null(jwt_sign(key, NULL));
    ck_assert_ptr_null(jwt_verify(key, token ? token : "")); /* signed, but no claims */
    free(token);
}
END_TEST

TESTS("jwt", comes_back_as_it_was, what_was_not_signed_is_refused, what_is_no_token_is_refused)
