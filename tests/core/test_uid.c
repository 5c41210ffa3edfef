#include "core/uid.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

START_TEST(there_and_back)
{
    static const char text[] = "01234567-89ab-cdef-0123-456789abcdef";
    unsigned char uid[UID_BYTES];
    char again[UID_TEXT + 1] = "";

    ck_assert(uid_parse(text, uid));
    ck_assert_uint_eq(uid[0], 0x01);
    ck_assert_uint_eq(uid[7], 0xef);
    ck_assert_uint_eq(uid[15], 0xef);
    uid_print(uid, again);
    ck_assert_str_eq(again, text);
}
END_TEST

/* Whatever would not come back as it was: each character wrong in turn, too short, too long, upper case. */
START_TEST(refuses_other_texts)
{
    static const char text[] = "01234567-89ab-cdef-0123-456789abcdef";
    unsigned char uid[UID_BYTES];
    char odd[UID_TEXT + 2];

    for (int i = 0; i <= UID_TEXT; i++) {
        memcpy(odd, text, sizeof(text));
        odd[i] = i == UID_TEXT ? '0' : '\0';
        odd[i + (i == UID_TEXT)] = '\0';
        ck_assert(!uid_parse(odd, uid));
        if (i == UID_TEXT)
            continue;
        memcpy(odd, text, sizeof(text));
        odd[i] = odd[i] == '-' ? '0' : '-';
        ck_assert(!uid_parse(odd, uid));
        odd[i] = 'A';
        ck_assert(!uid_parse(odd, uid));
        odd[i] = 'g';
        ck_assert(!uid_parse(odd, uid));
    }
    ck_assert(!uid_parse("", uid));
}
END_TEST

TESTS("uid", there_and_back, refuses_other_texts)
