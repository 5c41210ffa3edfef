#include "apiserver/schema/format.h"

#include "apiserver/schema/format_net.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int two(const char *s)
{
    return is_digit(s[0]) && is_digit(s[1]) ? (s[0] - '0') * 10 + (s[1] - '0') : -1;
}

static bool is_date(const char *s, size_t len)
{
    static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day, last;

    if (len != 10 || s[4] != '-' || s[7] != '-' || two(s) < 0 || two(s + 2) < 0)
        return false;
    year = two(s) * 100 + two(s + 2);
    month = two(s + 5);
    day = two(s + 8);
    if (month < 1 || month > 12)
        return false;
    last = days[month - 1] + (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    return day >= 1 && day <= last;
}

static bool is_zone(const char *s, const char *end)
{
    if (end - s == 1)
        return (*s | 32) == 'z';
    return end - s == 6 && (*s == '+' || *s == '-') && two(s + 1) >= 0 && s[3] == ':' && two(s + 4) >= 0;
}

/* The time after the "t": 10:20:30, a fraction behind any one character, z or an offset. */
static bool is_time(const char *s, const char *end)
{
    if (end - s < 9 || two(s) < 0 || two(s) > 23 || s[2] != ':' || two(s + 3) < 0 || two(s + 3) > 59 || s[5] != ':' ||
        two(s + 6) < 0 || two(s + 6) > 59)
        return false;
    s += 8;
    if (is_zone(s, end))
        return true;
    if (end - s < 3 || !is_digit(s[1]))
        return false;
    for (s++; s < end && is_digit(*s);)
        s++;
    return is_zone(s, end);
}

static const char *find_t(const char *s, const char *end)
{
    while (s < end && (*s | 32) != 't')
        s++;
    return s;
}

static bool is_datetime(const char *text, size_t len)
{
    const char *end = text + len, *t = find_t(text, end);

    return t < end && is_date(text, (size_t)(t - text)) && is_time(t + 1, find_t(t + 1, end));
}

/* Bytes of the unit at s; 0: none. */
static size_t unit(const char *s, size_t left)
{
    static const char *const units[] = {"ns", "us", "\xC2\xB5s", "\xCE\xBCs", "ms", "s", "m", "h"};
    size_t i;

    for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        size_t n = strlen(units[i]);
        if (n <= left && memcmp(s, units[i], n) == 0)
            return n;
    }
    return 0;
}

bool format_go_duration(const char *s, size_t len)
{
    const char *end = s + len;

    s += s < end && (*s == '-' || *s == '+');
    if (end - s == 1 && *s == '0')
        return true;
    if (s == end)
        return false;
    while (s < end) {
        size_t digits = 0, n;
        for (; s < end && is_digit(*s); s++)
            digits++;
        if (digits > 18)
            return false;
        if (s < end && *s == '.')
            for (s++; s < end && is_digit(*s); s++)
                digits++;
        n = unit(s, (size_t)(end - s));
        if (digits == 0 || n == 0)
            return false;
        s += n;
    }
    return true;
}

/* Letters as the other spelling of durations has them: those of ASCII and the micro sign. */
static size_t letter(const char *s, const char *end)
{
    if (s < end && (*s | 32) >= 'a' && (*s | 32) <= 'z')
        return 1;
    return end - s > 1 && memcmp(s, "\xC2\xB5", 2) == 0 ? 2 : 0;
}

static bool is_unit_word(const char *s, size_t len)
{
    static const char *const whole[] = {"ns", "us", "\xC2\xB5s", "ms", "s", "m", "h", "hr", "d", "w", "wk"};
    static const char *const begins[] = {"nano", "micro", "milli", "sec", "min", "hour", "day", "week"};
    size_t i;

    for (i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
        if (strlen(whole[i]) == len && strncasecmp(s, whole[i], len) == 0)
            return true;
    }
    for (i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
        if (strlen(begins[i]) <= len && strncasecmp(s, begins[i], strlen(begins[i])) == 0)
            return true;
    }
    return false;
}

/* "22 ns", "3 days": any number and unit anywhere in it will do. */
static bool is_duration(const char *s, size_t len)
{
    const char *end = s + len;
    bool found = false;

    if (format_go_duration(s, len))
        return true;
    while (s < end) {
        const char *digits = s, *word;
        size_t n;
        while (s < end && is_digit(*s))
            s++;
        if (s == digits) {
            s++;
            continue;
        }
        n = (size_t)(s - digits);
        while (s < end && strchr("\t\n\f\r ", *s) && *s)
            s++;
        for (word = s; letter(s, end);)
            s += letter(s, end);
        if (s > word && n > 18)
            return false;
        found |= s > word && is_unit_word(word, (size_t)(s - word));
    }
    return found;
}

/* Keeps of text what a number is made of; 0 when that does not fit into room. */
static size_t sift(const char *text, size_t len, const char *drop, char *room, size_t max)
{
    size_t n = 0, i;

    for (i = 0; i < len; i++) {
        bool keep = drop ? !text[i] || !strchr(drop, text[i]) : is_digit(text[i]);
        if (keep && n == max)
            return 0;
        if (keep)
            room[n++] = text[i];
    }
    return n;
}

