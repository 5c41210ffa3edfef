#include "apiserver/schema/quantity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char wrong_format[] = "quantities must match the regular expression "
                                   "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
static const char wrong_number[] = "unable to parse numeric part of quantity",
                  wrong_suffix[] = "unable to parse quantity's suffix";

__extension__ typedef __int128 wide;
#define MOST ((((wide)1 << 126) - 1) * 2 + 1)

enum form { DECIMAL_SI, DECIMAL_EXPONENT, BINARY_SI };

/* value times ten to the power of exponent */
typedef struct amount {
    wide value;
    int exponent;
    enum form form;
    bool as_written; /* the text is kept, though another one might be canonical, as the server does on its fast path */
} amount;

typedef struct parts {
    bool negative;
    char digits[128]; /* without the point and zeros in front */
    size_t before, n; /* digits before the point, and all */
    const char *suffix;
} parts;

static const struct suffix {
    char text[3];
    int exponent; /* of ten; of two for binary ones */
    enum form form;
} suffixes[] = {{"", 0, DECIMAL_SI},   {"n", -9, DECIMAL_SI}, {"u", -6, DECIMAL_SI}, {"m", -3, DECIMAL_SI},
                {"k", 3, DECIMAL_SI},  {"M", 6, DECIMAL_SI},  {"G", 9, DECIMAL_SI},  {"T", 12, DECIMAL_SI},
                {"P", 15, DECIMAL_SI}, {"E", 18, DECIMAL_SI}, {"Ki", 10, BINARY_SI}, {"Mi", 20, BINARY_SI},
                {"Gi", 30, BINARY_SI}, {"Ti", 40, BINARY_SI}, {"Pi", 50, BINARY_SI}, {"Ei", 60, BINARY_SI}};
#define N_SUFFIXES (sizeof(suffixes) / sizeof(suffixes[0]))

/* Digits, at most one point among them; false when there are more than fit. */
static bool split_digits(const char **at, parts *ret)
{
    bool point = false;
    const char *p = *at;

    for (; (*p >= '0' && *p <= '9') || (*p == '.' && !point); p++) {
        if (*p == '.') {
            point = true;
            ret->before = ret->n;
            continue;
        }
        if (ret->n == sizeof(ret->digits) - 1)
            return false;
        ret->digits[ret->n++] = *p;
    }
    if (!point)
        ret->before = ret->n;
    *at = p;
    return true;
}

static const char *split(const char *text, parts *ret)
{
    const char *p = text, *end;

    *ret = (parts){0};
    if (!*text)
        return wrong_format;
    ret->negative = *p == '-';
    p += *p == '-' || *p == '+';
    if (*p != '.' && (*p < '0' || *p > '9') && *p)
        return wrong_format;
    p += strspn(p, "0");
    if (!split_digits(&p, ret))
        return wrong_number;
    ret->suffix = p;
    end = p + strspn(p, "eEinumkKMGTP");
    end += *end == '-' || *end == '+';
    end += strspn(end, "0123456789");
    return *end ? wrong_format : NULL;
}

static bool interpret(const char *text, int *ret_exponent, enum form *ret_form)
{
    char *end;
    long exponent;

    for (size_t i = 0; i < N_SUFFIXES; i++)
        if (strcmp(suffixes[i].text, text) == 0) {
            *ret_exponent = suffixes[i].exponent;
            *ret_form = suffixes[i].form;
            return true;
        }
    if ((*text != 'e' && *text != 'E') || !text[1])
        return false;
    exponent = strtol(text + 1, &end, 10);
    *ret_exponent = (int)exponent;
    *ret_form = DECIMAL_EXPONENT;
    return !*end && exponent >= -100 && exponent <= 100;
}

static bool read_digits(const parts *p, wide *ret)
{
    *ret = 0;
    if (p->n > 38)
        return false;
    for (size_t i = 0; i < p->n; i++)
        *ret = *ret * 10 + (p->digits[i] - '0');
    return true;
}

