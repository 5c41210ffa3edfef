#include "apiserver/go_print.h"

#include "apiserver/schema/rune.h"
#include "core/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runes that Go does not take for printable: controls, format characters, spaces other than the plain one, private use. */
bool go_is_print(int32_t r)
{
    static const int32_t ranges[][2] = {
        {0x00, 0x1F},     {0x7F, 0xA0},     {0xAD, 0xAD},     {0x600, 0x605},     {0x61C, 0x61C},     {0x1680, 0x1680},
        {0x180E, 0x180E}, {0x2000, 0x200F}, {0x2028, 0x202F}, {0x205F, 0x206F},   {0x3000, 0x3000},   {0xD800, 0xF8FF},
        {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xFFFE, 0xFFFF}, {0xE0000, 0xE0FFF}, {0xF0000, 0x10FFFF}};

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        if (r >= ranges[i][0] && r <= ranges[i][1])
            return false;
    return true;
}

static void quote_rune(buf *out, const char *bytes, size_t n, int32_t r)
{
    static const char names[] = "\a\b\f\n\r\t\v\"\\", letters[] = "abfnrtv\"\\";
    const char *name = r > 0 && r < 0x80 ? strchr(names, r) : NULL;

    if (r == 0xFFFD && n == 1)
        buf_printf(out, "\\x%02x", (unsigned char)*bytes);
    else if (name)
        buf_printf(out, "\\%c", letters[name - names]);
    else if (go_is_print(r))
        buf_add(out, bytes, n);
    else if (r < ' ' || r == 0x7F)
        buf_printf(out, "\\x%02x", (unsigned)r);
    else
        buf_printf(out, r < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)r);
}

void go_quote(buf *out, const char *text, size_t len)
{
    buf_addc(out, '"');
    for (size_t at = 0; at < len;) {
        int32_t r;
        size_t n = rune_next(text + at, len - at, &r);
        quote_rune(out, text + at, n, r);
        at += n;
    }
    buf_addc(out, '"');
}

/* The fewest digits that are read back as value: its digits and the place of the point behind the first of them. */
static size_t shortest(double value, char digits[32], int *ret_exponent)
{
    char text[40];
    size_t n = 0;

    for (int precision = 0; precision <= 17; precision++) {
        snprintf(text, sizeof(text), "%.*e", precision, value);
        for (char *p = text; *p; p++)
            *p = *p == ',' ? '.' : *p; /* whatever the locale has for a point */
        if (number_double(text) == value)
            break;
    }
    *ret_exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    for (const char *p = text; *p != 'e'; p++)
        if (*p >= '0' && *p <= '9')
            digits[n++] = *p;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    return n;
}

static void put_plain(buf *out, const char *digits, size_t n, int exponent)
{
    int i;

    if (exponent < 0) {
        buf_puts(out, "0.");
        for (i = -1; i > exponent; i--)
            buf_addc(out, '0');
        buf_add(out, digits, n);
        return;
    }
    for (i = 0; i <= exponent; i++)
        buf_addc(out, (size_t)i < n ? digits[i] : '0');
    if ((size_t)exponent + 1 < n) {
        buf_addc(out, '.');
        buf_add(out, digits + exponent + 1, n - (size_t)exponent - 1);
    }
}

/* Which exponents are written as such, and how. */
typedef struct float_form {
    int low, high; /* those below low, and from high on */
    int width;     /* digits of a negative one at least */
} float_form;

static const float_form of_fmt = {-4, 6, 2}, of_json = {-6, 21, 1};

static void put_float(buf *out, double value, const float_form *form)
{
    char digits[32];
    int exponent;
    size_t n;

    if (value == 0 || !isfinite(value)) {
        buf_puts(out, isnan(value) ? "NaN" : value > 0 ? "+Inf" : value < 0 ? "-Inf" : signbit(value) ? "-0" : "0");
        return;
    }
    if (value < 0)
        buf_addc(out, '-');
    n = shortest(fabs(value), digits, &exponent);
    if (exponent >= form->low && exponent < form->high) {
        put_plain(out, digits, n, exponent);
        return;
    }
    buf_addc(out, digits[0]);
    if (n > 1) {
        buf_addc(out, '.');
        buf_add(out, digits + 1, n - 1);
    }
    buf_printf(out, "e%c%0*d", exponent < 0 ? '-' : '+', exponent < 0 ? form->width : 2, abs(exponent));
}

void go_float(buf *out, double value)
{
    put_float(out, value, &of_fmt);
}

/* ---- JSON ---- */

static void json_rune(buf *out, const char *bytes, size_t n, int32_t r)
{
    static const char names[] = "\b\f\n\r\t\"\\", letters[] = "bfnrt\"\\";
    const char *name = r > 0 && r < 0x80 ? strchr(names, r) : NULL;

    if (name)
        buf_printf(out, "\\%c", letters[name - names]);
    else if (r < ' ' || r == '<' || r == '>' || r == '&' || r == 0x2028 || r == 0x2029 || (r == 0xFFFD && n == 1))
        buf_printf(out, "\\u%04x", (unsigned)r);
    else
        buf_add(out, bytes, n);
}

