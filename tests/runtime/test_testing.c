/* opsdk/testing.h, and the example and the table of docs/testing.md. */
#include "docs/examples/apiserver.c"
#include "docs/examples/testing.c"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

START_TEST(the_examples_work)
{
    opsdk_error err = {0};

    ck_assert_msg(example_apiserver(&err) == 0, "%s", err.message);
    ck_assert_msg(example_testing(&err) == 0, "%s", err.message);
}
END_TEST

static int never(const opsdk_request *rq, opsdk_result *ret, opsdk_error *err)
{
    (void)rq, (void)ret, (void)err;
    return 0;
}

START_TEST(a_failed_start_leaves_nothing)
{
    static const opsdk_handler handler = {.name = "never", .kind = &OPSDK_POD, .reconcile = never};
    opsdk_testing t = {0};
    opsdk_error err = {0};

    ck_assert_int_eq(opsdk_testing_start(&t, NULL, "/nonexistent.yaml", OPSDK_HANDLERS(&handler), &err), OPSDK_EIO);
    ck_assert_ptr_null(t.server);
    ck_assert(strstr(err.message, "/nonexistent.yaml"));
    ck_assert_int_eq(
        opsdk_testing_start(&t, &(opsdk_apiserver_opts){.listen = "x"}, NULL, OPSDK_HANDLERS(&handler), &err),
        OPSDK_EINVAL);
}
END_TEST

/* Every fault has its line in docs/testing.md, and there is none that is no fault. */
START_TEST(the_document_has_every_fault)
{
    static char text[65536];
    FILE *f = fopen("docs/testing.md", "re");
    const char *name, *help;
    size_t rows = 0, n = 0;

    ck_assert_ptr_nonnull(f);
    text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
    fclose(f);
    for (const char *p = text; (p = strstr(p, "\n| `")); p++)
        rows++;
    for (; (name = opsdk_apiserver_fault_name(n, &help)); n++) {
        char row[200];
        snprintf(row, sizeof(row), "\n| `%s`", name);
        row[strlen(row) - 1] = '\0'; /* keys may follow the name */
        ck_assert_msg(strstr(text, row) != NULL, "docs/testing.md has no row of %s", name);
        ck_assert_msg(strstr(text, help) != NULL, "docs/testing.md does not say that %s %s", name, help);
    }
    ck_assert_uint_eq(rows, n);
}
END_TEST

TESTS("testing", the_examples_work, a_failed_start_leaves_nothing, the_document_has_every_fault)
