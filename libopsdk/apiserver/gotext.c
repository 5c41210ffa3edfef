#include "apiserver/gotext.h"

#include "core/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The rune at s, of *ret_len bytes; -1 for a byte that begins none. */
static int32_t rune(const unsigned char *s, size_t len, size_t *ret_len)
{
    static const struct {
        unsigned char mask, lead;
        int32_t least;
    } forms[] = {{0x80, 0, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

    *ret_len = 1;
    for (size_t n = 1; n <= 4; n++) {
        int32_t r = *s & (unsigned char)~forms[n - 1].mask;
        if ((*s & forms[n - 1].mask) != forms[n - 1].lead)
            continue;
        for (size_t i = 1; i < n; i++) {
            if (i >= len || (s[i] & 0xc0) != 0x80)
                return -1;
            r = (r << 6) | (s[i] & 0x3f);
        }
        if (r < forms[n - 1].least || r > 0x10ffff || (r >= 0xd800 && r < 0xe000))
            return -1;
        *ret_len = n;
        return r;
    }
    return -1;
}

/* Not all that Go's tables have, but what is likely to be met: separators, marks of direction, private use. */
static bool printable(int32_t r)
{
    static const int32_t ranges[][2] = {{0, 0x1f},        {0x7f, 0xa0},       {0xad, 0xad},     {0x1680, 0x1680},
                                        {0x180e, 0x180e}, {0x2000, 0x200f},   {0x2028, 0x202f}, {0x205f, 0x206f},
                                        {0x3000, 0x3000}, {0xe000, 0xf8ff},   {0xfeff, 0xfeff}, {0xfff0, 0xfffb},
                                        {0xfffe, 0xffff}, {0xe0000, 0x10ffff}};

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (r >= ranges[i][0] && r <= ranges[i][1])
            return false;
    }
    return true;
}

static char short_escape(int32_t r, const char *set)
{
    static const char codes[] = "\a\b\f\n\r\t\v\"\\", letters[] = "abfnrtv\"\\";
    const char *at = r > 0 && r < 0x80 ? strchr(codes, (int)r) : NULL;
    char letter = at ? letters[at - codes] : '\0';

    return letter && strchr(set, letter) ? letter : '\0';
}

void go_quote(buf *out, const char *s, size_t len)
{
    size_t n;

    buf_addc(out, '"');
    for (size_t i = 0; i < len; i += n) {
        int32_t r = rune((const unsigned char *)s + i, len - i, &n);
        char letter = short_escape(r, "abfnrtv\"\\");
        if (letter)
            buf_printf(out, "\\%c", letter);
        else if (r < 0)
            buf_printf(out, "\\x%02x", (unsigned char)s[i]);
        else if (printable(r))
            buf_add(out, s + i, n);
        else
            buf_printf(out, r < 0x80 ? "\\x%02x" : r > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned)r);
    }
    buf_addc(out, '"');
}

void go_json_string(buf *out, const char *s, size_t len)
{
    size_t plain = 0, n;

    buf_addc(out, '"');
    for (size_t i = 0; i < len; i += n) {
        int32_t r = rune((const unsigned char *)s + i, len - i, &n);
        char letter = short_escape(r, "bfnrt\"\\");
        if (r >= 0x20 && !letter && !strchr("<>&", r < 0x80 ? (int)r : 'x') && r != 0x2028 && r != 0x2029)
            continue;
        buf_add(out, s + plain, i - plain);
        plain = i + n;
        if (letter)
            buf_printf(out, "\\%c", letter);
        else
            buf_printf(out, "\\u%04x", r < 0 ? 0xfffdu : (unsigned)r);
    }
    buf_add(out, s + plain, len - plain);
    buf_addc(out, '"');
}

/* The fewest digits that give d again, and the exponent of the first. */
static int digits(double d, char room[32], int *ret_exponent)
{
    char text[48], *e;
    int n = 0;

    for (int p = 0; p <= 17; p++) {
        snprintf(text, sizeof(text), "%.*e", p, d);
        if (p > 0)
            text[1] = '.'; /* whatever the locale has */
        if (number_double(text) == d)
            break;
    }
    e = strchr(text, 'e');
    for (const char *c = text; c < e; c++) {
        if (*c >= '0' && *c <= '9')
            room[n++] = *c;
    }
    *ret_exponent = (int)strtol(e + 1, NULL, 10);
    return n;
}

static void put_plain(buf *out, const char *digit, int n, int exponent)
{
    if (exponent < 0)
        buf_puts(out, "0.");
    for (int i = exponent; i < -1; i++)
        buf_addc(out, '0');
    for (int i = 0; i < n || i <= exponent; i++) {
        if (i > 0 && i == exponent + 1)
            buf_addc(out, '.');
        buf_addc(out, i < n ? digit[i] : '0');
    }
}