void go_json_text(buf *out, const char *text, size_t len)
{
    buf_addc(out, '"');
    for (size_t at = 0; at < len;) {
        int32_t r;
        size_t n = rune_next(text + at, len - at, &r);
        json_rune(out, text + at, n, r);
        at += n;
    }
    buf_addc(out, '"');
}

static int by_key(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

typedef void put_fn(buf *out, const json_t *value);

/* The members in order of their keys, between separators and with colon between key and value; text writes the keys. */
static void members(buf *out, const json_t *object, void text(buf *, const char *, size_t), const char *separator,
                    put_fn *put)
{
    size_t n = json_object_size(object), i = 0;
    const char **keys = calloc(n + 1, sizeof(*keys)), *key;
    json_t *value;

    if (!keys) {
        out->failed = true;
        return;
    }
    json_object_foreach((json_t *)object, key, value) keys[i++] = key;
    qsort(keys, n, sizeof(*keys), by_key);
    for (i = 0; i < n; i++) {
        buf_puts(out, i ? separator : "");
        text(out, keys[i], strlen(keys[i]));
        buf_addc(out, ':');
        put(out, json_object_get(object, keys[i]));
    }
    free(keys);
}

static void elements(buf *out, const json_t *list, const char *separator, put_fn *put)
{
    size_t i;
    json_t *one;

    json_array_foreach((json_t *)list, i, one)
    {
        buf_puts(out, i ? separator : "");
        put(out, one);
    }
}

static void as_it_is(buf *out, const char *text, size_t len)
{
    buf_add(out, text, len);
}

static void scalar(buf *out, const json_t *value, const float_form *form)
{
    if (json_is_integer(value))
        buf_printf(out, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        put_float(out, json_real_value(value), form);
    else
        buf_puts(out, json_is_true(value) ? "true" : "false");
}

void go_json(buf *out, const json_t *value)
{
    if (json_is_object(value)) {
        buf_addc(out, '{');
        members(out, value, go_json_text, ",", go_json);
        buf_addc(out, '}');
    } else if (json_is_array(value)) {
        buf_addc(out, '[');
        elements(out, value, ",", go_json);
        buf_addc(out, ']');
    } else if (json_is_string(value)) {
        go_json_text(out, json_string_value(value), json_string_length(value));
    } else if (!value || json_is_null(value)) {
        buf_puts(out, "null");
    } else {
        scalar(out, value, &of_json);
    }
}

void go_bad_value(buf *out, const json_t *value)
{
    if (json_is_string(value))
        go_quote(out, json_string_value(value), json_string_length(value));
    else if (json_is_number(value) || json_is_boolean(value))
        scalar(out, value, &of_fmt);
    else
        go_json(out, value);
}

void go_show(buf *out, const json_t *value)
{
    if (json_is_object(value)) {
        buf_puts(out, "map[");
        members(out, value, as_it_is, " ", go_show);
        buf_addc(out, ']');
    } else if (json_is_array(value)) {
        buf_addc(out, '[');
        elements(out, value, " ", go_show);
        buf_addc(out, ']');
    } else if (json_is_string(value)) {
        buf_add(out, json_string_value(value), json_string_length(value));
    } else if (!value || json_is_null(value)) {
        buf_puts(out, "<nil>");
    } else {
        scalar(out, value, &of_fmt);
    }
}

void go_syntax(buf *out, const json_t *value)
{
    if (json_is_object(value)) {
        buf_puts(out, "map[string]interface {}{");
        members(out, value, go_quote, ", ", go_syntax);
        buf_addc(out, '}');
    } else if (json_is_array(value)) {
        buf_puts(out, "[]interface {}{");
        elements(out, value, ", ", go_syntax);
        buf_addc(out, '}');
    } else if (json_is_string(value)) {
        go_quote(out, json_string_value(value), json_string_length(value));
    } else if (!value || json_is_null(value)) {
        buf_puts(out, "interface {}(nil)");
    } else {
        scalar(out, value, &of_fmt);
    }
}

const char *go_type(const json_t *value)
{
    static const char *const types[] = {[JSON_OBJECT] = "map[string]interface {}",
                                        [JSON_ARRAY] = "[]interface {}",
                                        [JSON_STRING] = "string",
                                        [JSON_INTEGER] = "int64",
                                        [JSON_REAL] = "float64",
                                        [JSON_TRUE] = "bool",
                                        [JSON_FALSE] = "bool",
                                        [JSON_NULL] = "<nil>"};

    return value ? types[json_typeof(value)] : "<nil>";
}

const char *go_kind(const json_t *value)
{
    static const char *const kinds[] = {
        [JSON_OBJECT] = "object", [JSON_ARRAY] = "array", [JSON_STRING] = "string", [JSON_INTEGER] = "number",
        [JSON_REAL] = "number",   [JSON_TRUE] = "bool",   [JSON_FALSE] = "bool",    [JSON_NULL] = "null"};

    return value ? kinds[json_typeof(value)] : "null";
}
