#include "core/uid.h"

static bool is_dash(int i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool uid_parse(const char *text, unsigned char ret[UID_BYTES])
{
    int n = 0;

    for (int i = 0; i < UID_TEXT; i++) {
        int d = digit(text[i]);
        if (is_dash(i) ? text[i] != '-' : d < 0) /* a NUL is neither */
            return false;
        if (is_dash(i))
            continue;
        ret[n / 2] = (unsigned char)(n % 2 ? ret[n / 2] | d : d << 4);
        n++;
    }
    return text[UID_TEXT] == '\0';
}

void uid_print(const unsigned char uid[UID_BYTES], char ret[UID_TEXT])
{
    int n = 0;

    for (int i = 0; i < UID_TEXT; i++) {
        ret[i] = is_dash(i) ? '-' : "0123456789abcdef"[uid[n / 2] >> (n % 2 ? 0 : 4) & 15];
        n += !is_dash(i);
    }
}
