#include "apiserver/schema/gotime.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Go's layouts, in pieces.  A piece in quotes is itself; the rest are digits or the zone. */
static const char seconds_layout[] = "2006-01-02T15:04:05Z07:00", micro_layout[] = "2006-01-02T15:04:05.000000Z07:00";

typedef struct reading {
    const char *text, *at; /* whole, and what is left */
    bool micro;
    int part[6]; /* year, month, day, hour, minute, second */
    long micros;
    int offset_s;
    const char *failed; /* the piece of the layout that does not fit */
    const char *range;  /* or what is out of range */
} reading;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool fail(reading *r, const char *piece)
{
    r->failed = piece;
    return false;
}

static bool out_of_range(reading *r, const char *what)
{
    r->range = what;
    return false;
}

static bool digits(reading *r, int n, int *ret, const char *piece)
{
    *ret = 0;
    for (int i = 0; i < n; i++) {
        if (!is_digit(r->at[i]))
            return fail(r, piece);
        *ret = *ret * 10 + (r->at[i] - '0');
    }
    r->at += n;
    return true;
}

static bool literal(reading *r, const char *piece)
{
    if (*r->at != *piece)
        return fail(r, piece);
    r->at++;
    return true;
}

/* A fraction: any number of digits to the second, six to the microsecond. */
static bool fraction(reading *r)
{
    bool there = (*r->at == '.' || *r->at == ',') && is_digit(r->at[1]);
    const char *from = r->at;
    size_t n = 0;

    for (r->at += there; there && is_digit(*r->at) && !(r->micro && n == 6); n++, r->at++)
        if (n < 6)
            r->micros = r->micros * 10 + (*r->at - '0');
    if (r->micro && n != 6) {
        r->at = from;
        return fail(r, ".000000");
    }
    return true;
}

/* Go takes an hour of one digit. */
static bool hour(reading *r)
{
    return digits(r, is_digit(r->at[0]) && !is_digit(r->at[1]) ? 1 : 2, &r->part[3], "15");
}

static bool zone(reading *r)
{
    const char *from = r->at;
    int hours, minutes, sign = *from == '-' ? -1 : 1;

    if (*from == 'Z') {
        r->at++;
        return true;
    }
    if (*from != '+' && *from != '-')
        return fail(r, "Z07:00");
    r->at++;
    if (!digits(r, 2, &hours, "Z07:00") || !literal(r, ":") || !digits(r, 2, &minutes, "Z07:00")) {
        r->at = from;
        return fail(r, "Z07:00");
    }
    if (hours > 24)
        return out_of_range(r, "time zone offset hour");
    if (minutes > 60)
        return out_of_range(r, "time zone offset minute");
    r->offset_s = sign * (hours * 3600 + minutes * 60);
    return true;
}

static int days_of(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

static bool read_date(reading *r)
{
    if (!digits(r, 4, &r->part[0], "2006") || !literal(r, "-") || !digits(r, 2, &r->part[1], "01"))
        return false;
    if (r->part[1] < 1 || r->part[1] > 12)
        return out_of_range(r, "month");
    return literal(r, "-") && digits(r, 2, &r->part[2], "02");
}

static bool read_clock(reading *r)
{
    if (!literal(r, "T") || !hour(r))
        return false;
    if (r->part[3] > 23)
        return out_of_range(r, "hour");
    if (!literal(r, ":") || !digits(r, 2, &r->part[4], "04"))
        return false;
    if (r->part[4] > 59)
        return out_of_range(r, "minute");
    if (!literal(r, ":") || !digits(r, 2, &r->part[5], "05"))
        return false;
    return r->part[5] > 59 ? out_of_range(r, "second") : fraction(r);
}

static bool read_all(reading *r)
{
    if (!read_date(r) || !read_clock(r) || !zone(r))
        return false;
    if (*r->at)
        return false;
    if (r->part[2] < 1 || r->part[2] > days_of(r->part[0], r->part[1]))
        return out_of_range(r, "day");
    return true;
}

static void quote(buf *out, const char *text)
{
    buf_addc(out, '"');
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            buf_addc(out, '\\');
        if (c < 0x20 || c >= 0x7f)
            buf_printf(out, "\\x%02x", c);
        else
            buf_addc(out, (char)c);
    }
    buf_addc(out, '"');
}

static void explain(const reading *r, buf *out)
{
    buf_puts(out, "parsing time ");
    quote(out, r->text);
    if (r->range) {
        buf_printf(out, ": %s out of range", r->range);
    } else if (!r->failed) {
        buf_puts(out, ": extra text: ");
        quote(out, r->at);
    } else {
        buf_printf(out, " as \"%s\": cannot parse ", r->micro ? micro_layout : seconds_layout);
        quote(out, r->at);
        buf_printf(out, " as \"%s\"", r->failed);
    }
}

bool gotime_canonical(const char *text, bool micro, char room[GOTIME_TEXT], buf *wrong)
{
    reading r = {.text = text, .at = text, .micro = micro};
    struct tm tm = {0};
    char fraction_text[16] = "";
    time_t when;

    if (!read_all(&r)) {
        explain(&r, wrong);
        return false;
    }
    if (!micro && strlen(text) == strlen("2006-01-02T15:04:05Z") && text[19] == 'Z') { /* it is canonical already */
        memcpy(room, text, strlen(text) + 1);
        return true;
    }
    tm.tm_year = r.part[0] - 1900;
    tm.tm_mon = r.part[1] - 1;
    tm.tm_mday = r.part[2];
    tm.tm_hour = r.part[3];
    tm.tm_min = r.part[4];
    tm.tm_sec = r.part[5];
    when = timegm(&tm) - r.offset_s;
    gmtime_r(&when, &tm);
    if (micro)
        snprintf(fraction_text, sizeof(fraction_text), ".%06ld", r.micros);
    snprintf(room, GOTIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
             tm.tm_hour, tm.tm_min, tm.tm_sec, fraction_text);
    return true;
}
