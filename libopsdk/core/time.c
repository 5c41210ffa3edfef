#include "core/time.h"

#include <ctype.h>
#include <stdio.h>

/* Days since 1970-01-01 of a date of the Gregorian calendar, counting years from March so that leap days come last. */
static int64_t days_of(int64_t y, int m, int d)
{
    int64_t era, yoe, doy;

    y -= m <= 2;
    era = (y >= 0 ? y : y - 399) / 400;
    yoe = y - era * 400;
    doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void date_of(int64_t days, int64_t *ret_y, int *ret_m, int *ret_d)
{
    int64_t era, doe, yoe, doy, mp;

    days += 719468;
    era = (days >= 0 ? days : days - 146096) / 146097;
    doe = days - era * 146097;
    yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    mp = (5 * doy + 2) / 153;
    *ret_d = (int)(doy - (153 * mp + 2) / 5 + 1);
    *ret_m = (int)(mp < 10 ? mp + 3 : mp - 9);
    *ret_y = yoe + era * 400 + (*ret_m <= 2);
}

void time_format(char ret[TIME_TEXT], int64_t unix_s, int millis)
{
    int64_t days = unix_s >= 0 ? unix_s / 86400 : -((-unix_s + 86399) / 86400);
    int rest = (int)(unix_s - days * 86400);
    char fraction[8] = "";
    int64_t y;
    int m, d;

    date_of(days, &y, &m, &d);
    if (millis >= 0)
        snprintf(fraction, sizeof(fraction), ".%03d", millis % 1000);
    snprintf(ret, TIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", (int)(y % 10000), m, d, rest / 3600, rest / 60 % 60,
             rest % 60, fraction);
}

/* Reads exactly n digits. */
static bool digits(const char **p, int n, int *ret)
{
    *ret = 0;
    for (int i = 0; i < n; i++, (*p)++) {
        if (!isdigit((unsigned char)**p))
            return false;
        *ret = *ret * 10 + (**p - '0');
    }
    return true;
}

static bool literal(const char **p, char c)
{
    if (**p != c)
        return false;
    (*p)++;
    return true;
}

/* "Z", "+hh:mm" or "-hh:mm", in seconds. */
static bool offset(const char **p, int *ret)
{
    int h, m, sign = **p == '-' ? -1 : 1;

    *ret = 0;
    if (literal(p, 'Z'))
        return true;
    if (**p != '+' && **p != '-')
        return false;
    (*p)++;
    if (!digits(p, 2, &h) || !literal(p, ':') || !digits(p, 2, &m) || h > 23 || m > 59)
        return false;
    *ret = sign * (h * 3600 + m * 60);
    return true;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool time_parse(const char *text, int64_t *ret_ms)
{
    static const int month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int y, mo, d, h, mi, s, off, millis = 0, scale = 100;
    const char *p = text;

    if (!digits(&p, 4, &y) || !literal(&p, '-') || !digits(&p, 2, &mo) || !literal(&p, '-') || !digits(&p, 2, &d) ||
        !literal(&p, 'T') || !digits(&p, 2, &h) || !literal(&p, ':') || !digits(&p, 2, &mi) || !literal(&p, ':') ||
        !digits(&p, 2, &s))
        return false;
    if (mo < 1 || mo > 12 || d < 1 || d > month_days[mo - 1] || (mo == 2 && d == 29 && !is_leap(y)) || h > 23 ||
        mi > 59 || s > 60)
        return false;
    if (literal(&p, '.')) {
        if (!isdigit((unsigned char)*p))
            return false;
        for (; isdigit((unsigned char)*p); p++, scale /= 10)
            millis += (*p - '0') * scale;
    }
    if (!offset(&p, &off) || *p)
        return false;
    *ret_ms = (days_of(y, mo, d) * 86400 + h * 3600 + mi * 60 + s - off) * 1000 + millis;
    return true;
}
