/* Names of images. */
#include "cmd/opsdk/build/reference.h"
#include "tests/support/suite.h"

#include <string.h>

START_TEST(parts)
{
    static const char *const cases[][5] = {
        {"busybox", "docker.io", "library/busybox", "latest", "busybox:latest"},
        {"me/thing:1.0", "docker.io", "me/thing", "1.0", "me/thing:1.0"},
        {"localhost/a", "localhost", "a", "latest", "localhost/a:latest"},
        {"localhost:5000/a/b:x_Y", "localhost:5000", "a/b", "x_Y", "localhost:5000/a/b:x_Y"},
        {"ghcr.io/o/p-q__r.s:v1", "ghcr.io", "o/p-q__r.s", "v1", "ghcr.io/o/p-q__r.s:v1"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        reference r;

        ck_assert_int_eq(reference_parse(cases[i][0], &r, NULL), 0);
        ck_assert_str_eq(r.registry, cases[i][1]);
        ck_assert_str_eq(r.repository, cases[i][2]);
        ck_assert_str_eq(r.tag, cases[i][3]);
        ck_assert_str_eq(r.given, cases[i][4]);
    }
}
END_TEST

START_TEST(wrong)
{
    static const char *const cases[][2] = {
        {"", "empty part"},
        {"a//b", "empty part"},
        {"/a", "empty part"},
        {"a/", "empty part"},
        {"A", "upper-case"},
        {"a b", "character"},
        {"a:", "tag"},
        {"a:.x", "tag"},
        {"a:b c", "tag"},
        {"a@sha256:0", "a digest"},
        {"-a", "empty part"},
        {"a/-b", "empty part"},
        {"x.y/", "empty part"},
        {"x!.y/a", "no host"},
        {"a/../b", "empty part"},
    };
    char name[600];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        opsdk_error err = {0};
        reference r;

        ck_assert_int_eq(reference_parse(cases[i][0], &r, &err), OPSDK_EINVAL);
        ck_assert_msg(strstr(err.message, cases[i][1]), "%s: %s", cases[i][0], err.message);
    }
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    ck_assert_int_eq(reference_parse(name, &(reference){0}, NULL), OPSDK_EINVAL);
    name[200] = ':';
    ck_assert_int_eq(reference_parse(name, &(reference){0}, NULL), OPSDK_EINVAL);
}
END_TEST

TESTS("reference", parts, wrong)
