#include "core/dictionary.h"
#include "core/sampler.h"
#include "tests/support/fault.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

/* An object's bytes: much the same each time, so long as len says. */
static void bytes(char *to, size_t len, unsigned i)
{
    for (size_t at = 0; at < len; at++)
        to[at] = (char)(at % 97 == 0 ? 'a' + (i + at) % 26 : '0' + at * 7 % 10);
}

/* Adds objects of len until that is enough; how many it took. */
static unsigned sample(sampler *s, size_t len)
{
    static char data[64 << 10];
    bool enough = false;
    unsigned n = 0;

    sampler_start(s);
    for (; !enough && s->active && n < 10000; n++) {
        bytes(data, len, n);
        enough = sampler_add(s, data, len);
    }
    return n;
}

/* Large ones fill the text soon; of small ones there are to be so many that a dictionary pays, though it takes few of them. */
START_TEST(as_many_as_pay)
{
    sampler s = {0};

    ck_assert_uint_eq(sample(&s, 12 << 10), 10 + SAMPLE_TRIALS);
    ck_assert_uint_eq(s.text, LIMIT_DICTIONARY);
    ck_assert_uint_eq(sample(&s, 60 << 10), 7 + SAMPLE_TRIALS); /* cut */
    ck_assert_uint_eq(s.text, LIMIT_DICTIONARY);
    ck_assert_uint_eq(sample(&s, 512), LIMIT_DICTIONARY / 512 + SAMPLE_TRIALS);
    ck_assert_uint_eq(s.text, SAMPLE_OBJECTS * 512);
    sampler_clear(&s);
}
END_TEST

START_TEST(tables_come_first)
{
    buf room = BUF_INIT(LIMIT_DICTIONARY + SAMPLE_HEADER), little = BUF_INIT(16);
    const char *text;
    sampler s = {0};
    size_t len;

    sample(&s, 4 << 10);
    text = sampler_finish(&s, 1, &room, &len);
    ck_assert_uint_gt(len, s.text);
    ck_assert_int_eq(memcmp(text + len - s.text, s.data.data, s.text), 0);
    text = sampler_finish(&s, 1, &little, &len); /* no room: the text alone */
    ck_assert_uint_eq(len, s.text);
    ck_assert_ptr_eq(text, s.data.data);
    buf_clear(&room);
    sampler_clear(&s);
}
END_TEST

START_TEST(gives_up_without_memory)
{
    sampler s = {0};
    char data[100] = "";

    if (!fault_works())
        return;
    sampler_start(&s);
    fault_set(1);
    ck_assert(!sampler_add(&s, data, sizeof(data)));
    ck_assert(fault_clear());
    ck_assert(!s.active);
    sampler_clear(&s);
}
END_TEST

START_TEST(dictionaries_without_memory)
{
    const char text[300] = "of some length";
    unsigned long k = 0;
    bool hit;

    if (!fault_works())
        return;
    do {
        dictionary *d;
        fault_set(++k);
        d = dictionary_new(&OPSDK_POD, text, sizeof(text));
        hit = fault_clear();
        ck_assert(d || hit);
        ck_assert(!d || dictionary_size(d) > sizeof(text));
        dictionary_unref(d);
    } while (hit);
    ck_assert_uint_gt(k, 2);
}
END_TEST

TESTS("sampler", as_many_as_pay, tables_come_first, gives_up_without_memory, dictionaries_without_memory)
