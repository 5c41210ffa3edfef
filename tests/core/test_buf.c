#include "core/buf.h"

#include "tests/support/fault.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

START_TEST(grows_and_ends_in_nul)
{
    auto_buf b = BUF_INIT(1000);

    ck_assert_ptr_null(b.data);
    buf_add(&b, "a\0b", 3);
    buf_addc(&b, 'c');
    buf_puts(&b, "de");
    buf_printf(&b, "%03d", 7);
    ck_assert_uint_eq(b.len, 9);
    ck_assert_mem_eq(b.data, "a\0bcde007", 10);
    for (int i = 0; i < 991; i++)
        buf_addc(&b, 'x');
    ck_assert(!b.failed);
    ck_assert_uint_eq(b.len, 1000);
    ck_assert_int_eq(b.data[1000], '\0');
}
END_TEST

START_TEST(failure_sticks)
{
    auto_buf b = BUF_INIT(4);

    buf_puts(&b, "abcd");
    ck_assert(!b.failed);
    buf_puts(&b, "e");
    ck_assert(b.failed);
    buf_add(&b, NULL, 0);
    ck_assert_str_eq(b.data, "abcd");
    ck_assert(!buf_reserve(&b, 0));
    ck_assert_ptr_null(buf_take(&b, NULL));
    buf_reset(&b);
    buf_printf(&b, "%s", "xyz");
    ck_assert(!b.failed);
    ck_assert_str_eq(b.data, "xyz");
    buf_printf(&b, "%s", "xyz");
    ck_assert(b.failed);
    buf_reset(&b);
    ck_assert(!buf_reserve(&b, SIZE_MAX));
}
END_TEST

START_TEST(taken)
{
    auto_buf b = BUF_INIT(10);
    size_t len = 0;
    char *text;

    buf_puts(&b, "abc");
    text = buf_take(&b, &len);
    ck_assert_str_eq(text, "abc");
    ck_assert_uint_eq(len, 3);
    ck_assert_uint_eq(b.max, 10);
    ck_assert_ptr_null(b.data);
    free(text);
    text = buf_take(&b, NULL); /* of an empty one: an empty text */
    ck_assert_str_eq(text, "");
    free(text);
}
END_TEST

START_TEST(memory_runs_out)
{
    auto_buf b = BUF_INIT(1 << 20);
    unsigned long k = 0;
    bool hit;

    if (!fault_works())
        return;
    do {
        buf_clear(&b);
        fault_set(++k);
        for (int i = 0; i < 1000; i++)
            buf_add(&b, "x", 1);
        hit = fault_clear();
        ck_assert(b.failed == hit);
        b.failed = false;
    } while (hit);
    ck_assert_uint_gt(k, 3);
    ck_assert_uint_eq(b.len, 1000);
}
END_TEST

TESTS("buf", grows_and_ends_in_nul, failure_sticks, taken, memory_runs_out)
