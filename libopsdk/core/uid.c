#include "core/uid.h"

#include <string.h>

/* Where the digits of each byte are in a text. */
static const unsigned char place[UID_BYTES] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

/* 16: no digit. */
static unsigned digit(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

bool uid_parse(const char *text, unsigned char ret[UID_BYTES])
{
    unsigned all = 0;

    if (strlen(text) != UID_TEXT || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
        return false;
    for (int i = 0; i < UID_BYTES; i++) {
        unsigned high = digit(text[place[i]]), low = digit(text[place[i] + 1]);
        all |= high | low;
        ret[i] = (unsigned char)(high << 4 | low);
    }
    return all < 16;
}

void uid_print(const unsigned char uid[UID_BYTES], char ret[UID_TEXT])
{
    static const char digits[] = "0123456789abcdef";

    ret[8] = ret[13] = ret[18] = ret[23] = '-';
    for (int i = 0; i < UID_BYTES; i++) {
        ret[place[i]] = digits[uid[i] >> 4];
        ret[place[i] + 1] = digits[uid[i] & 15];
    }
}
