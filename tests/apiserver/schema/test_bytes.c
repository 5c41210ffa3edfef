#include "apiserver/schema/bytes.h"
#include "tests/support/suite.h"

#include <string.h>

#define RIGHT ((size_t)-1)

static void reads(const char *text, const char *want, size_t wrong)
{
    auto_buf out = BUF_INIT(1000);
    size_t at = RIGHT;
    bool ok = bytes_decode(text, strlen(text), &out, &at);

    ck_assert_uint_eq(at, wrong);
    ck_assert_int_eq(ok, wrong == RIGHT);
    if (ok)
        ck_assert_str_eq(out.len ? out.data : "", want);
}

START_TEST(reads_what_go_reads)
{
    reads("", "", RIGHT);
    reads("YQ==", "a", RIGHT);
    reads("YWI=", "ab", RIGHT);
    reads("YWJj\n", "abc", RIGHT);
    reads("YQ=\n=\n", "a", RIGHT);
    reads("YR==", "a", RIGHT);
}
END_TEST

/* Offsets as Go 1.26 says them. */
START_TEST(counts_what_is_wrong_as_go_does)
{
    reads("a", NULL, 0);
    reads("abcdef", NULL, 4);
    reads("b!", NULL, 1);
    reads("=", NULL, 0);
    reads("Y=", NULL, 1);
    reads("YQ=", NULL, 3);
    reads("YQ= =", NULL, 2);
    reads("YQ==a", NULL, 4);
    reads("YWI=\nx", NULL, 5);
}
END_TEST

TESTS("bytes", reads_what_go_reads, counts_what_is_wrong_as_go_does)