static bool is_isbn10(const char *text, size_t len)
{
    char room[11];
    size_t n = sift(text, len, "\t\n\f\r -", room, sizeof(room)), i;
    int sum = 0;

    if (n != 10)
        return false;
    for (i = 0; i < 10; i++) {
        if (!is_digit(room[i]) && !(i == 9 && room[i] == 'X'))
            return false;
        sum += (int)(i + 1) * (room[i] == 'X' ? 10 : room[i] - '0');
    }
    return sum % 11 == 0;
}

static bool is_isbn13(const char *text, size_t len)
{
    char room[14];
    size_t n = sift(text, len, "\t\n\f\r -", room, sizeof(room)), i;
    int sum = 0;

    if (n != 13)
        return false;
    for (i = 0; i < 13; i++) {
        if (!is_digit(room[i]))
            return false;
        sum += (i % 2 ? 3 : 1) * (room[i] - '0');
    }
    return sum % 10 == 0;
}

static bool is_isbn(const char *text, size_t len)
{
    return is_isbn10(text, len) || is_isbn13(text, len);
}

static bool starts(const char *s, size_t n, const char *prefix, size_t len)
{
    return n == len && memcmp(s, prefix, strlen(prefix)) == 0;
}

static bool is_card_issuer(const char *s, size_t n)
{
    return (s[0] == '4' && (n == 13 || n == 16)) || (n == 16 && s[0] == '5' && s[1] >= '1' && s[1] <= '5') ||
           starts(s, n, "6011", 16) || starts(s, n, "65", 16) || starts(s, n, "34", 15) || starts(s, n, "37", 15) ||
           (n == 14 && s[0] == '3' && ((s[1] == '0' && s[2] <= '5') || s[1] == '6' || s[1] == '8')) ||
           starts(s, n, "2131", 15) || starts(s, n, "1800", 15) || starts(s, n, "35", 16);
}

static bool is_creditcard(const char *text, size_t len)
{
    char room[17];
    size_t n = sift(text, len, NULL, room, sizeof(room)), i;
    int sum = 0;

    if (n < 13 || !is_card_issuer(room, n))
        return false;
    for (i = 0; i < n; i++) {
        int digit = (room[n - 1 - i] - '0') << (i % 2);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 == 0;
}

static bool is_ssn(const char *text, size_t len)
{
    (void)text;
    return len == 11;
}

static bool is_uri(const char *text, size_t len)
{
    return format_is_uri(text, len, NULL);
}

static bool is_short(const char *text, size_t len)
{
    (void)text;
    return len <= 63;
}

static bool is_long(const char *text, size_t len)
{
    (void)text;
    return len <= 253;
}

/* Symbols and letters beyond ASCII are all code points there. */
#define NAME "a-zA-Z0-9$+<=>^`|~\\x{80}-\\x{10ffff}"
#define BYTE "(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*"
#define LABEL "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
#define HEX(n) "[0-9a-f]{" #n "}-?"

static const format formats[] = {
    {"bsonobjectid", "^[0-9a-fA-F]{24}$", NULL},
    {"byte", "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$", NULL},
    {"cidr", NULL, format_cidr},
    {"creditcard", NULL, is_creditcard},
    {"date", NULL, is_date},
    {"datetime", NULL, is_datetime},
    {"duration", NULL, is_duration},
    {"email", NULL, format_email},
    {"hexcolor", "^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$", NULL},
    {"hostname",
     "^([" NAME "]((-?[" NAME "]{0,62})?)|([" NAME "](([-" NAME "]{0,61}[" NAME "])?)(\\.))+"
     "([a-zA-Z\\x{80}-\\x{10ffff}]){2,63})$",
     format_hostname},
    {"ipv4", NULL, format_ipv4},
    {"ipv6", NULL, format_ipv6},
    {"isbn", NULL, is_isbn},
    {"isbn10", NULL, is_isbn10},
    {"isbn13", NULL, is_isbn13},
    {"k8slongname", "^" LABEL "(\\." LABEL ")*$", is_long},
    {"k8sshortname", "^" LABEL "$", is_short},
    {"mac", NULL, format_mac},
    {"password", NULL, NULL},
    {"rgbcolor",
     "^rgb\\(\\s*" BYTE ","
     "\\s*" BYTE ","
     "\\s*" BYTE "\\)$",
     NULL},
    {"ssn", "^\\d{3}[- ]?\\d{2}[- ]?\\d{4}$", is_ssn},
    {"uri", NULL, is_uri},
    {"uuid", "(?i)^" HEX(8) HEX(4) HEX(4) HEX(4) "[0-9a-f]{12}$", NULL},
    {"uuid3", "(?i)^" HEX(8) HEX(4) "3" HEX(3) HEX(4) "[0-9a-f]{12}$", NULL},
    {"uuid4", "(?i)^" HEX(8) HEX(4) "4" HEX(3) "[89ab]" HEX(3) "[0-9a-f]{12}$", NULL},
    {"uuid5", "(?i)^" HEX(8) HEX(4) "5" HEX(3) "[89ab]" HEX(3) "[0-9a-f]{12}$", NULL},
};

static bool same_name(const char *name, const char *known)
{
    for (; *name; name++) {
        if (*name == '-')
            continue;
        if (*name != *known++)
            return false;
    }
    return !*known;
}

const format *format_find(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (same_name(name, formats[i].name))
            return &formats[i];
    }
    return NULL;
}

bool format_holds(const format *f, const regex *re, const char *text, size_t len)
{
    if (re && regex_match(re, text, len) != 1)
        return false;
    return !f->check || f->check(text, len);
}
