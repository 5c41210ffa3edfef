#include "core/scalar.h"

#include "core/number.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_one_of(const char *text, const char *const words[])
{
    for (; *words; words++) {
        if (strcmp(text, *words) == 0)
            return true;
    }
    return false;
}

static const char *skip_digits(const char *p)
{
    return p + strspn(p, "0123456789");
}

static const char *skip_sign(const char *p)
{
    return p + (*p == '-' || *p == '+');
}

/* The base of an integer, 0 when it is none: decimal with a sign, 0o17, 0x1f. */
static int integer_base(const char *text)
{
    const char *p = skip_sign(text);

    if (*p && !*skip_digits(p))
        return 10;
    if (strncmp(text, "0o", 2) == 0 && text[2] && text[2 + strspn(text + 2, "01234567")] == '\0')
        return 8;
    if (strncmp(text, "0x", 2) == 0 && text[2] && text[2 + strspn(text + 2, "0123456789abcdefABCDEF")] == '\0')
        return 16;
    return 0;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_float(const char *text)
{
    const char *start = skip_sign(text), *whole = skip_digits(start), *p = whole;

    if (*p == '.')
        p = skip_digits(p + 1);
    if (p - start - (*whole == '.') < 1)
        return false;
    if (*p == 'e' || *p == 'E') {
        p = skip_sign(p + 1);
        if (!*p)
            return false;
        p = skip_digits(p);
    }
    return *p == '\0';
}

static json_t *read_integer(const char *text, int base, const char **ret_why)
{
    long long value;

    errno = 0;
    value = strtoll(base == 10 ? text : text + 2, NULL, base);
    if (errno == 0)
        return json_integer(value);
    *ret_why = "the integer does not fit into 64 bits; quote it to have a string";
    return NULL;
}

static json_t *read_float(const char *text, const char **ret_why)
{
    double value = number_double(text);

    if (isfinite(value))
        return json_real(value);
    *ret_why = "the number is too large; quote it to have a string";
    return NULL;
}

json_t *scalar_read(const char *text, size_t len, const char **ret_why)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const yes[] = {"true", "True", "TRUE", NULL}, *const no[] = {"false", "False", "FALSE", NULL};
    static const char *const endless[] = {".inf", ".Inf", ".INF", NULL}, *const nan[] = {".nan", ".NaN", ".NAN", NULL};
    int base = integer_base(text);

    *ret_why = NULL;
    if (strlen(text) != len)
        return json_stringn(text, len);
    if (is_one_of(text, nulls))
        return json_null();
    if (is_one_of(text, yes) || is_one_of(text, no))
        return json_boolean(is_one_of(text, yes));
    if (base > 0)
        return read_integer(text, base, ret_why);
    if (is_float(text))
        return read_float(text, ret_why);
    if (is_one_of(skip_sign(text), endless) || is_one_of(text, nan)) {
        *ret_why = "JSON has no infinity and no NaN; quote it to have a string";
        return NULL;
    }
    return json_stringn(text, len);
}