/* The server's fast path for what surely fits 64 bits.  It keeps the text when it looks canonical. */
static bool is_fast(const parts *p, int exponent, enum form form, int *ret_scale)
{
    int fraction = (int)(p->n - p->before), num = p->before ? (int)p->before : 1, precision;

    if (form == BINARY_SI) {
        precision = fraction == 0 ? 15 - num - (int)((float)exponent * 3 / 10) - 1 : -1;
        *ret_scale = 0;
    } else {
        precision = 18 - (num + fraction);
        *ret_scale = exponent - fraction;
    }
    return precision >= 0 && *ret_scale >= -9;
}

static bool looks_canonical(const parts *p, wide value, int exponent, int scale, enum form form)
{
    if (form == BINARY_SI)
        return exponent % 10 == 0 && (value & 7) != 0;
    return scale % 3 == 0 && p->n > 0 && p->before > 0 && !(p->n >= 3 && strcmp(p->digits + p->n - 3, "000") == 0) &&
           p->digits[0] != '0';
}

/* To nanos at the finest, away from zero. */
static void round_up(amount *a)
{
    bool lost = false;

    while (a->exponent < -9) {
        lost |= a->value % 10 != 0;
        a->value /= 10;
        a->exponent++;
    }
    a->value += lost;
}

/* Binary amounts end at the greatest int64. */
static bool is_too_large(const amount *a)
{
    wide limit = ((wide)1 << 63) - 1, value = a->value;

    for (int e = a->exponent; e < 0; e++)
        value /= 10;
    return value > limit || (value == limit && a->exponent < 0);
}

static void parse_slow(const parts *p, int exponent, amount *ret)
{
    ret->exponent = -(int)(p->n - p->before);
    if (ret->form != BINARY_SI) {
        ret->exponent += exponent;
        round_up(ret);
        return;
    }
    if (ret->value > ((wide)1 << 126) >> exponent) {
        *ret = (amount){.value = ((wide)1 << 63) - 1, .form = BINARY_SI};
        return;
    }
    ret->value <<= exponent;
    round_up(ret);
    if (is_too_large(ret))
        *ret = (amount){.value = ((wide)1 << 63) - 1, .form = BINARY_SI};
}

/* Without trailing zeros, so that exponent 0 tells a whole number. */
static void strip(amount *a)
{
    while (a->value && a->value % 10 == 0) {
        a->value /= 10;
        a->exponent++;
    }
}

/* With an exponent that has a suffix, as it is written. */
static bool is_writable(amount a)
{
    strip(&a);
    for (; a.exponent % 3 != 0; a.exponent--) {
        if (a.value >= MOST / 10)
            return false;
        a.value *= 10;
    }
    return true;
}

static const char *parse(const char *text, amount *ret)
{
    int exponent, scale;
    parts p;
    const char *wrong = split(text, &p);

    *ret = (amount){0};
    if (wrong)
        return wrong;
    if (!interpret(p.suffix, &exponent, &ret->form))
        return wrong_suffix;
    if (!read_digits(&p, &ret->value))
        return wrong_number;
    if (is_fast(&p, exponent, ret->form, &scale)) {
        ret->as_written = looks_canonical(&p, ret->value, exponent, scale, ret->form);
        ret->exponent = scale;
        if (ret->form == BINARY_SI)
            ret->value <<= exponent;
    } else {
        parse_slow(&p, exponent, ret);
    }
    if (!is_writable(*ret))
        return wrong_number;
    if (p.negative)
        ret->value = -ret->value;
    return NULL;
}

static const char *suffix_of(enum form form, int exponent, char room[8])
{
    if (form == DECIMAL_EXPONENT) {
        if (!exponent)
            return "";
        snprintf(room, 8, "e%d", exponent);
        return room;
    }
    for (size_t i = 0; i < N_SUFFIXES; i++)
        if (suffixes[i].exponent == exponent && (suffixes[i].form == form || exponent == 0))
            return suffixes[i].text;
    return "";
}