/* Exponents outside [least, most) are written with e; with_zero: e-07, as strconv does, else e-7, as encoding/json. */
static void put_float(buf *out, double d, int least, int most, bool with_zero)
{
    char digit[32];
    int exponent, n;

    if (signbit(d)) {
        buf_addc(out, '-');
        d = -d;
    }
    n = digits(d, digit, &exponent);
    if (exponent >= least && exponent < most) {
        put_plain(out, digit, n, exponent);
        return;
    }
    buf_addc(out, digit[0]);
    if (n > 1) {
        buf_addc(out, '.');
        buf_add(out, digit + 1, (size_t)n - 1);
    }
    buf_printf(out, with_zero || exponent >= 0 ? "e%+03d" : "e%d", exponent);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What stands around and between members and items. */
typedef struct style {
    const char *map, *map_end, *list, *list_end, *colon, *comma, *null;
    void (*key)(buf *out, const char *s, size_t len);
    void (*string)(buf *out, const char *s, size_t len);
    bool json;
} style;

static void put(buf *out, const json_t *v, const style *s);

static void put_map(buf *out, const json_t *v, const style *s)
{
    size_t n = json_object_size(v), i = 0;
    const char **names = calloc(n + 1, sizeof(*names)), *name;
    json_t *unused;

    if (!names) {
        out->failed = true;
        return;
    }
    json_object_foreach((json_t *)v, name, unused) names[i++] = name;
    qsort(names, n, sizeof(*names), by_text);
    buf_puts(out, s->map);
    for (i = 0; i < n; i++) {
        buf_puts(out, i ? s->comma : "");
        s->key(out, names[i], strlen(names[i]));
        buf_puts(out, s->colon);
        put(out, json_object_get(v, names[i]), s);
    }
    buf_puts(out, s->map_end);
    free(names);
}

static void put_list(buf *out, const json_t *v, const style *s)
{
    buf_puts(out, s->list);
    for (size_t i = 0; i < json_array_size(v); i++) {
        buf_puts(out, i ? s->comma : "");
        put(out, json_array_get(v, i), s);
    }
    buf_puts(out, s->list_end);
}

static void put(buf *out, const json_t *v, const style *s)
{
    if (json_is_object(v))
        put_map(out, v, s);
    else if (json_is_array(v))
        put_list(out, v, s);
    else if (json_is_string(v))
        s->string(out, json_string_value(v), json_string_length(v));
    else if (json_is_integer(v))
        buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    else if (json_is_real(v))
        put_float(out, json_real_value(v), s->json ? -6 : -4, s->json ? 21 : 6, !s->json);
    else if (json_is_boolean(v))
        buf_puts(out, json_is_true(v) ? "true" : "false");
    else
        buf_puts(out, s->null);
}

static void raw(buf *out, const char *s, size_t len)
{
    buf_add(out, s, len);
}

void go_value(buf *out, const json_t *v)
{
    static const style s = {"map[", "]", "[", "]", ":", " ", "<nil>", raw, raw, false};

    put(out, v, &s);
}

void go_syntax(buf *out, const json_t *v)
{
    static const style s = {"map[string]interface {}{", "}",      "[]interface {}{", "}",  ":", ", ",
                            "interface {}(nil)",        go_quote, go_quote,          false};

    put(out, v, &s);
}

void go_json(buf *out, const json_t *v)
{
    static const style s = {"{", "}", "[", "]", ":", ",", "null", go_json_string, go_json_string, true};

    put(out, v, &s);
}

const char *go_type(const json_t *v)
{
    static const char *const types[] = {[JSON_OBJECT] = "map[string]interface {}",
                                        [JSON_ARRAY] = "[]interface {}",
                                        [JSON_STRING] = "string",
                                        [JSON_INTEGER] = "int64",
                                        [JSON_REAL] = "float64",
                                        [JSON_TRUE] = "bool",
                                        [JSON_FALSE] = "bool",
                                        [JSON_NULL] = "<nil>"};

    return v ? types[json_typeof(v)] : "<nil>";
}

const char *go_kind(const json_t *v)
{
    static const char *const kinds[] = {
        [JSON_OBJECT] = "object", [JSON_ARRAY] = "array", [JSON_STRING] = "string", [JSON_INTEGER] = "number",
        [JSON_REAL] = "number",   [JSON_TRUE] = "bool",   [JSON_FALSE] = "bool",    [JSON_NULL] = "null"};

    return v ? kinds[json_typeof(v)] : "null";
}
