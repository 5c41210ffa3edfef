#include "apiserver/go_scan.h"
#include "apiserver/go_print.h"

#include <ctype.h>
#include <string.h>

#define DEPTH 10000 /* encoding/json's */

typedef struct scan {
    const char *text;
    size_t at, len;
    buf *why;
} scan;

/* The byte at hand; -1 at the end. */
static int peek(const scan *s)
{
    return s->at < s->len ? (unsigned char)s->text[s->at] : -1;
}

static int peek_token(scan *s)
{
    while (s->at < s->len && strchr(" \t\r\n", s->text[s->at]) && s->text[s->at])
        s->at++;
    return peek(s);
}

/* A byte counts as a character by itself, as Go's scanner has it. */
static void put_character(int c, buf *out)
{
    if (c == '\'' || c == '"') {
        buf_puts(out, c == '"' ? "'\"'" : "'\\''");
    } else if (c < 0x80) {
        auto_buf quoted = BUF_INIT(32);
        char one = (char)c;
        go_quote(&quoted, &one, 1);
        buf_printf(out, "'%.*s'", quoted.len >= 2 ? (int)quoted.len - 2 : 0, quoted.data + 1);
    } else if (c >= 0xa1 && c != 0xad) {
        buf_printf(out, "'%c%c'", 0xc0 | c >> 6, 0x80 | (c & 0x3f));
    } else {
        buf_printf(out, "'\\u%04x'", (unsigned)c);
    }
}

/* Within a word, a number or an escape: there the end counts as a space. */
static bool invalid_within(scan *s, const char *context)
{
    buf_puts(s->why, "invalid character ");
    put_character(peek(s) < 0 ? ' ' : peek(s), s->why);
    buf_printf(s->why, " %s", context);
    return false;
}

static bool invalid(scan *s, const char *context)
{
    if (peek(s) >= 0)
        return invalid_within(s, context);
    buf_puts(s->why, "unexpected end of JSON input");
    return false;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool scan_literal(scan *s, const char *word)
{
    auto_buf context = BUF_INIT(64);

    for (const char *p = word; *p; p++, s->at++) {
        if (peek(s) == *p)
            continue;
        buf_printf(&context, "in literal %s (expecting '%c')", word, *p);
        return invalid_within(s, context.data);
    }
    return true;
}

static bool scan_digits(scan *s, const char *context)
{
    if (!is_digit(peek(s)))
        return invalid_within(s, context);
    while (is_digit(peek(s)))
        s->at++;
    return true;
}

static bool scan_number(scan *s)
{
    if (peek(s) == '-')
        s->at++;
    if (peek(s) == '0')
        s->at++;
    else if (!scan_digits(s, "in numeric literal"))
        return false;
    if (peek(s) == '.') {
        s->at++;
        if (!scan_digits(s, "after decimal point in numeric literal"))
            return false;
    }
    if (peek(s) != 'e' && peek(s) != 'E')
        return true;
    s->at++;
    if (peek(s) == '+' || peek(s) == '-')
        s->at++;
    return scan_digits(s, "in exponent of numeric literal");
}

/* Behind a backslash. */
static bool scan_escape(scan *s)
{
    if (peek(s) < 0 || !strchr("bfnrt\\/\"u", peek(s)) || !peek(s))
        return invalid_within(s, "in string escape code");
    if (s->text[s->at++] != 'u')
        return true;
    for (int i = 0; i < 4; i++, s->at++) {
        if (peek(s) < 0 || !isxdigit(peek(s)))
            return invalid_within(s, "in \\u hexadecimal character escape");
    }
    return true;
}

static bool scan_string(scan *s)
{
    for (s->at++; peek(s) != '"'; s->at++) {
        if (peek(s) < 0x20)
            return invalid(s, "in string literal");
        if (peek(s) != '\\')
            continue;
        s->at++;
        if (!scan_escape(s))
            return false;
        s->at--;
    }
    s->at++;
    return true;
}

static bool scan_value(scan *s, unsigned depth);

static bool scan_list(scan *s, unsigned depth)
{
    s->at++;
    if (peek_token(s) == ']') {
        s->at++;
        return true;
    }
    for (;;) {
        if (!scan_value(s, depth))
            return false;
        if (peek_token(s) == ']')
            break;
        if (peek(s) != ',')
            return invalid(s, "after array element");
        s->at++;
    }
    s->at++;
    return true;
}

static bool scan_member(scan *s, unsigned depth)
{
    if (peek_token(s) != '"')
        return invalid(s, "looking for beginning of object key string");
    if (!scan_string(s))
        return false;
    if (peek_token(s) != ':')
        return invalid(s, "after object key");
    s->at++;
    return scan_value(s, depth);
}

static bool scan_map(scan *s, unsigned depth)
{
    s->at++;
    if (peek_token(s) == '}') {
        s->at++;
        return true;
    }
    for (;;) {
        if (!scan_member(s, depth))
            return false;
        if (peek_token(s) == '}')
            break;
        if (peek(s) != ',')
            return invalid(s, "after object key:value pair");
        s->at++;
    }
    s->at++;
    return true;
}

static bool scan_value(scan *s, unsigned depth)
{
    int c = peek_token(s);

    if ((c == '{' || c == '[') && depth == DEPTH) {
        buf_puts(s->why, "exceeded max depth");
        return false;
    }
    switch (c) {
    case '{':
        return scan_map(s, depth + 1);
    case '[':
        return scan_list(s, depth + 1);
    case '"':
        return scan_string(s);
    case 't':
        return scan_literal(s, "true");
    case 'f':
        return scan_literal(s, "false");
    case 'n':
        return scan_literal(s, "null");
    default:
        return c == '-' || is_digit(c) ? scan_number(s) : invalid(s, "looking for beginning of value");
    }
}

bool go_scan(const char *text, size_t len, buf *why)
{
    scan s = {text, 0, len, why};

    if (!scan_value(&s, 0))
        return false;
    return peek_token(&s) < 0 || invalid(&s, "after top-level value");
}