static void print(wide value, const char *suffix, char *room)
{
    char digits[48];
    size_t at = sizeof(digits) - 1;
    bool negative = value < 0;
    wide rest = negative ? -value : value;

    digits[at] = '\0';
    for (; rest; rest /= 10)
        digits[--at] = (char)('0' + (int)(rest % 10));
    snprintf(room, QUANTITY_TEXT, "%s%s%s", negative ? "-" : "", digits + at, suffix);
}

static bool is_whole(const amount *a)
{
    amount b = *a;

    strip(&b);
    return b.value == 0 || b.exponent >= 0;
}

/* As nanos, for comparisons; saturates. */
static wide nanos(const amount *a)
{
    static const wide most = (wide)1 << 125;
    wide ret = a->value;

    for (int e = a->exponent; e > -9 && ret; e--) {
        if (ret > most / 10 || ret < -most / 10)
            return ret < 0 ? -most : most;
        ret *= 10;
    }
    for (int e = a->exponent; e < -9; e++)
        ret /= 10;
    return ret;
}

static bool is_binary(const amount *a)
{
    wide n = nanos(a), limit = (wide)1024 * 1000000000;

    return a->form == BINARY_SI && (n <= -limit || n >= limit) && is_whole(a);
}

static void write_binary(const amount *a, char *room)
{
    wide value = a->value;
    char suffix[8];
    int exponent = 0;

    for (int e = 0; e < a->exponent; e++)
        value *= 10;
    for (int e = a->exponent; e < 0; e++)
        value /= 10;
    for (; value % 1024 == 0; exponent += 10)
        value /= 1024;
    print(value, suffix_of(BINARY_SI, exponent, suffix), room);
}

static void write_decimal(amount a, char *room)
{
    char suffix[8];

    strip(&a);
    for (; a.exponent % 3 != 0; a.exponent--)
        a.value *= 10;
    print(a.value, suffix_of(a.form == BINARY_SI ? DECIMAL_SI : a.form, a.exponent, suffix), room);
}

/* White space around it does not count. */
static const char *trim(const char *text, char room[QUANTITY_TEXT])
{
    size_t len;

    text += strspn(text, " \t\r\n");
    len = strcspn(text, " \t\r\n");
    if (text[len + strspn(text + len, " \t\r\n")])
        return wrong_format;
    if (len >= QUANTITY_TEXT)
        return wrong_number;
    snprintf(room, QUANTITY_TEXT, "%.*s", (int)len, text);
    return NULL;
}

static void write_amount(const amount *a, const char *text, char *room)
{
    if (a->value == 0)
        snprintf(room, QUANTITY_TEXT, "0");
    else if (a->as_written)
        snprintf(room, QUANTITY_TEXT, "%s", text);
    else if (is_binary(a))
        write_binary(a, room);
    else
        write_decimal(*a, room);
}

const char *quantity_canonical(const char *text, char *room)
{
    char trimmed[QUANTITY_TEXT];
    const char *wrong = trim(text, trimmed);
    amount a;

    if (!wrong)
        wrong = parse(trimmed, &a);
    if (!wrong && room)
        write_amount(&a, trimmed, room);
    return wrong;
}

const char *quantity_thousandths(const char *text, char *room)
{
    bool lost = false;
    amount a;
    const char *wrong = parse(text, &a);

    if (wrong)
        return wrong;
    a.as_written &= a.exponent >= -3;
    for (; a.exponent < -3; a.exponent++) {
        lost |= a.value % 10 != 0;
        a.value /= 10;
    }
    if (lost)
        a.value += a.value < 0 || *text == '-' ? -1 : 1;
    write_amount(&a, text, room);
    return NULL;
}

int quantity_compare(const char *a, const char *b)
{
    amount one, two;
    wide x, y;

    if (parse(a, &one) || parse(b, &two))
        return 0;
    x = nanos(&one);
    y = nanos(&two);
    return x < y ? -1 : x > y;
}

int quantity_sign(const char *text)
{
    amount a;

    return parse(text, &a) ? 0 : a.value < 0 ? -1 : a.value > 0;
}

bool quantity_is_whole(const char *text)
{
    amount a;

    return !parse(text, &a) && is_whole(&a);
}
